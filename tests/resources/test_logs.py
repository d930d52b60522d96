"""Where SageMaker writes its logs, and the hosts in the names of their streams."""

from __future__ import annotations

import pytest

from tui.resources.logs import (
    LogSource,
    LogStream,
    endpoint_log,
    host_of,
    notebook_log,
    processing_log,
    source_named,
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


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("boston", training_log("boston")),
        (" training  boston ", training_log("boston")),
        ("endpoint prices", endpoint_log("prices")),
        ("transform score", transform_log("score")),
        ("notebook desk", notebook_log("desk")),
        ("processing clean", processing_log("clean")),
    ],
)
def test_a_log_is_named_by_its_kind_and_name(words: str, source: LogSource) -> None:
    assert source_named(words) == source


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("endpoint", "The log of which endpoint? Type :logs endpoint and a name."),
        (
            "pipeline it",
            "There are no logs of the kind pipeline; "
            "the kinds are training, processing, transform, endpoint, notebook.",
        ),
        ("", "Type :logs, one of training, processing, transform, endpoint, notebook, and a name."),
    ],
)
def test_what_names_no_log_is_told_how(words: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        source_named(words)
    assert str(caught.value) == sentence


def test_the_variants_of_an_endpoint_are_looked_at_alone_and_the_instances_of_one() -> None:
    assert endpoint_log("prices").lens("blue/i-0f00ba/data-log") == "blue"
    assert endpoint_log("prices", "blue").lens("i-0f00ba") == "i-0f00ba"
    assert training_log("boston").lens("algo-1") == "algo-1"


def test_what_stands_for_months_opens_on_its_last_day() -> None:
    assert [endpoint_log("prices").window, notebook_log("desk").window] == [86400.0, 86400.0]
    assert [training_log("boston").window, transform_log("score").window] == [None, None]


def test_a_stream_is_what_its_listing_says() -> None:
    listed = {"logStreamName": "boston/algo-2-1760000000", "firstEventTimestamp": 5, "lastEventTimestamp": 9}
    assert training_log("boston").stream(listed | {"storedBytes": 7}) == LogStream(
        "boston/algo-2-1760000000", "algo-2", 5, 9, 7
    )
    assert training_log("boston").stream({"logStreamName": "boston/algo-1"}) == LogStream("boston/algo-1", "algo-1")
