"""Following the hosts of a job while they train: log events, metrics, time limit, stop, exit codes."""

from __future__ import annotations

import selectors
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from tui.local.cloudwatch.host_meter import HostMeter, Volume
from tui.local.cloudwatch.metrics import Datum, MetricStore
from tui.local.jobs.hosts import Host, HostServer, train
from tui.local.jobs.log_lines import message_of
from tui.local.jobs.metrics import MetricParser, metric_definitions
from tui.local.jobs.states import MAX_REASON, JobFailed, Phase
from tui.local.jobs.table import Job, JobTable, Sample
from tui.local.logs import Logs

LOG_GROUP = "/aws/sagemaker/TrainingJobs"

NAMESPACE = "/aws/sagemaker/TrainingJobs"
"""Of the metrics that training jobs and their hosts report."""

_GIB = 2**30

_TICK_SECONDS = 0.1
"""How long a stop or a time-out goes unnoticed at most."""

_FLUSH_SECONDS = 0.2
"""How long a line waits for others to share a transaction with."""


class HostWatch:
    """Runs the hosts of one job, once, and writes down what they say."""

    def __init__(
        self,
        job: Job,
        jobs: JobTable,
        logs: Logs,
        hosts: HostServer,
        grace_seconds: float,
        *,
        metrics: MetricStore,
        sampled: Callable[[str, Sequence[Sample]], None],
    ) -> None:
        self._job = job
        self._jobs = jobs
        self._logs = logs
        self._hosts = hosts
        self._metrics = metrics
        self._grace_seconds = grace_seconds
        self._sampled = sampled
        self._parser = MetricParser(metric_definitions(job.request))
        self._selector = selectors.DefaultSelector()
        self._running: dict[Host, Path] = {}
        self._failures: list[tuple[Path, int]] = []
        self._asked_to: Phase | None = None
        self._events: dict[str, list[tuple[int, str]]] = {}
        self._samples: list[Sample] = []
        self._flushed = time.monotonic()

    def follow(self, roots: Sequence[Path], halt: threading.Event) -> Phase:
        """Run a host in each folder and wait until all have ended.

        Answers Completed when all succeeded; Stopped or MaxRuntimeExceeded when they were asked to end, because
        `halt` was set or the time was up, whatever their exit codes. Raises JobFailed when one failed by itself.
        """
        request = self._job.request
        with self._selector, ExitStack() as meters:
            try:
                self._start(meters, roots, request["AlgorithmSpecification"]["TrainingImage"])
                self._watch(halt, time.monotonic() + request["StoppingCondition"]["MaxRuntimeInSeconds"])
            finally:
                self._kill_all()
                for host in self._running:
                    host.wait()
        self._flush()
        if self._asked_to is None and self._failures:
            raise self._failure()
        return self._asked_to or Phase.COMPLETED

    def _start(self, meters: ExitStack, roots: Sequence[Path], image: str) -> None:
        epoch = int(time.time())
        meter = HostMeter(self._metrics)
        size = self._job.request["ResourceConfig"]["VolumeSizeInGB"] * _GIB
        for root in roots:
            host = self._hosts.start(train, root, image)
            self._running[host] = root
            dimensions = (("Host", f"{self._job.name}/{root.name}"),)
            meters.enter_context(meter.watch(NAMESPACE, dimensions, host.pid, volume=Volume(root, size)))
            self._selector.register(host, selectors.EVENT_READ, f"{self._job.name}/{root.name}-{epoch}")

    def _watch(self, halt: threading.Event, deadline: float) -> None:
        kill_at = float("inf")
        while self._running:
            for key, _ in self._selector.select(_TICK_SECONDS):
                if isinstance(key.fileobj, Host):
                    self._read(key.fileobj, key.data)
            now = time.monotonic()
            if self._asked_to is None and (halt.is_set() or now > deadline):
                self._ask(Phase.STOPPED if halt.is_set() else Phase.MAX_RUNTIME_EXCEEDED)
                kill_at = now + self._grace_seconds
            if now > kill_at:
                self._kill_all()
            if now > self._flushed + _FLUSH_SECONDS:
                self._flush()

    def _ask(self, end: Phase) -> None:
        """Ask all hosts to save what they have; from now on their exit codes do not matter."""
        self._asked_to = end
        if end is Phase.MAX_RUNTIME_EXCEEDED:
            self._jobs.enter(self._job.name, Phase.STOPPING)
        for host in self._running:
            host.terminate()

    def _read(self, host: Host, stream: str) -> None:
        now = time.time()
        events = self._events.setdefault(stream, [])
        samples: list[Sample] = []
        for line in host.read_lines():
            if message := message_of(line):
                events.append((int(now * 1000), message))
                samples.extend(self._parser.samples(now, message))
        if samples:
            self._samples.extend(samples)
            self._sampled(self._job.name, samples)
        if host.open:
            return
        self._selector.unregister(host)
        root = self._running.pop(host)
        code = host.wait()
        if code != 0:
            self._failures.append((root, code))
            if self._asked_to is None:
                self._kill_all()

    def _kill_all(self) -> None:
        for host in self._running:
            host.kill()

    def _flush(self) -> None:
        for stream, events in self._events.items():
            if events:
                self._logs.append(LOG_GROUP, stream, events)
        if self._samples:
            self._jobs.add_samples(self._job.name, self._samples)
            dimensions = (("TrainingJobName", self._job.name),)
            self._metrics.put(NAMESPACE, [Datum(s.metric, dimensions, s.timestamp, s.value) for s in self._samples])
        self._events, self._samples = {}, []
        self._flushed = time.monotonic()

    def _failure(self) -> JobFailed:
        """The failure of the first host that explained itself, else of the first that failed."""
        explained = [(text, code) for root, code in self._failures if (text := _failure_text(root))]
        text, code = explained[0] if explained else ("", self._failures[0][1])
        prefix = "" if text.startswith(("AlgorithmError:", "ClientError:")) else "AlgorithmError: "
        suffix = f", exit code: {code}"
        return JobFailed((prefix + text)[: MAX_REASON - len(suffix)] + suffix)


def _failure_text(root: Path) -> str:
    try:
        with (root / "output/failure").open(encoding="utf-8", errors="replace") as file:
            return file.read(MAX_REASON).strip()
    except FileNotFoundError:
        return ""
