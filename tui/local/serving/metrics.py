"""The CloudWatch metrics of endpoints: what each invocation was like, and what the models cost the machine."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import Counter, defaultdict

import psutil

from tui.local.cloudwatch.metrics import Datum, Dimensions, MetricStore
from tui.local.errors import AwsError
from tui.local.serving.fleet import LoadedModel, ModelFleet
from tui.local.serving.journal import Writer

INVOCATIONS = "AWS/SageMaker"
HOSTS = "/aws/sagemaker/Endpoints"

_REPORT_SECONDS = 60.0


def dimensions_of(model: LoadedModel) -> Dimensions:
    """The dimensions under which a variant's metrics are found."""
    return (("EndpointName", model.spec.endpoint), ("VariantName", model.spec.variant))


class InvocationMetrics:
    """Counts and times of invocations, gathered by value and written in batches."""

    def __init__(self, metrics: MetricStore, writer: Writer) -> None:
        self._metrics = metrics
        self._writer = writer
        self._lock = threading.Lock()
        self._counts: Counter[tuple[Dimensions, int, str, str, float]] = Counter()
        writer.add(self._flush)

    def add(self, model: LoadedModel, *, instances: int, status: int, latency: float, overhead: float) -> None:
        """One invocation of a variant.

        Args:
            instances: how many instances the variant has on paper.
            status: what its container answered; 0 for nothing in time.
            latency: seconds from the request to the container to its whole answer.
            overhead: seconds that everything else took.
        """
        values = {
            "Invocations": ("Count", 1.0),
            "InvocationsPerInstance": ("Count", 1 / instances),
            "Invocation4XXErrors": ("Count", float(400 <= status < 500)),
            "Invocation5XXErrors": ("Count", float(status >= 500)),
            "InvocationModelErrors": ("Count", float(not 200 <= status < 300)),
            "ModelLatency": ("Microseconds", round(latency * 1e6)),
            "OverheadLatency": ("Microseconds", round(overhead * 1e6)),
        }
        dimensions, now = dimensions_of(model), int(time.time())
        with self._lock:
            for name, (unit, value) in values.items():
                self._counts[dimensions, now, name, unit, value] += 1
        self._writer.want()

    def _flush(self) -> None:
        with self._lock:
            batch, self._counts = self._counts, Counter()
        self._metrics.put(
            INVOCATIONS,
            (
                Datum(name, dimensions, when, value, unit, count)
                for (dimensions, when, name, unit, value), count in batch.items()
            ),
        )


class VariantMeter:
    """Reports CPUUtilization and MemoryUtilization of every variant, in percent, once a minute.

    The models of all variants live in one process. So the CPU time of a variant is that of the threads that worked for
    it, 100 for each core that was busy all the time; its memory is that of the whole process, whose models cannot be
    told apart.
    """

    def __init__(self, fleet: ModelFleet, metrics: MetricStore, report_seconds: float = _REPORT_SECONDS) -> None:
        self._fleet = fleet
        self._metrics = metrics
        self._report_seconds = report_seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="endpoint meter", daemon=True)
        self._reported: dict[LoadedModel, float] = {}

    def start(self) -> None:
        """Begin to report."""
        self._thread.start()

    def close(self) -> None:
        """Report a last time."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        over = False
        while not over:
            over = self._over.wait(self._report_seconds)
            now = time.monotonic()
            with contextlib.suppress(AwsError, sqlite3.Error):  # a full disk: who writes something of worth is told
                self._report(now - began)
            began = now

    def _report(self, seconds: float) -> None:
        used = {model: model.cpu_seconds for model in self._fleet.models()}
        busy: defaultdict[Dimensions, float] = defaultdict(float)
        for model, cpu in used.items():
            busy[dimensions_of(model)] += cpu - self._reported.get(model, 0.0)
        self._reported = used
        memory, when = _memory_percent(self._fleet.host_pid), time.time()
        if memory is None:
            return
        data: list[Datum] = []
        for dimensions, cpu in busy.items():
            data.append(Datum("CPUUtilization", dimensions, when, 100 * cpu / max(seconds, 1e-3), "Percent"))
            data.append(Datum("MemoryUtilization", dimensions, when, memory, "Percent"))
        self._metrics.put(HOSTS, data)


def _memory_percent(pid: int | None) -> float | None:
    """The part of the machine's memory that a process holds; None when there is no such process."""
    if pid is None:
        return None
    try:
        return float(psutil.Process(pid).memory_percent())
    except psutil.Error:
        return None
