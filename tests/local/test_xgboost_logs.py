"""The log has the form of each release's container, line by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.local.container_runs import run

DATA = {"train": "1,2,3\n4,5,6\n7,8,10\n2,3,3\n", "validation": "1,2,3\n4,5,7\n"}
HYPERPARAMETERS = {"num_round": 2, "objective": "reg:linear", "eta": 0.2, "max_depth": 2, "min_child_weight": 0}
STAMP = r"\[\d{4}-\d\d-\d\d:\d\d:\d\d:\d\d:INFO\] "
DELIMITER = "Determined delimiter of CSV input is ','"


def lines_of(tmp_path: Path, version: str) -> list[str]:
    host = run(tmp_path, "xgboost", version, HYPERPARAMETERS, data=DATA)
    assert host.process.exitcode == 0, host.lines
    return host.lines


def matching(lines: list[str], patterns: list[str]) -> None:
    """Every pattern in turn describes the next line."""
    for line, pattern in zip(lines, patterns, strict=False):
        assert re.fullmatch(pattern, line), f"{line!r} is not {pattern!r}"
    assert len(lines) == len(patterns), lines[len(patterns) :]


def bracketed(*messages: str) -> list[str]:
    return [STAMP + re.escape(message) for message in messages]


HEAD = [
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ip-10-0-0-1\.ec2\.internal:7 INFO utils\.py:28\] "
    r"RULE_JOB_STOP_SIGNAL_FILENAME: None",
    r"\[.* INFO profiler_config_parser\.py:111\] User has disabled profiler\.",
    *bracketed("Imported framework sagemaker_xgboost_container.training"),
    *bracketed("Failed to parse hyperparameter objective value reg:linear to Json."),
    "Returning the value itself",
    *bracketed(
        "No GPUs detected (normal if no gpus installed)",
        "Running XGBoost Sagemaker in algorithm mode",
        "Determined 0 GPU(s) available on the instance.",
        DELIMITER,
        DELIMITER,
        "files path: /opt/ml/input/data/train",
        DELIMITER,
        "files path: /opt/ml/input/data/validation",
        DELIMITER,
        "Single node training.",
    ),
]
MATRICES = bracketed("Train matrix has 4 rows and 2 columns", "Validation matrix has 2 rows")
ROUNDS = [rf"\[{n}\]#011train-rmse:\d+\.\d{{5}}#011validation-rmse:\d+\.\d{{5}}" for n in range(2)]


@pytest.mark.parametrize("version", ["1.5-1", "1.7-1"])
def test_the_log_since_1_5(tmp_path: Path, version: str) -> None:
    matching(lines_of(tmp_path, version), [*HEAD, *MATRICES, *ROUNDS])


def test_the_log_of_3_x_says_who_saves_the_model(tmp_path: Path) -> None:
    expected = [
        *HEAD,
        *bracketed("TRAIN_JOB_DEBUG: Received is_master=True"),
        *MATRICES,
        *ROUNDS,
        *bracketed(
            "FINAL_MODEL_DEBUG: is_master=True, model_dir=/opt/ml/model",
            "FINAL_MODEL_SAVE: Saving final model as master",
        ),
    ]
    matching(lines_of(tmp_path, "3.0-5"), expected)


def test_the_log_of_0_90_has_logger_names_and_six_significant_digits(tmp_path: Path) -> None:
    lines = lines_of(tmp_path, "0.90-2")
    number = r"\d+(\.\d+)?"
    matching(
        lines,
        [
            "INFO:sagemaker-containers:Imported framework sagemaker_xgboost_container.training",
            "INFO:sagemaker-containers:Failed to parse hyperparameter objective value reg:linear to Json.",
            "Returning the value itself",
            re.escape("INFO:sagemaker-containers:No GPUs detected (normal if no gpus installed)"),
            "INFO:sagemaker_xgboost_container.training:Running XGBoost Sagemaker in algorithm mode",
            f"INFO:root:{DELIMITER}",
            f"INFO:root:{DELIMITER}",
            f"INFO:root:{DELIMITER}",
            r"\[\d\d:\d\d:\d\d\] 4x2 matrix with 8 entries loaded from "
            r"/opt/ml/input/data/train\?format=csv&label_column=0&delimiter=,",
            f"INFO:root:{DELIMITER}",
            r"\[\d\d:\d\d:\d\d\] 2x2 matrix with 4 entries loaded from "
            r"/opt/ml/input/data/validation\?format=csv&label_column=0&delimiter=,",
            "INFO:root:Single node training.",
            "INFO:root:Train matrix has 4 rows",
            "INFO:root:Validation matrix has 2 rows",
            *(rf"\[{n}\]#011train-rmse:{number}#011validation-rmse:{number}" for n in range(2)),
        ],
    )
    digits = [value.replace(".", "").lstrip("0") for value in re.findall(r"rmse:([\d.]+)", "\n".join(lines))]
    assert max(len(value) for value in digits) == 6


def test_the_log_of_the_first_container_tells_of_every_tree(tmp_path: Path) -> None:
    matching(
        lines_of(tmp_path, "1"),
        [
            "Arguments: train",
            *bracketed("Running standalone xgboost training."),
            STAMP + r"File size need to be processed in the node: 0\.00mb\. "
            r"Available memory size in the node: \d+\.\d+mb",
            *bracketed(DELIMITER, DELIMITER, DELIMITER),
            r"\[\d\d:\d\d:\d\d\] S3DistributionType set as FullyReplicated",
            r"\[\d\d:\d\d:\d\d\] 4x2 matrix with 8 entries loaded from .*",
            *bracketed(DELIMITER),
            r"\[\d\d:\d\d:\d\d\] S3DistributionType set as FullyReplicated",
            r"\[\d\d:\d\d:\d\d\] 2x2 matrix with 4 entries loaded from .*",
            r"\[\d\d:\d\d:\d\d\] src/tree/updater_prune\.cc:74: tree pruning end, "
            r"1 roots, \d+ extra nodes, \d+ pruned nodes, max_depth=\d",
            r"\[0\]#011train-rmse:[\d.]+#011validation-rmse:[\d.]+",
            r"\[\d\d:\d\d:\d\d\] src/tree/updater_prune\.cc:74: tree pruning end, .*",
            r"\[1\]#011train-rmse:[\d.]+#011validation-rmse:[\d.]+",
        ],
    )


def test_early_stopping_is_announced_after_the_first_round(tmp_path: Path) -> None:
    hyperparameters = {**HYPERPARAMETERS, "early_stopping_rounds": 10}
    lines = run(tmp_path, "xgboost", "1", hyperparameters, data=DATA).lines
    first = next(number for number, line in enumerate(lines) if line.startswith("[0]#011"))
    assert lines[first + 1 : first + 4] == [
        "Multiple eval metrics have been passed: 'validation-rmse' will be used for early stopping.",
        "",
        "Will train until validation-rmse hasn't improved in 10 rounds.",
    ]
