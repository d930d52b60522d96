"""From a CSV file to a model, by the keys of the console alone."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config


async def test_a_newcomer_trains_on_a_sample_and_finds_it_all_again(folder: Path) -> None:
    async with console(local_config(folder), size=(120, 40)) as today:
        await today.sees("No training jobs yet.", "Press 2 for your data")
        await make_a_data_set_of_the_sample(today)
        await today.press("n")
        await today.sees("Train on diabetes: predict progression (regression)", "16 of 63 characters.")
        await today.sees("Costs nothing here. At AWS: $0.115/h, at most $0.12 in all.")
        await today.press("f2")
        await today.sees_match(r"diabetes-xgboost +▶ InProgress")
        await today.press("l")
        logged = await rmse_at_the_end_of_the_log(today)
        await today.press("escape")
        await today.sees_match(r"diabetes-xgboost +✓ Completed")
        assert await rmse_in_the_inspector(today) == f"{logged:.6g}"
        await today.press("m")
        await today.sees("● train:rmse", "▲ validation:rmse")
        assert files_in_the_artifact(today)["xgboost-model"] > 1000

    async with console(local_config(folder), size=(120, 40)) as tomorrow:
        await tomorrow.sees_match(r"diabetes-xgboost +✓ Completed")
        assert await rmse_in_the_inspector(tomorrow) == f"{logged:.6g}"
        await tomorrow.press("l")
        assert await rmse_at_the_end_of_the_log(tomorrow) == logged
        await tomorrow.press("2", "tab")
        await tomorrow.sees("Uploaded  1 data set", "train       310 rows")


async def test_the_same_road_on_a_small_terminal(folder: Path) -> None:
    async with console(local_config(folder), size=(80, 24)) as small:
        await small.sees("No training jobs yet.", "Press 2 for your data")
        await small.press("2", "b")
        await small.sees("442 patients")
        await small.press("enter")
        await small.sees("Wrote diabetes.csv")
        await small.press("enter")
        await small.sees("442 rows × 11 columns", "regression: its name is a usual one for a label")
        assert "Modified" not in small.text, "the inspector stands in place of the lists"
        await small.press("escape")
        await small.sees("Modified")
        await small.press("n")
        await small.sees("New data set from", "Split and upload (F2)")
        await small.press("f2")
        await small.sees("Uploaded diabetes", "1 data set")
        await small.press("n")
        await small.sees("Train on diabetes", "Train (F2)")
        await small.press("f2")
        await small.sees_match(r"diabetes-xgboost +✓ Completed")
        await small.press("enter")
        await small.sees("Artifact", "Timeline")
        assert "Progress" not in small.text
        await small.press("escape")
        await small.sees("Progress", "1 job")
        await small.press("l")
        await small.sees("complete", "validation-rmse:")


async def make_a_data_set_of_the_sample(console: Console) -> None:
    await console.press("2")
    await console.sees("No data set is uploaded yet")
    await console.press("b")
    await console.sees("Which sample", "442 patients")
    await console.press("enter")
    await console.sees("Wrote diabetes.csv", "442 rows × 11 columns", "Label  progression")
    await console.press("n")
    await console.sees("New data set from", "About 310 rows to train")
    await console.press("f2")
    await console.sees("Uploaded diabetes", "Uploaded  1 data set", "train       310 rows")


async def rmse_at_the_end_of_the_log(console: Console) -> float:
    await console.sees("Log of diabetes-xgboost", "complete", "validation-rmse:")
    values: list[str] = re.findall(r"validation-rmse:([\d.]+)", console.text)
    return float(values[-1])


async def rmse_in_the_inspector(console: Console) -> str:
    return (await console.sees_match(r"validation:rmse +([\d.]+)"))[1]


def files_in_the_artifact(console: Console) -> dict[str, int]:
    """Names and sizes of what is in the job's artifact, fetched as any boto3 program does."""
    job = client_of(console, "sagemaker").describe_training_job(TrainingJobName="diabetes-xgboost")
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    body = client_of(console, "s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {member.name: member.size for member in archive}
