"""From two trained models to an endpoint that splits its traffic, to one of them alone, to nothing, by keys alone."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config
from tests.journeys.test_train_from_csv import make_a_data_set_of_the_sample


async def test_two_models_behind_one_endpoint_until_it_is_shut_down(folder: Path) -> None:
    async with console(local_config(folder), size=(120, 40)) as desk:
        await desk.sees("No training jobs yet.")
        await make_a_data_set_of_the_sample(desk)
        await train(desk, "diabetes-xgboost")
        await train(desk, "diabetes-linear-learner", "tab", "enter", "down", "enter")

        await desk.press("home", "space", "space")
        await desk.sees("2 marked")
        await desk.press("e")
        await desk.sees("Deploy diabetes-linear-learner, diabetes-xgboost", "Costs nothing here. At AWS: $0.23/h")
        await clear_and_type(desk, "diabetes")
        await desk.press("f2")
        await desk.sees("Deploying diabetes")
        await desk.sees_match(r"diabetes +● InService")
        await desk.sees("50/50", "would be ~$0.23/h")
        await desk.sees("Wanted", "50.0 %", "no requests")
        invoke(desk, "diabetes", 40)
        await desk.press("r")
        await desk.sees("Actual")

        await desk.press("U")
        await desk.sees("Update diabetes, which serves", "Nothing is changed yet.")
        await desk.press("tab", "pagedown", "end", "ctrl+u", "f2")
        await desk.sees("Update diabetes?", "diabetes-xgboost", "goes")
        await desk.press("y")
        await desk.sees_match(r"diabetes +● InService")
        await desk.sees("diabetes serves diabetes-2")
        variants = client_of(desk, "sagemaker").describe_endpoint(EndpointName="diabetes")["ProductionVariants"]
        assert [variant["VariantName"] for variant in variants] == ["diabetes-linear-learner"]

        await desk.press("x")
        await desk.sees("Shut down the endpoint diabetes?", "endpoint configuration diabetes-2")
        await desk.press("a", "tab")
        await desk.types("diabetes")
        await desk.press("enter")
        await desk.sees("No endpoints yet.")
        await desk.sees_no("would be")
        sagemaker = client_of(desk, "sagemaker")
        assert sagemaker.list_endpoints()["Endpoints"] == []


async def train(desk: Console, name: str, *keys: str) -> None:
    await desk.press("2", "tab")
    await desk.sees("Uploaded  1 data set")
    await desk.press("n")
    await desk.sees("Train on diabetes")
    await desk.press(*keys)
    await desk.sees(name)
    await desk.press("f2")
    await desk.sees_match(rf"{name[-7:]} +✓ Completed")  # long names lose their middle


async def clear_and_type(desk: Console, text: str) -> None:
    await desk.press("end", "ctrl+u")
    await desk.types(text)


def invoke(desk: Console, endpoint: str, times: int) -> None:
    runtime = client_of(desk, "sagemaker-runtime")
    row = ",".join(["0.1"] * 10)
    for _ in range(times):
        runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=row)


async def test_a_deployment_that_fails_offers_to_remove_what_it_made(used_folder: Path) -> None:
    async with console(local_config(used_folder), size=(80, 24)) as desk:
        await desk.sees("older", "newer")
        make_models(desk, broken=upload_what_is_no_model(desk))
        await desk.press("8")
        await desk.sees("broken")
        await desk.press("e")
        await desk.sees("Deploy broken")
        await desk.press("f2")
        await desk.sees("broken is Failed", "Made so far: endpoint configuration broken, endpoint broken.")
        await desk.press("r")
        await desk.sees("Removed: endpoint broken,")
        await desk.sees("No endpoints yet.")
        assert client_of(desk, "sagemaker").list_endpoint_configs()["EndpointConfigs"] == []
        await desk.press("8", "e")
        await desk.sees("Deploy broken", "AllTraffic = broken")


async def test_a_model_is_made_looked_at_and_deleted(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.press("8")
        await desk.sees("No models yet.")
        await desk.press("n")
        await desk.sees("A model of which training job?", "older", "newer")
        await desk.press("down", "enter")
        await desk.sees("Model of older", "5 of 63 characters.")
        await desk.press("f2")
        await desk.sees("1 model", "Used by", "nothing")
        await desk.press("ctrl+d")
        await desk.sees("Delete the model older?", "Nothing uses it.")
        await desk.types("older")
        await desk.press("enter")
        await desk.sees("No models yet.")


async def test_several_endpoints_go_with_what_they_share(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        artifact = artifact_of(desk, "older")
        make_models(desk, shared=artifact)
        sagemaker = client_of(desk, "sagemaker")
        variant = {"VariantName": "A", "ModelName": "shared", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(EndpointConfigName="both", ProductionVariants=[variant])
        for name in ("first", "second"):
            sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="both")
        await desk.press("6")
        await desk.sees_match(r"first +● InService")
        await desk.sees_match(r"second +● InService")
        await desk.command("idle")
        await desk.sees("Idle endpoints: no request for 1 hour", "No endpoint is idle for that long")
        await desk.press("escape")
        await desk.sees("2 endpoints")
        await desk.press("asterisk", "x")
        await desk.sees("Shut down 2 endpoints?", "2 endpoint configurations", "1 model, each unless")
        await desk.press("a", "tab")
        await desk.types("shut down 2")
        await desk.press("enter")
        await desk.sees("Shut down: second, first.")
        await desk.sees("No endpoints yet.")
        assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
        assert sagemaker.list_models()["Models"] == []


def make_models(desk: Console, **artifacts: str) -> None:
    """Models of XGBoost with these artifacts."""
    sagemaker = client_of(desk, "sagemaker")
    job = sagemaker.describe_training_job(TrainingJobName="older")
    for name, artifact in artifacts.items():
        container = {"Image": job["AlgorithmSpecification"]["TrainingImage"], "ModelDataUrl": artifact}
        sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=job["RoleArn"])


def upload_what_is_no_model(desk: Console) -> str:
    """An archive without anything that XGBoost could load; its address."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        text = b"This is no model."
        entry = tarfile.TarInfo("xgboost-model")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    bucket = artifact_of(desk, "older").removeprefix("s3://").partition("/")[0]
    client_of(desk, "s3").put_object(Bucket=bucket, Key="broken/model.tar.gz", Body=archive.getvalue())
    return f"s3://{bucket}/broken/model.tar.gz"


def artifact_of(desk: Console, job: str) -> str:
    """Where a training job has left its model."""
    described = client_of(desk, "sagemaker").describe_training_job(TrainingJobName=job)
    artifact: str = described["ModelArtifacts"]["S3ModelArtifacts"]
    return artifact
