"""What a tuning job may be, and the request it becomes."""

from __future__ import annotations

from typing import Any

import pytest

from tui.local.algorithms import catalog
from tui.resources.algorithms import AlgorithmName
from tui.resources.tuning import Objective
from tui.resources.tuning_advice import around, objectives, starting_point
from tui.resources.tuning_choices import (
    STRATEGIES,
    Strategy,
    TuningChoice,
    early_stopping_problem,
    grid_size,
    hyperparameters_problem,
    jobs_problem,
    objective_problem,
    parallel_problem,
    resource_problem,
    tuning_name_problem,
    tuning_request,
)
from tui.resources.tuning_ranges import Categories, NumberRange, Range, read_lines

TRAINING: dict[str, Any] = {
    "TrainingJobName": "ignored",
    "RoleArn": "arn:aws:iam::123456789012:role/x",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"ignored": "1"},
    "InputDataConfig": [{"ChannelName": "train"}],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "Tags": [{"Key": "a", "Value": "b"}],
}
RMSE = Objective("validation:rmse", maximize=False)


def choice(text: str, **members: Any) -> TuningChoice:
    return TuningChoice(name="boston", training=TRAINING, hyperparameters=read_lines(text), objective=RMSE, **members)


def test_the_request_of_the_tutorial() -> None:
    text = "eta = 0.05 .. 0.5\nmax_depth = 3 .. 12\nmin_child_weight = 2 .. 8\ngamma = 4"
    shared = ("RoleArn", "AlgorithmSpecification", "InputDataConfig", "OutputDataConfig", "ResourceConfig")
    assert tuning_request(choice(text)) == {
        "HyperParameterTuningJobName": "boston",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3},
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5", "ScalingType": "Auto"}
                ],
                "IntegerParameterRanges": [
                    {"Name": "max_depth", "MinValue": "3", "MaxValue": "12", "ScalingType": "Auto"},
                    {"Name": "min_child_weight", "MinValue": "2", "MaxValue": "8", "ScalingType": "Auto"},
                ],
            },
            "TrainingJobEarlyStoppingType": "Off",
        },
        "TrainingJobDefinition": {name: TRAINING[name] for name in (*shared, "StoppingCondition")}
        | {"StaticHyperParameters": {"gamma": "4"}},
    }


def test_every_choice_reaches_the_request() -> None:
    request = tuning_request(
        choice(
            "eta = 0 .. 1",
            strategy="Hyperband",
            resource=(2, 20),
            early_stopping=True,
            target=2.5,
            not_improving=5,
            parents=("one", "two"),
            warm_start="TransferLearning",
            tags=({"Key": "team", "Value": "x"},),
        )
    )
    config = request["HyperParameterTuningJobConfig"]
    assert config["StrategyConfig"] == {"HyperbandStrategyConfig": {"MinResource": 2, "MaxResource": 20}}
    assert config["TrainingJobEarlyStoppingType"] == "Auto"
    assert config["TuningJobCompletionCriteria"] == {
        "TargetObjectiveMetricValue": 2.5,
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
    }
    assert request["WarmStartConfig"] == {
        "ParentHyperParameterTuningJobs": [
            {"HyperParameterTuningJobName": "one"},
            {"HyperParameterTuningJobName": "two"},
        ],
        "WarmStartType": "TransferLearning",
    }
    assert request["Tags"] == [{"Key": "team", "Value": "x"}]


def test_a_grid_leaves_the_number_to_its_lists() -> None:
    request = tuning_request(choice("depth = {1, 2}\nbooster = {a, b, c}", strategy="Grid", jobs=6))
    assert request["HyperParameterTuningJobConfig"]["ResourceLimits"] == {"MaxParallelTrainingJobs": 3}
    assert grid_size(read_lines("depth = {1, 2}\nbooster = {a, b, c}")) == 6


def test_a_name_has_32_characters() -> None:
    assert tuning_name_problem("a" * 32, frozenset()) == ""
    assert tuning_name_problem("a" * 33, frozenset()) == "The name has 33 characters, 32 are allowed."
    assert tuning_name_problem("a", frozenset({"a"})) == "A tuning job of that name exists already."


@pytest.mark.parametrize(
    ("text", "strategy", "problem"),
    [
        ("eta = 0 .. 1", "Bayesian", ""),
        ("eta = 1", "Bayesian", "At least one hyperparameter must be a range: name = low .. high."),
        ("eta = 1 .. 0", "Bayesian", "Line 1, eta: the lower bound 1 must be below the upper bound 0."),
        ("eta = x .. y", "Bayesian", "Line 1, eta: the bound 'x' is not a number."),
        ("eta = 0 .. 1 log", "Random", "Line 1, eta: logarithmic scaling needs a lower bound above 0; it is 0."),
        (
            "b = {1, 2}\neta = 0 .. 1",
            "Grid",
            "Grid takes categorical ranges only: write eta as a list of values, {1, 2, 3}.",
        ),
        ("\n".join(f"p{n} = 0 .. 1" for n in range(31)), "Random", "There are 31 ranges, 30 are allowed."),
        (
            "eta = 0 .. 1\n" + "\n".join(f"p{n} = 1" for n in range(100)),
            "Random",
            "There are 101 hyperparameters, 100 are allowed.",
        ),
    ],
)
def test_hyperparameters_keep_the_rules_of_the_strategy(text: str, strategy: Strategy, problem: str) -> None:
    assert hyperparameters_problem(text, strategy) == problem


def test_numbers_of_jobs() -> None:
    grid = read_lines("a = {1, 2}\nb = {1, 2, 3}")
    assert jobs_problem("20", "Bayesian", None) == ""
    assert jobs_problem("751", "Bayesian", None) == "A whole number of training jobs from 1 to 750."
    assert jobs_problem("10000", "Random", None) == ""
    assert jobs_problem("x", "Random", None) == "A whole number of training jobs from 1 to 10,000."
    assert jobs_problem("6", "Grid", grid) == ""
    expected = "A grid has as many training jobs as its lists have combinations: 6."
    assert jobs_problem("5", "Grid", grid) == expected
    assert parallel_problem("3", "20") == ""
    assert parallel_problem("3", "2") == "There are only 2 training jobs in all."
    assert parallel_problem("11", "20") == "A whole number of training jobs at once from 1 to 10."


def test_hyperband_wants_its_resource_and_no_early_stopping() -> None:
    assert [resource_problem("", "", strategy) == "" for strategy in STRATEGIES] == [True, True, True, False]
    assert resource_problem("1", "10", "Hyperband") == ""
    expected = "The least number of epochs or rounds, 10, must be below the most, 10."
    assert resource_problem("10", "10", "Hyperband") == expected
    expected = "Hyperband stops trials by its own rule: early stopping must be off."
    assert early_stopping_problem(True, "Hyperband") == expected
    assert early_stopping_problem(True, "Random") == early_stopping_problem(False, "Hyperband") == ""


def test_an_objective_must_be_computed() -> None:
    offered = objectives("xgboost", {"objective": "reg:squarederror"})
    assert objective_problem("validation:rmse", offered) == ""
    assert objective_problem("validation:auc", offered) == (
        "With these hyperparameters the algorithm does not compute validation:auc; it computes validation:rmse."
    )


@pytest.mark.parametrize(
    ("algorithm", "static"),
    [
        ("xgboost", {"objective": "reg:squarederror"}),
        ("xgboost", {"objective": "binary:logistic", "eval_metric": "auc,logloss"}),
        ("xgboost", {"objective": "multi:softprob"}),
        ("linear-learner", {"predictor_type": "regressor"}),
        ("linear-learner", {"predictor_type": "binary_classifier"}),
        ("linear-learner", {"predictor_type": "multiclass_classifier"}),
    ],
)
def test_offered_objectives_are_those_of_the_container(algorithm: AlgorithmName, static: dict[str, str]) -> None:
    image = catalog.image_uri(algorithm, catalog.versions(algorithm)[-1], "us-east-1")
    container = catalog.find(image)
    assert container is not None
    computed = {definition.name for definition in container.metric_definitions(static)}
    offered = objectives(algorithm, static)
    assert offered
    assert {objective.metric for objective in offered} <= computed


def test_the_starting_point_varies_what_is_recommended() -> None:
    found = starting_point("xgboost", {"objective": "reg:squarederror", "eta": "0.1", "num_round": "100"})
    assert found.static == {"objective": "reg:squarederror", "num_round": "100"}
    assert "eta" in found.ranges
    assert starting_point("linear-learner", {"epochs": "15"}).static == {"epochs": "15", "num_models": "1"}


def test_ranges_close_in_on_the_best() -> None:
    ranges: dict[str, Range] = {
        "eta": NumberRange("0.1", "0.5", "Continuous"),
        "depth": NumberRange("3", "12", "Integer"),
        "wd": NumberRange("1e-4", "1", "Continuous", "Logarithmic"),
        "booster": Categories(("a", "b")),
        "gamma": NumberRange("0", "1", "Continuous"),
    }
    assert around(ranges, {"eta": "0.15", "depth": "12", "wd": "0.01", "booster": "a"}) == {
        "eta": NumberRange("0.1", "0.25", "Continuous"),
        "depth": NumberRange("9", "12", "Integer"),
        "wd": NumberRange("0.001", "0.1", "Continuous", "Logarithmic"),
        "booster": Categories(("a", "b")),
        "gamma": NumberRange("0", "1", "Continuous"),
    }
