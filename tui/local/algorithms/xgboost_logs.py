"""The log lines of the XGBoost container, in the form of each release."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tui.local.algorithms.dataset import Dataset
from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import TrainingError
from tui.local.algorithms.log_lines import emit
from tui.local.algorithms.xgboost_releases import LogStyle, Release

_TOOLKIT: Final = "sagemaker-containers"
_TRAINING: Final = "sagemaker_xgboost_container.training"
_MEGABYTE: Final = 1024 * 1024


class ContainerLog:
    """Writes what the container of a release writes, to standard output."""

    def __init__(self, release: Release, environment: Environment) -> None:
        self._style = release.log_style
        self._release = release
        self._environment = environment

    def info(self, message: str, logger: str = "root", level: str = "INFO") -> None:
        """A line of the container's Python code."""
        if self._style is LogStyle.ROOT:
            emit(f"{level}:{logger}:{message}")
        else:
            emit(f"[{datetime.now(UTC):%Y-%m-%d:%H:%M:%S}:{level}] {message}")

    def native(self, message: str) -> None:
        """A line of XGBoost's C++ code."""
        emit(f"[{datetime.now(UTC):%H:%M:%S}] {message}")

    def opening(self, hyperparameters: Mapping[str, str]) -> None:
        """What the container says before it looks at anything."""
        if self._style is LogStyle.FIRST:
            emit("Arguments: train")
            distributed = len(self._environment.hosts) > 1
            self.info(f"Running {'distributed' if distributed else 'standalone'} xgboost training.")
            return
        if self._style is LogStyle.BRACKET:
            self._profiler("utils.py:28", "RULE_JOB_STOP_SIGNAL_FILENAME: None")
            self._profiler("profiler_config_parser.py:111", "User has disabled profiler.")
        self.info(f"Imported framework {_TRAINING}", _TOOLKIT)
        for name, value in hyperparameters.items():
            if not _is_json(value):
                self.info(f"Failed to parse hyperparameter {name} value {value} to Json.", _TOOLKIT)
                emit("Returning the value itself")
        self.info("No GPUs detected (normal if no gpus installed)", _TOOLKIT)
        self.info("Running XGBoost Sagemaker in algorithm mode", _TRAINING)
        if self._release.number >= (1, 5):
            self.info("Determined 0 GPU(s) available on the instance.")

    def _profiler(self, source: str, message: str) -> None:
        now = datetime.now(UTC)
        host = f"ip-10-0-0-{self._environment.rank + 1}.ec2.internal"
        emit(f"[{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03} {host}:7 INFO {source}] {message}")

    def sizes(self, data_bytes: int) -> None:
        """The amount of data, which only `xgboost:1` says."""
        if self._style is LogStyle.FIRST:
            free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            self.info(
                f"File size need to be processed in the node: {data_bytes / _MEGABYTE:.2f}mb. "
                f"Available memory size in the node: {free / _MEGABYTE:.2f}mb"
            )

    def delimiter(self, delimiter: str) -> None:
        """The delimiter found in the first line of a CSV file."""
        self.info(f"Determined delimiter of CSV input is '{delimiter}'")

    def reading(self, channel: str) -> None:
        """That a channel is about to be read."""
        if self._style is LogStyle.BRACKET:
            self.info(f"files path: /opt/ml/input/data/{channel}")

    def loaded(self, channel: str, data: Dataset, query: str) -> None:
        """That a channel was read; `query` is how its format was given to XGBoost."""
        if self._style is LogStyle.BRACKET:
            return
        if self._style is LogStyle.FIRST:
            kind = self._environment.channels[channel].get("S3DistributionType", "FullyReplicated")
            self.native(f"S3DistributionType set as {kind}")
        self.native(
            f"{data.rows}x{data.columns} matrix with {data.rows * data.columns} entries loaded from "
            f"/opt/ml/input/data/{channel}?{query}"
        )

    def hosts(self) -> None:
        """Whether one host trains or several."""
        hosts = list(self._environment.hosts)
        if self._style is LogStyle.FIRST:
            return
        if len(hosts) == 1:
            self.info("Single node training.")
        else:
            self.info(f"Distributed node training with {len(hosts)} hosts: {hosts}")

    def idle_host(self) -> None:
        """That this host got no data and takes no part."""
        host = self._environment.current_host
        self.info(
            f"Host {host} does not have data. Will broadcast to cluster and will not be used in distributed training. "
            "Please divide the training data across instances properly.",
            level="WARNING",
        )
        self.info(f"Host {host} not being used for distributed training.", level="WARNING")

    def matrices(self, train: Dataset, validation: Dataset | None, is_master: bool) -> None:
        """The shape of the data, directly before the first round."""
        if self._release.number >= (3, 0):
            self.info(f"TRAIN_JOB_DEBUG: Received is_master={is_master}")
        if self._style is LogStyle.FIRST:
            return
        columns = f" and {train.columns} columns" if self._style is LogStyle.BRACKET else ""
        self.info(f"Train matrix has {train.rows} rows{columns}")
        if validation is not None:
            self.info(f"Validation matrix has {validation.rows} rows")

    def tuning(self, metric: str) -> None:
        """The metric that the tuning job optimises."""
        if self._style is not LogStyle.FIRST:
            self.info(f"Setting up HPO optimized metric to be : {metric}")

    def evaluation(self, line: str) -> None:
        """One round's metrics."""
        emit(line)

    def early_stopping(self, name: str, rounds: int, several: bool) -> None:
        """The rule by which training will stop, which XGBoost announces after the first round."""
        if several:
            emit(f"Multiple eval metrics have been passed: '{name}' will be used for early stopping.")
            emit("")
        emit(f"Will train until {name} hasn't improved in {rounds} rounds.")

    def stopped_early(self, best: str) -> None:
        """That the rule applied; `best` is the evaluation line of the best round."""
        emit("Stopping. Best iteration:")
        emit(best)
        emit("")

    def saved(self, is_master: bool) -> None:
        """What 3.x says about the model."""
        if self._release.number >= (3, 0):
            self.info(f"FINAL_MODEL_DEBUG: is_master={is_master}, model_dir=/opt/ml/model")
            if is_master:
                self.info("FINAL_MODEL_SAVE: Saving final model as master")

    def failure(self, error: TrainingError) -> TrainingError:
        """Log a failure, and answer it as it is written to the failure file."""
        if self._style is LogStyle.FIRST:
            prefix = "Customer Error" if error.kind == "ClientError" else "Algorithm Error"
            self.info(f"{prefix}: {error.message}", level="ERROR")
            return error
        cause = f"sagemaker_algorithm_toolkit.exceptions.{type(error).__name__.replace('Training', 'Algorithm')}"
        text = (
            "framework error: \nTraceback (most recent call last):\n"
            '  File "/miniconda3/lib/python3/site-packages/sagemaker_containers/_trainer.py", line 84, in train\n'
            f"    entrypoint()\n{cause}: {error.message}\n\n{error.message}"
        )
        self.info("Reporting training FAILURE", _TOOLKIT, "ERROR")
        self.info(text, _TOOLKIT, "ERROR")
        return TrainingError(text)


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
