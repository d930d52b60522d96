"""The worker in this process: a `Worker` over pipes, with tasks made for the test."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.service.conftest import UNHURRIED
from tests.service.stub_aws import StubAws
from tests.service.worker_pipes import DEADLINE_SECONDS, Console, Pipes
from tests.waiting import turn, until
from tui.service.budget import Budget
from tui.service.errors import ServiceFault
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
    frame,
)
from tui.service.worker import tasks
from tui.service.worker.context import Cancelled, TaskContext


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    pipes = Pipes()
    yield pipes
    pipes.to_worker.close()
    pipes.thread.join(DEADLINE_SECONDS)
    assert not pipes.thread.is_alive()
    pipes.from_worker.close()


@pytest.fixture
def console(pipes: Pipes) -> Console:
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
    meeting = threading.Barrier(40, timeout=DEADLINE_SECONDS)
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
    until(lambda: len(reported) >= WINDOW, "the task to go on behind its last report")
    assert len(reported) == WINDOW
    for number in range(WINDOW, 50):
        console.send(Taken(1))
        assert console.receive() == Progress(1, number)
    assert console.receive() == Done(1, 50)


def test_a_task_ends_at_its_next_check_when_it_is_cancelled(console: Console, define: Define) -> None:
    may_check, checked = threading.Semaphore(0), threading.Semaphore(0)

    def for_ever(context: TaskContext) -> None:
        while True:
            may_check.acquire()
            context.check()
            checked.release()

    define("for_ever", for_ever)
    define("one", lambda context: 1)
    console.send(Task(1, "for_ever", {}))
    may_check.release()
    assert checked.acquire(timeout=DEADLINE_SECONDS)
    console.send(Cancel(1))
    console.send(Task(2, "one", {}))
    assert console.receive() == Done(2, 1)  # the worker has read past the cancellation
    may_check.release()
    answer = console.receive()
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, Cancelled)
    assert not checked.acquire(blocking=False)


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
def test_a_message_cut_off_by_the_end_of_the_console_ends_the_worker(pipes: Pipes, cut: int) -> None:
    pipes.to_worker.write(frame(Task(1, "inspect_csv", {"path": "x"}))[:cut])
    pipes.to_worker.close()
    pipes.thread.join(DEADLINE_SECONDS)
    assert not pipes.thread.is_alive()


class _Here(subprocess.Popen[bytes]):
    """The worker of this process in the clothes of a child, for a gateway to hold."""

    def __init__(self, pipes: Pipes) -> None:
        self.stdin = pipes.to_worker
        self.stdout = pipes.from_worker
        self.returncode = 0

    def __del__(self) -> None:
        """There is no process to account for."""

    def kill(self) -> None:
        """The end of the pipe is enough."""

    def wait(self, timeout: float | None = None) -> int:
        return 0


async def test_a_flood_of_progress_leaves_the_console_its_turns(pipes: Pipes, define: Define) -> None:
    def flood(context: TaskContext, values: int) -> int:
        for number in range(values):
            context.report((number, "x" * 100))
        return values

    define("flood", flood)
    gateway = Gateway(Budget(UNHURRIED), process=_Here(pipes))
    await gateway.open(StubAws("http://127.0.0.1:9").connection())
    taken: list[int] = []
    taken_by_turn = [0]

    async def count_turns() -> None:
        while True:
            await turn()
            taken_by_turn.append(len(taken))

    counting = asyncio.create_task(count_turns())
    try:
        assert await gateway.task("flood", values=2_000, on_progress=lambda value: taken.append(value[0])) == 2_000
    finally:
        counting.cancel()
        gateway.close()
    assert taken == list(range(2_000))
    assert max(later - before for before, later in pairwise(taken_by_turn)) <= WINDOW


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
        assert process.wait(DEADLINE_SECONDS) == 0
