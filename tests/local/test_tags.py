"""Tags on every kind of resource, by plain boto3 and raw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local import endpoints, transforms, tuning
from tests.local.server import LocalServer
from tests.local.training import call, request, upload_data, wait_for_end, without_data


def _job(server: LocalServer, name: str, **members: Any) -> str:
    """The ARN of a job that has ended."""
    upload_data(server)
    arn = server.client("sagemaker").create_training_job(**request(name, **without_data(), **members))["TrainingJobArn"]
    wait_for_end(server, name)
    return str(arn)


def _tags(answer: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def test_tags_are_added_overwritten_listed_and_deleted(server: LocalServer) -> None:
    arn = _job(server, "tagged", Tags=[{"Key": "team", "Value": "a"}])

    added = call(
        server,
        "AddTags",
        {"ResourceArn": arn, "Tags": [{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": ""}]},
    )
    assert _tags(added) == {"team": "b", "cost": ""}
    assert call(server, "DeleteTags", {"ResourceArn": arn, "TagKeys": ["team", "absent"]}) == {}
    assert _tags(call(server, "ListTags", {"ResourceArn": arn})) == {"cost": ""}


def test_a_resource_has_at_most_fifty_tags(server: LocalServer) -> None:
    arn = _job(server, "many-tags", Tags=[{"Key": f"k{number}", "Value": "1"} for number in range(50)])
    sagemaker = server.client("sagemaker")

    with pytest.raises(ClientError, match="at most 50 tags"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "one-more", "Value": ""}])
    assert len(sagemaker.list_tags(ResourceArn=arn)["Tags"]) == 50


def test_tags_of_what_does_not_exist_are_refused(server: LocalServer) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/nobody"
    with pytest.raises(ClientError, match="Requested resource not found"):
        server.client("sagemaker").list_tags(ResourceArn=arn)


def test_a_deleted_job_takes_its_tags_along(server: LocalServer) -> None:
    arn = _job(server, "short-lived", Tags=[{"Key": "team", "Value": "a"}])
    server.client("sagemaker").delete_training_job(TrainingJobName="short-lived")
    assert _job(server, "short-lived") == arn
    assert server.client("sagemaker").list_tags(ResourceArn=arn)["Tags"] == []


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: how one of a name is made with tags, and how it is deleted."""

    make: Callable[[LocalServer, str, list[dict[str, str]]], str]
    """Answers the ARN."""

    delete: Callable[[LocalServer, str], None]


def _make_model(server: LocalServer, name: str, tags: list[dict[str, str]]) -> str:
    endpoints.make_models(server)
    data = f"s3://{endpoints.BUCKET}/{endpoints.MODEL}/model.tar.gz"
    request = endpoints.model(name, ModelDataUrl=data)
    return str(server.client("sagemaker").create_model(**request, Tags=tags)["ModelArn"])


def _make_config(server: LocalServer, name: str, tags: list[dict[str, str]]) -> str:
    endpoints.make_models(server)
    endpoints.make_config(server, name, Tags=tags)
    described = server.client("sagemaker").describe_endpoint_config(EndpointConfigName=name)
    return str(described["EndpointConfigArn"])


def _make_endpoint(server: LocalServer, name: str, tags: list[dict[str, str]]) -> str:
    _make_config(server, name, [])
    server.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)
    return str(endpoints.wait_until_settled(server, name)["EndpointArn"])


def _delete_endpoint(server: LocalServer, name: str) -> None:
    server.client("sagemaker").delete_endpoint(EndpointName=name)
    server.client("sagemaker").delete_endpoint_config(EndpointConfigName=name)
    endpoints.wait_until_gone(server, name)


def _make_tuning_job(server: LocalServer, name: str, tags: list[dict[str, str]]) -> str:
    upload_data(server)
    config = tuning.config(total=1)
    job = tuning.tune(server, name, HyperParameterTuningJobConfig=config, Tags=tags)
    return str(job["HyperParameterTuningJobArn"])


_KINDS = {
    "model": Kind(_make_model, lambda server, name: server.client("sagemaker").delete_model(ModelName=name)),
    "endpoint-config": Kind(
        _make_config, lambda server, name: server.client("sagemaker").delete_endpoint_config(EndpointConfigName=name)
    ),
    "endpoint": Kind(_make_endpoint, _delete_endpoint),
    "hyper-parameter-tuning-job": Kind(
        _make_tuning_job,
        lambda server, name: server.client("sagemaker").delete_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name
        ),
    ),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_every_kind_of_resource_has_tags_from_its_creation_to_its_deletion(server: LocalServer, kind: str) -> None:
    name = f"tagged-{kind}"[:32].rstrip("-")
    arn = _KINDS[kind].make(server, name, [{"Key": "team", "Value": "a"}])
    assert arn.endswith(f":{kind}/{name}")
    _check_tags(server, arn)

    _KINDS[kind].delete(server, name)

    with pytest.raises(ClientError, match="Requested resource not found"):
        server.client("sagemaker").list_tags(ResourceArn=arn)
    assert _KINDS[kind].make(server, name, []) == arn
    assert _tags(call(server, "ListTags", {"ResourceArn": arn})) == {}, "a new one of the name has no old tags"
    _KINDS[kind].delete(server, name)


def test_a_transform_job_has_tags_for_good(server: LocalServer) -> None:
    transforms.make_model(server)
    uri = transforms.put(server, "batch/tagged.csv", transforms.rows(1))
    transforms.run(server, "tagged-transform", uri, Tags=[{"Key": "team", "Value": "a"}])
    _check_tags(server, "arn:aws:sagemaker:us-east-1:123456789012:transform-job/tagged-transform")


def _check_tags(server: LocalServer, arn: str) -> None:
    """A new resource of team a has its tag, and can be given to team b."""
    assert _tags(call(server, "ListTags", {"ResourceArn": arn})) == {"team": "a"}
    added = call(server, "AddTags", {"ResourceArn": arn, "Tags": [{"Key": "cost", "Value": "1"}]})
    assert _tags(added) == {"team": "a", "cost": "1"}
    call(server, "AddTags", {"ResourceArn": arn, "Tags": [{"Key": "team", "Value": "b"}]})
    call(server, "DeleteTags", {"ResourceArn": arn, "TagKeys": ["cost"]})
    assert _tags(call(server, "ListTags", {"ResourceArn": arn})) == {"team": "b"}


def test_the_training_jobs_of_a_tuning_job_inherit_its_tags(server: LocalServer) -> None:
    arn = _make_tuning_job(server, "tagged-parent", [{"Key": "team", "Value": "a"}])
    (child,) = tuning.children(server, "tagged-parent")
    assert _tags(call(server, "ListTags", {"ResourceArn": child["TrainingJobArn"]})) == {"team": "a"}

    call(server, "DeleteTags", {"ResourceArn": arn, "TagKeys": ["team"]})

    assert _tags(call(server, "ListTags", {"ResourceArn": child["TrainingJobArn"]})) == {"team": "a"}
