"""The log lines of the Linear Learner container."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import TrainingError
from tui.local.algorithms.linear_learner_hyperparameters import DEFAULTS
from tui.local.algorithms.log_lines import emit


class ContainerLog:
    """Writes what the container writes, to standard output."""

    def __init__(self, environment: Environment) -> None:
        self._host = environment.current_host
        self._hosts = len(environment.hosts)
        self._thread = threading.get_ident()
        self._started = time.time()

    def info(self, message: str, level: str = "INFO") -> None:
        """A line of the container's Python code."""
        emit(f"[{datetime.now(UTC):%m/%d/%Y %H:%M:%S} {level} {self._thread}] {message}")

    def opening(self, hyperparameters: Mapping[str, str]) -> None:
        """What the container says before it looks at anything."""
        emit("Docker entrypoint called with argument(s): train")
        emit("Running default environment configuration script")
        folder = "/opt/amazon/lib/python3.8/site-packages/algorithm/resources"
        self.info(f"Reading default configuration from {folder}/default-input.json: {dict(DEFAULTS)}")
        provided = "/opt/ml/input/config/hyperparameters.json"
        self.info(f"Reading provided configuration from {provided}: {dict(hyperparameters)}")
        self.info(f"Final configuration: { ({**DEFAULTS, **hyperparameters}) }")
        self.info("Loggers have already been setup.", "WARNING")
        emit("Process 1 is a worker.")
        self.info("Using default worker.")

    def metrics(self, values: Mapping[str, float], since: float, **dimensions: object) -> None:
        """A `#metrics` line: values of this host, measured since a time."""
        content = {
            "StartTime": since,
            "EndTime": time.time(),
            "Dimensions": {
                "Algorithm": "Linear Learner",
                "Host": self._host,
                "Operation": "training",
                **dimensions,
            },
            "Metrics": {name: {"sum": v, "count": 1, "min": v, "max": v} for name, v in values.items()},
        }
        emit(f"#metrics {json.dumps(content)}")

    def epoch_losses(self, epoch: int, channel: str, objective: str, losses: Iterable[float], *, since: float) -> None:
        """The objective loss of every model in an epoch; the first model's is the metric that people see."""
        values = [float(loss) for loss in losses]
        for model, loss in enumerate(values):
            self.metrics({f"{channel}_{objective}": loss}, since, epoch=epoch, model=model)
        self.info(f"#quality_metric: host={self._host}, epoch={epoch}, {channel} {objective} <loss>={values[0]}")

    def epoch_criterion(self, epoch: int, objective: str, value: float) -> None:
        """The best model's loss, on which early stopping decides."""
        self.info(
            f"#early_stopping_criteria_metric: host={self._host}, epoch={epoch}, criteria={objective}, value={value}"
        )

    def epoch_verdict(self, epoch: int, epochs_without_improvement: int) -> None:
        """Whether the epoch made the best model better."""
        if epochs_without_improvement:
            self.info(f"Epoch {epoch}: Loss has not improved for {epochs_without_improvement} epochs.")
        else:
            self.info(f"Epoch {epoch}: Loss improved. Updating best model")

    def progress(self, epoch: int, epochs: int, rows: int, seconds: float) -> None:
        """How far the training is, and how fast."""
        self.info(f"#progress_metric: host={self._host}, completed {100 * (epoch + 1) / epochs:g} % of epochs")
        self.info(f"#throughput_metric: host={self._host}, train throughput={rows / seconds} records/second")

    def early_stop(self) -> None:
        """That no better model is expected."""
        self.info("Early stop condition met. Stopping training.")
        self.info(f"#progress_metric: host={self._host}, completed 100 % epochs")

    def synchronising(self) -> None:
        """That the hosts wait for each other, if there are several."""
        if self._hosts == 1:
            reason = "the kv store is not running distributed"
            self.info(f"wait_for_all_workers will not sync workers since {reason}", "WARNING")

    def scores(self, channel: str, scores: Mapping[str, float]) -> None:
        """The final model's scores on a channel."""
        for name, value in scores.items():
            self.info(f"#{channel}_score ({self._host}) : ('{name}', {value})")
        for name, value in scores.items():
            kind = "loss" if name.endswith(("_objective", "loss", "mse", "mae")) and "log_loss" not in name else "score"
            self.info(f"#quality_metric: host={self._host}, {channel} {name} <{kind}>={value}")

    def best(self, hyperparameters: Mapping[str, Any]) -> None:
        """Which of the models trained in parallel was chosen."""
        self.info(f"Best model found for hyperparameters: {json.dumps(dict(hyperparameters))}")

    def finished(self, tested: bool, epochs: int) -> None:
        """The end of the log."""
        self.info('Saved checkpoint to "/tmp/tmpmodel/mx-mod-0000.params"')
        if not tested:
            self.info("Test data is not provided.")
        elapsed = (time.time() - self._started) * 1000
        self.metrics({"epochs": epochs, "totaltime": elapsed}, self._started)

    def failure(self, error: TrainingError) -> None:
        """Why the training failed."""
        kind = "Customer Error" if error.kind == "ClientError" else "Algorithm Error"
        self.info(f"{kind}: {error.message}", "ERROR")
