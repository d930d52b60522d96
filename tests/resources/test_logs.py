"""Where SageMaker writes its logs, and the hosts in the names of their streams."""

from __future__ import annotations

import pytest

from tui.resources.logs import (
    LogSource,
    endpoint_log,
    host_of,
    notebook_log,
    processing_log,
    training_log,
    transform_log,
)


@pytest.mark.parametrize(
    ("stream", "host"),
    [
        ("boston/algo-1-1760000000", "algo-1"),
        ("boston/algo-12-1760000000", "algo-12"),
        ("boston-2026/algo-1-1760000000", "algo-1"),
        ("boston/algo-1", "algo-1"),
        ("boston/algo", "algo"),
        ("boston/algo-1760000000", "algo"),
        ("algo-1-1760000000", "algo-1"),
        ("boston/worker/algo-2-1760000000", "algo-2"),
        ("boston/", ""),
        ("", ""),
    ],
)
def test_the_host_stands_between_the_job_and_the_time(stream: str, host: str) -> None:
    assert host_of(stream) == host


@pytest.mark.parametrize(
    ("source", "group", "stream", "host"),
    [
        (training_log("boston"), "TrainingJobs", "boston/algo-1-1760000000", "algo-1"),
        (processing_log("clean"), "ProcessingJobs", "clean/algo-2-1760000000", "algo-2"),
        (transform_log("score"), "TransformJobs", "score/i-0f00ba-1760000000", "i-0f00ba"),
        (transform_log("score"), "TransformJobs", "score/i-0f00ba-1760000000/data-log", "i-0f00ba/data-log"),
        (endpoint_log("prices"), "Endpoints/prices", "AllTraffic/i-0f00ba", "AllTraffic/i-0f00ba"),
        (endpoint_log("prices", "blue"), "Endpoints/prices", "blue/i-01234567890123456", "i-01234567890123456"),
        (endpoint_log("prices", "blue"), "Endpoints/prices", "blue/i-0f00ba/data-log", "i-0f00ba/data-log"),
        (notebook_log("desk"), "NotebookInstances", "desk/jupyter.log", "jupyter.log"),
        (notebook_log("desk"), "NotebookInstances", "desk/LifecycleConfigOnStart", "LifecycleConfigOnStart"),
    ],
)
def test_every_kind_of_log_has_its_group_and_hosts(source: LogSource, group: str, stream: str, host: str) -> None:
    assert source.group == f"/aws/sagemaker/{group}"
    assert stream.startswith(source.prefix)
    assert source.host(stream) == host


def test_the_log_of_all_variants_is_the_whole_group() -> None:
    assert endpoint_log("prices").prefix == ""
    assert [endpoint_log("prices").label, endpoint_log("prices", "blue").label] == ["prices", "prices/blue"]
