"""What a gateway lets be under way at once, how long, and what becomes of that which is given up."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.service.stub_aws import NO_JOBS, StubAws
from tests.service.worker_processes import holds_open, pid_of
from tests.waiting import DEADLINE_SECONDS, eventually, turn
from tui.service.errors import (
    Unreachable,
)
from tui.service.gateway import IN_FLIGHT, Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_answer_that_does_not_come_ends_in_words_and_the_worker_goes_on(
    gateway: Gateway, aws: StubAws
) -> None:
    aws.answers["DescribeTrainingJob"] = aws.never
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    worker = pid_of(gateway)
    await gateway.call("sagemaker", "ListTrainingJobs")
    gateway.timeout = 0.5
    # More than a pool of threads would have: sockets that hang must not keep the others waiting.
    hanging = [gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName=f"job-{n}") for n in range(IN_FLIGHT)]
    failed = await asyncio.gather(*hanging, return_exceptions=True)
    assert {type(error) for error in failed} == {Unreachable}
    assert str(failed[0]).startswith("sagemaker DescribeTrainingJob did not answer within 0.5 s. ")
    gateway.timeout = 20
    assert await gateway.call("sagemaker", "ListTrainingJobs") == NO_JOBS
    assert pid_of(gateway) == worker


async def test_requests_at_once_are_bounded_and_all_are_answered(gateway: Gateway, aws: StubAws) -> None:
    gate, counting, under_way, most = threading.Event(), threading.Lock(), 0, 0

    def count(by: int) -> None:
        nonlocal most, under_way
        with counting:
            under_way += by
            most = max(most, under_way)

    def answer(members: dict[str, Any]) -> dict[str, Any]:
        count(1)
        gate.wait(DEADLINE_SECONDS)
        count(-1)
        return {"TrainingJobName": members["TrainingJobName"]}

    aws.answers["DescribeTrainingJob"] = answer
    names = [f"job-{n}" for n in range(IN_FLIGHT * 3)]
    calls = [
        asyncio.create_task(gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName=name)) for name in names
    ]
    await eventually(lambda: under_way, "as many requests as may be under way", holds=lambda count: count >= IN_FLIGHT)
    assert len(gateway._waiting) == IN_FLIGHT, "the others wait in the console"
    gate.set()
    assert [answer["TrainingJobName"] for answer in await asyncio.gather(*calls)] == names
    assert most == IN_FLIGHT


async def test_what_is_cancelled_before_it_is_sent_is_never_sent(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    busy = [asyncio.create_task(gateway.call("sagemaker", "ListTrainingJobs")) for _ in range(IN_FLIGHT)]
    await eventually(lambda: len(aws.requests) == IN_FLIGHT, "all places to be taken")
    waiting = asyncio.create_task(gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName="boston"))
    await turn()
    waiting.cancel()
    aws.answers["ListModels"] = lambda _: {"Models": []}
    for task in busy:
        task.cancel()
    await asyncio.wait([waiting, *busy])
    await gateway.call("sagemaker", "ListModels")
    assert aws.asked("DescribeTrainingJob") == []


async def test_cancelling_the_caller_cancels_the_task_in_the_worker(gateway: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        for _ in range(64):
            file.write(b"1.25,word,2026-01-01\n" * 50_000)
    reports = 0
    begun = asyncio.Event()

    def report(_: object) -> None:
        nonlocal reports
        reports += 1
        begun.set()

    reading = asyncio.create_task(gateway.task("inspect_csv", path=str(path), on_progress=report))
    await begun.wait()
    assert holds_open(pid_of(gateway), path)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    seen = reports
    await eventually(lambda: not holds_open(pid_of(gateway), path), "the task to close its file")
    await gateway.task("list_folder", path=str(tmp_path))
    assert reports == seen


async def test_a_failing_listener_fails_its_own_request_only(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")

    def listener(_: object) -> None:
        raise ZeroDivisionError("in the listener")

    with pytest.raises(ZeroDivisionError, match="in the listener"):
        await gateway.task("inspect_csv", path=str(tmp_path / "a.csv"), on_progress=listener)
    entries = await gateway.task("list_folder", path=str(tmp_path))
    assert [entry.name for entry in entries] == ["a.csv"]


async def test_an_answer_of_many_megabytes_arrives_whole(gateway: Gateway, aws: StubAws) -> None:
    description = {"HyperParameters": {f"key-{n}": f"{n} " + "x" * 1000 for n in range(8000)}}
    aws.answers["DescribeTrainingJob"] = lambda _: description
    assert await gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName="boston") == description
