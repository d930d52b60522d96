"""The training notebooks of the SageMaker tutorials, from bundled data to the error of the model, by clients."""

from __future__ import annotations

import ctypes
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.container_runs import Split
from tests.local.server import LocalServer
from tests.local.training import LINEAR, LOG_GROUP, XGBOOST, describe, wait_for_end
from tests.local.tutorial import (
    BUCKET,
    LINEAR_HYPERPARAMETERS,
    XGBOOST_HYPERPARAMETERS,
    diabetes,
    own_predictions,
    read,
    training_definition,
    unpacked_booster,
    upload,
)

PREFIX = "diabetes-xgboost-LL"


@pytest.fixture(scope="module")
def split() -> Split:
    return diabetes().split


def _training_params(
    name: str, image: str, hyperparameters: dict[str, str], content_type: str, inputs: dict[str, str]
) -> dict[str, Any]:
    """The notebooks' `training_params`."""
    definition = training_definition(PREFIX, image, content_type, inputs)
    return {"TrainingJobName": name, "HyperParameters": hyperparameters} | definition


def _log_lines(server: LocalServer, name: str) -> list[str]:
    """The one stream of a job, read page by page until the token repeats."""
    logs = server.client("logs")
    (stream,) = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")["logStreams"]
    assert re.fullmatch(rf"{name}/algo-1-\d{{10}}", stream["logStreamName"])
    lines: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = logs.get_log_events(
            logGroupName=LOG_GROUP, logStreamName=stream["logStreamName"], startFromHead=True, limit=50, **token
        )
        lines += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token.get("nextToken"):
            return lines
        token = {"nextToken": page["nextForwardToken"]}


def _last_logged(lines: Iterable[str], metric: str) -> float:
    """The last value of a metric in XGBoost's evaluation lines, as the 32-bit float the service keeps."""
    values = [found[1] for line in lines if (found := re.search(rf"^\[\d+\].*#011{metric}:([0-9.]+)", line))]
    return ctypes.c_float(float(values[-1])).value


def _final_metric(description: dict[str, Any], name: str) -> float:
    (value,) = [item["Value"] for item in description["FinalMetricDataList"] if item["MetricName"] == name]
    return float(value)


def _check_error(split: Split, booster: Any, reported: float) -> None:
    """The model makes the reported error, and it is well below that of predicting the mean."""
    import numpy as np

    predicted = own_predictions(booster, split.validation_x)
    error = float(np.sqrt(np.mean((split.validation_y - predicted) ** 2)))
    assert reported == pytest.approx(error, rel=1e-5)
    error_of_mean = float(np.sqrt(np.mean((split.validation_y - split.train_y.mean()) ** 2)))
    assert error_of_mean / error >= 1.25


def test_xgboost_by_boto3(server: LocalServer, split: Split) -> None:
    name = "diabetes-xgboost-2026-11-23-07-24-09"
    inputs = upload(server, PREFIX, split.channels)
    sagemaker = server.client("sagemaker")
    sagemaker.create_training_job(**_training_params(name, XGBOOST, XGBOOST_HYPERPARAMETERS, "csv", inputs))

    wait_for_end(server, name)
    job = sagemaker.describe_training_job(TrainingJobName=name)

    assert (job["TrainingJobStatus"], job["HyperParameters"]) == ("Completed", XGBOOST_HYPERPARAMETERS)
    lines = _log_lines(server, name)
    assert "Train matrix has 198 rows and 10 columns" in "\n".join(lines)
    rmse = _final_metric(job, "validation:rmse")
    assert rmse == _last_logged(lines, "validation-rmse")
    assert _final_metric(job, "train:rmse") == _last_logged(lines, "train-rmse")
    assert sum("#011validation-rmse:" in line for line in lines) == 200, "1.7-1 stops early for a stated metric only"

    uri = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == f"s3://{BUCKET}/{PREFIX}/output/{name}/output/model.tar.gz"
    _check_error(split, unpacked_booster(read(server, uri)), rmse)


@needs_aws_cli
def test_xgboost_by_the_aws_cli(server: LocalServer, split: Split, tmp_path: Path) -> None:
    name = "diabetes-by-cli"
    (tmp_path / "data").mkdir()
    for channel, content in split.channels.items():
        (tmp_path / "data" / f"{channel}.csv").write_text(content)
    inputs = {channel: f"s3://{BUCKET}/cli/{channel}.csv" for channel in split.channels}
    params = _training_params(name, XGBOOST, XGBOOST_HYPERPARAMETERS, "csv", inputs)
    (tmp_path / "job.json").write_text(json.dumps(params))

    aws(server, tmp_path, "s3", "mb", f"s3://{BUCKET}")
    aws(server, tmp_path, "s3", "cp", "--recursive", str(tmp_path / "data"), f"s3://{BUCKET}/cli")
    created = aws(
        server, tmp_path, "sagemaker", "create-training-job", "--cli-input-json", f"file://{tmp_path}/job.json"
    )
    assert json.loads(created)["TrainingJobArn"].endswith(f":training-job/{name}")
    wait_for_end(server, name)  # the CLI's own waiter looks every two minutes
    aws(server, tmp_path, "sagemaker", "wait", "training-job-completed-or-stopped", "--training-job-name", name)

    job = json.loads(aws(server, tmp_path, "sagemaker", "describe-training-job", "--training-job-name", name))
    assert job["TrainingJobStatus"] == "Completed", job
    found = aws(
        server,
        tmp_path,
        *("logs", "filter-log-events", "--log-group-name", LOG_GROUP, "--log-stream-name-prefix", f"{name}/"),
        *("--filter-pattern", '"validation-rmse"'),
    )
    matches = json.loads(found)["events"]
    rmse = _final_metric(job, "validation:rmse")
    assert rmse == _last_logged([event["message"] for event in matches], "validation-rmse")
    newest = aws(
        server,
        tmp_path,
        *("logs", "get-log-events", "--log-group-name", LOG_GROUP, "--log-stream-name", matches[0]["logStreamName"]),
        *("--limit", "100"),
    )
    assert matches[-1]["message"] in [event["message"] for event in json.loads(newest)["events"]]
    aws(server, tmp_path, "s3", "cp", job["ModelArtifacts"]["S3ModelArtifacts"], str(tmp_path / "model.tar.gz"))
    _check_error(split, unpacked_booster((tmp_path / "model.tar.gz").read_bytes()), rmse)


def test_xgboost_reads_libsvm(server: LocalServer, split: Split) -> None:
    """The same rows as libsvm make the same model as they do as CSV."""
    channels = {name: "\n".join(map(_libsvm, text.splitlines())) for name, text in split.channels.items()}
    for name, content_type, content in (
        ("diabetes-csv", "csv", split.channels),
        ("diabetes-libsvm", "libsvm", channels),
    ):
        inputs = upload(server, name, content)
        params = _training_params(name, XGBOOST, XGBOOST_HYPERPARAMETERS, content_type, inputs)
        server.client("sagemaker").create_training_job(**params)
    by_csv, by_libsvm = (wait_for_end(server, name) for name in ("diabetes-csv", "diabetes-libsvm"))
    assert by_libsvm["TrainingJobStatus"] == "Completed", by_libsvm
    assert _final_metric(by_libsvm, "validation:rmse") == pytest.approx(_final_metric(by_csv, "validation:rmse"))


def _libsvm(row: str) -> str:
    label, *features = row.split(",")
    return " ".join([label, *(f"{index}:{value}" for index, value in enumerate(features))])


def test_linear_learner(server: LocalServer, split: Split) -> None:
    name = "diabetes-linear-2026-11-23-07-24-09"
    inputs = upload(server, f"{PREFIX}-linear", split.channels)
    params = _training_params(name, LINEAR, LINEAR_HYPERPARAMETERS, "text/csv", inputs)
    server.client("sagemaker").create_training_job(**params)

    assert wait_for_end(server, name)["TrainingJobStatus"] == "Completed", describe(server, name)
    job = server.client("sagemaker").describe_training_job(TrainingJobName=name)

    pattern = re.compile(r"#quality_metric: host=algo-1, validation mse <loss>=(\S+)")
    (logged,) = [float(found[1]) for line in _log_lines(server, name) if (found := pattern.search(line))]
    assert _final_metric(job, "validation:mse") == ctypes.c_float(logged).value
    error_of_mean = float(((split.validation_y - split.train_y.mean()) ** 2).mean())
    assert (error_of_mean / logged) ** 0.5 >= 1.25
