"""The worker in this process: a `Worker` over pipes, with tasks made for the test, and its boto3 clients."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.service.conftest import UNHURRIED
from tests.service.stub_aws import Refused, StubAws, in_turn
from tui.service.budget import Budget
from tui.service.errors import ReadOnly, ServiceFault
from tui.service.gateway import Gateway
from tui.service.wire import (
    HEADER,
    WINDOW,
    Cancel,
    Done,
    Failed,
    Progress,
    Taken,
    Task,
    ToConsole,
    ToWorker,
    frame,
)
from tui.service.worker import tasks
from tui.service.worker.__main__ import Worker
from tui.service.worker.aws import Aws, epoch_seconds
from tui.service.worker.context import Cancelled, TaskContext

_DEADLINE_SECONDS = 20


class Console:
    """The other end of a worker's pipes, one message at a time."""

    def __init__(self, to_worker: IO[bytes], from_worker: IO[bytes]) -> None:
        self._to_worker = to_worker
        self._from_worker = from_worker

    def send(self, message: ToWorker) -> None:
        self._to_worker.write(frame(message))
        self._to_worker.flush()

    def receive(self) -> ToConsole:
        (size,) = HEADER.unpack(self._from_worker.read(HEADER.size))
        message: ToConsole = pickle.loads(self._from_worker.read(size))
        return message

    def close(self) -> None:
        self._to_worker.close()


class _Pipes:
    """A worker in a thread, as a process would have it."""

    def __init__(self) -> None:
        requests, answers = os.pipe(), os.pipe()
        self.to_worker = os.fdopen(requests[1], "wb")
        self.from_worker = os.fdopen(answers[0], "rb")
        self._source = os.fdopen(requests[0], "rb")
        self._sink = os.fdopen(answers[1], "wb")
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        Worker(self._source, self._sink).run()


@pytest.fixture
def pipes() -> Iterator[_Pipes]:
    pipes = _Pipes()
    yield pipes
    pipes.to_worker.close()
    pipes.thread.join(_DEADLINE_SECONDS)
    assert not pipes.thread.is_alive()
    pipes.from_worker.close()


@pytest.fixture
def console(pipes: _Pipes) -> Console:
    return Console(pipes.to_worker, pipes.from_worker)


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[..., Any]], None]:
    """Add a task to those of the worker."""
    return lambda name, task: monkeypatch.setitem(tasks.TASKS, name, task)


Define = Callable[[str, Callable[..., Any]], None]


def test_a_task_is_answered_with_what_it_returns(console: Console, define: Define) -> None:
    define("add", lambda context, a, b: a + b)
    console.send(Task(7, "add", {"a": 1, "b": 2}))
    assert console.receive() == Done(7, 3)


def test_requests_do_not_wait_for_one_another(console: Console, define: Define) -> None:
    meeting = threading.Barrier(40, timeout=_DEADLINE_SECONDS)
    define("meet", lambda context: meeting.wait() >= 0)
    for number in range(40):
        console.send(Task(number, "meet", {}))
    assert {console.receive().id for _ in range(40)} == set(range(40))


def test_no_more_progress_is_on_its_way_than_the_window(console: Console, define: Define) -> None:
    reported: list[int] = []

    def count(context: TaskContext, to: int) -> int:
        for number in range(to):
            context.report(number)
            reported.append(number)
        return to

    define("count", count)
    console.send(Task(1, "count", {"to": 50}))
    assert [console.receive() for _ in range(WINDOW)] == [Progress(1, number) for number in range(WINDOW)]
    console.send(Task(2, "count", {"to": 0}))  # an answer behind which a further report would have come
    assert console.receive() == Done(2, 0)
    assert len(reported) == WINDOW
    for number in range(WINDOW, 50):
        console.send(Taken(1))
        assert console.receive() == Progress(1, number)
    assert console.receive() == Done(1, 50)


def test_a_task_ends_at_its_next_check_when_it_is_cancelled(console: Console, define: Define) -> None:
    begun, checks = threading.Event(), 0

    def for_ever(context: TaskContext) -> None:
        nonlocal checks
        while True:
            begun.set()
            context.check()
            checks += 1
            time.sleep(0.001)

    define("for_ever", for_ever)
    console.send(Task(1, "for_ever", {}))
    assert begun.wait(_DEADLINE_SECONDS)
    console.send(Cancel(1))
    answer = console.receive()
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, Cancelled)
    seen = checks
    time.sleep(0.01)
    assert checks == seen


def test_a_task_that_waits_for_its_window_is_cancelled_too(console: Console, define: Define) -> None:
    put_back = threading.Event()

    def flood(context: TaskContext) -> None:
        try:
            while True:
                context.report("x" * 1000)
        except Cancelled:
            put_back.set()
            raise

    define("flood", flood)
    console.send(Task(1, "flood", {}))
    for _ in range(WINDOW):
        assert isinstance(console.receive(), Progress)
    console.send(Cancel(1))
    assert isinstance(console.receive(), Failed)
    assert put_back.is_set()


def test_a_message_about_an_unknown_request_is_nothing(console: Console, define: Define) -> None:
    define("one", lambda context: 1)
    for message in (Cancel(99), Taken(99)):
        console.send(message)
    console.send(Task(1, "one", {}))
    assert console.receive() == Done(1, 1)


class OddError(Exception):
    """Cannot be pickled and read again: its arguments are not those of its constructor."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"odd {first} {second}")
        self.handle = open(os.devnull)  # noqa: PTH123, SIM115
        self.handle.close()


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (lambda context: 1 / 0, "the task broken did not succeed. ZeroDivisionError: division by zero."),
        (lambda context: lambda: None, "the task broken did not succeed. AttributeError: Can't pickle local object"),
        (lambda context: threading.Lock(), "the task broken did not succeed. TypeError: cannot pickle '_thread.lock'"),
        (lambda context: context.report(threading.Lock()), "the task broken did not succeed. TypeError: cannot pickle"),
    ],
)
def test_what_goes_wrong_in_a_task_is_an_answer(
    console: Console, define: Define, task: Callable[[TaskContext], Any], sentence: str
) -> None:
    define("broken", task)
    console.send(Task(1, "broken", {}))
    answer = console.receive()
    assert isinstance(answer, Failed)
    assert type(answer.error) is ServiceFault
    assert str(answer.error).startswith(sentence)
    console.send(Task(2, "broken", {}))
    assert console.receive().id == 2


def test_an_exception_that_cannot_be_sent_is_told_in_words(console: Console, define: Define) -> None:
    def fail(context: TaskContext) -> None:
        raise OddError(1, 2)

    define("odd", fail)
    console.send(Task(1, "odd", {}))
    answer = console.receive()
    assert isinstance(answer, Failed)
    assert str(answer.error) == "the task odd did not succeed. OddError: odd 1 2."


def test_a_memory_error_has_a_sentence_without_a_message(console: Console, define: Define) -> None:
    def fail(context: TaskContext) -> None:
        raise MemoryError

    define("fail", fail)
    console.send(Task(1, "fail", {}))
    answer = console.receive()
    assert isinstance(answer, Failed)
    assert str(answer.error) == "the task fail did not succeed. MemoryError."


@pytest.mark.parametrize("cut", [1, HEADER.size, -1])
def test_a_message_cut_off_by_the_end_of_the_console_ends_the_worker(pipes: _Pipes, cut: int) -> None:
    pipes.to_worker.write(frame(Task(1, "inspect_csv", {"path": "x"}))[:cut])
    pipes.to_worker.close()
    pipes.thread.join(_DEADLINE_SECONDS)
    assert not pipes.thread.is_alive()


class _Here(subprocess.Popen[bytes]):
    """The worker of this process in the clothes of a child, for a gateway to hold."""

    def __init__(self, pipes: _Pipes) -> None:
        self.stdin = pipes.to_worker
        self.stdout = pipes.from_worker
        self.returncode = 0

    def __del__(self) -> None:
        """There is no process to account for."""

    def kill(self) -> None:
        """The end of the pipe is enough."""

    def wait(self, timeout: float | None = None) -> int:
        return 0


async def test_a_flood_of_progress_leaves_the_console_its_turns(pipes: _Pipes, define: Define) -> None:
    def flood(context: TaskContext, values: int) -> int:
        for number in range(values):
            context.report((number, "x" * 100))
        return values

    define("flood", flood)
    gateway = Gateway(Budget(UNHURRIED), process=_Here(pipes))
    await gateway.open(StubAws("http://127.0.0.1:9").connection())
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            gaps.append(time.monotonic() - before)

    taken: list[int] = []

    def slow(value: tuple[int, str]) -> None:
        taken.append(value[0])
        if len(taken) <= 500:
            time.sleep(0.002)

    ticking = asyncio.create_task(tick())
    try:
        assert await gateway.task("flood", values=10_000, on_progress=slow) == 10_000
    finally:
        ticking.cancel()
        gateway.close()
    assert taken == list(range(10_000))
    # A window of slow values at most comes between two turns; all of them in a row would take a second.
    assert max(gaps) < 0.5


def test_a_read_only_connection_refuses_writes_of_every_service(aws: StubAws) -> None:
    client = Aws(aws.connection(read_only=True))
    aws.answers["ListTrainingJobs"] = lambda _: {"TrainingJobSummaries": []}
    assert client.call("sagemaker", "ListTrainingJobs", {}, _ignore) == {"TrainingJobSummaries": []}
    with pytest.raises(ReadOnly, match="StopTrainingJob was not sent"):
        client.call("sagemaker", "StopTrainingJob", {"TrainingJobName": "boston"}, _ignore)
    s3 = client.client("s3")
    with pytest.raises(ReadOnly, match="PutObject was not sent"):
        s3.put_object(Bucket="bucket", Key="key", Body=b"1")
    with pytest.raises(ReadOnly, match="CreateBucket"):
        s3.create_bucket(Bucket="bucket")
    with pytest.raises(ReadOnly, match="PutLogEvents"):
        client.client("logs").put_log_events(
            logGroupName="g", logStreamName="s", logEvents=[{"timestamp": 1, "message": "x"}]
        )
    assert [name for name, _ in aws.requests] == ["ListTrainingJobs"]


def test_an_upload_of_boto3s_own_is_refused_read_only(aws: StubAws, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1" * 100)
    s3 = Aws(aws.connection(read_only=True)).client("s3")
    with pytest.raises(ReadOnly, match="PutObject was not sent"):
        s3.upload_file(str(tmp_path / "a"), "bucket", "key")
    assert aws.requests == []


def test_a_connection_that_may_write_does(aws: StubAws) -> None:
    aws.answers["StopTrainingJob"] = lambda _: {}
    assert Aws(aws.connection()).call("sagemaker", "StopTrainingJob", {"TrainingJobName": "boston"}, _ignore) == {}


def test_nothing_is_sent_again_for_somebody_who_has_given_up(aws: StubAws) -> None:
    aws.answers["StopTrainingJob"] = in_turn(Refused("ThrottlingException", "Rate exceeded"))
    attempts = 0

    def check() -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1:
            raise Cancelled

    client = Aws(aws.connection())
    with pytest.raises(Cancelled):
        client.call("sagemaker", "StopTrainingJob", {"TrainingJobName": "boston"}, check)
    assert len(aws.requests) == 1


def test_timestamps_are_epoch_seconds_in_every_protocol(aws: StubAws) -> None:
    client = Aws(aws.connection())
    aws.answers["ListTrainingJobs"] = lambda _: {
        "TrainingJobSummaries": [{"CreationTime": 1767225600.123, "TrainingEndTime": 1767225601}]
    }
    (job,) = client.call("sagemaker", "ListTrainingJobs", {}, _ignore)["TrainingJobSummaries"]
    assert job == {"CreationTime": 1767225600.123, "TrainingEndTime": 1767225601.0}
    aws.answers["GET /"] = lambda _: (
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate>"
        "</Bucket></Buckets></ListAllMyBucketsResult>"
    )
    assert client.call("s3", "ListBuckets", {}, _ignore)["Buckets"] == [{"Name": "b", "CreationDate": 1767225600.0}]


@pytest.mark.parametrize(
    "value",
    [
        1767225600,
        1767225600.0,
        "1767225600",
        "1.7672256E9",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:00.000Z",
        "Thu, 01 Jan 2026 00:00:00 GMT",
    ],
)
def test_a_timestamp_in_any_notation(value: str | float) -> None:
    assert epoch_seconds(value) == 1767225600.0


def test_the_body_of_an_object_is_read(aws: StubAws) -> None:
    aws.answers["GET /bucket/key"] = lambda _: "<what was put there>"
    answer = Aws(aws.connection()).call("s3", "GetObject", {"Bucket": "bucket", "Key": "key"}, _ignore)
    assert answer["Body"] == b"<what was put there>"


def _ignore() -> None:
    """Nobody gives up."""


_NOISY = """
import os
from tui.service.worker import __main__ as worker, tasks

def noisy(context):
    print("printed", flush=True)
    os.write(1, b"written")
    return "quiet"

tasks.TASKS["noisy"] = noisy
worker.main()
"""


def test_what_a_library_prints_goes_to_standard_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _NOISY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        console = Console(process.stdin, process.stdout)
        console.send(Task(1, "noisy", {}))
        assert console.receive() == Done(1, "quiet")
        console.close()
        assert process.stderr.read() == b"printed\nwritten"
        assert process.wait(_DEADLINE_SECONDS) == 0
