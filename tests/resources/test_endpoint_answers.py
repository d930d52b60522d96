"""Predictions in the forms of all containers, and shots as they are shown."""

from __future__ import annotations

import pytest

from tui.resources.csv_reports import Task
from tui.resources.endpoint_answers import parse_predictions
from tui.resources.endpoint_invoking import (
    BUCKETS,
    Answer,
    Invocation,
    Latencies,
    ShotError,
    Shots,
    bucket_of,
    bucket_start,
)
from tui.resources.endpoint_judging import Comparison, JudgeProgress, TestSet
from tui.resources.scores import Judged, Prediction

NUMBERS = (Prediction(1.5), Prediction(-2.0))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("1.5,-2.0", "text/csv; charset=utf-8"),
        ("1.5\n-2.0\n", "text/csv"),
        ("1.5,\n-2.0", "text/csv"),
        ("[1.5, -2.0]", "text/csv"),
        ('{"predictions": [{"score": 1.5}, {"score": -2.0}]}', "application/json"),
        ('{"predictions": [1.5, -2.0]}', "application/json; charset=utf-8"),
        ("[1.5, -2]", "application/json"),
        ('{"score": 1.5}\n{"score": -2.0}\n', "application/jsonlines"),
    ],
)
def test_numbers(body: str, content_type: str) -> None:
    assert parse_predictions(body.encode(), content_type, 2, "regression") == NUMBERS


@pytest.mark.parametrize(
    ("body", "content_type", "task", "expected"),
    [
        ("0.7\n", "text/csv", "binary", Prediction(0.7)),
        ("0.3,0.7\n", "text/csv", "binary", Prediction(0.7, (0.3, 0.7))),
        ("0.1,0.7,0.2\n", "text/csv", "multiclass", Prediction(1.0, (0.1, 0.7, 0.2))),
        ("2.0\n", "text/csv", "multiclass", Prediction(2.0)),
        ('{"predictions":[{"score":0.7,"predicted_label":1}]}', "application/json", "binary", Prediction(0.7)),
        (
            '{"predictions":[{"score":[0.1,0.5,0.4],"predicted_label":1}]}',
            "application/json",
            "multiclass",
            Prediction(1.0, (0.1, 0.5, 0.4)),
        ),
        ('{"predicted_label": 2}', "application/jsonlines", "multiclass", Prediction(2.0)),
    ],
)
def test_classes(body: str, content_type: str, task: Task, expected: Prediction) -> None:
    assert parse_predictions(body.encode(), content_type, 1, task) == (expected,)


def test_rows_of_several_scores_are_told_apart_by_the_number_of_rows() -> None:
    one, other = parse_predictions(b"0.1,0.7,0.2\n0.5,0.3,0.2\n", "text/csv", 2, "multiclass")
    assert (one.value, other.value) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"1.5", "text/csv", "1 predictions for 2 rows"),
        (b"1,2,3", "text/csv", "3 predictions for 2 rows"),
        (b"", "text/csv", "0 predictions for 2 rows"),
        (b"1,2,3,4", "text/csv", "2 numbers for a row"),
        (b"<html>", "text/html", "no list of numbers"),
        (b"{", "application/json", "no JSON"),
        (b'{"predictions": [{"scores": 1}, {"scores": 1}]}', "application/json", "no score"),
        (b'{"predictions": [true, false]}', "application/json", "no score"),
        (b"\x00\x01", "application/x-recordio-protobuf", "ask for text/csv"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, content_type: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_predictions(body, content_type, 2, "regression")


def test_an_answer_is_shown_without_control_characters() -> None:
    assert Answer(b"\x1b[31m1.5\n\xff\x00", "text/csv", "A", 1.0, 0.0).text == "1.5\n�"


def test_what_cannot_be_sent() -> None:
    assert Invocation("e", b"1,2").problem == ""
    assert "nothing" in Invocation("e", b" \n").problem
    assert "6,291,456" in Invocation("e", b"x" * 6_291_457).problem


def test_latencies_are_those_of_real_answers() -> None:
    values = [float(value) for value in range(1, 101)]
    found = Latencies.of(values[::-1])
    assert (found.count, found.p50, found.p90, found.p99, found.slowest) == (100, 50.0, 90.0, 99.0, 100.0)
    assert sum(found.histogram) == 100
    assert len(found.histogram) == BUCKETS
    assert Latencies.of([7.0]).p99 == 7.0


@pytest.mark.parametrize("latency", [0.0, 0.05, 0.1, 0.15, 1.0, 33.0, 999.0, 99_999.0, 1e9])
def test_a_latency_lies_in_its_bucket(latency: float) -> None:
    bucket = bucket_of(latency)
    assert 0 <= bucket < BUCKETS
    assert bucket == 0 or bucket_start(bucket) <= latency * (1 + 1e-9)
    assert bucket == BUCKETS - 1 or latency < bucket_start(bucket + 1) * (1 + 1e-9)


def test_shots_in_figures() -> None:
    errors = (ShotError("ModelError", 500, "no", 3), ShotError("ThrottlingException", None, "slow", 1))
    shots = Shots(20, 12, 2.0, {"A": Latencies.of([1.0] * 6), "B": Latencies.of([1.0] * 2)}, errors)
    assert (shots.failed, shots.rate, shots.shares) == (4, 6.0, {"A": 75.0, "B": 25.0})
    assert Shots(5, 0, 0.0).rate == 0.0


def compared(difference: float, low: float, high: float, more: int | None = None, measure: str = "RMSE") -> Comparison:
    return Comparison(measure, "XGB-Model", "Linear", difference, low, high, 100, True, more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("comparison", "better", "sentence"),
    [
        (compared(-0.41, -0.6, -0.22), "XGB-Model", "XGB-Model is better by 0.41 RMSE (95 %: 0.22 to 0.6)."),
        (compared(0.41, 0.22, 0.6), "Linear", "Linear is better by 0.41 RMSE (95 %: 0.22 to 0.6)."),
        (
            compared(0.05, 0.01, 0.09, measure="accuracy"),
            "XGB-Model",
            "XGB-Model is better by 0.05 accuracy (95 %: 0.01 to 0.09).",
        ),
        (
            compared(-0.1, -0.3, 0.1, 1200),
            None,
            "No difference between XGB-Model and Linear shown yet (RMSE 95 %: -0.3 to 0.1), "
            "about 1,200 more rows needed.",
        ),
        (
            compared(0.0, 0.0, 0.0),
            None,
            "No difference between XGB-Model and Linear shown yet (RMSE 95 %: 0 to 0), "
            "more rows would hardly show one.",
        ),
    ],
)
def test_a_comparison_in_one_sentence(comparison: Comparison, better: str | None, sentence: str) -> None:
    assert comparison.better == better
    assert comparison.sentence == sentence


def test_names_of_features_and_classes() -> None:
    row = Judged(3, ("1", "2"), Prediction(1.0), 0.0)
    named = TestSet("f", "l", "multiclass", ("age", "bmi"), ("cat", "dog"))
    assert named.named(row) == (("age", "1"), ("bmi", "2"))
    assert (named.class_name(1.0), named.class_name(7.0)) == ("dog", "7")
    plain = TestSet("f", "", "regression", classes=("cat",))
    assert plain.named(row) == (("column 1", "1"), ("column 2", "2"))
    assert plain.class_name(0.0) == "0"


def test_how_far_a_judgement_is() -> None:
    assert JudgeProgress(50, 200, 5.0, 0).remaining_seconds == 15.0
    assert JudgeProgress(50, None, 5.0, 0).remaining_seconds is None
    assert JudgeProgress(0, 200, 0.0, 0).remaining_seconds is None
