"""The frames between the console and its worker."""

from __future__ import annotations

import io
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvDialect
from tui.resources.datasets import DataError, SplitPlan
from tui.service.errors import Throttled
from tui.service.wire import (
    HEADER,
    Call,
    Cancel,
    Connect,
    Connection,
    Done,
    Failed,
    Progress,
    Taken,
    Task,
    ToConsole,
    ToWorker,
    frame,
)
from tui.service.worker.tasks import TASKS

MESSAGES: list[ToWorker | ToConsole] = [
    Connect(Connection("prod", "eu-west-1", None, "AKID", "secret", True)),
    Call(1, "sagemaker", "ListTrainingJobs", {"MaxResults": 10}),
    Task(2, "inspect_csv", {"path": "a.csv"}),
    Cancel(3),
    Taken(4),
    Progress(5, {"any": ["value", 1.5, None]}),
    Done(6, b"\x00" * 100),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_arrives_as_it_was_sent(message: ToWorker | ToConsole) -> None:
    data = frame(message)
    (size,) = HEADER.unpack(data[: HEADER.size])
    assert size == len(data) - HEADER.size
    assert pickle.loads(data[HEADER.size :]) == message


@given(st.lists(st.sampled_from(MESSAGES)))
def test_frames_can_be_told_apart_in_a_stream(messages: list[ToWorker | ToConsole]) -> None:
    stream = io.BytesIO(b"".join(map(frame, messages)))
    found = []
    while header := stream.read(HEADER.size):
        found.append(pickle.loads(stream.read(struct.unpack("!I", header)[0])))
    assert found == messages


@pytest.mark.parametrize("error", [Throttled("a", "b", code="c"), DataError("what", "why", "next")])
def test_errors_arrive_with_their_parts(error: Exception) -> None:
    arrived = pickle.loads(frame(Failed(1, error))[HEADER.size :]).error
    assert type(arrived) is type(error)
    assert vars(arrived) == vars(error)


def test_the_secret_of_a_connection_is_not_in_its_repr() -> None:
    assert "hush" not in repr(Connect(Connection(access_key_id="AKID", secret_access_key="hush")))


class _OursOnly(pickle.Unpickler):
    """Reads a frame as the console does, which must not import pandas and its like for it."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        assert module_name.startswith(("tui.resources", "tui.service.wire")), f"{module_name}.{global_name}"
        return super().find_class(module_name, global_name)


def test_what_the_tasks_answer_is_made_of_our_own_values(tmp_path: Path) -> None:
    def run(task: str, **arguments: Any) -> Any:
        context = ScriptedContext()
        answer = TASKS[task](context, **arguments)
        messages: list[ToConsole] = [Done(1, answer), *(Progress(1, value) for value in context.reports)]
        for message in messages:
            _OursOnly(io.BytesIO(frame(message)[HEADER.size :])).load()
        return answer

    path = tmp_path / "a.csv"
    path.write_text("price,area,kind,when\n" + "".join(f"{n}.5,{n},k{n % 3},2026-01-0{n % 9 + 1}\n" for n in range(90)))
    run("list_folder", path=str(tmp_path))
    run("peek_csv", path=str(path))
    run("inspect_csv", path=str(path))
    plan = SplitPlan("a", CsvDialect(), ("price", "area", "kind", "when"), "price", "regression", ("area",))
    run("split_csv", path=str(path), plan=plan, folder=str(tmp_path / "split"))
    run("write_sample", name="diabetes", folder=str(tmp_path / "samples"))
