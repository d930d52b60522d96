"""Which images are recognised, which metrics they have, and what importing the catalog costs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from tui.local.algorithms.catalog import Algorithm, find, image_uri, versions
from tui.local.algorithms.metric_definitions import XGBOOST_METRICS


def _table(name: str) -> dict[str, Any]:
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{name}.json")
    table: dict[str, Any] = json.loads(Path(str(path)).read_text("utf-8"))
    table = table.get("training", table)
    return dict(table["versions"])


@pytest.mark.parametrize("name", ["xgboost", "linear-learner"])
def test_every_image_of_the_table_is_recognised(name: str) -> None:
    count = 0
    for version, entry in _table(name).items():
        for region in entry["registries"]:
            assert find(image_uri(name, version, region)) == Algorithm(name, version)
            count += 1
    assert count > 30


@pytest.mark.parametrize(
    ("image", "algorithm"),
    [
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1", Algorithm("xgboost", "1")),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:latest", Algorithm("xgboost", "1")),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1", Algorithm("xgboost", "1.7-1")),
        (
            "246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-xgboost:0.90-2-cpu-py3",
            Algorithm("xgboost", "0.90-2"),
        ),
        ("246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-xgboost:1.5-1-cpu-py3", Algorithm("xgboost", "1.5-1")),
        ("450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.2-0", Algorithm("xgboost", "3.2-0")),
        ("382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1", Algorithm("linear-learner", "1")),
    ],
)
def test_images_as_people_write_them(image: str, algorithm: Algorithm) -> None:
    assert find(image) == algorithm


@pytest.mark.parametrize(
    "image",
    [
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/xgboost:1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:9.9-1",
        "683313688378.dkr.ecr.us-west-2.amazonaws.com/sagemaker-xgboost:1.7-1",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/xgboost:1.7-1",
        "xgboost:1",
        "",
    ],
)
def test_an_image_of_another_account_region_or_version_is_not_a_built_in(image: str) -> None:
    assert find(image) is None


def test_versions_are_those_of_the_sdk() -> None:
    assert versions("xgboost")[0] == "1"
    assert {"0.90-2", "1.0-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1", "3.0-5", "3.2-0"} <= set(versions("xgboost"))
    with pytest.raises(KeyError):
        image_uri("xgboost", "9.9-1", "us-east-1")


def test_xgboost_metrics_are_read_out_of_stored_lines() -> None:
    definitions = {d.name: d.regex for d in Algorithm("xgboost", "1.7-1").metric_definitions({})}
    line = "[12]#011train-rmse:2.83098#011train-mae:1.5#011validation-rmse:4.81133#011validation-mae:-1.2e-05"
    values = {name: match[1] for name, regex in definitions.items() if (match := re.search(regex, line))}
    assert values == {
        "train:rmse": "2.83098",
        "train:mae": "1.5",
        "validation:rmse": "4.81133",
        "validation:mae": "-1.2e-05",
    }


def test_a_tuned_job_has_its_objective_as_a_metric_of_its_own() -> None:
    definitions = Algorithm("xgboost", "1.7-1").metric_definitions({"_tuning_objective_metric": "validation:rmse"})
    by_name = {definition.name: definition.regex for definition in definitions}
    assert by_name["ObjectiveMetric"] == by_name["validation:rmse"]


@pytest.mark.parametrize("name", ["xgboost", "linear-learner"])
@pytest.mark.parametrize(
    "hyperparameters",
    [
        {},
        {"eval_metric": ",".join(XGBOOST_METRICS), "_tuning_objective_metric": "validation:tweedie-nloglik"},
        {"predictor_type": "regressor", "_tuning_objective_metric": "validation:mse"},
        {"predictor_type": "binary_classifier", "_tuning_objective_metric": "validation:recall"},
        {"predictor_type": "multiclass_classifier", "_tuning_objective_metric": "validation:dcg"},
    ],
)
def test_a_job_has_at_most_forty_definitions(name: str, hyperparameters: dict[str, str]) -> None:
    names = [definition.name for definition in Algorithm(name, "1").metric_definitions(hyperparameters)]
    assert len(names) == len(set(names)) <= 40


@pytest.mark.parametrize("stated", ["f1_macro,gamma-deviance", '["f1_macro", "gamma-deviance"]'])
def test_the_metrics_a_job_states_come_before_the_objectives_own(stated: str) -> None:
    names = [
        definition.name for definition in Algorithm("xgboost", "1.7-1").metric_definitions({"eval_metric": stated})
    ]
    assert names[:3] == ["train:f1_macro", "train:gamma-deviance", "train:rmse"]
    assert {"validation:f1_macro", "validation:gamma-deviance", "validation:aft-nloglik"} <= set(names)


def test_linear_learner_regexes_are_the_service_ones() -> None:
    by_name = {
        d.name: d.regex
        for d in Algorithm("linear-learner", "1").metric_definitions({"predictor_type": "binary_classifier"})
    }
    assert by_name["train:progress"] == r"#progress_metric: host=\S+, completed (\S+) %"
    assert by_name["validation:objective_loss"] == (
        r"#quality_metric: host=\S+, epoch=\S+, validation \S+_objective <loss>=(\S+)"
    )
    assert by_name["validation:objective_loss:final"] == (
        r"#quality_metric: host=\S+, validation \S+_objective <loss>=(\S+)"
    )
    assert by_name["test:binary_f_beta"] == r"#quality_metric: host=\S+, test binary_f_\S+ <score>=(\S+)"


def test_the_catalog_imports_nothing_heavy() -> None:
    code = "import sys, tui.local.algorithms.catalog; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"numpy", "pandas", "scipy", "sklearn", "xgboost", "sagemaker", "boto3", "botocore"}
