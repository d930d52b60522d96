"""The channels of a Linear Learner job, checked and read as its container does."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tui.local.algorithms.dataset import BLOCK_ROWS, Dataset, UnreadableRowsError, read_csv
from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import UserError
from tui.local.algorithms.recordio import read_recordio

CHANNELS: Final = ("train", "validation", "test")
_RECORDIO: Final = "application/x-recordio-protobuf"


def read_channels(environment: Environment, settings: dict[str, Any]) -> dict[str, Dataset]:
    """The data of every channel, or nothing on a host, one of several, that got no training data.

    Raises UserError in the container's words for a missing channel, a foreign content type, and data it cannot use.
    """
    if "train" not in environment.channels:
        raise _invalid("Missing required channel: train", "ValidationError")
    data: dict[str, Dataset | None] = {}
    for channel in environment.channels:
        if channel not in CHANNELS:
            raise _invalid(f"Additional channels are not allowed ('{channel}' was unexpected)", "ValidationError")
        data[channel] = dataset = _read(environment, channel)
        if dataset is not None:
            _check(dataset, channel, settings)
        elif len(environment.hosts) == 1:
            raise _invalid(f"No data in the {channel} channel, /opt/ml/input/data/{channel}", "ValueError")
    training = data["train"]
    if training is None:
        return {}
    nothing = Dataset(np.empty((0, training.columns), np.float32), np.empty(0, np.float32))
    complete = {channel: dataset or nothing for channel, dataset in data.items()}
    columns = {channel: dataset.columns for channel, dataset in complete.items()}
    if len(set(columns.values())) > 1:
        raise _invalid(f"The channels have different numbers of features: {columns}", "ValueError")
    return complete


def _invalid(message: str, cause: str) -> UserError:
    return UserError(f"{message} (caused by {cause})")


def _read(environment: Environment, channel: str) -> Dataset | None:
    declared = environment.content_type(channel, _RECORDIO)
    media_type = declared.lower().partition(";")[0].strip()
    if media_type not in ("text/csv", _RECORDIO):
        raise UserError(f"No iterator has been registered for ContentType ('{media_type}', '1.0')")
    files = environment.data_files(channel)
    if not files:
        return None
    try:
        return read_csv(files) if media_type == "text/csv" else read_recordio(files)
    except UnreadableRowsError as error:
        first = (error.first_row - 1) // BLOCK_ROWS * BLOCK_ROWS + 1
        place = f"rows {first}-{first + BLOCK_ROWS - 1}, file {environment.shown(error.path)}"
        kind = "csv" if media_type == "text/csv" else "recordio-protobuf (give ContentType text/csv for CSV)"
        raise UserError(
            f"Unable to parse {kind}: {place} (caused by ValueError)\n\nCaused by: {error.reason}"
        ) from error


def _check(data: Dataset, channel: str, settings: dict[str, Any]) -> None:
    wanted: int | None = settings["feature_dim"]
    if not data.columns:
        raise _invalid(f"The {channel} channel has a label and no features", "ValueError")
    if wanted is not None and wanted != data.columns:
        raise _invalid(f"feature_dim is {wanted}, but the {channel} channel has {data.columns} features", "ValueError")
    if not np.isfinite(data.features).all() or not np.isfinite(data.labels).all():
        raise _invalid(
            f"The {channel} channel has missing or infinite values, which a linear model cannot use", "ValueError"
        )
    predictor: str = settings["predictor_type"]
    if predictor == "regressor":
        return
    classes = 2 if predictor == "binary_classifier" else settings["num_classes"]
    wrong = data.labels[(data.labels < 0) | (data.labels >= classes) | (data.labels != np.floor(data.labels))]
    if wrong.size:
        raise _invalid(
            f"The labels of a {predictor} must be the whole numbers from 0 to {classes - 1}, "
            f"but the {channel} channel has {wrong[0]:g}",
            "ValueError",
        )
