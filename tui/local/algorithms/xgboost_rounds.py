"""What happens between two rounds of boosting: the evaluation line, early stopping, and stopping on request."""

from __future__ import annotations

from typing import Any

import xgboost
from xgboost.callback import EarlyStopping, TrainingCallback

from tui.local.algorithms.collective import Collective
from tui.local.algorithms.metric_definitions import XGBOOST_MAXIMIZE
from tui.local.algorithms.stop import StopRequest
from tui.local.algorithms.xgboost_logs import ContainerLog
from tui.local.algorithms.xgboost_releases import Release

History = dict[str, dict[str, list[Any]]]
"""The values of every metric so far, by data set and metric."""


class Rounds(TrainingCallback):  # type: ignore[misc]  # xgboost is not typed for us
    """Logs the rounds as a release does, and ends the training on all hosts when one of them is asked to stop."""

    def __init__(self, release: Release, log: ContainerLog, cluster: Collective, stop: StopRequest) -> None:
        super().__init__()
        self._release = release
        self._log = log
        self._cluster = cluster
        self._stop = stop
        self._patience: int | None = None
        self._stopper: EarlyStopping | None = None
        self._lines: list[str] = []

    def early_stopping(self, patience: int, metric: str | None, data_set: str) -> list[TrainingCallback]:
        """The callbacks that end the training after `patience` rounds without a better value, by the release's rules.

        Until 1.2 they look at the last metric of the last data set and keep all rounds; since 1.3 they need a
        validation channel and a metric that was asked for, and keep the rounds up to the best.
        """
        by_default = self._release.stops_early_on_default_metric
        if not by_default and (metric is None or data_set != "validation"):
            return []
        self._patience = patience
        self._stopper = EarlyStopping(
            rounds=patience,
            metric_name=metric,
            data_name=data_set,
            maximize=None if metric is None else metric.partition("@")[0] in XGBOOST_MAXIMIZE,
            save_best=not by_default,
        )
        return [self._stopper]

    def after_iteration(self, model: xgboost.Booster, epoch: int, evals_log: History) -> bool:
        """Log the round; answer whether training ends here."""
        values = (
            f"\t{data_set}-{metric}:{self._release.metric(_latest(history))}"
            for data_set, metrics in evals_log.items()
            for metric, history in metrics.items()
        )
        self._lines.append(f"[{epoch}]{''.join(values)}")
        if self._cluster.is_master:
            self._log.evaluation(self._lines[-1])
            if epoch == 0 and self._patience is not None and self._release.stops_early_on_default_metric:
                data_set, metrics = list(evals_log.items())[-1]
                several = len(evals_log) * len(metrics) > 1
                self._log.early_stopping(f"{data_set}-{list(metrics)[-1]}", self._patience, several)
        return self._cluster.maximum(float(bool(self._stop))) > 0

    def finish(self, booster: xgboost.Booster) -> None:
        """Say which round was the best, when early stopping ended the training; releases since 1.3 say nothing."""
        if self._stopper is None or not self._release.stops_early_on_default_metric or not self._cluster.is_master:
            return
        if len(self._lines) - 1 - booster.best_iteration >= (self._patience or 0):
            self._log.stopped_early(self._lines[booster.best_iteration])


def _latest(history: list[Any]) -> float:
    value = history[-1]
    return float(value[0] if isinstance(value, tuple) else value)
