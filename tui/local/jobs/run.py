"""The life of one training job, from Starting to its end, in the thread that calls `TrainingRun.run`."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui.local.cloudwatch.metrics import MetricStore
from tui.local.errors import AwsError
from tui.local.jobs.artifacts import has_files, upload_artifacts
from tui.local.jobs.channels import prepare_hosts
from tui.local.jobs.hosts import HostServer
from tui.local.jobs.states import MAX_REASON, JobFailed, Outcome, Phase
from tui.local.jobs.table import Job, JobTable, Sample
from tui.local.jobs.watch import HostWatch
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore

INTERRUPTED = "InternalServerError: the embedded SageMaker stopped while this job ran; start the job again."
"""The FailureReason of a job whose server went away."""

_UNEXPECTED = "InternalServerError: We encountered an internal error. Please try again."
_RETRY_SECONDS = 1.0


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


class _Halted(Exception):
    """Ends a run between two steps: somebody asked the job to stop, or the server closes."""


class TrainingRun:
    """One job on its way through the phases."""

    def __init__(self, job: Job, shop: Workshop) -> None:
        self.name = job.name
        self._job = job
        self._shop = shop
        self._folder = shop.folder / job.name
        self._halt = threading.Event()
        self._abandoned = threading.Event()
        self._phase_began = time.monotonic()

    def stop(self) -> None:
        """Have the job end soon, keeping what its hosts save; called from any thread."""
        self._halt.set()

    def abandon(self) -> None:
        """Have the job end at once as interrupted, when the server closes; called from any thread."""
        self._abandoned.set()
        self._halt.set()

    def run(self) -> None:
        """Take the job to its end. Its work folder is gone before its status says that it ended."""
        outcome = Outcome(Phase.FAILED, _UNEXPECTED)
        try:
            outcome = self._phases()
        except JobFailed as failure:
            outcome = Outcome(Phase.FAILED, str(failure)[:MAX_REASON])
        except _Halted:
            outcome = Outcome(Phase.STOPPED)
        except (OSError, AwsError) as error:
            outcome = Outcome(
                Phase.FAILED,
                f"InternalServerError: the embedded SageMaker could not work in its data folder: {error}. "
                "Make room on the disk and start the job again."[:MAX_REASON],
            )
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._finish(outcome)

    def _phases(self) -> Outcome:
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
            raise _Halted

    def _linger(self) -> None:
        """Wait until the phase has lasted long enough for a person to see it."""
        self._halt.wait(max(0.0, self._phase_began + self._shop.phase_seconds - time.monotonic()))

    def _proceed(self) -> None:
        if self._halt.is_set():
            raise _Halted

    def _finish(self, outcome: Outcome) -> None:
        """Write down how the job ended, trying again while the disk is full."""
        while not self._abandoned.is_set():
            try:
                self._shop.jobs.finish(self.name, outcome)
            except AwsError:
                self._abandoned.wait(_RETRY_SECONDS)
            else:
                return
