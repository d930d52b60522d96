"""Which transform jobs run, wait and stop: as many at a time as the machine has cores to spare."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from tui.local.cloudwatch.host_meter import HostMeter
from tui.local.jobs.hosts import HostServer
from tui.local.jobs.run import INTERRUPTED
from tui.local.jobs.states import Status
from tui.local.logs import Logs
from tui.local.models import Container
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.transform.run import TransformRun, Workshop
from tui.local.transform.table import TransformTable

_CLOSE_SECONDS = 2.0


class TransformSupervisor:
    """Runs transform jobs, each in a thread with its host processes.

    A job beyond the capacity waits, in progress but without a TransformStartTime. All methods may be called from any
    thread.
    """

    def __init__(self, settings: Settings, store: Store, objects: ObjectStore, logs: Logs, meter: HostMeter) -> None:
        self.capacity = max(1, (os.cpu_count() or 1) - 1)
        self._jobs = TransformTable(store)
        self._hosts = HostServer()
        self._shop = Workshop(
            folder=settings.data / "transform",
            jobs=self._jobs,
            objects=objects,
            logs=logs,
            hosts=self._hosts,
            meter=meter,
            phase_seconds=settings.phase_seconds,
        )
        self._lock = threading.Lock()
        self._running: dict[TransformRun, threading.Thread] = {}
        self._waiting: deque[TransformRun] = deque()
        self._closed = False

    def start(self) -> None:
        """Fail the jobs that a killed server left behind, and remove their folders."""
        self._jobs.fail_unfinished(INTERRUPTED)
        shutil.rmtree(self._shop.folder, ignore_errors=True)

    def submit(self, name: str, request: Mapping[str, Any], container: Container, role_arn: str) -> None:
        """Run a job that was just created, with what its model runs, now or when there is room."""
        run = TransformRun(name, request, container, role_arn, self._shop)
        with self._lock:
            if self._closed:
                return
            if len(self._running) < self.capacity:
                self._launch(run)
                return
            self._waiting.append(run)
        job = self._jobs.get(name)
        if job is not None and job.status is Status.STOPPING:  # somebody was quicker than this thread
            self.stop(name)

    def stop(self, name: str) -> None:
        """End a job whose status already says Stopping; one that waits ends at once."""
        with self._lock:
            for run in self._running:
                if run.name == name:
                    run.stop()
            for run in [run for run in self._waiting if run.name == name]:
                self._jobs.finish(name, Status.STOPPED)
                self._waiting.remove(run)

    def close(self) -> None:
        """Kill every host within about two seconds and fail the jobs that were not finished."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            running = dict(self._running)
        for run in running:
            run.abandon()
        self._hosts.close()
        deadline = time.monotonic() + _CLOSE_SECONDS
        for thread in running.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        self._jobs.fail_unfinished(INTERRUPTED)
        shutil.rmtree(self._shop.folder, ignore_errors=True)

    def _launch(self, run: TransformRun) -> None:
        thread = threading.Thread(target=self._work, args=(run,), name=f"transform {run.name}", daemon=True)
        self._running[run] = thread
        thread.start()

    def _work(self, run: TransformRun) -> None:
        try:
            run.run()
        finally:
            with self._lock:
                del self._running[run]
                if self._waiting and not self._closed:
                    self._launch(self._waiting.popleft())
