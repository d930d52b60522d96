"""Which tuning jobs run: each in a thread of its own that waits until one of its training jobs has something to say."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from tui.local.jobs.table import Sample
from tui.local.tuning.run import INTERRUPTED, Laboratory, Plan, TuningRun
from tui.local.tuning.table import TuningJob
from tui.local.tuning.warm_start import Parents

_CLOSE_SECONDS = 2.0


class Scheduler:
    """Runs tuning jobs, and passes on what the supervisor tells of training jobs."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._laboratory = laboratory
        self._lock = threading.Lock()
        self._runs: dict[TuningRun, threading.Thread] = {}
        self._closed = False
        laboratory.supervisor.observe(self)

    def start(self) -> None:
        """Fail the tuning jobs that a killed server left behind."""
        self._laboratory.table.fail_unfinished(INTERRUPTED)

    def submit(self, job: TuningJob, plans: Sequence[Plan], parents: Parents | None) -> None:
        """Run a tuning job that was just created."""
        run = TuningRun(job, plans, parents, self._laboratory)
        thread = threading.Thread(target=self._work, args=(run,), name=f"tuning {job.name}", daemon=True)
        with self._lock:
            if self._closed:
                return
            self._runs[run] = thread
            thread.start()

    def wake(self, name: str) -> None:
        """Have a tuning job look at the store, whose status says that somebody wants it to stop."""
        for run in self._active():
            if run.name == name:
                run.wake()

    def sampled(self, name: str, samples: Sequence[Sample]) -> None:
        """A training job has reported metrics."""
        for run in self._active():
            run.sampled(name, samples)

    def ended(self, name: str) -> None:
        """A training job has ended."""
        for run in self._active():
            run.wake()

    def close(self) -> None:
        """End all runs, before the supervisor is closed; their training jobs end with it."""
        with self._lock:
            self._closed = True
            threads = dict(self._runs)
        for run in threads:
            run.abandon()
        deadline = time.monotonic() + _CLOSE_SECONDS
        for thread in threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        self._laboratory.table.fail_unfinished(INTERRUPTED)

    def _work(self, run: TuningRun) -> None:
        try:
            run.run()
        finally:
            with self._lock:
                del self._runs[run]

    def _active(self) -> list[TuningRun]:
        with self._lock:
            return list(self._runs)
