"""What becomes of endpoints when the server ends in the middle of everything, and is started again."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import (
    BUCKET,
    LINEAR_MODEL,
    MODEL,
    describe,
    invoke,
    make_config,
    make_endpoint,
    make_models,
    model,
    stages,
    variant,
    wait_for,
    wait_until_gone,
    wait_until_settled,
)
from tests.local.processes import Marked, needs_proc
from tests.local.server import LocalServer, run_server

pytestmark = pytest.mark.usefixtures("trained_artifacts")

_SLOW = ("--phase-seconds", "3600")
_CLOSE_SECONDS = 60


def _kill(server: LocalServer) -> None:
    server.process.kill()
    server.process.wait()


def _prepare(server: LocalServer) -> dict[str, Any]:
    """Endpoints in service, by name; the data of one of them is gone."""
    make_models(server)
    s3 = server.client("s3")
    s3.copy_object(Bucket=BUCKET, Key="fleeting/model.tar.gz", CopySource=f"{BUCKET}/{MODEL}/model.tar.gz")
    server.client("sagemaker").create_model(**model("fleeting"))
    endpoints = {
        name: make_endpoint(server, name, *variants)
        for name, variants in {
            "kept": [variant("A"), variant("B", LINEAR_MODEL, InitialVariantWeight=0)],
            "without-data": [variant("V", "fleeting")],
            "updating": [variant("Old")],
            "switched": [variant("Old")],
            "resizing": [variant("V")],
            "deleting": [variant("V")],
        }.items()
    }
    s3.delete_object(Bucket=BUCKET, Key="fleeting/model.tar.gz")
    server.client("sagemaker").delete_endpoint_config(EndpointConfigName="kept")
    return endpoints


def _begin(server: LocalServer) -> None:
    """One of everything that can be under way, on a server that stays in each phase."""
    sagemaker = server.client("sagemaker")
    make_config(server, "next", variant("New", LINEAR_MODEL))
    sagemaker.create_endpoint(EndpointName="creating", EndpointConfigName="next")
    sagemaker.update_endpoint(EndpointName="updating", EndpointConfigName="next")
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="resizing",
        DesiredWeightsAndCapacities=[{"VariantName": "V", "DesiredWeight": 4, "DesiredInstanceCount": 2}],
    )
    sagemaker.delete_endpoint(EndpointName="deleting")


@needs_proc
def test_a_server_killed_while_everything_is_under_way(tmp_path: Path, marked: Marked) -> None:
    data = tmp_path / "data"
    with run_server(data) as server:
        before = _prepare(server)
        deployment = {
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 3600}
            }
        }
        make_config(server, "switched-next", variant("New"))
        server.client("sagemaker").update_endpoint(
            EndpointName="switched", EndpointConfigName="switched-next", DeploymentConfig=deployment
        )
        wait_for(server, "switched", lambda endpoint: stages(endpoint)[2] == "Baking")
        assert invoke(server, "switched")["InvokedProductionVariant"] == "New"
        _kill(server)
    marked.wait_until_gone()

    with (tmp_path / "stderr").open("w") as stderr, run_server(data, *_SLOW, stderr=stderr) as server:
        assert invoke(server, "kept")["InvokedProductionVariant"] == "A", "it waits until the model is there"
        assert invoke(server, "kept", TargetVariant="B")["InvokedProductionVariant"] == "B"
        assert describe(server, "kept") == before["kept"]
        assert invoke(server, "switched")["InvokedProductionVariant"] == "Old"
        switched = describe(server, "switched")
        assert (switched["EndpointStatus"], switched["EndpointConfigName"]) == ("InService", "switched")
        assert switched["FailureReason"] == (
            "InternalServerError: the embedded SageMaker stopped while it updated this endpoint, which is back on the "
            "endpoint configuration switched. Update it again."
        )
        failed = wait_for(server, "without-data", lambda endpoint: endpoint["EndpointStatus"] == "Failed")
        assert failed["FailureReason"].startswith("After a restart of the embedded SageMaker: ")
        assert f"s3://{BUCKET}/fleeting/model.tar.gz" in failed["FailureReason"]
        with pytest.raises(ClientError, match="Endpoint without-data of account 123456789012 not found"):
            invoke(server, "without-data")

        _begin(server)
        assert stages(describe(server, "creating")) == ("Creating", None, "Creating")
        assert stages(describe(server, "updating")) == ("Updating", None, "Creating")
        resizing = describe(server, "resizing")
        assert stages(resizing) == ("Updating", "Updating", None)
        (only,) = resizing["ProductionVariants"]
        assert (only["CurrentWeight"], only["DesiredWeight"]) == (1, 4)
        assert (only["CurrentInstanceCount"], only["DesiredInstanceCount"]) == (1, 2)
        assert stages(describe(server, "deleting")) == ("Deleting", None, None)
        assert invoke(server, "updating")["InvokedProductionVariant"] == "Old"
        _kill(server)
    marked.wait_until_gone()
    assert (tmp_path / "stderr").read_text() == ""

    with run_server(data) as server:
        creating = describe(server, "creating")
        assert creating["EndpointStatus"] == "Failed"
        assert creating["FailureReason"] == (
            "InternalServerError: the embedded SageMaker stopped while it created this endpoint. Delete it and create "
            "it again."
        )
        for name in ("updating", "resizing"):
            endpoint = describe(server, name)
            assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", name)
            assert endpoint["FailureReason"].endswith(f"configuration {name}. Update it again.")
            assert endpoint["ProductionVariants"] == before[name]["ProductionVariants"]
            assert (
                invoke(server, name)["InvokedProductionVariant"] == before[name]["ProductionVariants"][0]["VariantName"]
            )
        wait_until_gone(server, "deleting")
        sagemaker = server.client("sagemaker")
        with pytest.raises(ClientError, match="not found"):
            sagemaker.list_tags(ResourceArn=before["deleting"]["EndpointArn"])

        sagemaker.update_endpoint(EndpointName="updating", EndpointConfigName="next")
        assert "FailureReason" not in wait_until_settled(server, "updating")
        assert invoke(server, "updating")["InvokedProductionVariant"] == "New"
        for name in ("creating", "without-data"):
            sagemaker.delete_endpoint(EndpointName=name)
            wait_until_gone(server, name)


def test_a_server_told_to_stop_while_an_endpoint_is_created(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as stderr, run_server(tmp_path / "data", *_SLOW, stderr=stderr) as server:
        make_models(server)
        make_config(server, "creating")
        server.client("sagemaker").create_endpoint(EndpointName="creating", EndpointConfigName="creating")
        server.process.terminate()
        assert server.process.wait(_CLOSE_SECONDS) == 0
    assert (tmp_path / "stderr").read_text() == ""
    with run_server(tmp_path / "data") as server:
        assert describe(server, "creating")["EndpointStatus"] == "Failed"


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit the files of a running process")
def test_a_full_disk_fails_a_deployment_once_there_is_room_to_say_so(tmp_path: Path) -> None:
    with run_server(tmp_path / "data", "--phase-seconds", "1") as server:
        make_models(server)
        make_config(server, "full")
        server.client("sagemaker").create_endpoint(EndpointName="full", EndpointConfigName="full")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        waiting = wait_for(server, "full", lambda endpoint: time.time() > endpoint["CreationTime"] + 4)
        assert waiting["EndpointStatus"] == "Creating", "that it failed cannot be written"
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        failed = wait_until_settled(server, "full")
        assert failed["EndpointStatus"] == "Failed"
        assert "deploy again" in failed["FailureReason"]


def test_changes_that_are_asked_for_before_an_endpoint_is_loaded_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with run_server(data) as server:
        _prepare(server)
        make_config(server, "next", variant("New"))
    with run_server(data) as server:
        sagemaker = server.client("sagemaker")
        sagemaker.delete_endpoint(EndpointName="deleting")
        sagemaker.update_endpoint(EndpointName="updating", EndpointConfigName="next")
        sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="resizing", DesiredWeightsAndCapacities=[{"VariantName": "V", "DesiredWeight": 4}]
        )
        assert invoke(server, "updating")["InvokedProductionVariant"] in ("Old", "New")
        wait_until_gone(server, "deleting")
        for name in ("updating", "resizing"):
            endpoint = wait_until_settled(server, name)
            assert (endpoint["EndpointStatus"], endpoint.get("FailureReason")) == ("InService", None)
        assert endpoint["ProductionVariants"][0]["CurrentWeight"] == 4
        assert invoke(server, "updating")["InvokedProductionVariant"] == "New"
