"""Asking why a job ended: the reason, a hint, what its hosts said last, and where its time went."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.driver import Console, client_of, console, local_config
from tests.local.training import BUCKET, channel, endless, hyperparameters, request, without_data

HEADER_ROW = b"label,age,bmi\n" + b"\n".join(b"%d,2,3" % number for number in range(20))


async def fails(desk: Console, name: str, members: Mapping[str, Any], end: str = "✗ Failed") -> None:
    """Start a job and wait until the list says how it ended; the cursor is on it then."""
    client_of(desk, "sagemaker").create_training_job(**request(name, **members))
    await desk.press("r")
    await desk.sees_match(rf"{name} +{end}")
    await desk.press("g")


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


async def test_a_job_without_data_says_that_no_log_exists(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        await fails(desk, "nowhere", without_data())
        await desk.press("W")
        await desk.sees(
            "NoSuchKey (404): No S3 objects found under S3 URL",
            "Hint: There is no data where the job looked",
            "No log exists: it failed before its container started, in the phase Downloading (Downloading input data).",
        )
        await desk.press("escape")
        await desk.sees("Training jobs")


async def test_hosts_that_failed_alike_are_named_together(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        client_of(desk, "s3").put_object(Bucket=BUCKET, Key="header/train.csv", Body=HEADER_ROW)
        two = {"InstanceCount": 2, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 5}
        data = [channel("train", f"s3://{BUCKET}/header")]
        await fails(desk, "header", {"InputDataConfig": data, "ResourceConfig": two})
        await desk.press("W")
        await desk.sees("Hint: The CSV has a header or a value that is no number")
        await desk.sees_match(r"Last (traceback|lines) of algo-")
        await desk.sees_no("Reading the log")
        assert desk.text.count("Last traceback of") == 1


async def test_a_job_whose_time_was_up_says_so_and_the_page_is_copied(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        await desk.command("why")
        await desk.sees("Why is not possible now: it did not fail.")
        await fails(desk, "slow", endless() | {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}, "■ Stopped")
        await desk.press("W")
        await desk.sees(
            "■ Stopped  slow", "Hint: It was stopped when its time was up", "Last lines of algo-1", "Timeline"
        )
        await desk.sees_no("Reading the log")
        await desk.press("c")
        await desk.sees("Copied why slow ended")
        copied = desk.app.clipboard
        assert "MaxRuntimeExceeded: Training job runtime exceeded MaxRuntimeInSeconds provided" in copied
        assert copied.index("Reason") < copied.index("Hint: ") < copied.index("Last lines") < copied.index("Timeline")
        assert copied.splitlines()[-1].endswith(":training-job/slow")
