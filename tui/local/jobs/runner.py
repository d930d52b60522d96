"""Which jobs of a kind run, wait and stop: as many at a time as the machine has cores to spare."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from pathlib import Path

from tui.local.jobs.hosts import HostServer
from tui.local.jobs.runs import Jobs, Run

INTERRUPTED = "InternalServerError: the embedded SageMaker stopped while this job ran; start the job again."
"""The FailureReason of a job whose server went away."""

_CLOSE_SECONDS = 2.0


class Runner:
    """Runs jobs, each in a thread with its host processes; those beyond the capacity have their turn in order.

    All methods may be called from any thread.
    """

    def __init__(self, kind: str, folder: Path, jobs: Jobs) -> None:
        self.capacity = max(1, (os.cpu_count() or 1) - 1)
        self._kind = kind
        self._folder = folder
        self._jobs = jobs
        self._hosts = HostServer()
        self._lock = threading.Lock()
        self._running: dict[Run, threading.Thread] = {}
        self._waiting: deque[Run] = deque()
        self._closed = False

    def start(self) -> None:
        """Fail the jobs that a killed server left behind, and remove their folders."""
        self._jobs.fail_unfinished(INTERRUPTED)
        shutil.rmtree(self._folder, ignore_errors=True)

    def stop(self, name: str) -> None:
        """End a job whose status already says Stopping; one that waits ends at once."""
        with self._lock:
            for run in self._running:
                if run.name == name:
                    run.stop()
            waiting = [run for run in self._waiting if run.name == name]
            for run in waiting:
                self._cancel(run)
        if waiting:
            self._ended(name)

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
        shutil.rmtree(self._folder, ignore_errors=True)

    def _submit(self, run: Run) -> None:
        """Run a job that was just created, now or when there is room."""
        with self._lock:
            if self._closed:
                return
            if len(self._running) < self.capacity:
                self._launch(run)
                return
            self._waiting.append(run)  # first, so that the job has its turn even if the disk is full just now
            if run.wait(self.capacity):
                return
            self._cancel(run)
        self._ended(run.name)

    def _ended(self, name: str) -> None:
        """Called when a job has ended, and the store says how."""

    def _cancel(self, run: Run) -> None:
        run.cancel()  # first, so that the job can be stopped later if the disk is full just now
        self._waiting.remove(run)

    def _launch(self, run: Run) -> None:
        thread = threading.Thread(target=self._work, args=(run,), name=f"{self._kind} {run.name}", daemon=True)
        self._running[run] = thread
        thread.start()

    def _work(self, run: Run) -> None:
        try:
            run.run()
        finally:
            with self._lock:
                del self._running[run]
                if self._waiting and not self._closed:
                    self._launch(self._waiting.popleft())
            self._ended(run.name)
