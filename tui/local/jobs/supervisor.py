"""Which training jobs run, wait and stop: as many at a time as the machine has cores to spare."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from tui.local.cloudwatch.metrics import MetricStore
from tui.local.jobs.hosts import HostServer
from tui.local.jobs.run import INTERRUPTED, TrainingRun, Workshop
from tui.local.jobs.states import Outcome, Phase
from tui.local.jobs.table import JobTable, Sample
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store

GRACE_SECONDS = 10.0
"""How long a stopped job has to save its model; 120 s on AWS, where saving goes over a network."""

_WARM_UP_DELAY = 2.0
"""Seconds after `start` before the algorithms are imported, so that it does not compete with the console's start."""

_CLOSE_SECONDS = 2.0


class Observer(Protocol):
    """Somebody who has to know at once what training jobs do; called from the jobs' own threads."""

    def sampled(self, name: str, samples: Sequence[Sample]) -> None:
        """A job that trains has reported these values, in this order; they are not in the store yet."""

    def ended(self, name: str) -> None:
        """A job has ended, and the store says how."""


class Supervisor:
    """Runs training jobs, each in a thread with its host processes.

    A job beyond the capacity waits in phase Pending. All methods may be called from any thread.
    """

    def __init__(self, settings: Settings, store: Store, objects: ObjectStore, logs: Logs) -> None:
        self.capacity = max(1, (os.cpu_count() or 1) - 1)
        self._jobs = JobTable(store)
        self._hosts = HostServer()
        self._shop = Workshop(
            folder=settings.data / "jobs",
            jobs=self._jobs,
            objects=objects,
            logs=logs,
            hosts=self._hosts,
            metrics=MetricStore(store),
            phase_seconds=settings.phase_seconds,
            grace_seconds=GRACE_SECONDS,
            sampled=self._sampled,
        )
        self._observers: list[Observer] = []
        self._lock = threading.Lock()
        self._running: dict[TrainingRun, threading.Thread] = {}
        self._waiting: deque[TrainingRun] = deque()
        self._closed = False
        self._warm_up = threading.Timer(_WARM_UP_DELAY, self._hosts.warm)
        self._warm_up.daemon = True

    def observe(self, observer: Observer) -> None:
        """Tell somebody about every job from now on; call it before the first job is submitted."""
        self._observers.append(observer)

    def start(self) -> None:
        """Fail the jobs that a killed server left behind, remove their folders, and warm up in the background."""
        self._jobs.fail_unfinished(INTERRUPTED)
        shutil.rmtree(self._shop.folder, ignore_errors=True)
        self._warm_up.start()

    def submit(self, name: str) -> None:
        """Run a job that was just created, now or when there is room."""
        job = self._jobs.get(name)
        if job is None:
            raise LookupError(f"there is no training job {name}")
        run = TrainingRun(job, self._shop)
        with self._lock:
            if self._closed:
                return
            if len(self._running) < self.capacity:
                self._launch(run)
                return
            message = f"Waiting for a free place: this machine trains {self.capacity} job(s) at a time."
            self._waiting.append(run)  # first, so that the job has its turn even if the disk is full just now
            if self._jobs.enter(name, Phase.PENDING, message):
                return
            self._jobs.finish(name, Outcome(Phase.STOPPED))
            self._waiting.remove(run)
        self._ended(name)

    def stop(self, name: str) -> None:
        """End a job whose status already says Stopping; one that waits ends at once."""
        with self._lock:
            for run in self._running:
                if run.name == name:
                    run.stop()
            waiting = [run for run in self._waiting if run.name == name]
            for run in waiting:
                self._jobs.finish(name, Outcome(Phase.STOPPED))
                self._waiting.remove(run)
        if waiting:
            self._ended(name)

    def close(self) -> None:
        """Kill every host within about two seconds and fail the jobs that were not finished."""
        self._warm_up.cancel()
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

    def _launch(self, run: TrainingRun) -> None:
        thread = threading.Thread(target=self._work, args=(run,), name=f"training {run.name}", daemon=True)
        self._running[run] = thread
        thread.start()

    def _work(self, run: TrainingRun) -> None:
        try:
            run.run()
        finally:
            with self._lock:
                del self._running[run]
                if self._waiting and not self._closed:
                    self._launch(self._waiting.popleft())
            self._ended(run.name)

    def _sampled(self, name: str, samples: Sequence[Sample]) -> None:
        for observer in self._observers:
            observer.sampled(name, samples)

    def _ended(self, name: str) -> None:
        for observer in self._observers:
            observer.ended(name)
