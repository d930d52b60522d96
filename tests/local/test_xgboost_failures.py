"""Wrong hyperparameters, channels and data fail in the container's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.container_runs import run
from tui.local.algorithms.failures import TrainingError, UserError
from tui.local.algorithms.xgboost_hyperparameters import validate
from tui.local.algorithms.xgboost_releases import Release

ROWS = "1,2,3\n4,5,6\n7,8,9\n"


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({}, "Missing required hyperparameter: num_round"),
        ({"num_round": "5", "depth": "3"}, "Extraneous hyperparameter found: depth"),
        ({"num_round": "five"}, "Hyperparameter num_round: could not parse value (caused by ValueError)"),
        ({"num_round": "2.5"}, "Hyperparameter num_round: could not parse value (caused by ValueError)"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"num_round": "5", "eta": "7"}, "Hyperparameter eta: 7.0 is not in [0, 1]"),
        ({"num_round": "5", "eta": "nan"}, "Hyperparameter eta: nan is not in [0, 1]"),
        ({"num_round": "5", "learning_rate": "-1"}, "Hyperparameter eta: -1.0 is not in [0, 1]"),
        ({"num_round": "5", "subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        (
            {"num_round": "5", "tweedie_variance_power": "2"},
            "Hyperparameter tweedie_variance_power: 2.0 is not in (1, 2)",
        ),
        (
            {"num_round": "5", "booster": "tree"},
            "Hyperparameter booster: tree is not in ['gbtree', 'gblinear', 'dart']",
        ),
        ({"num_round": "5", "seed": str(2**31)}, "Hyperparameter seed: 2147483648 is not in (-2147483648, 2147483647)"),
        (
            {"num_round": "5", "objective": "multi:softmax"},
            "Require input for parameter 'num_class' for multi-classification",
        ),
        (
            {"num_round": "5", "num_class": "3", "objective": "reg:linear"},
            "Do not need to setup parameter 'num_class' for learning task other than multi-classification.",
        ),
        (
            {"num_round": "5", "eval_metric": "auc", "objective": "reg:squarederror"},
            "Metric 'auc' can only be applied for classification and ranking problems.",
        ),
        (
            {"num_round": "5", "eval_metric": "aft-nloglik"},
            "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.",
        ),
        ({"num_round": "5", "eval_metric": "error@x"}, "Threshold value 't' in 'error@t' expects float input."),
        (
            {"num_round": "5", "eval_metric": "auc@0.7"},
            "Metric 'auc@0.7' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'.",
        ),
        (
            {"num_round": "5", "monotone_constraints": "(1,0)"},
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'.",
        ),
        (
            {"num_round": "5", "monotone_constraints": "(2,0)", "tree_method": "hist"},
            "Hyperparameter monotone_constraints: value (2, 0) not in range [-1, 0, 1]",
        ),
        (
            {"num_round": "5", "monotone_constraints": "__import__('os')", "tree_method": "hist"},
            "Hyperparameter monotone_constraints: could not parse value (caused by ValueError)",
        ),
        (
            {"num_round": "5", "interaction_constraints": "[[0,1]]"},
            "interaction_constraints can be used only when the tree_method parameter is set to either "
            "'exact', 'hist' or 'approx'.",
        ),
        (
            {"num_round": "5", "booster": "gblinear", "updater": "prune"},
            "Linear updater should be one of these options: 'shotgun', 'coord_descent'.",
        ),
        (
            {"num_round": "5", "process_type": "update", "updater": "grow_colmaker"},
            "process_type 'update' can only be used with updater 'refresh' and 'prune'",
        ),
        (
            {"num_round": "5", "updater": "grow_colmaker,grow_histmaker"},
            "Only one tree grow plugin can be selected. Choose one from the following: "
            "'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker'",
        ),
    ],
)
def test_hyperparameters_are_refused_in_the_containers_words(hyperparameters: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as caught:
        validate(hyperparameters, Release("1.7-1"))
    assert caught.value.message == message


def test_an_unknown_objective_or_metric_is_answered_with_the_list() -> None:
    with pytest.raises(UserError, match=r"^Hyperparameter objective: reg:cubed is not in \['binary:logistic', "):
        validate({"num_round": "5", "objective": "reg:cubed"}, Release("1.7-1"))
    with pytest.raises(
        UserError, match=r"^Hyperparameter eval_metric: value \['rmse', 'rsme'\] not in range \['accura"
    ):
        validate({"num_round": "5", "eval_metric": "rmse,rsme"}, Release("1.7-1"))
    with pytest.raises(UserError, match="_tuning_objective_metric: train:rmse is not in"):
        validate({"num_round": "5", "_tuning_objective_metric": "train:rmse"}, Release("1.7-1"))


def test_releases_know_different_hyperparameters() -> None:
    assert validate({"num_round": "5", "silent": "0"}, Release("0.90-2"))["silent"] == 0
    with pytest.raises(UserError, match="Extraneous hyperparameter found: silent"):
        validate({"num_round": "5", "silent": "0"}, Release("1.7-1"))
    with pytest.raises(UserError, match="Extraneous hyperparameter found: sampling_method"):
        validate({"num_round": "5", "sampling_method": "uniform"}, Release("1"))
    for release, known in (("1.5-1", False), ("1.7-1", True)):
        hyperparameters = {"num_round": "5", "objective": "reg:absoluteerror"}
        if known:
            assert validate(hyperparameters, Release(release))["objective"] == "reg:absoluteerror"
        else:
            with pytest.raises(UserError, match="objective: reg:absoluteerror is not in"):
                validate(hyperparameters, Release(release))


def test_cross_validation_is_refused_clearly() -> None:
    with pytest.raises(TrainingError, match="_kfold") as caught:
        validate({"num_round": "5", "_kfold": "5"}, Release("1.7-1"))
    assert "embedded SageMaker" in caught.value.message


@pytest.mark.parametrize("version", ["0.90-2", "1.7-1", "3.2-0"])
def test_the_failure_file_of_the_open_source_container(tmp_path: Path, version: str) -> None:
    host = run(tmp_path, "xgboost", version, {"eta": "0.1"}, data={"train": ROWS})
    assert host.process.exitcode == 1
    assert host.failure.startswith("AlgorithmError: framework error: \nTraceback (most recent call last):\n")
    assert host.failure.endswith(
        "sagemaker_algorithm_toolkit.exceptions.UserError: Missing required hyperparameter: num_round\n\n"
        "Missing required hyperparameter: num_round"
    )
    assert any(line.endswith("Reporting training FAILURE") for line in host.lines)
    assert not (tmp_path / "model").exists()


def test_the_failure_file_of_the_first_container(tmp_path: Path) -> None:
    host = run(tmp_path, "xgboost", "1", {"eta": "0.1"}, data={"train": ROWS})
    assert host.process.exitcode == 1
    assert host.failure == "ClientError: Missing required hyperparameter: num_round"
    assert host.lines[-1].endswith("Customer Error: Missing required hyperparameter: num_round")


HEADER = (
    "ClientError: Non-numeric value 'p' found in the header line '{}...' of file 'train.csv'. "
    "CSV format require no header line in it. "
    "If header line is already removed, XGBoost does not accept non-numeric value in the data."
)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("price,rooms,age\n" + ROWS, HEADER.format("price,rooms,age")),
        (
            "1,2,3\n4,abc,6\n",
            "ClientError: Failed to load csv data with exception:\ncould not convert string to float: 'abc' "
            "(/opt/ml/input/data/train/train.csv)",
        ),
        (
            "1,2,3\n4,5\n",
            "ClientError: Failed to load csv data with exception:\nExpected 3 fields in line 2, saw 2 "
            "(/opt/ml/input/data/train/train.csv)",
        ),
        (
            "1,2,3\n4,5,6,7\n",
            "ClientError: Failed to load csv data with exception:\nExpected 3 fields in line 2, saw 4 "
            "(/opt/ml/input/data/train/train.csv)",
        ),
        ("151.5\n75.2\n", "ClientError: Could not determine delimiter on line 151.5:\nCould not determine delimiter"),
        ("", "ClientError: No data in training channel path /opt/ml/input/data/train"),
        (",2,3\n4,5,6\n", "ClientError: Label contains NaN, infinity or a value too large."),
    ],
    ids=["header", "text", "short row", "long row", "one column", "empty", "no label"],
)
def test_unusable_csv(tmp_path: Path, text: str, failure: str) -> None:
    host = run(tmp_path, "xgboost", "1", {"num_round": 2}, data={"train": text})
    assert host.process.exitcode == 1, host.lines
    assert host.failure == failure


@pytest.mark.parametrize(
    ("version", "line", "failure"),
    [
        (
            "1",
            "1,2,3",
            "ClientError: Blankspace and colon not found in firstline '1,2,3...' of file 'train.csv'. ContentType by "
            "defaullt is in libsvm. Please ensure the file is in libsvm format.",
        ),
        (
            "1.7-1",
            "1,2,3",
            "First line '1,2,3...' of file 'train.csv' is not 'LIBSVM' format. "
            "Please ensure the file is in 'LIBSVM' format.",
        ),
        ("1.7-1", "1 0:1\n1 0:x", "Failed to load libsvm data with exception:\ncould not convert string to float: "),
    ],
)
def test_csv_without_a_content_type_is_taken_for_libsvm(tmp_path: Path, version: str, line: str, failure: str) -> None:
    host = run(tmp_path, "xgboost", version, {"num_round": 2}, data={"train": line + "\n"}, content_type=None)
    assert host.process.exitcode == 1, host.lines
    assert failure in host.failure


@pytest.mark.parametrize(
    ("data", "content_type", "message"),
    [
        ({"validation": ROWS}, "text/csv", "Missing required channel: train"),
        ({"train": ROWS, "test": ROWS}, "text/csv", "Extraneous channel found: test"),
        (
            {"train": ROWS, "validation": {}},
            "text/csv",
            "No data in validation channel path /opt/ml/input/data/validation",
        ),
        (
            {"train": ROWS},
            "text/plain",
            "text/plain is not an accepted ContentType: csv, libsvm, parquet, recordio-protobuf",
        ),
        ({"train": ROWS}, "text/csv; label_size=2", "Optional parameter label_size must be equal to 1"),
        ({"train": ROWS}, "application/x-parquet", "the embedded SageMaker reads csv and libsvm only"),
        (
            {"train": {".part.crc": ROWS}},
            "text/csv",
            "Hidden file found in the data path! Remove that before training.",
        ),
    ],
)
def test_unusable_channels(
    tmp_path: Path, data: dict[str, str | dict[str, str]], content_type: str, message: str
) -> None:
    host = run(tmp_path, "xgboost", "1.7-1", {"num_round": 2}, data=data, content_type=content_type)
    assert host.process.exitcode == 1, host.lines
    assert message in host.failure


def test_label_size_1_is_the_normal_csv(tmp_path: Path) -> None:
    content_type = "text/csv; label_size=1"
    host = run(tmp_path, "xgboost", "1.7-1", {"num_round": 2}, data={"train": ROWS}, content_type=content_type)
    assert host.process.exitcode == 0, host.lines


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"objective": "binary:logistic"}, "label must be in [0,1] for logistic regression"),
        (
            {"objective": "multi:softmax", "num_class": 3},
            "label must be in [0, num_class), num_class=3 but found 7 in label",
        ),
    ],
)
def test_labels_that_are_not_classes(tmp_path: Path, hyperparameters: dict[str, object], message: str) -> None:
    host = run(tmp_path, "xgboost", "3.2-0", {"num_round": 2, **hyperparameters}, data={"train": ROWS})
    assert host.process.exitcode == 1
    assert f"UserError: {message}\n" in host.failure


def test_what_the_library_refuses_is_told_without_its_stack_and_our_paths(tmp_path: Path) -> None:
    wide = {"train": ROWS, "validation": "1,2,3,4\n5,6,7,8\n"}
    host = run(tmp_path, "xgboost", "1.7-1", {"num_round": 2}, data=wide)
    assert host.process.exitcode == 1
    assert "Number of columns does not match number of features" in host.failure
    log = "\n".join(host.lines)
    assert "Stack trace" not in host.failure + log
    assert "site-packages/xgboost" not in host.failure + log
    assert str(tmp_path) not in host.failure + log


def test_a_folder_that_cannot_be_written_is_an_algorithm_error(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("a file where the folder should be", "utf-8")
    host = run(tmp_path, "xgboost", "1.7-1", {"num_round": 2}, data={"train": ROWS})
    assert host.process.exitcode == 1
    assert host.failure == "AlgorithmError: [Errno 17] File exists: '/opt/ml/model'"
