"""The requests that the quick form adds up to, and cloning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from tests.resources.test_datasets import MANIFEST
from tui.resources.algorithms import (
    _REQUEST_MEMBERS,
    ALGORITHMS,
    AlgorithmName,
    TrainingChoice,
    algorithm_of,
    clone_request,
    default_hyperparameters,
    free_name,
    training_request,
)
from tui.resources.csv_reports import Task
from tui.resources.datasets import UploadedDataset
from tui.resources.training import name_problem

IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1"
SERVICE = botocore.session.Session().get_service_model("sagemaker")
CREATE: Any = SERVICE.operation_model("CreateTrainingJob").input_shape
DESCRIBE: Any = SERVICE.operation_model("DescribeTrainingJob").output_shape

CLASSES: dict[Task, tuple[str, ...]] = {"regression": (), "binary": ("no", "yes"), "multiclass": ("a", "b", "c")}


def problems(request: dict[str, Any]) -> str:
    """What botocore finds wrong with a CreateTrainingJob."""
    report: str = ParamValidator().validate(request, CREATE).generate_report()
    return report


def choice(**members: Any) -> TrainingChoice:
    usual: dict[str, Any] = {
        "name": "houses-xgboost",
        "dataset": UploadedDataset("bucket", "datasets/houses/", MANIFEST),
        "algorithm": "xgboost",
        "image": IMAGE,
        "role_arn": "arn:aws:iam::123456789012:role/R",
        "output_uri": "s3://bucket/output/",
        "hyperparameters": {"num_round": "10"},
    }
    return TrainingChoice(**usual | members)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("task", CLASSES)
def test_defaults_are_texts_and_know_the_task(algorithm: AlgorithmName, task: Task) -> None:
    manifest = replace(MANIFEST, task=task, classes=CLASSES[task])
    values = default_hyperparameters(algorithm, manifest)
    assert all(isinstance(value, str) and value for value in values.values())
    classes = values.get("num_class") or values.get("num_classes")
    assert classes == ("3" if task == "multiclass" else None)


@pytest.mark.parametrize(
    ("task", "objective", "metric"),
    [
        ("regression", "reg:squarederror", "rmse"),
        ("binary", "binary:logistic", "logloss"),
        ("multiclass", "multi:softprob", "mlogloss"),
    ],
)
def test_xgboost_has_the_objective_of_the_task(task: Task, objective: str, metric: str) -> None:
    values = default_hyperparameters("xgboost", replace(MANIFEST, task=task, classes=CLASSES[task]))
    assert (values["objective"], values["eval_metric"]) == (objective, metric)


def test_early_stopping_needs_rows_to_validate_with() -> None:
    assert "early_stopping_rounds" in default_hyperparameters("xgboost", MANIFEST)
    without = replace(MANIFEST, rows={"train": 10, "validation": 0, "test": 0})
    assert "early_stopping_rounds" not in default_hyperparameters("xgboost", without)


@given(st.integers(1, 10_000_000))
def test_a_mini_batch_is_never_larger_than_the_data(rows: int) -> None:
    values = default_hyperparameters("linear-learner", replace(MANIFEST, rows={"train": rows}))
    assert 1 <= int(values["mini_batch_size"]) <= rows


def test_linear_learner_knows_its_features() -> None:
    values = default_hyperparameters("linear-learner", MANIFEST)
    assert (values["predictor_type"], values["feature_dim"]) == ("binary_classifier", "3")


def test_a_request_is_what_sagemaker_takes() -> None:
    request = training_request(choice())
    assert problems(request) == ""
    assert request["TrainingJobName"] == "houses-xgboost"
    assert request["AlgorithmSpecification"] == {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
    assert request["HyperParameters"] == {"num_round": "10"}
    assert request["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
    assert request["Tags"] == [{"Key": "sagedeck:dataset", "Value": "houses"}]


def test_the_channels_are_the_splits_that_have_rows() -> None:
    channels = training_request(choice())["InputDataConfig"]
    assert [
        (channel["ChannelName"], channel["ContentType"], channel["DataSource"]["S3DataSource"]["S3Uri"])
        for channel in channels
    ] == [
        ("train", "text/csv", "s3://bucket/datasets/houses/train/train.csv"),
        ("validation", "text/csv", "s3://bucket/datasets/houses/validation/validation.csv"),
    ]
    dataset = UploadedDataset("bucket", "datasets/houses/", replace(MANIFEST, rows={"train": 10, "validation": 0}))
    (only,) = training_request(choice(dataset=dataset))["InputDataConfig"]
    assert only["ChannelName"] == "train"


def test_a_clone_keeps_all_that_can_be_asked_for_again() -> None:
    assert set(_REQUEST_MEMBERS) == {*CREATE.members} & {*DESCRIBE.members} - {"TrainingJobName"}
    description = {member: f"the {member}" for member in DESCRIBE.members}
    description |= {"AlgorithmSpecification": {"TrainingImage": "mine"}, "HyperParameters": {"a": "1"}}  # type: ignore[dict-item]
    clone = clone_request(description, "again")
    assert clone == {member: description[member] for member in _REQUEST_MEMBERS} | {"TrainingJobName": "again"}


def test_a_described_request_comes_back_as_it_was() -> None:
    request = training_request(choice())
    description = request | {
        "TrainingJobArn": "arn",
        "TrainingJobStatus": "Completed",
        "CreationTime": 1.0,
        "VpcConfig": None,
        "Environment": {},
        "ModelArtifacts": {"S3ModelArtifacts": "s3://x"},
        "AlgorithmSpecification": request["AlgorithmSpecification"]
        | {"MetricDefinitions": [{"Name": "n", "Regex": "r"}]},
    }
    clone = clone_request(description, "again")
    del request["Tags"]
    assert clone == request | {"TrainingJobName": "again"}
    assert problems(clone) == ""


def test_a_clone_keeps_the_metric_definitions_of_ones_own_image() -> None:
    algorithm = {"TrainingImage": "1.dkr.ecr.x/mine:1", "MetricDefinitions": [{"Name": "n", "Regex": "r"}]}
    assert clone_request({"AlgorithmSpecification": algorithm}, "again")["AlgorithmSpecification"] == algorithm


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"_tuning_objective_metric": "x", "eta": "0.1"}, {"HyperParameters": {"eta": "0.1"}}),
        ({"_tuning_objective_metric": "x"}, {}),
        ({}, {}),
    ],
)
def test_a_clone_leaves_out_what_a_tuning_job_added(given: dict[str, str], kept: dict[str, Any]) -> None:
    assert clone_request({"HyperParameters": given}, "again") == {"TrainingJobName": "again"} | kept


@pytest.mark.parametrize(
    ("image", "algorithm"),
    [
        (IMAGE, "xgboost"),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", "xgboost"),
        ("438346466558.dkr.ecr.eu-west-1.amazonaws.com/linear-learner:1", "linear-learner"),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/my-xgboost:1", None),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/xgboost-mine", None),
        ("", None),
    ],
)
def test_whose_image_it_is(image: str, algorithm: str | None) -> None:
    assert algorithm_of(image) == algorithm


@pytest.mark.parametrize(
    ("base", "taken", "name"),
    [
        ("job", [], "job"),
        ("job", ["job"], "job-2"),
        ("job", ["job", "job-2", "job-3"], "job-4"),
        ("job-2", ["job", "job-2"], "job-3"),
        ("", [], "job"),
        ("---", [], "job"),
        ("x" * 80, [], "x" * 63),
        ("x" * 63, ["x" * 63], "x" * 61 + "-2"),
        ("x" * 60 + "-yy", ["x" * 60 + "-yy"], "x" * 60 + "-2"),
    ],
)
def test_a_free_name_is_like_the_one_that_was_wanted(base: str, taken: list[str], name: str) -> None:
    assert free_name(base, frozenset(taken)) == name


@given(st.from_regex(r"[a-z0-9-]{0,70}", fullmatch=True), st.integers(0, 20), st.sampled_from([32, 63]))
def test_a_free_name_is_free_and_allowed(base: str, rounds: int, limit: int) -> None:
    taken: set[str] = set()
    for _ in range(rounds):
        name = free_name(base, frozenset(taken), limit)
        assert name not in taken
        assert name_problem(name, limit) == ""
        taken.add(name)
