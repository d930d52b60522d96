"""A tuning job that starts from what its parents tried."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local import training
from tests.local.server import LocalServer
from tests.local.training import channel, hyperparameters
from tests.local.tuning import (
    ENDLESS,
    config,
    definition,
    ranges,
    request,
    tune,
    wait_for_end,
)

pytestmark = pytest.mark.usefixtures("training_data")


def test_a_warm_start_knows_what_its_parents_tried(server: LocalServer, sagemaker: Any) -> None:
    searched = ranges(eta=["0.0001", "0.4"])
    parent_settings = config(None, Strategy="Grid", ParameterRanges=searched)
    parent = tune(server, "parent", HyperParameterTuningJobConfig=parent_settings)
    best = parent["BestTrainingJob"]
    assert best["TunedHyperParameters"] == {"eta": "0.4"}

    def warm(kind: str, *parents: str) -> dict[str, Any]:
        named = [{"HyperParameterTuningJobName": name} for name in parents]
        return {"WarmStartConfig": {"WarmStartType": kind, "ParentHyperParameterTuningJobs": named}}

    # The best is in the parent only: what this one tries is worse.
    static = hyperparameters(eta="0.0001")
    static.pop("max_depth")
    child = tune(
        server,
        "child",
        HyperParameterTuningJobConfig=config(1, ParameterRanges=ranges(max_depth=("1", "2"))),
        TrainingJobDefinition=definition(static),
        **warm("IdenticalDataAndAlgorithm", "parent"),
    )
    assert child["BestTrainingJob"]["TrainingJobName"].startswith("child-")
    assert child["OverallBestTrainingJob"] == {**best, "TuningJobName": "parent"}
    assert child["WarmStartConfig"]["WarmStartType"] == "IdenticalDataAndAlgorithm"

    moved = tune(
        server,
        "moved",
        HyperParameterTuningJobConfig=config(1, ParameterRanges=searched, Strategy="Bayesian"),
        **warm("TransferLearning", "parent"),
    )
    assert moved["BestTrainingJob"]["TunedHyperParameters"] == {"eta": "0.4"}, "the parent's best is tried first"
    assert "OverallBestTrainingJob" not in moved

    sagemaker.create_hyper_parameter_tuning_job(**request("busy", **ENDLESS))
    other_type = {"HyperParameterTuningJobConfig": config(ParameterRanges=ranges(eta=("0.1", "0.4")))}
    elsewhere = [channel("train"), channel("validation", "s3://elsewhere/validation")]
    image = training.XGBOOST.replace("1.7-1", "1.5-1")
    for members, words in (
        (warm("TransferLearning", "nobody"), "can't find a parent tuning job called nobody"),
        (warm("TransferLearning", "busy"), "The parent tuning job, [busy], is in status InProgress."),
        (warm("TransferLearning", "parent") | other_type, "The type of the hyperparameters, [eta], is not the same"),
        (
            warm("TransferLearning", "parent")
            | {"TrainingJobDefinition": definition(hyperparameters(gamma="1"))}
            | {"HyperParameterTuningJobConfig": config(ParameterRanges=searched)},
            "The set of tunable plus static HyperParameter names is not the same across current and parent",
        ),
        (
            warm("TransferLearning", "parent")
            | {
                "HyperParameterTuningJobConfig": config(
                    ParameterRanges=searched,
                    HyperParameterTuningJobObjective={"Type": "Minimize", "MetricName": "validation:mae"},
                )
            },
            "The objective metric, [validation:mae, Minimize], is not that of the parent tuning job, [parent]",
        ),
        (
            warm("IdenticalDataAndAlgorithm", "parent")
            | {"HyperParameterTuningJobConfig": config(ParameterRanges=searched)}
            | {"TrainingJobDefinition": definition(InputDataConfig=elsewhere)},
            "The input data is not that of the parent tuning job, [parent]",
        ),
        (
            warm("IdenticalDataAndAlgorithm", "parent")
            | {"HyperParameterTuningJobConfig": config(ParameterRanges=searched)}
            | {
                "TrainingJobDefinition": definition(
                    AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"}
                )
            },
            "The training image is not that of the parent tuning job, [parent]",
        ),
    ):
        with pytest.raises(ClientError) as refused:
            sagemaker.create_hyper_parameter_tuning_job(**request("refused", **members))
        assert refused.value.response["Error"]["Code"] == "ValidationException"
        assert words in refused.value.response["Error"]["Message"]
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="busy")
    wait_for_end(server, "busy")
