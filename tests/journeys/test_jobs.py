"""What becomes of training jobs: stopped, run again, failed, deleted."""

from __future__ import annotations

import re
from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config
from tests.local.training import endless, request


async def test_a_running_job_is_stopped_after_a_question_and_keeps_its_model(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        client_of(desk, "sagemaker").create_training_job(**request("endless", **endless()))
        await desk.press("r")
        await desk.sees_match(r"endless +▶ InProgress .*round [\d,]+ of")
        await desk.press("g")
        await desk.sees_match(r"(?m)▏ endless$")
        await desk.press("x")
        await desk.sees("Stop endless?", "keeps the model it has so far", "Cancel (n)")
        await desk.press("enter")
        await desk.sees_no("Stop endless?")
        assert re.search(r"endless +▶ InProgress", desk.text), "Enter on the question cancels"
        await desk.press("x", "y")
        await desk.sees_match(r"endless +■ Stopped")
        await desk.sees("Artifact", "Stopping")
        job = client_of(desk, "sagemaker").describe_training_job(TrainingJobName="endless")
        bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
        assert client_of(desk, "s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 0


async def test_a_job_is_run_again_under_another_name(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        await desk.press("N")
        await desk.sees("Run newer again", "newer-2", "num_round = 5")
        await desk.press("f2")
        await desk.sees_match(r"newer-2 +✓ Completed")
        await desk.sees_match(r"(?m)▏ newer-2$")
        jobs = client_of(desk, "sagemaker")
        first, again = (jobs.describe_training_job(TrainingJobName=name) for name in ("newer", "newer-2"))
        for member in ("HyperParameters", "InputDataConfig", "ResourceConfig", "OutputDataConfig", "StoppingCondition"):
            assert again[member] == first[member]


async def test_a_name_that_is_taken_is_refused_while_it_is_typed(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        await desk.press("N")
        await desk.sees("Run newer again")
        await desk.press("backspace", "backspace")
        await desk.sees("A training job of that name exists already.")
        await desk.press("f2")
        await desk.sees("Run newer again")
        await desk.types(" x")
        await desk.sees("The name may hold letters, digits and dashes, not")


async def test_a_failed_job_says_why_in_the_inspector_and_in_the_log(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        await run_again_with(desk, "eta = 7")
        await desk.sees_match(r"newer-2 +✗ Failed")
        await desk.sees("AlgorithmError")
        reason = client_of(desk, "sagemaker").describe_training_job(TrainingJobName="newer-2")["FailureReason"]
        assert "eta" in reason
        await desk.press("l")
        await desk.sees("Log of newer-2", "complete", "eta")


async def test_a_job_that_failed_before_its_first_line_says_why_there_is_no_log(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        nowhere = {"S3DataType": "S3Prefix", "S3Uri": "s3://sagemaker-us-east-1-training-tests/nothing/here"}
        channel = {"ChannelName": "train", "ContentType": "csv", "DataSource": {"S3DataSource": nowhere}}
        client_of(desk, "sagemaker").create_training_job(**request("nowhere", InputDataConfig=[channel]))
        await desk.press("r")
        await desk.sees_match(r"nowhere +✗ Failed")
        await desk.press("g", "l")
        await desk.sees("nowhere failed before it wrote to its log: ", "nothing/here")


async def test_a_job_is_deleted_by_typing_its_name(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer", "2 jobs")
        await desk.press("ctrl+d")
        await desk.sees("Delete the training job newer?", "Its artifact in S3 and its log")
        await desk.types("older")
        await desk.press("enter")
        await desk.sees("That is not its name; nothing was deleted.")
        await desk.press(*["backspace"] * 5)
        await desk.types("newer")
        await desk.press("enter")
        await desk.sees("1 job")
        jobs = client_of(desk, "sagemaker").list_training_jobs()["TrainingJobSummaries"]
        assert [job["TrainingJobName"] for job in jobs] == ["older"]


async def run_again_with(console: Console, hyperparameter: str) -> None:
    """Run the job under the cursor again with one hyperparameter more."""
    await console.press("N")
    await console.sees("Run newer again")
    await console.press("tab", *["down"] * 9, "end", "enter")
    await console.types(hyperparameter)
    await console.sees(hyperparameter)
    await console.press("f2")
