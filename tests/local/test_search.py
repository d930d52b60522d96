"""Search over training jobs: every kind of condition, order and page."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.local.server import LocalServer
from tests.local.shapes import mismatches
from tests.local.training import call, channel, request, upload_data, wait_for_end
from tui.local.errors import AwsError
from tui.local.jobs.states import Outcome, Phase
from tui.local.jobs.table import JobTable, Sample
from tui.local.search import Search
from tui.local.search_subjects import TRAINING_JOBS
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags

Found = Callable[..., list[str]]


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """Four jobs in the store: `a` completed, `b` failed, `c` stopped, `d` just begun."""
    store = Store(tmp_path / "store.sqlite")
    settings, jobs, tags = Settings(tmp_path), JobTable(store), Tags(store)
    plans: list[tuple[str, dict[str, str], float | None, dict[str, str], Outcome | None]] = [
        ("a", {"eta": "0.2", "num_round": "9"}, 2.5, {"team": "x"}, Outcome(Phase.COMPLETED)),
        ("b", {"eta": "0.9", "num_round": "10"}, 10.0, {"team": "y"}, Outcome(Phase.FAILED, "ClientError: no")),
        ("c", {"eta": "auto"}, None, {}, Outcome(Phase.STOPPED)),
        ("d", {"eta": "1.5"}, 1.25, {}, None),
    ]
    for name, parameters, rmse, labels, outcome in plans:
        channels = [channel("train", f"s3://bucket/{name}/train"), channel("validation", "s3://bucket/shared")]
        body = request(name, HyperParameters=parameters, InputDataConfig=channels)
        with store.write() as connection:
            jobs.insert(connection, name, settings.arn("training-job", name), body)
            tags.register(
                connection, settings.arn("training-job", name), [{"Key": k, "Value": v} for k, v in labels.items()]
            )
        if rmse is not None:
            jobs.add_samples(name, [Sample("validation:rmse", time.time(), rmse)])
        if outcome is not None:
            jobs.finish(name, outcome)
    return Search(store, tags, [TRAINING_JOBS])


@pytest.fixture
def found(search: Search) -> Found:
    """The names that a request finds, in their order; checks the answer's shape."""

    def names(**members: Any) -> list[str]:
        answer = search.search({"Resource": "TrainingJob"} | members)
        assert mismatches("sagemaker", "Search", answer) == []
        return [result["TrainingJob"]["TrainingJobName"] for result in answer["Results"]]

    return names


def _filters(*filters: tuple[str, str, str | None], operator: str = "And") -> dict[str, Any]:
    return {
        "SearchExpression": {
            "Filters": [
                {"Name": name, "Operator": test} | ({} if value is None else {"Value": value})
                for name, test, value in filters
            ],
            "Operator": operator,
        }
    }


@pytest.mark.parametrize(
    ("name", "operator", "value", "names"),
    [
        ("TrainingJobName", "Equals", "b", "b"),
        ("TrainingJobName", "NotEquals", "b", "acd"),
        ("TrainingJobName", "In", "a, c,z", "ac"),
        ("TrainingJobStatus", "Contains", "ed", "abc"),
        ("FailureReason", "Exists", None, "b"),
        ("FailureReason", "NotExists", None, "acd"),
        ("FailureReason", "NotEquals", "x", "abcd"),
        ("Metrics.validation:rmse", "GreaterThan", "2.4", "ab"),
        ("Metrics.validation:rmse", "LessThanOrEqualTo", "2.5", "ad"),
        ("Metrics.validation:rmse", "NotExists", None, "c"),
        ("HyperParameters.num_round", "GreaterThanOrEqualTo", "9.5", "b"),
        ("HyperParameters.num_round", "Equals", "9", "a"),
        ("HyperParameters.eta", "Equals", "auto", "c"),
        ("HyperParameters.eta", "Equals", "1", "d"),
        ("HyperParameters.eta", "LessThan", "0.5", "a"),
        ("Tags.team", "Equals", "x", "a"),
        ("Tags.team", "Exists", None, "ab"),
        ("ResourceConfig.InstanceCount", "Equals", "1", "abcd"),
        ("CreationTime", "GreaterThan", "2020-01-31T10:00:00", "abcd"),
        ("CreationTime", "LessThan", "2020-01-31T10:00:00Z", ""),
        ("InputDataConfig.DataSource.S3DataSource.S3Uri", "Contains", "/c/", "c"),
        ("ModelArtifacts", "Exists", None, ""),
    ],
)
def test_each_operator_on_each_kind(found: Found, name: str, operator: str, value: str | None, names: str) -> None:
    assert sorted(found(**_filters((name, operator, value)))) == list(names)


def test_a_filter_without_operator_means_equals(found: Found) -> None:
    assert found(SearchExpression={"Filters": [{"Name": "TrainingJobName", "Value": "a"}]}) == ["a"]


def test_conditions_combine_by_and_or_and_nesting(found: Found) -> None:
    failed = ("TrainingJobStatus", "Equals", "Failed")
    team = ("Tags.team", "Equals", "x")
    assert found(**_filters(failed, team)) == []
    assert sorted(found(**_filters(failed, team, operator="Or"))) == ["a", "b"]
    nested = {
        "SubExpressions": [
            _filters(failed, team, operator="Or")["SearchExpression"],
            _filters(("HyperParameters.eta", "LessThan", "0.5"))["SearchExpression"],
        ]
    }
    assert found(SearchExpression=nested) == ["a"]


def test_nested_filters_ask_one_element_of_a_list(found: Found) -> None:
    def nested(channel_name: str, part: str) -> dict[str, Any]:
        return {
            "SearchExpression": {
                "NestedFilters": [
                    {
                        "NestedPropertyName": "InputDataConfig",
                        "Filters": [
                            {"Name": "InputDataConfig.ChannelName", "Operator": "Equals", "Value": channel_name},
                            {
                                "Name": "InputDataConfig.DataSource.S3DataSource.S3Uri",
                                "Operator": "Contains",
                                "Value": part,
                            },
                        ],
                    }
                ]
            }
        }

    assert found(**nested("train", "/a/")) == ["a"]
    assert found(**nested("validation", "/a/")) == []
    assert sorted(found(**nested("validation", "shared"))) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("sort", "order", "names"),
    [
        ({}, "Descending", "dcba"),
        ({"SortBy": "CreationTime"}, "Ascending", "abcd"),
        ({"SortBy": "TrainingJobName"}, "Descending", "dcba"),
        ({"SortBy": "Metrics.validation:rmse"}, "Ascending", "dabc"),
        ({"SortBy": "Metrics.validation:rmse"}, "Descending", "badc"),
        ({"SortBy": "HyperParameters.num_round"}, "Ascending", "abcd"),
        ({"SortBy": "HyperParameters.eta"}, "Ascending", "abdc"),
    ],
)
def test_order_and_pages(search: Search, sort: dict[str, str], order: str, names: str) -> None:
    parameters = {"Resource": "TrainingJob", "SortOrder": order, **sort}
    seen: list[str] = []
    answer = search.search(parameters | {"MaxResults": 1})
    while "NextToken" in answer:
        seen += [result["TrainingJob"]["TrainingJobName"] for result in answer["Results"]]
        answer = search.search(parameters | {"MaxResults": 1, "NextToken": answer["NextToken"]})
    seen += [result["TrainingJob"]["TrainingJobName"] for result in answer["Results"]]
    assert seen == list(names)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Resource": "Endpoint"}, "cannot search Endpoint"),
        ({"SearchExpression": {}}, "at least one filter"),
        (_filters(("Colour", "Equals", "red")), "Unknown property name: Colour"),
        (_filters(("ResourceConfig.Colour", "Equals", "red")), "Unknown property name: ResourceConfig.Colour"),
        (_filters(("TrainingJobName", "GreaterThan", "a")), "not supported for the text property"),
        (_filters(("Metrics.rmse", "Contains", "1")), "supported for text properties only"),
        (_filters(("Metrics.rmse", "Equals", "much")), "must be a number"),
        (_filters(("CreationTime", "GreaterThan", "yesterday")), "must be an ISO 8601 time"),
        (_filters(("TrainingJobName", "Equals", None)), "needs a Value"),
        (_filters(("ResourceConfig", "Equals", "1")), "use Exists or NotExists"),
        ({"SortBy": "InputDataConfig"}, "no value of its own to sort by"),
        ({"NextToken": "garbage"}, "The NextToken is not valid"),
        (
            {
                "SearchExpression": {
                    "SubExpressions": [_filters(*[("Tags.a", "Exists", None)] * 20)["SearchExpression"]] * 3
                }
            },
            "at most 50",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused(search: Search, members: dict[str, Any], words: str) -> None:
    with pytest.raises(AwsError) as refused:
        search.search({"Resource": "TrainingJob"} | members)
    assert refused.value.code == "ValidationException"
    assert words in refused.value.message


def test_search_over_the_wire_finds_a_trained_job_whole(server: LocalServer) -> None:
    upload_data(server)
    server.client("sagemaker").create_training_job(**request("searched", Tags=[{"Key": "team", "Value": "wire"}]))
    job = wait_for_end(server, "searched")

    answer = call(server, "Search", {"Resource": "TrainingJob", **_filters(("Tags.team", "Equals", "wire"))})

    (record,) = [result["TrainingJob"] for result in answer["Results"]]
    assert record["Tags"] == [{"Key": "team", "Value": "wire"}]
    for member in ("TrainingJobArn", "FinalMetricDataList", "HyperParameters", "SecondaryStatusTransitions"):
        assert record[member] == job[member]
