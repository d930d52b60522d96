"""The batch transform notebook: CSV to S3, a training job, its model, a batch transform, its output read back."""

from __future__ import annotations

import pytest

from tests.local.server import LocalServer
from tests.local.training import XGBOOST
from tests.local.tutorial import (
    FACTOR,
    XGBOOST_HYPERPARAMETERS,
    diabetes,
    make_model,
    own_predictions,
    read,
    training_definition,
    transform,
    unpacked_booster,
    upload,
    wait_for_training,
)

_NAME = "boston-xgboost-2026-11-23-07-24-09"
_PREFIX = "boston-xgboost-batch"


def test_from_csv_to_predictions_by_batch_transform(server: LocalServer) -> None:
    data = diabetes()
    uris = upload(server, _PREFIX, {**data.split.channels, "test": data.test_csv})
    channels = {name: uris[name] for name in ("train", "validation")}
    server.client("sagemaker").create_training_job(
        TrainingJobName=_NAME,
        HyperParameters=XGBOOST_HYPERPARAMETERS,
        **training_definition(_PREFIX, XGBOOST, "csv", channels),
    )
    job = wait_for_training(server, _NAME)

    predicted = transform(server, f"{_NAME}-transform", make_model(server, job), uris["test"])

    booster = unpacked_booster(read(server, job["ModelArtifacts"]["S3ModelArtifacts"]))
    assert predicted == pytest.approx(own_predictions(booster, data.test_x), rel=1e-6)
    assert data.times_better_than_the_mean(predicted) >= FACTOR
