"""One instance of a transform job, in a process of its own: its files go through the model, one `.out` file each.

Requests are made `max_concurrent` at a time and answered in their order, so that no more than that many payloads are in
memory and every output is written from its beginning to its end.
"""

from __future__ import annotations

import csv
import gzip
import sys
import zlib
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from tui.local.algorithms.inference import ModelLoadError, Reply, ServedModel, load_model
from tui.local.transform.processing import Processing, ProcessingError, processing_of
from tui.local.transform.records import READERS, InputError, Payload, multi_record, single_record
from tui.local.transform.requests import MAX_PAYLOAD_MB

ALGORITHM_ERROR = "AlgorithmError"
CLIENT_ERROR = "ClientError"

_MEGABYTE = 1 << 20
_MAX_MESSAGE = 10_000
"""Characters of a refusal by the model that the data log shows."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input object that was brought to the host."""

    name: str
    """`bucket/key`, which is what the data log calls it."""

    path: Path
    output: Path
    """Where its output goes."""


@dataclass(frozen=True, slots=True)
class HostTask:
    """What a host has to do."""

    image: str
    model: Path
    """The folder of the unpacked model."""

    environment: Mapping[str, str]
    files: Sequence[InputFile]
    request: Mapping[str, Any]
    """The accepted CreateTransformJob request."""

    max_concurrent: int
    max_payload_mb: int
    strategy: str
    """`SINGLE_RECORD` or `MULTI_RECORD`, as the container and the data log spell it."""


@dataclass(frozen=True, slots=True)
class DataLog:
    """A report: a line for the data log."""

    line: str


@dataclass(frozen=True, slots=True)
class FileDone:
    """A report: the output of a file is complete."""

    file: InputFile


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A report: a file has no output."""

    kind: str
    """Whose fault it was: `ALGORITHM_ERROR` or `CLIENT_ERROR`."""


@dataclass(frozen=True, slots=True)
class HostFailed:
    """A report: the host cannot go on; the text is the FailureReason."""

    reason: str


Report: TypeAlias = DataLog | FileDone | FileFailed | HostFailed


def transform(task: HostTask, reports: Connection) -> int:
    """The body of a host process; the container's log goes to standard output. Answers the exit code."""
    csv.field_size_limit(sys.maxsize)
    try:
        model = load_model(task.model, task.image, task.environment, _log)
        _Host(task, model, reports).run()
    except ModelLoadError as error:
        reports.send(HostFailed(f"{ALGORITHM_ERROR}: The container could not load the model: {error}"))
    except OSError as error:
        reports.send(
            HostFailed(
                f"InternalServerError: the embedded SageMaker could not work in its data folder: {error}. Make room on "
                "the disk and start the job again."
            )
        )
    return 0


def _log(line: str) -> None:
    sys.stdout.write(line + "\n")


class _Host:
    def __init__(self, task: HostTask, model: ServedModel, reports: Connection) -> None:
        self._task = task
        self._model = model
        self._reports = reports
        self._content_type = task.request["TransformInput"].get("ContentType", "")
        self._accept = task.request["TransformOutput"].get("Accept", "")
        self._timeout = task.request.get("ModelClientConfig", {}).get("InvocationsTimeoutInSeconds", 600)
        self._pool = ThreadPoolExecutor(task.max_concurrent, "transform")
        self._asked: deque[tuple[_File, Payload, Future[Reply]]] = deque()

    def run(self) -> None:
        task = self._task
        self._note(
            f"MaxConcurrentTransforms={task.max_concurrent}, MaxPayloadInMB={task.max_payload_mb}, "
            f"BatchStrategy={task.strategy}"
        )
        with self._pool:
            for entry in task.files:
                self._ask_all(_File(entry, task))
            while self._asked:
                self._answer()

    def _ask_all(self, file: _File) -> None:
        """Ask for a file's answers, until one of them is bad."""
        try:
            with closing(file.payloads()) as payloads:
                for payload in payloads:
                    if len(self._asked) == self._task.max_concurrent:
                        self._answer()
                    if file.failed:
                        break
                    future = self._pool.submit(self._model.invoke, payload.body, self._content_type, self._accept)
                    file.unanswered += 1
                    self._asked.append((file, payload, future))
        except (InputError, ProcessingError) as error:
            self._fail(file, CLIENT_ERROR, str(error))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            self._fail(file, CLIENT_ERROR, f"Failed to decompress the object as Gzip: {error}")
        file.all_asked = True
        self._settle(file)

    def _answer(self) -> None:
        """Take the oldest answer that was asked for."""
        file, payload, future = self._asked.popleft()
        file.unanswered -= 1
        try:
            reply = future.result(self._timeout)
        except TimeoutError:
            self._fail(file, ALGORITHM_ERROR, "Unable to get response from algorithm")
            return
        if file.failed:
            return
        if reply.status // 100 != 2:
            message = reply.body.decode("utf-8", "replace")[:_MAX_MESSAGE].strip()
            status = f"Bad HTTP status received from algorithm: {reply.status}"
            self._fail(file, ALGORITHM_ERROR, status, "", "Message:", *message.splitlines())
            return
        try:
            file.store(payload, reply)
        except ProcessingError as error:
            self._fail(file, CLIENT_ERROR, str(error))
        self._settle(file)

    def _settle(self, file: _File) -> None:
        if file.all_asked and not file.unanswered and not file.failed:
            file.close()
            self._reports.send(FileDone(file.entry))

    def _fail(self, file: _File, kind: str, *lines: str) -> None:
        if file.failed:
            return
        file.discard()
        for line in lines:
            self._note(f"{file.entry.name}: {line}")
        self._reports.send(FileFailed(kind))

    def _note(self, text: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        self._reports.send(DataLog(f"{now}:[sagemaker logs]: {text}"))


class _File:
    """A file on its way: how far its payloads are asked for and answered, and its output so far."""

    def __init__(self, entry: InputFile, task: HostTask) -> None:
        self.entry = entry
        self.failed = False
        self.all_asked = False
        self.unanswered = 0
        self._task = task
        self._processing: Processing | None = processing_of(task.request)
        self._ends_lines = task.request["TransformOutput"]["AssembleWith"] == "Line"
        self._output = entry.output.open("wb")

    def payloads(self) -> Generator[Payload]:
        given = self._task.request["TransformInput"]
        limit = (self._task.max_payload_mb or MAX_PAYLOAD_MB) * _MEGABYTE
        split = given["SplitType"]
        with self._open(packed=given["CompressionType"] == "Gzip") as file:
            records = READERS[split](file, limit)
            if self._task.strategy == "SINGLE_RECORD":
                yield from single_record(records, self._sent, limit)
            else:
                yield from multi_record(records, self._sent, limit, b"\n" if split == "Line" else b"")

    def store(self, payload: Payload, reply: Reply) -> None:
        body = reply.body
        if self._processing is not None:
            body = self._processing.stored(payload.records, body, reply.content_type)
        self._output.write(body)
        if self._ends_lines and body and not body.endswith(b"\n"):
            self._output.write(b"\n")

    def close(self) -> None:
        self._output.close()

    def discard(self) -> None:
        self.failed = True
        self._output.close()
        self.entry.output.unlink()

    def _sent(self, record: bytes) -> bytes:
        return record if self._processing is None else self._processing.sent(record)

    def _open(self, *, packed: bool) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.entry.path)) if packed else self.entry.path.open("rb")
