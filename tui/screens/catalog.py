"""The panes that have a digit, and how each is made when it is first asked for."""

from __future__ import annotations

from tui.config import Config
from tui.panes.pane import Pane
from tui.service.sagemaker import SageMaker

PANES = (
    ("2", "data", "Data"),
    ("3", "train", "Train"),
    ("4", "tune", "Tune"),
    ("5", "logs", "Logs"),
    ("6", "endpoints", "Endpoints"),
    ("7", "batch", "Batch"),
    ("8", "models", "Models"),
)
"""Digit, name and title; the digits are the same in every version, whichever panes it has."""


def make_pane(name: str, service: SageMaker, config: Config) -> Pane:  # noqa: PLR0911 - one for each
    """A pane by its name. Its module is imported now, not before: most are not on the first screen."""
    match name:
        case "data":
            from tui.panes.data import DataPane  # noqa: PLC0415

            return DataPane(service.datasets, service.watching.feed, read_only=config.read_only)
        case "tune":
            from tui.panes.tune import TunePane  # noqa: PLC0415

            return TunePane(service.tuning, service.prices.of_tuning, read_only=config.read_only)
        case "logs":
            from tui.panes.logs import LogsPane  # noqa: PLC0415

            return LogsPane(service.logs, config.logs.memory_bytes)
        case "endpoints":
            from tui.panes.endpoints import EndpointsPane  # noqa: PLC0415

            return EndpointsPane(service.endpoints, read_only=config.read_only)
        case "batch":
            from tui.panes.batch import BatchPane  # noqa: PLC0415

            return BatchPane(service.transforms, service.prices, read_only=config.read_only)
        case "models":
            from tui.panes.models import ModelsPane  # noqa: PLC0415

            return ModelsPane(service.models, service.shutting_down, read_only=config.read_only)
    from tui.panes.train import TrainPane  # noqa: PLC0415

    return TrainPane(service.training, read_only=config.read_only)
