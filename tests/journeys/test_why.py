"""Asking why something ended: the reason, a hint, what its hosts said last, and where its time went."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.driver import Console, client_of, console, local_config
from tests.local import transforms, tuning
from tests.local.training import BUCKET, XGBOOST, channel, endless, hyperparameters, request, without_data

HEADER_ROW = b"label,age,bmi\n" + b"\n".join(b"%d,2,3" % number for number in range(20))


async def fails(desk: Console, name: str, members: Mapping[str, Any], end: str = "✗ Failed") -> None:
    """Start a job and wait until the list says how it ended; the cursor is on it then."""
    client_of(desk, "sagemaker").create_training_job(**request(name, **members))
    await desk.press("r")
    await desk.sees_match(rf"{name} +{end}")
    await desk.press("g")


def with_header(desk: Console, *channels: str) -> list[dict[str, Any]]:
    """Channels with a header in their CSV file, which no algorithm can read."""
    client_of(desk, "s3").put_object(Bucket=BUCKET, Key="header/train.csv", Body=HEADER_ROW)
    return [channel(name, f"s3://{BUCKET}/header") for name in channels]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_bad_hyperparameter_is_explained_by_reason_hint_and_traceback(
    used_folder: Path, size: tuple[int, int]
) -> None:
    async with console(local_config(used_folder), size) as desk:
        await desk.sees("older", "newer")
        await fails(desk, "too-fast", {"HyperParameters": hyperparameters(eta="7")})
        await desk.press("W")
        await desk.sees(
            "✗ Failed  too-fast",
            "AlgorithmError: framework error:",
            "Hint: A hyperparameter has a value that is not allowed",
            "→ Run it again (N)",
            "Last traceback of algo-1",
        )
        await desk.press("G")
        await desk.sees(
            "Hyperparameter eta: 7.0 is not in [0, 1]",
            "Timeline",
            "Downloading input data",
            "training-job/too-fast",
        )
        await desk.press("l")
        await desk.sees("Log of too-fast", "complete")


async def test_a_job_without_data_says_that_no_log_exists(desk: Console) -> None:
    await fails(desk, "nowhere", without_data())
    await desk.press("W")
    await desk.sees(
        "NoSuchKey (404): No S3 objects found under S3 URL",
        "Hint: There is no data where the job looked",
        "No log exists: it failed before its container started, in the phase Downloading (Downloading input data).",
    )
    await desk.press("escape")
    await desk.sees("Training jobs")


async def test_hosts_that_failed_alike_are_named_together(desk: Console) -> None:
    two = {"InstanceCount": 2, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 5}
    data = with_header(desk, "train")
    await fails(desk, "header", {"InputDataConfig": data, "ResourceConfig": two})
    await desk.press("W")
    await desk.sees("Hint: The CSV has a header or a value that is no number")
    await desk.sees_match(r"Last (traceback|lines) of algo-")
    await desk.sees_no("Reading the log")
    assert desk.text.count("Last traceback of") == 1


async def test_a_job_whose_time_was_up_says_so_and_the_page_is_copied(desk: Console) -> None:
    await desk.command("why")
    await desk.sees("Why is not possible now: it did not fail.")
    await fails(desk, "slow", endless() | {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}, "■ Stopped")
    await desk.press("W")
    await desk.sees("■ Stopped  slow", "Hint: It was stopped when its time was up", "Last lines of algo-1", "Timeline")
    await desk.sees_no("Reading the log")
    await desk.press("c")
    await desk.sees("Copied why slow ended")
    copied = desk.app.clipboard
    assert "MaxRuntimeExceeded: Training job runtime exceeded MaxRuntimeInSeconds provided" in copied
    assert copied.index("Reason") < copied.index("Hint: ") < copied.index("Last lines") < copied.index("Timeline")
    assert copied.splitlines()[-1].endswith(":training-job/slow")


async def test_a_tuning_job_says_for_what_reason_its_training_jobs_failed(desk: Console) -> None:
    data = with_header(desk, "train", "validation")
    client_of(desk, "sagemaker").create_hyper_parameter_tuning_job(
        **tuning.request(
            "hopeless",
            HyperParameterTuningJobConfig=tuning.config(total=5, parallel=2),
            TrainingJobDefinition=tuning.definition(InputDataConfig=data),
        )
    )
    await desk.press("4")
    await desk.sees_match(r"hopeless +✗ Failed")
    await desk.press("W")
    await desk.sees(
        "✗ Failed  hopeless",
        "No training job succeeded after 5 attempts.",
        "5 of 5 failed training jobs, e.g. hopeless-005",
        "The CSV has a header or a value that is no number.",
        "Last traceback of algo-1:",
        "0 completed, 0 stopped, 5 failed",
    )
    await desk.press("escape", "enter")
    await desk.sees("Trials of hopeless", "5 training jobs")
    await desk.press("W")
    await desk.sees("Last traceback of algo-1", "Hint: The CSV has a header or a value that is no number")


async def test_a_transform_job_says_which_file_failed_and_that_the_label_is_still_in_it(desk: Console) -> None:
    make_model(desk, "newer")
    client_of(desk, "s3").put_object(Bucket=BUCKET, Key="scored/test.csv", Body=b"1,2,3,4,5,6,7,8,9,10,11\n")
    wrong = transforms.request("labelled", f"s3://{BUCKET}/scored") | {"ModelName": "newer"}
    client_of(desk, "sagemaker").create_transform_job(**wrong)
    await desk.press("7")
    await desk.sees_match(r"labelled +✗ Failed")
    await desk.press("W")
    await desk.sees(
        "✗ Failed  labelled",
        "AlgorithmError: See job logs for more information",
        f"{BUCKET}/scored/test.csv",
        "Bad HTTP status received from algorithm: 4",
        "Timeline",
    )
    await desk.press("l")
    await desk.sees("Log of transform job labelled")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_endpoint_whose_model_is_none_says_so(used_folder: Path, size: tuple[int, int]) -> None:
    async with console(local_config(used_folder), size) as desk:
        await desk.sees("older", "newer")
        client_of(desk, "s3").put_object(Bucket=BUCKET, Key="broken/model.tar.gz", Body=b"no archive")
        make_model(desk, "broken", f"s3://{BUCKET}/broken/model.tar.gz")
        make_endpoint(desk, "broken")
        await desk.press("6")
        await desk.sees_match(r"broken +✗ Failed")
        await desk.press("W")
        await desk.sees(
            "✗ Failed  broken",
            "Hint: The model's artifact cannot be used",
            "→ Check the URL of the model's artifact",
        )
        await desk.press("G")
        await desk.sees("No log exists: no container has written anything.")
        await desk.press("G")
        await desk.sees("Timeline", "endpoint/broken")


async def test_the_list_that_is_shown_is_paused_and_says_so(desk: Console) -> None:
    await desk.press("p")
    await desk.sees("Training jobs  2 jobs  paused (p goes on)")
    await desk.press("4")
    await desk.sees("No tuning jobs yet.")
    assert "paused" not in desk.line_with("Tuning jobs")
    await desk.press("5", "p")
    await desk.sees("There is nothing to pause in this pane.")
    await desk.press("3")
    await desk.sees("Training jobs  2 jobs  paused (p goes on)")
    client_of(desk, "sagemaker").create_training_job(**request("unseen"))
    await desk.press("r")
    await desk.sees("3 jobs  paused")
    await desk.press("p")
    await desk.sees_match(r"unseen +✓ Completed")
    await desk.sees_no("paused (p goes on)")


def make_model(desk: Console, name: str, artifact: str = "") -> None:
    """A model, of what the job `newer` has left unless told otherwise."""
    sagemaker = client_of(desk, "sagemaker")
    trained = sagemaker.describe_training_job(TrainingJobName="newer")["ModelArtifacts"]["S3ModelArtifacts"]
    role = sagemaker.describe_training_job(TrainingJobName="newer")["RoleArn"]
    container = {"Image": XGBOOST, "ModelDataUrl": artifact or trained}
    sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role)


def make_endpoint(desk: Console, name: str) -> None:
    """An endpoint of the model of that name."""
    sagemaker = client_of(desk, "sagemaker")
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
