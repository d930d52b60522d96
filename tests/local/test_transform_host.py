"""A host of a transform job with a model that a test holds in its hand: how many requests at a time, and how long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.local.training import XGBOOST
from tui.local.algorithms.inference import Reply
from tui.local.transform import host
from tui.local.transform.host import DataLog, FileDone, FileFailed, HostTask, InputFile, Report, transform

_DEADLINE_SECONDS = 60


class _Model:
    """Answers a request with its body; what a test does first may block or refuse."""

    def __init__(self, before: Callable[[bytes], None]) -> None:
        self._before = before
        self.bodies: list[bytes] = []

    def invoke(self, body: bytes, content_type: str, accept: str) -> Reply:
        self.bodies.append(body)
        self._before(body)
        if body == b"bad":
            return Reply(415, "text/plain", b"")
        return Reply(200, content_type, body)


def _task(folder: Path, *contents: str, max_concurrent: int, timeout: int = 60) -> HostTask:
    files = []
    for number, content in enumerate(contents):
        (folder / str(number)).write_text(content)
        files.append(InputFile(f"bucket/{number}", folder / str(number), folder / f"{number}.out"))
    request = {
        "TransformInput": {"SplitType": "Line", "CompressionType": "None", "ContentType": "text/csv"},
        "TransformOutput": {"AssembleWith": "Line"},
        "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": timeout},
    }
    return HostTask(XGBOOST, folder, {}, files, request, max_concurrent, 1, "SINGLE_RECORD")


def _reports(task: HostTask, model: _Model, monkeypatch: pytest.MonkeyPatch) -> Iterator[Report]:
    """What a host says while it works in a thread."""

    def load_model(*_: Any) -> _Model:
        return model

    monkeypatch.setattr(host, "load_model", load_model)
    reader, writer = Pipe(duplex=False)
    thread = threading.Thread(target=_work, args=(task, writer))
    thread.start()
    while reader.poll(_DEADLINE_SECONDS):
        try:
            yield reader.recv()
        except EOFError:
            break
    thread.join(_DEADLINE_SECONDS)
    assert not thread.is_alive()


def _work(task: HostTask, reports: Connection) -> None:
    with reports:
        transform(task, reports)


def test_as_many_requests_at_a_time_as_were_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = threading.Barrier(3, timeout=_DEADLINE_SECONDS)
    at_once = threading.Semaphore(3)

    def meet(_: bytes) -> None:
        assert at_once.acquire(blocking=False), "a fourth request at a time"
        meeting.wait()
        at_once.release()

    task = _task(tmp_path, "a\nb\nc\nd\n", "e\nf\n", max_concurrent=3)
    reports = list(_reports(task, _Model(meet), monkeypatch))
    assert [report.file.name for report in reports if isinstance(report, FileDone)] == ["bucket/0", "bucket/1"]
    assert [(tmp_path / name).read_text() for name in ("0.out", "1.out")] == ["a\nb\nc\nd\n", "e\nf\n"]


def test_after_a_bad_record_its_object_is_not_read_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _Model(lambda _: None)
    task = _task(tmp_path, "a\nbad\n" + "b\n" * 1000, "c\n", max_concurrent=2)
    reports = list(_reports(task, model, monkeypatch))
    assert [report for report in reports if not isinstance(report, DataLog)] == [
        FileFailed("AlgorithmError"),
        FileDone(task.files[1]),
    ]
    assert len(model.bodies) <= 5
    assert not (tmp_path / "0.out").exists()
    assert (tmp_path / "1.out").read_text() == "c\n"


def test_a_request_that_takes_too_long_fails_its_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    model = _Model(lambda body: None if body == b"b" else _wait(answer))
    task = _task(tmp_path, "a\n", "b\n", max_concurrent=2, timeout=1)
    seen: list[Report] = []
    for report in _reports(task, model, monkeypatch):
        seen.append(report)
        if isinstance(report, FileFailed):
            answer.set()
    lines = [report.line for report in seen if isinstance(report, DataLog)]
    assert lines[1].endswith(":[sagemaker logs]: bucket/0: Unable to get response from algorithm")
    assert seen[-2:] == [FileFailed("AlgorithmError"), FileDone(task.files[1])]


def _wait(event: threading.Event) -> None:
    assert event.wait(_DEADLINE_SECONDS)
