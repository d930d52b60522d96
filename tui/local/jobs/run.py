"""The life of one training job, from Starting to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui.local.cloudwatch.metrics import MetricStore
from tui.local.jobs.artifacts import has_files, upload_artifacts
from tui.local.jobs.channels import prepare_hosts
from tui.local.jobs.hosts import HostServer
from tui.local.jobs.runs import Halted, Run
from tui.local.jobs.states import Outcome, Phase
from tui.local.jobs.table import Job, JobTable, Sample
from tui.local.jobs.watch import HostWatch
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every job works with."""

    folder: Path
    """The parent of the jobs' work folders."""

    jobs: JobTable
    objects: ObjectStore
    logs: Logs
    hosts: HostServer
    metrics: MetricStore

    phase_seconds: float
    """The least time in each phase."""

    grace_seconds: float
    """The time between SIGTERM and SIGKILL."""

    sampled: Callable[[str, Sequence[Sample]], None]
    """Told the metrics of a job, by its name, as soon as they are read."""


class TrainingRun(Run):
    """One job on its way through the phases."""

    def __init__(self, job: Job, shop: Workshop) -> None:
        super().__init__(job.name, shop.folder / job.name, shop.jobs)
        self._job = job
        self._shop = shop
        self._phase_began = time.monotonic()

    def wait(self, capacity: int) -> bool:
        """Say in the job's phase that it waits for one of `capacity` places."""
        message = f"Waiting for a free place: this machine trains {capacity} job(s) at a time."
        return self._shop.jobs.enter(self.name, Phase.PENDING, message)

    def _work(self) -> Outcome:
        request = self._job.request
        roots = [self._folder / f"algo-{number}" for number in range(1, request["ResourceConfig"]["InstanceCount"] + 1)]
        self._linger()
        with self._phase(Phase.DOWNLOADING):
            prepare_hosts(roots, request, self._shop.objects, self._proceed)
        with self._phase(Phase.TRAINING):
            shop = self._shop
            watch = HostWatch(
                self._job,
                shop.jobs,
                shop.logs,
                shop.hosts,
                shop.grace_seconds,
                metrics=shop.metrics,
                sampled=shop.sampled,
            )
            end = watch.follow(roots, self._halt)
        if self._abandoned.is_set() or (end is not Phase.COMPLETED and not has_files(roots[0] / "model")):
            return Outcome(end)
        self._enter(Phase.UPLOADING)
        uri = upload_artifacts(roots[0], self.name, request, self._shop.objects)
        self._linger()
        return Outcome(end, model_artifacts=uri)

    @contextmanager
    def _phase(self, phase: Phase) -> Iterator[None]:
        self._proceed()
        self._enter(phase)
        yield
        self._linger()

    def _enter(self, phase: Phase) -> None:
        self._phase_began = time.monotonic()
        if not self._shop.jobs.enter(self.name, phase):
            raise Halted

    def _linger(self) -> None:
        """Wait until the phase has lasted long enough for a person to see it."""
        self._halt.wait(max(0.0, self._phase_began + self._shop.phase_seconds - time.monotonic()))
