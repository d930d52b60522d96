"""Search over tuning jobs, endpoints and models, each with what belongs to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.local import endpoints, transforms, tuning
from tests.local.server import LocalServer
from tests.local.shapes import mismatches
from tests.local.training import XGBOOST, call, request, upload_data
from tui.local.endpoints.fleets import new_fleet
from tui.local.endpoints.table import EndpointTable
from tui.local.endpoints.table import Status as EndpointStatus
from tui.local.errors import AwsError
from tui.local.jobs.states import Outcome, Phase
from tui.local.jobs.table import JobTable, Sample
from tui.local.models import Container, ModelTable
from tui.local.search import Search
from tui.local.search_subjects import SUBJECTS
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.transform.table import TransformTable
from tui.local.tuning.requests import accepted_request
from tui.local.tuning.table import Status as TuningStatus
from tui.local.tuning.table import TuningTable

_OBJECTIVE = "BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value"
_NAMES = {
    "HyperParameterTuningJob": ("HyperParameterTuningJobName",),
    "Endpoint": ("EndpointName",),
    "Model": ("Model", "ModelName"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A store to put resources into, and Search over it."""

    store: Store
    settings: Settings
    tags: Tags
    search: Search

    def arn(self, kind: str, name: str, **labels: str) -> str:
        """The ARN of a resource, which can have tags from now on."""
        arn = self.settings.arn(kind, name)
        with self.store.write() as connection:
            self.tags.register(connection, arn, [{"Key": key, "Value": value} for key, value in labels.items()])
        return arn

    def tuning_job(self, name: str, *objectives: float, strategy: str = "Random", **labels: str) -> None:
        """A tuning job that completed if any of its training jobs has an objective, and else goes on."""
        table, jobs = TuningTable(self.store), JobTable(self.store)
        asked = tuning.request(name, HyperParameterTuningJobConfig=tuning.config(Strategy=strategy))
        arn = self.arn("hyper-parameter-tuning-job", name, **labels)
        with self.store.write() as connection:
            table.insert(connection, name, arn, accepted_request(asked))
        for number, objective in enumerate(objectives):
            child = f"{name}-{number:03}"
            with self.store.write() as connection:
                jobs.insert(connection, child, self.settings.arn("training-job", child), request(child))
                table.add_child(connection, child, name, definition=None, metric="validation:rmse", tuned="{}")
            jobs.add_samples(child, [Sample("ObjectiveMetric", time.time(), objective)])
            jobs.finish(child, Outcome(Phase.COMPLETED))
        if objectives:
            table.finish(name, TuningStatus.COMPLETED)

    def endpoint(self, name: str, *variants: dict[str, Any], in_service: bool = True, **labels: str) -> None:
        """An endpoint that serves its variants, or is created with them."""
        table = EndpointTable(self.store)
        specifications = [{"InitialVariantWeight": 1.0} | variant for variant in variants]
        config = {"EndpointConfigName": f"{name}-config", "ProductionVariants": specifications}
        fleet = new_fleet(config, {variant["ModelName"]: Container(XGBOOST, None, {}) for variant in variants}, 1.0)
        arn = self.arn("endpoint", name, **labels)
        with self.store.write() as connection:
            table.insert(connection, name, arn, fleet, None)
        if in_service:
            served = fleet.settled()
            table.change(arn, lambda made: replace(made, status=EndpointStatus.IN_SERVICE, active=served, pending=None))

    def model(self, name: str, **labels: str) -> None:
        """A model."""
        table, arn = ModelTable(self.store), self.arn("model", name, **labels)
        with self.store.write() as connection:
            table.insert(connection, name, arn, endpoints.model(name))

    def transform(self, name: str, model: str) -> None:
        """A transform job that failed."""
        table = TransformTable(self.store)
        with self.store.write() as connection:
            asked = transforms.request(name, "s3://bucket/in", ModelName=model)
            table.insert(connection, name, self.settings.arn("transform-job", name), asked)
        table.finish(name, Outcome(Phase.FAILED, "ClientError: no"))

    def records(self, resource: str, **members: Any) -> list[Any]:
        """The records that a request finds, in their order; checks the answer's shape."""
        answer = self.search.search({"Resource": resource} | members)
        assert mismatches("sagemaker", "Search", answer) == []
        return [result[resource] for result in answer["Results"]]

    def found(self, resource: str, **members: Any) -> list[str]:
        """The names of those records."""
        return [_name(resource, record) for record in self.records(resource, **members)]


def _name(resource: str, record: Any) -> str:
    for step in _NAMES[resource]:
        record = record[step]
    return str(record)


def _where(*filters: tuple[str, str, str]) -> dict[str, Any]:
    return {"Filters": [{"Name": name, "Operator": test, "Value": value} for name, test, value in filters]}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """Everything that two teams have made."""
    with closing(Store(tmp_path / "store.sqlite")) as store:
        settings, tags = Settings(tmp_path), Tags(store)
        made = Shelf(store, settings, tags, Search(store, tags, SUBJECTS))
        # The tables of resources that no operation of the server has touched yet.
        for table in (JobTable, TuningTable, EndpointTable, ModelTable, TransformTable):
            table(store)
        made.tuning_job("a", 5.0, 2.5, team="x")
        made.tuning_job("b", 4.0, strategy="Bayesian", team="y")
        made.tuning_job("c")
        made.model("one", team="x")
        made.model("two", team="y")
        made.model("idle")
        made.endpoint("single", endpoints.variant("All", "one"), team="x")
        made.endpoint("both", endpoints.variant("A", "one"), endpoints.variant("B", "two"))
        made.endpoint("coming", endpoints.variant("All", "idle"), in_service=False)
        made.transform("first", "two")
        made.transform("last", "two")
        yield made


@pytest.mark.parametrize(
    ("resource", "name", "operator", "value", "names"),
    [
        ("HyperParameterTuningJob", "HyperParameterTuningJobStatus", "Equals", "Completed", "a b"),
        ("HyperParameterTuningJob", "HyperParameterTuningJobConfig.Strategy", "In", "Bayesian,Grid", "b"),
        ("HyperParameterTuningJob", _OBJECTIVE, "LessThan", "4", "a"),
        ("HyperParameterTuningJob", "TrainingJobStatusCounters.Completed", "GreaterThanOrEqualTo", "1", "a b"),
        ("HyperParameterTuningJob", "BestTrainingJob.TrainingJobName", "Contains", "-001", "a"),
        ("HyperParameterTuningJob", "Tags.team", "Equals", "y", "b"),
        ("Endpoint", "EndpointStatus", "NotEquals", "InService", "coming"),
        ("Endpoint", "ProductionVariants.VariantName", "Equals", "B", "both"),
        ("Endpoint", "EndpointConfigName", "Contains", "ing", "coming single"),
        ("Endpoint", "Tags.team", "Equals", "x", "single"),
        ("Model", "ModelName", "Contains", "o", "one two"),
        ("Model", "Model.ModelName", "Equals", "one", "one"),
        ("Model", "PrimaryContainer.ModelDataUrl", "Contains", "/two/", "two"),
        ("Model", "Endpoints.EndpointName", "Equals", "both", "one two"),
        ("Model", "LastBatchTransformJob.TransformJobStatus", "Equals", "Failed", "two"),
        ("Model", "Tags.team", "Equals", "x", "one"),
    ],
)
def test_resources_are_found_by_their_properties(
    shelf: Shelf, resource: str, name: str, operator: str, value: str, names: str
) -> None:
    assert sorted(shelf.found(resource, SearchExpression=_where((name, operator, value)))) == names.split()


def test_a_nested_filter_asks_one_variant_of_an_endpoint(shelf: Shelf) -> None:
    def nested(name: str, image: str) -> dict[str, Any]:
        filters = [
            {"Name": "ProductionVariants.VariantName", "Operator": "Equals", "Value": name},
            {"Name": "ProductionVariants.DeployedImages.SpecifiedImage", "Operator": "Contains", "Value": image},
        ]
        return {"NestedFilters": [{"NestedPropertyName": "ProductionVariants", "Filters": filters}]}

    assert shelf.found("Endpoint", SearchExpression=nested("B", "xgboost")) == ["both"]
    assert shelf.found("Endpoint", SearchExpression=nested("B", "linear")) == []


def test_a_nested_filter_asks_one_endpoint_of_a_model(shelf: Shelf) -> None:
    filters = [
        {"Name": "Endpoints.EndpointName", "Operator": "Equals", "Value": "single"},
        {"Name": "Endpoints.EndpointStatus", "Operator": "Equals", "Value": "InService"},
    ]
    expression = {"NestedFilters": [{"NestedPropertyName": "Endpoints", "Filters": filters}]}
    assert shelf.found("Model", SearchExpression=expression) == ["one"]


@pytest.mark.parametrize(
    ("resource", "sort", "names"),
    [
        ("HyperParameterTuningJob", {}, "c b a"),
        ("HyperParameterTuningJob", {"SortBy": "HyperParameterTuningJobName", "SortOrder": "Ascending"}, "a b c"),
        ("HyperParameterTuningJob", {"SortBy": _OBJECTIVE, "SortOrder": "Ascending"}, "a b c"),
        ("HyperParameterTuningJob", {"SortBy": _OBJECTIVE, "SortOrder": "Descending"}, "b a c"),
        ("HyperParameterTuningJob", {"SortBy": "HyperParameterTuningJobStatus", "SortOrder": "Ascending"}, "a b c"),
        ("Endpoint", {}, "coming both single"),
        ("Endpoint", {"SortBy": "EndpointName"}, "single coming both"),
        ("Endpoint", {"SortBy": "EndpointConfigName", "SortOrder": "Ascending"}, "both coming single"),
        ("Model", {}, "idle two one"),
        ("Model", {"SortBy": "ModelName", "SortOrder": "Ascending"}, "idle one two"),
        ("Model", {"SortBy": "LastBatchTransformJob.TransformJobName"}, "two one idle"),
    ],
)
def test_order_and_pages(shelf: Shelf, resource: str, sort: dict[str, str], names: str) -> None:
    asked = {"Resource": resource, "MaxResults": 1, **sort}
    seen: list[str] = []
    answer = shelf.search.search(asked)
    while "NextToken" in answer:
        seen += [_name(resource, result[resource]) for result in answer["Results"]]
        answer = shelf.search.search(asked | {"NextToken": answer["NextToken"]})
    seen += [_name(resource, result[resource]) for result in answer["Results"]]
    assert seen == names.split()


def test_a_tuning_job_is_found_whole(shelf: Shelf) -> None:
    (job,) = shelf.records("HyperParameterTuningJob", SearchExpression=_where(("Tags.team", "Equals", "x")))
    assert job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 2.5
    assert job["TrainingJobStatusCounters"]["Completed"] == 2
    assert job["TrainingJobDefinition"]["StaticHyperParameters"]["num_round"] == "5"
    assert job["Tags"] == [{"Key": "team", "Value": "x"}]


def test_a_model_is_found_with_what_uses_it(shelf: Shelf) -> None:
    one, two, idle = shelf.records("Model", SortBy="CreationTime", SortOrder="Ascending")
    assert [endpoint["EndpointName"] for endpoint in one["Endpoints"]] == ["both", "single"]
    assert [endpoint["EndpointName"] for endpoint in two["Endpoints"]] == ["both"]
    assert idle["Endpoints"] == [], "an endpoint that is created does not serve yet"
    assert one["Model"]["Tags"] == [{"Key": "team", "Value": "x"}]
    last = two["LastBatchTransformJob"]
    assert (last["TransformJobName"], last["FailureReason"]) == ("last", "ClientError: no")
    assert "LastBatchTransformJob" not in one


@pytest.mark.parametrize(
    ("resource", "name", "words"),
    [
        ("HyperParameterTuningJob", "Metrics.validation:rmse", "Unknown property name: Metrics.validation:rmse"),
        ("Endpoint", "TrainingJobName", "Use a property of Endpoint as search results have it"),
        ("Model", "Colour", "Unknown property name: Colour"),
        ("ModelPackage", "ModelPackageName", "cannot search ModelPackage: Resource must be one of TrainingJob, "),
    ],
)
def test_what_cannot_be_searched_is_refused(shelf: Shelf, resource: str, name: str, words: str) -> None:
    with pytest.raises(AwsError) as refused:
        shelf.search.search({"Resource": resource, "SearchExpression": _where((name, "Equals", "x"))})
    assert refused.value.code == "ValidationException"
    assert words in refused.value.message


def test_search_over_the_wire_finds_what_describe_shows(server: LocalServer) -> None:
    upload_data(server)
    endpoints.make_models(server)
    tags = [{"Key": "team", "Value": "searched"}]
    model = endpoints.model("searched", ModelDataUrl=f"s3://{endpoints.BUCKET}/{endpoints.MODEL}/model.tar.gz")
    server.client("sagemaker").create_model(**model, Tags=tags)
    endpoints.make_config(server, "searched", endpoints.variant("All", "searched"))
    server.client("sagemaker").create_endpoint(EndpointName="searched", EndpointConfigName="searched", Tags=tags)
    endpoint = endpoints.wait_until_settled(server, "searched")
    job = tuning.tune(server, "searched", Tags=tags)

    def found(resource: str) -> Any:
        expression = _where(("Tags.team", "Equals", "searched"))
        (result,) = call(server, "Search", {"Resource": resource, "SearchExpression": expression})["Results"]
        return result[resource]

    assert found("Endpoint") == endpoint | {"Tags": tags}
    assert found("HyperParameterTuningJob") == job | {"Tags": tags}
    described = call(server, "DescribeModel", {"ModelName": "searched"})
    summaries = call(server, "ListEndpoints", {"NameContains": "searched"})["Endpoints"]
    assert found("Model") == {"Model": described | {"Tags": tags}, "Endpoints": summaries}
