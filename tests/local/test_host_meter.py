"""Measuring real processes: what they use is reported while they run and at their end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.waiting import until
from tui.local.cloudwatch.host_meter import HostMeter, Volume
from tui.local.cloudwatch.metrics import Metric, MetricStore
from tui.local.cloudwatch.rollups import Window
from tui.local.cloudwatch.summary import Summary
from tui.local.store import Store

NAMESPACE = "/aws/sagemaker/TrainingJobs"
HOST = (("Host", "boston/algo-1"),)
SIZE = 10 * 1024 * 1024

_BUSY = "while True: pass"
_IDLE = "import sys; sys.stdin.read()"
_LARGE = "import sys; held = b'x' * 200_000_000; print(flush=True); sys.stdin.read()"


@pytest.fixture
def metrics(tmp_path: Path) -> MetricStore:
    return MetricStore(Store(tmp_path / "store.sqlite"))


@contextmanager
def running(code: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own that ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def reported(metrics: MetricStore, name: str) -> Summary | None:
    now = int(time.time())
    found = metrics.summaries(
        Metric(NAMESPACE, name, HOST), Window(now // 60 * 60 - 300, now + 300, 600), unit="Percent"
    )
    return next(iter(found.values()), None)


def wait_for_reports(metrics: MetricStore, count: int) -> Summary:
    summary = until(
        lambda: reported(metrics, "CPUUtilization"),
        f"{count} reports",
        holds=lambda summary: summary is not None and summary.count >= count,
    )
    assert summary is not None
    return summary


def test_a_busy_process_uses_up_to_one_core_and_an_idle_one_none(metrics: MetricStore) -> None:
    meter = HostMeter(metrics, report_seconds=0.5)
    with running(_IDLE) as process, meter.watch(NAMESPACE, HOST, process.pid):
        assert wait_for_reports(metrics, 2).maximum < 60
    with running(_BUSY) as process, meter.watch(NAMESPACE, HOST, process.pid):
        summary = wait_for_reports(metrics, 5)
    assert 5 < summary.maximum < 130


def test_memory_is_that_of_the_process(metrics: MetricStore) -> None:
    meter = HostMeter(metrics)
    with running(_LARGE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with meter.watch(NAMESPACE, HOST, process.pid):
            pass
    memory = reported(metrics, "MemoryUtilization")
    physical = psutil.virtual_memory().total
    assert memory is not None
    assert 200_000_000 < memory.maximum / 100 * physical < 300_000_000


def test_a_short_job_has_one_report_with_its_disk(metrics: MetricStore, tmp_path: Path) -> None:
    folder = tmp_path / "algo-1"
    (folder / "input").mkdir(parents=True)
    (folder / "input" / "data").write_bytes(b"x" * (SIZE // 4))
    with running(_IDLE) as process:
        watch = HostMeter(metrics).watch(NAMESPACE, HOST, process.pid, volume=Volume(folder, SIZE))
        with watch:
            process.kill()
            process.wait()
    for name in ("CPUUtilization", "MemoryUtilization", "DiskUtilization"):
        summary = reported(metrics, name)
        assert summary is not None
        assert summary.count == 1
    disk = reported(metrics, "DiskUtilization")
    assert disk is not None
    assert disk.total == pytest.approx(25, abs=1)


def test_a_process_that_never_was_is_reported_as_idle(metrics: MetricStore) -> None:
    with running("pass") as process:
        process.wait()
    with HostMeter(metrics).watch(NAMESPACE, HOST, process.pid):
        pass
    summary = reported(metrics, "CPUUtilization")
    assert summary is not None
    assert (summary.count, summary.total) == (1, 0)
    assert reported(metrics, "DiskUtilization") is None


def test_a_process_that_ended_is_not_reported_again(metrics: MetricStore) -> None:
    meter = HostMeter(metrics, report_seconds=0.3)
    with running(_IDLE) as process, meter.watch(NAMESPACE, HOST, process.pid):
        wait_for_reports(metrics, 1)
        process.kill()
        process.wait()
        meter_name = f"meter of {process.pid}"
        until(lambda: meter_name not in [thread.name for thread in threading.enumerate()], "the meter to end")
        before = reported(metrics, "CPUUtilization")
    assert reported(metrics, "CPUUtilization") == before
