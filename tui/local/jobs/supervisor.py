"""The training jobs at work, and who has to know at once what they do."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from tui.local.cloudwatch.metrics import MetricStore
from tui.local.jobs.run import TrainingRun, Workshop
from tui.local.jobs.runner import Runner
from tui.local.jobs.table import JobTable, Sample
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store

GRACE_SECONDS = 10.0
"""How long a stopped job has to save its model; 120 s on AWS, where saving goes over a network."""

_WARM_UP_DELAY = 2.0
"""Seconds after `start` before the algorithms are imported, so that it does not compete with the console's start."""


class Observer(Protocol):
    """Somebody who has to know at once what training jobs do; called from the jobs' own threads."""

    def sampled(self, name: str, samples: Sequence[Sample]) -> None:
        """A job that trains has reported these values, in this order; they are not in the store yet."""

    def ended(self, name: str) -> None:
        """A job has ended, and the store says how."""


class Supervisor(Runner):
    """Runs training jobs; one beyond the capacity waits in phase Pending."""

    def __init__(self, settings: Settings, store: Store, objects: ObjectStore, logs: Logs) -> None:
        folder, self._table = settings.data / "jobs", JobTable(store)
        super().__init__("training", folder, self._table)
        self._shop = Workshop(
            folder=folder,
            jobs=self._table,
            objects=objects,
            logs=logs,
            hosts=self._hosts,
            metrics=MetricStore(store),
            phase_seconds=settings.phase_seconds,
            grace_seconds=GRACE_SECONDS,
            sampled=self._sampled,
        )
        self._observers: list[Observer] = []
        self._warm_up = threading.Timer(_WARM_UP_DELAY, self._hosts.warm)
        self._warm_up.daemon = True

    def observe(self, observer: Observer) -> None:
        """Tell somebody about every job from now on; call it before the first job is submitted."""
        self._observers.append(observer)

    def start(self) -> None:
        """Fail the jobs that a killed server left behind, remove their folders, and warm up in the background."""
        super().start()
        self._warm_up.start()

    def submit(self, name: str) -> None:
        """Run a job that was just created, now or when there is room."""
        job = self._table.get(name)
        if job is None:
            raise LookupError(f"there is no training job {name}")
        self._submit(TrainingRun(job, self._shop))

    def close(self) -> None:
        """Kill every host within about two seconds and fail the jobs that were not finished."""
        self._warm_up.cancel()
        super().close()

    def _sampled(self, name: str, samples: Sequence[Sample]) -> None:
        for observer in self._observers:
            observer.sampled(name, samples)

    def _ended(self, name: str) -> None:
        for observer in self._observers:
            observer.ended(name)
