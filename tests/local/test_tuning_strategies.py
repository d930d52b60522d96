"""What tuning jobs try: the same values from the same seed, a whole grid, several definitions in turns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local import training
from tests.local.server import LocalServer
from tests.local.training import LINEAR
from tests.local.tuning import children, config, definition, ranges, tune

pytestmark = pytest.mark.usefixtures("training_data")


def test_the_same_seed_tries_the_same_values(server: LocalServer, sagemaker: Any) -> None:
    searched = ranges(eta=("0.01", "0.9", "Logarithmic"), max_depth=("1", "6"), booster=["gbtree", "dart"])
    static = {"num_round": "2", "objective": "reg:squarederror"}
    settings = config(7, Strategy="Bayesian", RandomSeed=5, ParameterRanges=searched)
    tried = []
    for name in ("seeded-once", "seeded-twice"):
        tune(server, name, HyperParameterTuningJobConfig=settings, TrainingJobDefinition=definition(static))
        tried.append([child["TunedHyperParameters"] for child in children(server, name)])
    assert tried[0] == tried[1]
    assert all(values["booster"] in ("gbtree", "dart") for values in tried[0])


def test_a_grid_is_tried_whole_and_once(server: LocalServer, sagemaker: Any) -> None:
    searched = ranges(eta=["0.1", "0.5"], max_depth=["1", "2"])
    static = {"num_round": "2", "objective": "reg:squarederror"}
    job = tune(
        server,
        "grid",
        HyperParameterTuningJobConfig=config(None, 2, Strategy="Grid", ParameterRanges=searched),
        TrainingJobDefinition=definition(static),
    )
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    tried = [tuple(child["TunedHyperParameters"].values()) for child in children(server, "grid")]
    assert sorted(tried) == [("0.1", "1"), ("0.1", "2"), ("0.5", "1"), ("0.5", "2")]


def test_several_definitions_take_turns(server: LocalServer, sagemaker: Any) -> None:
    linear = definition(
        {"predictor_type": "regressor", "num_models": "1", "epochs": "2"},
        AlgorithmSpecification={"TrainingImage": LINEAR, "TrainingInputMode": "File"},
        InputDataConfig=[training.channel(name, ContentType="text/csv") for name in ("train", "validation")],
    )
    linear.pop("ResourceConfig")
    xgboost = definition()
    trees = {"DefinitionName": "trees", "HyperParameterRanges": ranges(eta=("0.1", "0.5"))}
    lines = {"DefinitionName": "lines", "HyperParameterRanges": ranges(learning_rate=("1e-5", "1.0"))}
    first_choice = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 7}
    lines["HyperParameterTuningResourceConfig"] = {
        "InstanceConfigs": [first_choice, {**first_choice, "InstanceCount": 2}]
    }
    objective = {"Type": "Minimize", "MetricName": "validation:objective_loss"}
    settings = config(4, 2)
    for member in ("ParameterRanges", "HyperParameterTuningJobObjective"):
        settings.pop(member)

    job = tune(
        server,
        "both",
        HyperParameterTuningJobConfig=settings,
        TrainingJobDefinition=None,
        TrainingJobDefinitions=[
            xgboost | trees | {"TuningObjective": {"Type": "Minimize", "MetricName": "validation:mae"}},
            linear | lines | {"TuningObjective": objective},
        ],
    )

    assert job["ObjectiveStatusCounters"]["Succeeded"] == 4, children(server, "both")
    listed = children(server, "both")
    assert [child["TrainingJobDefinitionName"] for child in listed] == ["trees", "lines", "trees", "lines"]
    assert [child["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] for child in listed] == [
        "validation:mae",
        "validation:objective_loss",
    ] * 2
    assert [members["DefinitionName"] for members in job["TrainingJobDefinitions"]] == ["trees", "lines"]
    resources = training.describe(server, listed[1]["TrainingJobName"])["ResourceConfig"]
    assert resources == first_choice
