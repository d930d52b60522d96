"""Judging by scripted models: figures as scikit-learn has them, failures counted, and no row read in vain."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from sklearn import metrics

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import Task
from tui.resources.endpoint_invoking import Invocation
from tui.resources.endpoint_judging import MOST_WORST, JudgeProgress, JudgeRequest, MistakeCursor, TestSet
from tui.resources.scores import BinaryScores, ClassScores
from tui.service.errors import InvalidRequest, NotFound, ServiceFault, Unreachable
from tui.service.wire import Connection
from tui.service.worker.aws import Aws
from tui.service.worker.context import Cancelled
from tui.service.worker.invoking import shoot
from tui.service.worker.judging import judge, next_mistakes

Model = Callable[[list[list[float]]], Sequence[Any]]
"""Gives a prediction for each row: a number, or the scores of the classes."""


class Runtime:
    """A client of the runtime in front of models by variant; the weights are a round robin."""

    def __init__(self, **models: Model | Exception) -> None:
        self.models = models
        self.rows: list[int] = []
        """How many rows each request had."""

        self._lock = threading.Lock()

    def invoke_endpoint(self, EndpointName: str, Body: bytes, TargetVariant: str = "", **_: Any) -> dict[str, Any]:  # noqa: N803
        rows = [[float(cell) for cell in line.split(",")] for line in Body.decode().split("\n")]
        with self._lock:
            variant = TargetVariant or list(self.models)[len(self.rows) % len(self.models)]
            self.rows.append(len(rows))
        model = self.models[variant]
        if isinstance(model, Exception):
            raise model
        lines = [",".join(map(str, np.atleast_1d(one))) for one in model(rows)]
        return {
            "Body": BytesIO("\n".join(lines).encode()),
            "ContentType": "text/csv; charset=utf-8",
            "InvokedProductionVariant": variant,
        }


def refused(code: str, message: str = "no", **members: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, **members}
    return ClientError(response, "InvokeEndpoint")


MODEL_ERROR = refused("ModelError", OriginalStatusCode=500, OriginalMessage="boom", LogStreamArn="arn:logs")


def context(runtime: Runtime, cancel_at: int | None = None) -> ScriptedContext:
    return ScriptedContext({"sagemaker-runtime": runtime}, cancel_at)


def written(folder: Path, labels: Any, task: Task, features: Any | None = None) -> TestSet:
    """A test set whose only feature is its row's number, unless others are given."""
    features = np.arange(len(labels)) if features is None else features
    (folder / "test.csv").write_text("\n".join(map(str, features)))
    (folder / "labels.csv").write_text("\n".join(map(str, labels)))
    return TestSet(str(folder / "test.csv"), str(folder / "labels.csv"), task, rows=len(labels))


def looked_up(answers: Any) -> Model:
    """A model that knows each row by its number."""
    return lambda rows: [answers[int(row[0])] for row in rows]


def test_a_binary_judgement_is_scikit_learns(tmp_path: Path) -> None:
    numbers = np.random.default_rng(1)
    labels = numbers.integers(0, 2, 300)
    good = np.clip(labels * 0.4 + numbers.uniform(0, 0.6, 300), 0, 1)
    poor = numbers.uniform(0, 1, 300)
    runtime = Runtime(Good=looked_up(good), Poor=looked_up(np.column_stack([1 - poor, poor])))
    request = JudgeRequest("e", written(tmp_path, labels, "binary"), ("Good", "Poor"), batch_rows=7, threshold=0.4)

    judgement = judge(context(runtime), request)

    assert sorted(judgement.scores) == ["Good", "Poor"]
    for name, scores in (("Good", good), ("Poor", poor)):
        assert judgement.scores[name].measures == {
            "accuracy": pytest.approx(metrics.accuracy_score(labels, scores >= 0.4)),
            "AUC": pytest.approx(metrics.roc_auc_score(labels, scores)),
            "log loss": pytest.approx(metrics.log_loss(labels, scores)),
        }
    figures = judgement.scores["Good"].figures
    assert isinstance(figures, BinaryScores)
    assert np.array_equal(figures.at(0.4).confusion, metrics.confusion_matrix(labels, good >= 0.4))
    assert [(one.measure, one.better) for one in judgement.comparisons] == [("accuracy", "Good"), ("log loss", "Good")]
    worst = judgement.scores["Poor"].worst
    assert len(worst) == MOST_WORST
    confidence = [max(row.prediction.scores) for row in worst]
    assert confidence == sorted(confidence, reverse=True)
    assert all((row.prediction.value >= 0.4) != row.actual for row in worst)


def test_a_multiclass_judgement_is_scikit_learns(tmp_path: Path) -> None:
    numbers = np.random.default_rng(2)
    labels, probabilities = numbers.integers(0, 3, 200), numbers.dirichlet([1, 1, 1], 200)
    runtime = Runtime(Scores=looked_up(probabilities), Codes=looked_up(numbers.integers(0, 3, 200).astype(float)))
    judgement = judge(context(runtime), JudgeRequest("e", written(tmp_path, labels, "multiclass"), ("Scores", "Codes")))
    scores = judgement.scores["Scores"]
    assert scores.measures == {
        "accuracy": pytest.approx(metrics.accuracy_score(labels, probabilities.argmax(1))),
        "log loss": pytest.approx(metrics.log_loss(labels, probabilities)),
    }
    assert isinstance(scores.figures, ClassScores)
    assert np.array_equal(scores.figures.confusion, metrics.confusion_matrix(labels, probabilities.argmax(1)))
    assert set(judgement.scores["Codes"].measures) == {"accuracy"}
    assert [one.measure for one in judgement.comparisons] == ["accuracy"]


def test_a_regression_judgement_is_scikit_learns(tmp_path: Path) -> None:
    numbers = np.random.default_rng(3)
    labels = numbers.normal(size=120)
    predicted = labels + numbers.normal(size=120)
    judgement = judge(
        context(Runtime(Only=looked_up(predicted))),
        JudgeRequest("e", written(tmp_path, labels, "regression"), ("Only",)),
    )
    assert judgement.scores["Only"].measures == {
        "RMSE": pytest.approx(metrics.root_mean_squared_error(labels, predicted)),
        "MAE": pytest.approx(metrics.mean_absolute_error(labels, predicted)),
        "R²": pytest.approx(metrics.r2_score(labels, predicted)),
    }
    assert (judgement.comparisons, judgement.verdict, judgement.best) == ((), "", "Only")


def test_a_variant_that_fails_leaves_the_others_judged(tmp_path: Path) -> None:
    labels = np.arange(40.0)
    runtime = Runtime(Good=looked_up(labels), Broken=MODEL_ERROR)
    test_set = written(tmp_path, labels, "regression")
    judgement = judge(context(runtime), JudgeRequest("e", test_set, ("Good", "Broken"), batch_rows=10))
    assert list(judgement.scores) == ["Good"]
    assert [(error.kind, error.status, error.message, error.count) for error in judgement.errors] == [
        ("ModelError", 500, "boom", 4)
    ]
    assert judgement.comparisons == ()


@pytest.mark.parametrize(
    ("failure", "kind", "why"),
    [
        (MODEL_ERROR, ServiceFault, "The model answered 500: boom"),
        (refused("ValidationError", "Endpoint e of account 1 not found."), NotFound, "not found"),
        (EndpointConnectionError(endpoint_url="http://x"), Unreachable, "Check the network"),
    ],
)
@pytest.mark.parametrize("rows", [3, 3000])
def test_an_endpoint_that_gives_no_predictions_is_soon_left_alone(
    tmp_path: Path, failure: Exception, kind: type[Exception], why: str, rows: int
) -> None:
    runtime = Runtime(A=failure)
    request = JudgeRequest("e", written(tmp_path, np.zeros(rows), "regression"), ("A",), batch_rows=1)
    with pytest.raises(kind, match=why):
        judge(context(runtime), request)
    assert len(runtime.rows) <= 12


def test_answers_that_are_no_predictions_are_told_as_such(tmp_path: Path) -> None:
    labels = np.zeros(5)
    words = Runtime(A=lambda rows: ["word"] * len(rows))
    request = JudgeRequest("e", written(tmp_path, labels, "multiclass"), ("A",))
    with pytest.raises(ServiceFault, match=r"A gave no predictions\. The answer is no list of numbers"):
        judge(context(words), request)
    with pytest.raises(ServiceFault, match=re.escape("23.5 is no class")):
        judge(context(Runtime(A=lambda rows: [23.5] * len(rows))), request)


def test_by_weight_every_row_is_sent_once(tmp_path: Path) -> None:
    labels = np.arange(60.0)
    runtime = Runtime(A=looked_up(labels), B=looked_up(labels + 1))
    request = JudgeRequest("e", written(tmp_path, labels, "regression"), ("A", "B"), "by weight", batch_rows=1)
    judgement = judge(context(runtime), request)
    assert {name: score.rows for name, score in judgement.scores.items()} == {"A": 30, "B": 30}
    assert runtime.rows == [1] * 60
    assert (judgement.comparisons[0].paired, judgement.comparisons[0].better) == (False, "A")


def test_a_judgement_reports_and_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.service.worker.judging._REPORT_SECONDS", 0.0)
    labels = np.arange(50.0)
    request = JudgeRequest("e", written(tmp_path, labels, "regression"), ("A",), batch_rows=10, limit=30)
    told = context(Runtime(A=looked_up(labels)))
    assert judge(told, request).rows == 30
    reports = [report for report in told.reports if isinstance(report, JudgeProgress)]
    assert [(report.done, report.total, report.failed) for report in reports] == [(10, 30, 0), (20, 30, 0), (30, 30, 0)]
    runtime = Runtime(A=looked_up(labels))
    with pytest.raises(Cancelled):
        judge(context(runtime, cancel_at=1), request)
    assert runtime.rows == []


def test_an_empty_test_set_shows_nothing(tmp_path: Path) -> None:
    judgement = judge(context(Runtime(A=looked_up([]))), JudgeRequest("e", written(tmp_path, [], "binary"), ("A",)))
    assert (judgement.rows, judgement.scores, judgement.best, judgement.verdict) == (0, {}, None, "")


def test_mistakes_are_looked_for_only_as_far_as_the_next_one(tmp_path: Path) -> None:
    labels = np.zeros(200, dtype=int)
    predicted = labels.copy()
    predicted[[0, 10, 11, 150]] = 1
    runtime = Runtime(A=looked_up(predicted.astype(float)))
    request = JudgeRequest("e", written(tmp_path, labels, "binary"), ("A",))
    cursor, found = MistakeCursor(), []
    while True:
        more, cursor = next_mistakes(context(runtime), request, "A", 0.0, cursor)
        if cursor.ended:
            break
        found.append([row.number for row in more])
        if len(found) == 1:
            assert runtime.rows == [1]  # a mistake in the first row is found by the first row
        if len(found) == 2:
            assert runtime.rows == [1, 1, 2, 4, 8]
            assert cursor.row == 16
    assert found == [[1], [11, 12], [151]]
    assert (cursor.row, cursor.mistakes) == (200, 4)
    assert sum(runtime.rows) == 200


def test_mistakes_of_a_regression_are_beyond_the_tolerance_and_within_the_limit(tmp_path: Path) -> None:
    labels = np.zeros(20)
    predicted = np.linspace(0, 1.9, 20)
    request = JudgeRequest("e", written(tmp_path, labels, "regression"), ("A",), limit=19)
    runtime = Runtime(A=looked_up(predicted))
    more, cursor = next_mistakes(context(runtime), request, "A", 1.75, MistakeCursor())
    assert [(row.number, round(row.error, 1)) for row in more] == [(19, 1.8)]
    assert next_mistakes(context(runtime), request, "A", 1.75, cursor) == ((), replace(cursor, ended=True))
    with pytest.raises(ServiceFault, match="boom"):
        next_mistakes(context(Runtime(A=MODEL_ERROR)), request, "A", 1.75, MistakeCursor())


def test_shots_that_are_all_refused_are_soon_given_up(tmp_path: Path) -> None:
    runtime = Runtime(A=refused("ValidationError", "Endpoint e of account 1 not found."))
    with pytest.raises(NotFound):
        shoot(context(runtime), [Invocation("e", b"1")], 5000, 2)
    assert len(runtime.rows) <= 12
    with pytest.raises(NotFound):
        shoot(context(runtime), [Invocation("e", b"1")], 2, 8)
    with pytest.raises(InvalidRequest, match="nothing to send"):
        shoot(context(runtime), [Invocation("e", b"1"), Invocation("e", b"")], 2, 1)


def test_shots_go_on_past_the_errors_of_a_model() -> None:
    runtime = Runtime(A=MODEL_ERROR)
    shots = shoot(context(runtime), [Invocation("e", b"1")], 40, 4)
    assert (shots.done, shots.failed, len(runtime.rows)) == (40, 40, 40)
    assert shots.shares == {}


def test_an_invocation_is_sent_once_and_a_model_may_take_its_minute() -> None:
    config = Aws(Connection(None, "eu-west-1", None, "AKIDEXAMPLE", "secret")).client("sagemaker-runtime").meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.read_timeout > 60
