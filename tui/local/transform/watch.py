"""Following the hosts of a transform job while they work: outputs, both log streams, metrics, stop, exit codes."""

from __future__ import annotations

import secrets
import selectors
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from tui.local.cloudwatch.host_meter import HostMeter
from tui.local.errors import AwsError
from tui.local.jobs.hosts import Host, HostServer
from tui.local.jobs.log_lines import message_of
from tui.local.jobs.states import JobFailed
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.transform.host import (
    ALGORITHM_ERROR,
    CLIENT_ERROR,
    DataLog,
    FileDone,
    FileFailed,
    HostFailed,
    HostTask,
    Report,
    transform,
)

LOG_GROUP = "/aws/sagemaker/TransformJobs"
NAMESPACE = "/aws/sagemaker/TransformJobs"

_TICK_SECONDS = 0.1
"""How long a stop goes unnoticed at most."""

_FLUSH_SECONDS = 0.2
"""How long a line waits for others to share a transaction with."""


@dataclass(frozen=True, slots=True)
class _Instance:
    """A host at work."""

    name: str
    """Its id, in the form of EC2's."""

    host: Host
    reports: Connection
    stream: str
    """The stream of its container; the data log is the one below it."""


class TransformWatch:
    """Runs the hosts of one job, once, stores what they finish and writes down what they say."""

    def __init__(self, job: str, objects: ObjectStore, logs: Logs, hosts: HostServer, meter: HostMeter) -> None:
        self._job = job
        self._objects = objects
        self._logs = logs
        self._hosts = hosts
        self._meter = meter
        self._selector = selectors.DefaultSelector()
        self._instances: list[_Instance] = []
        self._halted = False
        self._kinds: list[str] = []
        self._reason = ""
        self._events: dict[str, list[tuple[int, str]]] = {}
        self._flushed = time.monotonic()

    def follow(self, tasks: Sequence[HostTask], outputs: Mapping[Path, tuple[str, str]], halt: threading.Event) -> None:
        """Run a host for each task until all have ended, and put every output that is complete to its bucket and key.

        When `halt` is set the hosts are killed; what they had completed is put all the same. Raises JobFailed when a
        file or a host failed.
        """
        with self._selector, ExitStack() as open_meters:
            try:
                for task in tasks:
                    self._start(task, open_meters)
                self._watch(outputs, halt)
            finally:
                self._kill_all()
                for instance in self._instances:
                    instance.reports.close()
                    instance.host.wait()
                self._flush()
        if self._halted:
            return
        if self._reason:
            raise JobFailed(self._reason)
        if self._kinds:
            raise JobFailed(f"{self._kinds[0]}: See job logs for more information")

    def _start(self, task: HostTask, open_meters: ExitStack) -> None:
        name = f"i-{secrets.token_hex(9)[:17]}"
        reader, writer = Pipe(duplex=False)
        with writer:
            try:
                host = self._hosts.start(transform, task, writer)
            except JobFailed:
                reader.close()
                raise
        instance = _Instance(name, host, reader, f"{self._job}/{name}-{int(time.time())}")
        self._instances.append(instance)
        self._selector.register(host, selectors.EVENT_READ, instance)
        self._selector.register(reader, selectors.EVENT_READ, instance)
        open_meters.enter_context(self._meter.watch(NAMESPACE, (("Host", f"{self._job}/{name}"),), host.pid))

    def _watch(self, outputs: Mapping[Path, tuple[str, str]], halt: threading.Event) -> None:
        while self._selector.get_map():
            for key, _ in self._selector.select(_TICK_SECONDS):
                if isinstance(key.fileobj, Host):
                    self._read(key.data)
                else:
                    self._receive(key.data, outputs)
            if halt.is_set() and not self._halted:
                self._halted = True
                self._kill_all()
            if time.monotonic() > self._flushed + _FLUSH_SECONDS:
                self._flush()

    def _read(self, instance: _Instance) -> None:
        for line in instance.host.read_lines():
            self._note(instance.stream, message_of(line))
        if not instance.host.open:
            self._selector.unregister(instance.host)
            code = instance.host.wait()
            if code != 0:
                self._break(
                    f"{ALGORITHM_ERROR}: The process of instance {instance.name} ended unexpectedly, exit code: {code}"
                )

    def _receive(self, instance: _Instance, outputs: Mapping[Path, tuple[str, str]]) -> None:
        try:
            report: Report = instance.reports.recv()
        except (EOFError, OSError):  # the latter when the host was killed in the middle of a report
            self._selector.unregister(instance.reports)
            return
        match report:
            case DataLog(line):
                self._note(f"{instance.stream}/data-log", message_of(line))
            case FileDone(file):
                self._upload(file.output, *outputs[file.output])
            case FileFailed(kind):
                self._kinds.append(kind)
            case HostFailed(reason):
                self._break(reason)

    def _upload(self, output: Path, bucket: str, key: str) -> None:
        try:
            self._objects.put_file(bucket, key, output)
        except AwsError as error:
            self._break(f'{CLIENT_ERROR}: Could not upload "s3://{bucket}/{key}": {error.message}')
        output.unlink()

    def _break(self, reason: str) -> None:
        """Give the job up for a reason, unless there is one already or it was told to stop."""
        if not self._halted and not self._reason:
            self._reason = reason
            self._kill_all()

    def _note(self, stream: str, message: str) -> None:
        self._events.setdefault(stream, []).append((int(time.time() * 1000), message))

    def _kill_all(self) -> None:
        for instance in self._instances:
            instance.host.kill()

    def _flush(self) -> None:
        for stream, events in self._events.items():
            self._logs.append(LOG_GROUP, stream, events)
        self._events = {}
        self._flushed = time.monotonic()
