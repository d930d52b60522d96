"""What a training job leaves in CloudWatch: its algorithm's metrics and those of its hosts."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.local import training
from tests.local.cloudwatch import call, dimensions
from tests.local.server import LocalServer

NAMESPACE = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="session")
def job(server: LocalServer) -> Any:
    """A finished job on two hosts."""
    training.upload_data(server)
    resources = {"InstanceCount": 2, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 5}
    server.client("sagemaker").create_training_job(**training.request("watched", ResourceConfig=resources))
    ended = training.wait_for_end(server, "watched")
    assert ended["TrainingJobStatus"] == "Completed"
    return ended


def statistics(server: LocalServer, metric: str, **place: str) -> Any:
    """The statistics of a metric in most of the last hour."""
    now = int(time.time())
    answer = call(
        server,
        "GetMetricStatistics",
        Namespace=NAMESPACE,
        MetricName=metric,
        Dimensions=dimensions(**place),
        StartTime=now - 3000,
        EndTime=now + 60,
        Period=3600,
        Statistics=["Minimum", "Maximum", "SampleCount"],
    )
    (point,) = answer["Datapoints"]
    return point


def test_metrics_of_the_algorithm(server: LocalServer, job: Any) -> None:
    rmse = statistics(server, "validation:rmse", TrainingJobName="watched")
    final = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert rmse["Minimum"] == final["validation:rmse"]
    assert rmse["SampleCount"] >= 5
    listed = call(server, "ListMetrics", Namespace=NAMESPACE, Dimensions=dimensions(TrainingJobName="watched"))
    assert {metric["MetricName"] for metric in listed["Metrics"]} == {"train:rmse", "validation:rmse"}


@pytest.mark.parametrize("host", ["watched/algo-1", "watched/algo-2"])
def test_metrics_of_the_hosts(server: LocalServer, job: Any, host: str) -> None:
    listed = call(server, "ListMetrics", Namespace=NAMESPACE, Dimensions=dimensions(Host=host))
    names = {metric["MetricName"] for metric in listed["Metrics"]}
    assert names == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    for name in names:
        point = statistics(server, name, Host=host)
        assert point["Unit"] == "Percent"
        assert point["SampleCount"] >= 1
        assert 0 <= point["Minimum"] <= point["Maximum"] < 400
    assert statistics(server, "MemoryUtilization", Host=host)["Maximum"] > 0
    assert 0 < statistics(server, "DiskUtilization", Host=host)["Maximum"] < 1
