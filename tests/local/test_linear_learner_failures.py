"""Wrong hyperparameters, channels and data fail in Linear Learner's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.container_runs import run
from tui.local.algorithms.failures import UserError
from tui.local.algorithms.linear_learner_hyperparameters import validate

REGRESSOR = {"predictor_type": "regressor"}
ROWS = "1,2,3\n4,5,6\n7,8,10\n"


@pytest.mark.parametrize(
    ("hyperparameters", "beginning"),
    [
        (
            {},
            "No value(s) were specified for 'predictor_type' which are required hyperparameter(s) (caused by Val",
        ),
        (
            {**REGRESSOR, "num_round": "5"},
            "Additional hyperparameters are not allowed ('num_round' was unexpected) (caused",
        ),
        (
            {**REGRESSOR, "epochs": "0"},
            "The value '0' is not valid for the 'epochs' hyperparameter which expects an integer in",
        ),
        (
            {**REGRESSOR, "epochs": "auto"},
            "The value 'auto' is not valid for the 'epochs' hyperparameter which expects",
        ),
        (
            {**REGRESSOR, "wd": "-1"},
            "The value '-1' is not valid for the 'wd' hyperparameter which expects a number in [0, +inf)",
        ),
        (
            {**REGRESSOR, "use_bias": "yes"},
            "The value 'yes' is not valid for the 'use_bias' hyperparameter which expects one of",
        ),
        (
            {"predictor_type": "regression"},
            "The value 'regression' is not valid for the 'predictor_type' hyperparameter which",
        ),
        (
            {"predictor_type": "multiclass_classifier"},
            "The hyperparameter num_classes is required for a multiclass_classifier",
        ),
        ({**REGRESSOR, "loss": "logistic"}, "The loss 'logistic' cannot be used with predictor_type 'regressor'"),
    ],
)
def test_hyperparameters_are_refused(hyperparameters: dict[str, str], beginning: str) -> None:
    with pytest.raises(UserError) as caught:
        validate(hyperparameters)
    assert caught.value.message.startswith(beginning)


def test_auto_leaves_the_choice_to_the_algorithm() -> None:
    values = validate({**REGRESSOR, "wd": "auto", "learning_rate": "0.1", "_tuning_objective_metric": "validation:mse"})
    assert values["wd"] is None
    assert values["learning_rate"] == 0.1
    assert values["loss"] == "squared_loss"


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("price,rooms,age\n" + ROWS, "rows 1-1000, file /opt/ml/input/data/train/train.csv (caused by ValueError)"),
        (
            "1,2,3\n" * 2500 + "4,x,6\n",
            "rows 2001-3000, file /opt/ml/input/data/train/train.csv (caused by ValueError)",
        ),
        ("1,2,3\n4,5\n", "Caused by: Expected 3 fields in line 2, saw 2"),
        ("1,2,3\n4,,6\n", "The train channel has missing or infinite values, which a linear model cannot use"),
        ("1\n2\n", "The train channel has a label and no features"),
        ("", "No data in the train channel, /opt/ml/input/data/train"),
    ],
    ids=["header", "text", "short row", "missing value", "one column", "empty"],
)
def test_unusable_csv(tmp_path: Path, text: str, failure: str) -> None:
    host = run(tmp_path, "linear-learner", "1", REGRESSOR, data={"train": text})
    assert host.process.exitcode == 1, host.lines
    assert host.failure.startswith("ClientError: ")
    assert failure in host.failure
    assert any("Customer Error: " in line for line in host.lines)
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("csv", "No iterator has been registered for ContentType ('csv', '1.0')"),
        (None, "give ContentType text/csv for CSV"),
    ],
)
def test_the_content_type_of_csv_must_be_stated(tmp_path: Path, content_type: str | None, message: str) -> None:
    host = run(tmp_path, "linear-learner", "1", REGRESSOR, data={"train": ROWS}, content_type=content_type)
    assert host.process.exitcode == 1
    assert message in host.failure


@pytest.mark.parametrize(
    ("hyperparameters", "data", "message"),
    [
        (REGRESSOR, {"validation": ROWS}, "Missing required channel: train"),
        (REGRESSOR, {"train": ROWS, "code": ROWS}, "Additional channels are not allowed ('code' was unexpected)"),
        (REGRESSOR, {"train": ROWS, "validation": "1,2\n"}, "The channels have different numbers of features"),
        ({**REGRESSOR, "feature_dim": 13}, {"train": ROWS}, "feature_dim is 13, but the train channel has 2 features"),
        (
            {"predictor_type": "binary_classifier"},
            {"train": ROWS},
            "The labels of a binary_classifier must be the whole numbers from 0 to 1, but the train channel has 4",
        ),
        (
            {"predictor_type": "multiclass_classifier", "num_classes": 3},
            {"train": "0,1\n2.5,1\n"},
            "must be the whole numbers from 0 to 2, but the train channel has 2.5",
        ),
    ],
)
def test_data_that_does_not_fit(
    tmp_path: Path, hyperparameters: dict[str, object], data: dict[str, str], message: str
) -> None:
    host = run(tmp_path, "linear-learner", "1", hyperparameters, data=data)
    assert host.process.exitcode == 1
    assert message in host.failure
