"""Runs one host of a training job the way its container would, in the current process."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType

from tui.local.algorithms import linear_learner_training, xgboost_training
from tui.local.algorithms.catalog import Algorithm, find
from tui.local.algorithms.collective import give_up
from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import TrainingError
from tui.local.algorithms.log_lines import warnings_in_log
from tui.local.algorithms.stop import StopRequest

FAILURE_CHARACTERS = 1024
"""How much of `/opt/ml/output/failure` the service shows as FailureReason."""


def run(root: Path, image: str) -> int:
    """Train as the container of `image` would in `/opt/ml` = `root`, and return its exit code.

    The log goes to standard output, a line at a time; the model to `root/model`; a failure to `root/output/failure`,
    with its kind in front (`ClientError: …`, `AlgorithmError: …`). SIGTERM ends the training after the current round
    with the model as it is then. Call it in the main thread of a process of its own.
    """
    algorithm = find(image)
    if algorithm is None:
        raise ValueError(f"{image} is not the image of a built-in algorithm")
    stop = StopRequest()

    def on_terminate(_signal: int, _frame: FrameType | None) -> None:
        stop.request()

    signal.signal(signal.SIGTERM, on_terminate)
    environment = Environment.read(root)
    try:
        with warnings_in_log():
            _train(algorithm, environment, stop)
    except TrainingError as error:
        _fail(environment, f"{error.kind}: {error.message}")
    except (OSError, MemoryError) as error:
        _fail(environment, f"AlgorithmError: {error or type(error).__name__}".replace(str(root), "/opt/ml"))
    else:
        return 0
    return 1


def _fail(environment: Environment, reason: str) -> None:
    give_up(environment)
    folder = environment.root / "output"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failure").write_text(reason[:FAILURE_CHARACTERS], "utf-8")


def _train(algorithm: Algorithm, environment: Environment, stop: StopRequest) -> None:
    if algorithm.name == "xgboost":
        xgboost_training.train(environment, algorithm.version, stop)
    else:
        linear_learner_training.train(environment, stop)
