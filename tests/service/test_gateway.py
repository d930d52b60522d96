"""The gateway with a real worker process in front of a stubbed far side."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.service.conftest import UNHURRIED
from tests.service.stub_aws import REQUEST_ID, Refused, StubAws, in_turn
from tui.resources.datasets import DataError
from tui.service import gateway as gateway_module
from tui.service.budget import Budget
from tui.service.errors import (
    AccessDenied,
    CredentialsMissing,
    InvalidRequest,
    NotFound,
    ReadOnly,
    ServiceError,
    ServiceFault,
    Throttled,
    Unreachable,
    WorkerLost,
)
from tui.service.gateway import IN_FLIGHT, Gateway
from tui.service.wire import Connection

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_JOBS: dict[str, Any] = {"TrainingJobSummaries": []}
_DEADLINE_SECONDS = 30


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread or process."""
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while not holds():  # noqa: ASYNC110 - what it waits for is not of this process
            await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def pid_of(gateway: Gateway) -> int:
    assert gateway._process is not None
    return gateway._process.pid


@pytest_asyncio.fixture(loop_scope="session")
async def mortal(aws: StubAws, tmp_path: Path) -> AsyncIterator[Gateway]:
    """An open gateway with a worker of its own, which may be killed."""
    gateway = Gateway(Budget(UNHURRIED), log=tmp_path / "worker.log")
    await gateway.open(aws.connection())
    yield gateway
    gateway.close()


async def test_a_call_is_answered(gateway: Gateway, aws: StubAws) -> None:
    job = {"TrainingJobName": "boston", "CreationTime": 1767225600.25, "TrainingJobStatus": "Completed"}
    aws.answers["ListTrainingJobs"] = lambda _: {"TrainingJobSummaries": [job], "NextToken": "t"}
    answer = await gateway.call("sagemaker", "ListTrainingJobs", MaxResults=1)
    assert answer == {"TrainingJobSummaries": [job], "NextToken": "t"}
    assert aws.requests == [("ListTrainingJobs", {"MaxResults": 1})]


async def test_answers_carry_no_control_characters(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["DescribeTrainingJob"] = lambda _: {
        "FailureReason": "\x1b[31mred\x00\x07\nline",
        "Environment": {"a": "\x9b1m"},
    }
    answer = await gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName="boston")
    assert answer == {"FailureReason": "red\nline", "Environment": {"a": ""}}


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        (Refused("ValidationException", "Requested resource not found."), NotFound),
        (Refused("ValidationException", "1 validation error detected"), InvalidRequest),
        (Refused("AccessDeniedException", "not authorized to perform: sagemaker:ListTrainingJobs"), AccessDenied),
        (Refused("UnrecognizedClientException", "The security token is invalid"), CredentialsMissing),
        (Refused("SomethingNew", "never heard of"), ServiceFault),
    ],
)
async def test_an_error_of_aws_comes_with_its_code_and_request_id(
    gateway: Gateway, aws: StubAws, refused: Refused, kind: type[ServiceError]
) -> None:
    aws.answers["ListTrainingJobs"] = in_turn(refused)
    with pytest.raises(kind) as caught:
        await gateway.call("sagemaker", "ListTrainingJobs")
    error = caught.value
    assert (type(error), error.code, error.request_id, error.operation) == (
        kind,
        refused.code,
        REQUEST_ID,
        "ListTrainingJobs",
    )
    assert error.why == refused.message


async def test_a_throttled_call_is_tried_three_times_and_counted_once(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = in_turn(Refused("ThrottlingException", "Rate exceeded"))
    with pytest.raises(Throttled, match="Rate exceeded"):
        await gateway.call("sagemaker", "ListTrainingJobs")
    assert len(aws.requests) == 3
    assert gateway.budget.throttled == 1


async def test_parameters_that_botocore_refuses_name_the_parameter(gateway: Gateway, aws: StubAws) -> None:
    with pytest.raises(InvalidRequest, match="MaxResult"):
        await gateway.call("sagemaker", "ListTrainingJobs", MaxResult=1)
    with pytest.raises(ServiceFault, match="NoSuchThing"):
        await gateway.call("sagemaker", "NoSuchThing")
    assert aws.requests == []


async def test_the_error_of_a_task_arrives_as_it_was_raised(gateway: Gateway, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        await gateway.task("inspect_csv", path=str(tmp_path / "not there.csv"))
    assert "not there.csv" in caught.value.what
    assert str(caught.value).startswith(caught.value.what)


async def test_an_unexpected_error_of_a_task_is_a_fault_with_its_name(gateway: Gateway) -> None:
    with pytest.raises(ServiceFault, match=r"inspect_csv did not succeed\. TypeError: .*path"):
        await gateway.task("inspect_csv")
    with pytest.raises(ServiceFault, match="KeyError: 'no_such_task'"):
        await gateway.task("no_such_task")


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
    gate, most, under_way = asyncio.Event(), 0, 0
    loop = asyncio.get_running_loop()

    def count(by: int) -> None:
        nonlocal most, under_way
        under_way += by
        most = max(most, under_way)
        if under_way == IN_FLIGHT:
            loop.call_later(0.05, gate.set)

    def answer(members: dict[str, Any]) -> dict[str, Any]:
        loop.call_soon_threadsafe(count, 1)
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(_DEADLINE_SECONDS)
        loop.call_soon_threadsafe(count, -1)
        return {"TrainingJobName": members["TrainingJobName"]}

    aws.answers["DescribeTrainingJob"] = answer
    names = [f"job-{n}" for n in range(IN_FLIGHT * 3)]
    calls = (gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName=name) for name in names)
    assert [answer["TrainingJobName"] for answer in await asyncio.gather(*calls)] == names
    assert most == IN_FLIGHT


async def test_what_is_cancelled_before_it_is_sent_is_never_sent(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    busy = [asyncio.create_task(gateway.call("sagemaker", "ListTrainingJobs")) for _ in range(IN_FLIGHT)]
    await until(lambda: len(aws.requests) == IN_FLIGHT)
    waiting = asyncio.create_task(gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName="boston"))
    await asyncio.sleep(0)
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
    await until(lambda: not holds_open(pid_of(gateway), path))
    await gateway.task("list_folder", path=str(tmp_path))
    assert reports == seen


def holds_open(pid: int, path: Path) -> bool:
    """Whether a process has a file open."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
    return str(path) in found


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


async def test_pages_go_on_past_empty_ones(gateway: Gateway, aws: StubAws) -> None:
    pages = {None: (["a"], "1"), "1": ([], "2"), "2": ([], "3"), "3": (["b"], None)}

    def answer(members: dict[str, Any]) -> dict[str, Any]:
        names, token = pages[members.get("NextToken")]
        return {"TrainingJobSummaries": [{"TrainingJobName": name} for name in names]} | (
            {"NextToken": token} if token else {}
        )

    aws.answers["ListTrainingJobs"] = answer
    found = [
        summary["TrainingJobName"]
        async for page in gateway.pages("sagemaker", "ListTrainingJobs", NameContains="x")
        for summary in page["TrainingJobSummaries"]
    ]
    assert found == ["a", "b"]
    assert [request.get("NextToken") for request in aws.asked("ListTrainingJobs")] == [None, "1", "2", "3"]
    assert all(request["NameContains"] == "x" for request in aws.asked("ListTrainingJobs"))


async def test_pages_stop_at_the_limit(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS | {"NextToken": "more"}
    pages = [page async for page in gateway.pages("sagemaker", "ListTrainingJobs", limit=3)]
    assert len(pages) == len(aws.requests) == 3


async def test_pages_of_logs_have_tokens_of_their_own_spelling(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["DescribeLogStreams"] = in_turn(
        {"logStreams": [], "nextToken": "2"}, {"logStreams": [{"logStreamName": "s"}]}
    )
    pages = [page async for page in gateway.pages("logs", "DescribeLogStreams", logGroupName="g")]
    assert pages[-1] == {"logStreams": [{"logStreamName": "s"}]}
    assert aws.asked("DescribeLogStreams")[1] == {"logGroupName": "g", "nextToken": "2"}


async def test_a_read_only_console_sends_nothing_that_changes_anything(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    gateway.budget.read_only = True
    for operation in ("StopTrainingJob", "CreateTrainingJob", "UnknownOperation"):
        with pytest.raises(ReadOnly, match=f"{operation} was not sent"):
            await gateway.call("sagemaker", operation, TrainingJobName="boston")
    with pytest.raises(ReadOnly, match="upload_dataset was not sent"):
        await gateway.task("upload_dataset", folder="f", bucket="b", prefix="p")
    assert aws.requests == []
    assert not gateway.budget.mutations
    assert await gateway.call("sagemaker", "ListTrainingJobs") == NO_JOBS


async def test_what_changes_something_is_in_the_call_log_with_its_outcome(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["StopTrainingJob"] = lambda _: {}
    aws.answers["DeleteTrainingJob"] = in_turn(Refused("ValidationException", "The job is running"))
    aws.answers["CreateTrainingJob"] = aws.never
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    await gateway.call("sagemaker", "ListTrainingJobs")
    await gateway.call("sagemaker", "StopTrainingJob", TrainingJobName="boston")
    with pytest.raises(InvalidRequest):
        await gateway.call("sagemaker", "DeleteTrainingJob", TrainingJobName="boston")
    creating = asyncio.create_task(gateway.call("sagemaker", "CreateTrainingJob", **minimal_request()))
    await until(lambda: bool(aws.asked("CreateTrainingJob")))
    creating.cancel()
    await asyncio.wait([creating])
    logged = [(call.command.split(" --")[0], call.outcome) for call in gateway.budget.mutations]
    assert logged == [
        ("aws sagemaker stop-training-job", "done"),
        ("aws sagemaker delete-training-job", "sagemaker DeleteTrainingJob did not succeed. The job is running."),
        ("aws sagemaker create-training-job", "given up before the answer came; it may have been done"),
    ]
    assert gateway.budget.mutations[0].command.endswith("--training-job-name boston")


def minimal_request() -> dict[str, Any]:
    return {
        "TrainingJobName": "boston",
        "RoleArn": "arn:aws:iam::123456789012:role/role",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


async def test_calls_made_before_the_connection_is_chosen_wait_for_it(aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    gateway = Gateway(Budget(UNHURRIED))
    early = asyncio.create_task(gateway.call("sagemaker", "ListTrainingJobs"))
    gateway.timeout = 0.01  # a person may take longer than that to choose
    await asyncio.sleep(0.1)
    gateway.timeout = 60
    assert not early.done()
    assert gateway._process is None
    await gateway.open(aws.connection())
    assert await early == NO_JOBS
    gateway.close()


async def test_another_connection_is_used_from_then_on(mortal: Gateway, aws: StubAws) -> None:
    assert await mortal.task("region") == "eu-west-1"
    await mortal.open(Connection(None, "us-west-2", aws.url, "AKIDEXAMPLE", "secret"))
    assert await mortal.task("region") == "us-west-2"
    await mortal.open(Connection("nobody", None, None))
    with pytest.raises(CredentialsMissing, match="nobody"):
        await mortal.call("sagemaker", "ListTrainingJobs")


async def test_a_killed_worker_fails_what_was_under_way_and_is_replaced(mortal: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    aws.answers["ListModels"] = lambda _: {"Models": []}
    told: list[ServiceError] = []
    mortal.on_worker_lost = told.append
    first = pid_of(mortal)
    calls = [asyncio.create_task(mortal.call("sagemaker", "ListTrainingJobs")) for _ in range(3)]
    await until(lambda: len(aws.requests) == 3)
    os.kill(first, signal.SIGKILL)
    failed = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(error) for error in failed} == {WorkerLost}
    assert str(failed[0]) == (
        "The worker process ended unexpectedly (exit status -9). It was started again; repeat what was under way."
    )
    assert await mortal.call("sagemaker", "ListModels") == {"Models": []}
    assert [str(error) for error in told] == [str(failed[0])]
    assert pid_of(mortal) != first
    assert not alive(first)


async def test_a_call_made_while_the_worker_dies_is_answered_or_fails_in_words(mortal: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    await mortal.call("sagemaker", "ListTrainingJobs")
    os.kill(pid_of(mortal), signal.SIGKILL)
    outcomes: list[dict[str, Any]] = []
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while not outcomes or outcomes[-1] != NO_JOBS:
            try:
                outcomes.append(await mortal.call("sagemaker", "ListTrainingJobs"))
            except WorkerLost as error:
                outcomes.append({"error": str(error)})
    assert len(outcomes) <= 3, outcomes


async def test_a_worker_that_never_works_is_not_started_for_ever(
    aws: StubAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned: list[subprocess.Popen[bytes]] = []

    def spawn_broken(log: Path | None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", "raise SystemExit(7)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        spawned.append(process)
        return process

    monkeypatch.setattr(gateway_module, "spawn_worker", spawn_broken)
    gateway = Gateway(Budget(UNHURRIED), log=tmp_path / "worker.log")
    told: list[ServiceError] = []
    gateway.on_worker_lost = told.append
    await gateway.open(aws.connection())
    await until(lambda: len(told) == 4)
    assert len(spawned) == 4
    assert str(told[-1]) == (
        "There is no worker process any more. It ended 4 times without an answer (exit status 7). "
        f"Quit and start again; its messages are in {tmp_path / 'worker.log'}."
    )
    with pytest.raises(WorkerLost, match="Quit and start again"):
        await gateway.call("sagemaker", "ListTrainingJobs")
    await gateway.open(aws.connection())  # choosing another profile does not fail either
    gateway.close()


async def test_closing_is_immediate_while_a_socket_hangs(mortal: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    hanging = asyncio.create_task(mortal.call("sagemaker", "ListTrainingJobs"))
    await until(lambda: bool(aws.requests))
    worker = pid_of(mortal)
    begun = time.monotonic()
    mortal.close()
    assert time.monotonic() - begun < 1
    assert not alive(worker)
    for call in (hanging, mortal.call("sagemaker", "ListModels")):
        with pytest.raises(WorkerLost, match="The console is closing"):
            await call


_CONSOLE = """
import asyncio, sys
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.wire import Connection

async def main():
    gateway = Gateway(Budget())
    await gateway.open(Connection(None, "eu-west-1", sys.argv[1], "AKIDEXAMPLE", "secret"))
    await gateway.call("sagemaker", "ListTrainingJobs")

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
async def test_a_killed_console_leaves_no_worker_behind(aws: StubAws, number: signal.Signals) -> None:
    aws.answers["ListTrainingJobs"] = aws.never
    with subprocess.Popen([sys.executable, "-c", _CONSOLE, aws.url]) as console:  # noqa: ASYNC220
        await until(lambda: bool(aws.requests))
        (worker,) = children(console.pid)
        assert alive(worker)
        console.send_signal(number)
        await until(lambda: not alive(worker))
