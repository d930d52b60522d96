"""Measuring the processes that stand for hosts, and reporting it as SageMaker's agents do: once a minute."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tui.local.cloudwatch.metrics import Datum, Dimensions, MetricStore
from tui.local.errors import AwsError

_REPORT_SECONDS = 60.0

_SAMPLE_SECONDS = 0.2
"""How often a process is looked at: what it used in the time between the last look and its end is not known."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The storage volume of a host: the folder that stands for it, and the bytes that were asked for."""

    folder: Path
    size: int


class HostMeter:
    """Reports CPUUtilization, MemoryUtilization and DiskUtilization of processes, in percent."""

    def __init__(self, metrics: MetricStore, report_seconds: float = _REPORT_SECONDS) -> None:
        self._metrics = metrics
        self._report_seconds = report_seconds

    @contextlib.contextmanager
    def watch(
        self, namespace: str, dimensions: Dimensions, pid: int, *, volume: Volume | None = None
    ) -> Iterator[None]:
        """Report a process for the length of the block, once a minute and at the end; it may end before the block.

        CPUUtilization is 100 for each core that was busy all the time, MemoryUtilization the part of the machine's
        memory that the process holds, DiskUtilization how full its `volume` is.
        """
        over = threading.Event()
        report = _Report(self._metrics, namespace, dimensions, pid, volume)
        thread = threading.Thread(
            target=report.run, args=(over, self._report_seconds), name=f"meter of {pid}", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class _Report:
    """The metrics of one process."""

    def __init__(
        self, metrics: MetricStore, namespace: str, dimensions: Dimensions, pid: int, volume: Volume | None
    ) -> None:
        self._metrics = metrics
        self._namespace = namespace
        self._dimensions = dimensions
        self._volume = volume
        self._pid = pid
        self._reported = _Usage(time.monotonic())
        self._now = self._reported

    def run(self, over: threading.Event, report_seconds: float) -> None:
        """Measure until the time is over or the process has ended."""
        first = True
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._pid)
            self._now = self._reported = _usage(process, self._now)
            deadline = self._now.time + report_seconds
            while not over.wait(_SAMPLE_SECONDS):
                self._now = _usage(process, self._now)
                if self._now.time >= deadline:
                    self._report()
                    first = False
                    deadline = self._now.time + report_seconds
            self._now = _usage(process, self._now)
        if first or self._now.time - self._reported.time >= report_seconds / 10:
            self._report()

    def _report(self) -> None:
        busy = self._now.cpu_seconds - self._reported.cpu_seconds
        readings = {
            "CPUUtilization": 100 * busy / max(self._now.time - self._reported.time, _SAMPLE_SECONDS),
            "MemoryUtilization": self._now.memory_percent,
        }
        if self._volume is not None:
            readings["DiskUtilization"] = 100 * _used_bytes(self._volume.folder) / self._volume.size
        self._reported = self._now
        data = [Datum(name, self._dimensions, time.time(), value, "Percent") for name, value in readings.items()]
        with contextlib.suppress(AwsError):  # a full disk: whoever writes the job's results is told of it
            self._metrics.put(self._namespace, data)


@dataclass(frozen=True, slots=True)
class _Usage:
    """What a process had used at a time of the monotonic clock."""

    time: float
    cpu_seconds: float = 0.0
    memory_percent: float = 0.0


def _usage(process: psutil.Process, before: _Usage) -> _Usage:
    """Look at the process; raises psutil.NoSuchProcess when it has ended."""
    with process.oneshot():
        times = process.cpu_times()
        # It has no memory any more in the moment of its end.
        memory_percent = process.memory_percent() or before.memory_percent
    return _Usage(time.monotonic(), times.user + times.system, memory_percent)


def _used_bytes(folder: Path) -> int:
    """The bytes of all files below a folder that is in use: what vanishes meanwhile counts nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(Path(root, name)).st_size
    return total
