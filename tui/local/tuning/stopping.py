"""Which training jobs are stopped before their end: the median rule, which is early stopping of the type Auto."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Protocol

_GRACE = 0.25
"""The share of the usual number of epochs that every training job is given before it is judged."""


class StoppingRule(Protocol):
    """Judges training jobs by the values of the objective that they report, one after each epoch."""

    def begin(self, name: str, hyperparameters: Mapping[str, str]) -> None:
        """A training job starts."""

    def hopeless(self, name: str, value: float) -> bool:
        """Whether a training job that reports this value is to be stopped."""

    def complete(self, name: str) -> None:
        """A training job has completed by itself."""


class MedianRule:
    """Stops a job whose value is worse than the median of the running averages of the completed ones at that epoch.

    As the service describes it, the running average of a completed job at an epoch is that of its values up to there.
    Only jobs that went on beyond the epoch count, so that the last epoch, or the only one, is never judged.
    """

    def __init__(self, *, maximize: bool) -> None:
        self._sign = -1.0 if maximize else 1.0
        self._sums: dict[str, list[float]] = {}
        """Of each job, the sums of its values up to each epoch."""
        self._completed: list[list[float]] = []

    def begin(self, name: str, hyperparameters: Mapping[str, str]) -> None:
        """A training job starts."""
        self._sums[name] = []

    def hopeless(self, name: str, value: float) -> bool:
        """Whether the value is worse than the median."""
        sums = self._sums[name]
        sums.append(self._sign * value + (sums[-1] if sums else 0.0))
        epoch = len(sums)
        others = [other for other in self._completed if len(other) > epoch]
        if not others or epoch < _GRACE * statistics.median(len(other) for other in self._completed):
            return False
        return self._sign * value > statistics.median(other[epoch - 1] / epoch for other in others)

    def complete(self, name: str) -> None:
        """From now on, the job is one of those that others are compared with."""
        self._completed.append(self._sums.pop(name))
