"""What every job that runs on hosts has in common on its way: it can be stopped, and always comes to an end."""

from __future__ import annotations

import shutil
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Protocol

from tui.local.errors import AwsError
from tui.local.jobs.states import MAX_REASON, JobFailed, Outcome, Phase

_UNEXPECTED = "InternalServerError: We encountered an internal error. Please try again."
_RETRY_SECONDS = 1.0


class Jobs(Protocol):
    """Where it is written down how jobs end."""

    def finish(self, name: str, outcome: Outcome) -> None:
        """End a job that has not ended yet; raises AwsError when the disk is full."""

    def fail_unfinished(self, reason: str) -> None:
        """End every job that nobody works on any more as Failed."""


class Halted(Exception):
    """Ends a run between two steps: somebody asked the job to stop, or the server closes."""


class Run(ABC):
    """One job on its way, from its submission to its end."""

    def __init__(self, name: str, folder: Path, jobs: Jobs) -> None:
        self.name = name
        self._folder = folder
        self._jobs = jobs
        self._halt = threading.Event()
        self._abandoned = threading.Event()

    @abstractmethod
    def wait(self, capacity: int) -> bool:
        """Note that the job waits for one of `capacity` places; False when somebody has asked it to stop before."""

    @abstractmethod
    def _work(self) -> Outcome:
        """Do what the job is for. Raises JobFailed or Halted; OSError or AwsError for trouble in the data folder."""

    def cancel(self) -> None:
        """End a job that still waits, as stopped."""
        self._jobs.finish(self.name, Outcome(Phase.STOPPED))

    def stop(self) -> None:
        """Have a running job end soon, keeping what it has made; called from any thread."""
        self._halt.set()

    def abandon(self) -> None:
        """Have a running job end at once as interrupted, when the server closes; called from any thread."""
        self._abandoned.set()
        self._halt.set()

    def run(self) -> None:
        """Take the job to its end. Its work folder is gone before its status says that it ended."""
        outcome = Outcome(Phase.FAILED, _UNEXPECTED)
        try:
            outcome = self._work()
        except JobFailed as failure:
            outcome = Outcome(Phase.FAILED, str(failure)[:MAX_REASON])
        except Halted:
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

    def _proceed(self) -> None:
        if self._halt.is_set():
            raise Halted

    def _finish(self, outcome: Outcome) -> None:
        """Write down how the job ended, trying again while the disk is full."""
        while not self._abandoned.is_set():
            try:
                self._jobs.finish(self.name, outcome)
            except AwsError:
                self._abandoned.wait(_RETRY_SECONDS)
            else:
                return
