"""What CreateHyperParameterTuningJob refuses before anything starts, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import LINEAR, XGBOOST, channel, hyperparameters, upload_data, without_data
from tests.local.tuning import RMSE, config, definition, ranges, request, tune

_ETA = ranges(eta=("0.05", "0.5"))
_MANY: dict[str, Any] = {f"p{number}": ("1", "2") for number in range(31)}
_LINEAR = definition(
    {"predictor_type": "regressor"}, AlgorithmSpecification={"TrainingImage": LINEAR, "TrainingInputMode": "File"}
)
_HYPERBAND: dict[str, Any] = {
    "Strategy": "Hyperband",
    "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}},
}


@pytest.fixture(scope="module")
def create(server: LocalServer) -> Callable[..., Any]:
    """Creates a tuning job named `refused`, with members replaced; None leaves a member out."""
    upload_data(server)

    def create_tuning_job(**members: Any) -> Any:
        return server.client("sagemaker").create_hyper_parameter_tuning_job(**request("refused", **members))

    return create_tuning_job


def _searching(*, static: dict[str, str] | None = None, **searched: Any) -> dict[str, Any]:
    """Members of a request that searches these ranges."""
    return {
        "HyperParameterTuningJobConfig": config(ParameterRanges=ranges(**searched)),
        "TrainingJobDefinition": definition(static),
    }


def _with(total: int | None = 2, parallel: int = 1, **members: Any) -> dict[str, Any]:
    return {"HyperParameterTuningJobConfig": config(total, parallel, **members)}


def _without(*members: str) -> dict[str, Any]:
    return {"HyperParameterTuningJobConfig": {name: v for name, v in config().items() if name not in members}}


def _several(*members: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Members of a request with definitions that have a name, ranges and an objective unless they say otherwise."""
    full = [{"DefinitionName": "a", "HyperParameterRanges": _ETA, "TuningObjective": RMSE} | one for one in members]
    return (
        _without("HyperParameterTuningJobObjective", "ParameterRanges")
        | {
            "TrainingJobDefinition": None,
            "TrainingJobDefinitions": [
                definition() | {name: value for name, value in one.items() if value is not None} for one in full
            ],
        }
        | settings
    )


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"HyperParameterTuningJobName": "a" * 33}, "at 'hyperParameterTuningJobName' failed to satisfy constraint"),
        ({"HyperParameterTuningJobName": "a" * 33}, "Member must have length less than or equal to 32"),
        (_with(Strategy="Clever"), "Member must satisfy enum value set: [Bayesian, Random, Hyperband, Grid]"),
        ({"TrainingJobDefinition": None}, "exactly one of TrainingJobDefinition and TrainingJobDefinitions"),
        ({"TrainingJobDefinitions": [definition()]}, "exactly one of TrainingJobDefinition and TrainingJobDefinitions"),
        (
            {"Autotune": {"Mode": "Enabled"}},
            "Autotune is not available: this embedded SageMaker does not do the choice of",
        ),
        (_without("HyperParameterTuningJobObjective"), "An objective metric is required"),
        (_without("ParameterRanges"), "At least one parameter range is required"),
        (_with(ParameterRanges=ranges()), "At least one parameter range is required"),
        (
            _with(ParameterRanges={"AutoParameters": [{"Name": "eta", "ValueHint": "0.1"}]}),
            "does not choose ranges. Give the ranges of eta.",
        ),
        (_searching(max_depth=("two", "3")), "MinValue, [two], of the hyperparameter, [max_depth], isn't an integer."),
        (_searching(eta=("0.1", "")), "MaxValue, [], of the hyperparameter, [eta], isn't a number."),
        (_searching(eta=("0.1", "inf")), "MaxValue, [inf], of the hyperparameter, [eta], isn't a number."),
        (_searching(max_depth=("5", "3")), "MinValue, [5], of the hyperparameter, [max_depth], must be less than"),
        (_searching(eta=("0.1", "0.1")), "must be less than its MaxValue, [0.1]"),
        (_searching(seed=("0", "9" * 20)), "The bounds of the hyperparameter, [seed], must be within"),
        (_searching(gamma=("0.0", "5", "Logarithmic")), "works only for ranges that have only values greater than 0"),
        (_searching(subsample=("0.5", "1", "ReverseLogarithmic")), "entirely within the range 0<=x<1.0"),
        (_searching(max_depth=("0", "1", "ReverseLogarithmic")), "works only for continuous ranges"),
        (_searching(booster=["dart", "dart"]), "Duplicate values found for the categorical hyperparameter, [booster]"),
        (_searching(booster=[str(n) for n in range(31)]), "Member must have length less than or equal to 30"),
        (_searching(**_MANY), "Member must have length less than or equal to 30"),
        (_searching(**_MANY | {"p30": ["1"]}), "can tune at most 30 hyperparameters; the parameter ranges name 31."),
        (
            _with(ParameterRanges={**_ETA, "CategoricalParameterRanges": [{"Name": "eta", "Values": ["1"]}]}),
            "Duplicate hyperparameter names found in the parameter ranges: eta.",
        ),
        (_searching(static=hyperparameters(eta="0.3"), eta=("0.1", "0.5")), "[eta], are both static and tuned"),
        (
            _searching(static={f"p{number}": "1" for number in range(99)}, eta=("0.1", "0.5")),
            "at most 100 hyperparameters",
        ),
        (
            _searching(epochs=("1", "5")),
            f"aren't valid for the [{XGBOOST}] algorithm. Extraneous hyperparameter found: ",
        ),
        (_searching(static=hyperparameters(epochs="3"), eta=("0.1", "0.5")), "Extraneous hyperparameter found: epochs"),
        (_searching(static={}, eta=("0.1", "0.5")), "Missing required hyperparameter: num_round"),
        (_searching(eta=("0.1", "7")), "Hyperparameter eta: 7.0 is not in [0, 1]"),
        (_searching(max_leaves=("0.5", "7")), "Hyperparameter max_leaves: could not parse value"),
        (_searching(booster=["gbtree", "forest"]), "Hyperparameter booster: forest is not in"),
        (
            _with(HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "train:rmse"}),
            f"[train:rmse], isn't valid for the [{XGBOOST}] algorithm. Choose a valid objective metric.",
        ),
        (
            _with(HyperParameterTuningJobObjective={"Type": "Maximize", "MetricName": "validation:rmse"}),
            f"The objective metric type, [Maximize], that you specified for objective metric, [validation:rmse], isn't "
            f"valid for the [{XGBOOST}] algorithm. Choose a valid objective metric type.",
        ),
        (
            _with(HyperParameterTuningJobObjective={"Type": "Maximize", "MetricName": "validation:recall"})
            | {"TrainingJobDefinition": _LINEAR},
            f"[validation:recall], isn't valid for the [{LINEAR}] algorithm.",
        ),
        (_with(2, 3), "MaxParallelTrainingJobs, [3], must be less than or equal to the value of"),
        (_with(None), "MaxNumberOfTrainingJobs is required in ResourceLimits for the strategy, [Random]"),
        (
            _with(10, ParameterRanges=ranges(max_depth=("1", "3")), Strategy="Bayesian"),
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
            "combinations for the provided ranges [3.0] must be equal or greater than the value of MaxNumberOfJobs, "
            "[10]. Provide additional ranges.",
        ),
        (_with(Strategy="Grid"), "Only categorical parameters are supported when using the Grid strategy"),
        (
            _with(3, Strategy="Grid", ParameterRanges=ranges(eta=["0.1", "0.2"])),
            "MaxNumberOfTrainingJobs, [3], must be omitted or equal to the total number of hyperparameter "
            "combinations, [2]",
        ),
        (_with(**_HYPERBAND, TrainingJobEarlyStoppingType="Auto"), "must be OFF to use Hyperband"),
        (_with(Strategy="Hyperband"), "MaxResource is required for the strategy Hyperband"),
        (_with(StrategyConfig=_HYPERBAND["StrategyConfig"]), "for the strategy Hyperband only, not for Random"),
        (
            _with(
                Strategy="Hyperband", StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 9, "MaxResource": 3}}
            ),
            "MinResource, [9], and MaxResource, [3], aren't valid for Hyperband",
        ),
        (
            _with(Strategy="Hyperband", StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 20001}}),
            "MaxResource to 20000",
        ),
        (_several({"DefinitionName": None}), "DefinitionName is required for each of TrainingJobDefinitions"),
        (_several({}, {}), "Duplicate DefinitionNames found: a."),
        (_several({"TuningObjective": None}), "An objective metric is required"),
        (
            _several(
                {}, {"DefinitionName": "b", "TuningObjective": {"Type": "Maximize", "MetricName": "validation:r2"}}
            ),
            "must be the same for all of TrainingJobDefinitions",
        ),
        (_several({}, **_with()), "can't be specified together with TrainingJobDefinitions"),
        (
            {"TrainingJobDefinition": definition() | {"HyperParameterTuningResourceConfig": {"InstanceCount": 1}}},
            "both ResourceConfig and HyperParameterTuningResourceConfig",
        ),
        (
            {"TrainingJobDefinition": definition(RoleArn="arn:aws:iam::123456789012:role/other")},
            "Could not assume role arn:aws:iam::123456789012:role/other",
        ),
        (
            {"TrainingJobDefinition": definition(InputDataConfig=[channel("train"), channel("train")])},
            "Duplicate channel names found: train",
        ),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "Duplicate tag keys"),
    ],
)
def test_what_cannot_be_tuned_is_refused(create: Callable[..., Any], members: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError) as refused:
        create(**members)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert words in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (_with(20, 11), "'Maximum number of parallel training jobs per tuning job' is 10, with a request of 11"),
        (_with(751, Strategy="Bayesian"), "'Maximum number of training jobs per tuning job' is 750"),
        (_with(10_001), "'Maximum number of training jobs per tuning job' is 10000"),
        (
            _with(
                None,
                Strategy="Grid",
                ParameterRanges=ranges(**{n: [str(v) for v in range(1, 29)] for n in ("max_depth", "max_bin")}),
            ),
            "is 750, with a request of 784",
        ),
    ],
)
def test_quotas_are_refused_as_quotas(create: Callable[..., Any], members: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError) as refused:
        create(**members)
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert words in refused.value.response["Error"]["Message"]


def test_a_refused_tuning_job_leaves_nothing_behind(server: LocalServer, create: Callable[..., Any]) -> None:
    with pytest.raises(ClientError):
        create(Tags=[{"Key": "aws:reserved", "Value": ""}])
    sagemaker = server.client("sagemaker")
    assert sagemaker.list_hyper_parameter_tuning_jobs(NameContains="refused")["HyperParameterTuningJobSummaries"] == []
    assert sagemaker.list_training_jobs(NameContains="refused")["TrainingJobSummaries"] == []


def test_a_name_is_taken_whatever_its_case_until_it_is_deleted(server: LocalServer, create: Callable[..., Any]) -> None:
    nothing = {"TrainingJobDefinition": definition(**without_data())}
    tune(server, "Taken", **nothing)
    for name in ("Taken", "taken"):
        with pytest.raises(ClientError, match="with this name already exists") as refused:
            create(HyperParameterTuningJobName=name)
        assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    server.client("sagemaker").delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="Taken")
    tune(server, "taken", **nothing)


@pytest.mark.parametrize(
    "operation",
    [
        "describe_hyper_parameter_tuning_job",
        "stop_hyper_parameter_tuning_job",
        "delete_hyper_parameter_tuning_job",
        "list_training_jobs_for_hyper_parameter_tuning_job",
    ],
)
def test_an_unknown_tuning_job_is_not_found(server: LocalServer, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(server.client("sagemaker"), operation)(HyperParameterTuningJobName="nobody")
    assert refused.value.response["Error"] == {
        "Code": "ResourceNotFound",
        "Message": "Amazon SageMaker can't find a tuning job called nobody. Type another name.",
    }
