"""What sets the releases of the XGBoost container apart, as far as a training job shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class LogStyle(Enum):
    """The form of the container's own log lines."""

    FIRST = "xgboost:1"
    ROOT = "0.90 to 1.0: INFO:root:…"
    BRACKET = "since 1.2: [time:INFO] …"


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the container, by its version in the image tag."""

    version: str

    @property
    def number(self) -> tuple[int, int]:
        """The release of XGBoost inside; `xgboost:1` holds 0.72."""
        if self.version == "1":
            return (0, 72)
        major, minor = self.version.split("-")[0].split(".")
        return (int(major), int(minor))

    @property
    def log_style(self) -> LogStyle:
        """How its log lines look."""
        if self.number < (0, 90):
            return LogStyle.FIRST
        return LogStyle.ROOT if self.number < (1, 2) else LogStyle.BRACKET

    @property
    def pickles_model(self) -> bool:
        """Whether `xgboost-model` is a pickled Booster instead of XGBoost's own format."""
        return self.number < (1, 3)

    @property
    def stops_early_on_default_metric(self) -> bool:
        """Whether `early_stopping_rounds` acts without `eval_metric` and tuning."""
        return self.number < (1, 3)

    @property
    def estimates_base_score(self) -> bool:
        """Whether training starts from an estimated intercept; XGBoost before 2.0 starts from 0.5."""
        return self.number >= (2, 0)

    @property
    def grows_exactly(self) -> bool:
        """Whether `tree_method` auto means exact on data of a usual size; it has meant hist since XGBoost 2.0."""
        return self.number < (2, 0)

    def metric(self, value: float) -> str:
        """A metric's value as an evaluation line shows it."""
        return f"{value:g}" if self.number < (1, 0) else f"{value:.5f}"
