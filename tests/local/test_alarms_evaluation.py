"""The state of an alarm: the tables of CloudWatch's user guide on missing data, and the reasons it gives."""

from __future__ import annotations

import pytest

from tui.local.cloudwatch.evaluation import ALARM, INSUFFICIENT_DATA, OK, Rule, Verdict, judge

MINUTE = 1_760_000_040
RETAINED = "retained"
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def verdict(data: str, to_alarm: int = 3, missing: str = "missing", state: str = RETAINED) -> Verdict:
    """The verdict on five periods, oldest first: 0 is below the threshold, X above, - missing; three decide."""
    values = {"0": 0.0, "X": 5.0}
    times = [MINUTE + 60 * number for number in range(5)]
    points = {time: values[letter] for time, letter in zip(times, data.replace(" ", ""), strict=True) if letter != "-"}
    rule = Rule("GreaterThanThreshold", 1.0, periods=3, to_alarm=to_alarm, missing=missing)
    return judge(rule, points, times[::-1], state)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0 - X - X", (OK, OK, OK, OK)),
        ("0 - - - -", (OK, OK, OK, OK)),
        ("- - - - -", (INSUFFICIENT_DATA, RETAINED, ALARM, OK)),
        ("0 X X - X", (ALARM, ALARM, ALARM, ALARM)),
        ("- - X - -", (ALARM, RETAINED, ALARM, OK)),
        ("X X X 0 0", (OK, OK, OK, OK)),
        ("0 0 X X X", (ALARM, ALARM, ALARM, ALARM)),
    ],
)
@pytest.mark.parametrize("column", range(4))
def test_three_out_of_three(data: str, expected: tuple[str, ...], column: int) -> None:
    assert verdict(data, missing=TREATMENTS[column], state=OK).state == expected[column].replace(RETAINED, OK)
    assert verdict(data, missing=TREATMENTS[column], state=ALARM).state == expected[column].replace(RETAINED, ALARM)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0 - X - X", (ALARM, ALARM, ALARM, ALARM)),
        ("0 0 X 0 X", (ALARM, ALARM, ALARM, ALARM)),
        ("0 - X - -", (OK, OK, ALARM, OK)),
        ("- - - - 0", (OK, OK, ALARM, OK)),
        ("- - - X -", (ALARM, RETAINED, ALARM, OK)),
    ],
)
@pytest.mark.parametrize("column", range(4))
def test_two_out_of_three(data: str, expected: tuple[str, ...], column: int) -> None:
    found = verdict(data, to_alarm=2, missing=TREATMENTS[column], state=OK).state
    assert found == expected[column].replace(RETAINED, OK)


@pytest.mark.parametrize(
    ("comparison", "breaching", "words"),
    [
        ("GreaterThanThreshold", [1.1], "greater than"),
        ("GreaterThanOrEqualToThreshold", [1.0, 1.1], "greater than or equal to"),
        ("LessThanThreshold", [0.9], "less than"),
        ("LessThanOrEqualToThreshold", [0.9, 1.0], "less than or equal to"),
    ],
)
def test_comparisons(comparison: str, breaching: list[float], words: str) -> None:
    rule = Rule(comparison, 1.0, periods=1, to_alarm=1, missing="missing")
    for value in (0.9, 1.0, 1.1):
        found = judge(rule, {MINUTE: value}, [MINUTE], OK)
        assert found.state == (ALARM if value in breaching else OK)
        negation = "" if value in breaching else "not "
        transition = "OK -> ALARM" if value in breaching else "ALARM -> OK"
        assert found.reason == (
            f"Threshold Crossed: 1 out of the last 1 datapoints [{value} (09/10/25 08:54:00)] was {negation}{words} the"
            f" threshold (1.0) (minimum 1 datapoint for {transition} transition)."
        )


@pytest.mark.parametrize(
    ("data", "to_alarm", "missing", "reason"),
    [
        (
            "0 0 X 0 X",
            2,
            "missing",
            "Threshold Crossed: 2 out of the last 3 datapoints [5.0 (09/10/25 08:58:00), 5.0 (09/10/25 08:56:00)] were"
            " greater than the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).",
        ),
        (
            "X X X 0 0",
            2,
            "missing",
            "Threshold Crossed: 2 out of the last 3 datapoints [0.0 (09/10/25 08:58:00), 0.0 (09/10/25 08:57:00)] were"
            " not greater than the threshold (1.0) (minimum 2 datapoints for ALARM -> OK transition).",
        ),
        (
            "- - - - -",
            3,
            "breaching",
            "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as"
            " [Breaching].",
        ),
        (
            "- - - - -",
            3,
            "notBreaching",
            "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as"
            " [NonBreaching].",
        ),
        ("- - - - -", 3, "missing", "Insufficient Data: 3 datapoints were unknown."),
    ],
)
def test_reasons(data: str, to_alarm: int, missing: str, reason: str) -> None:
    assert verdict(data, to_alarm, missing).reason == reason


def test_many_datapoints_are_named_behind_the_sentence() -> None:
    times = [MINUTE + 60 * number for number in range(10)]
    rule = Rule("GreaterThanThreshold", 1.0, periods=8, to_alarm=6, missing="missing")
    found = judge(rule, dict.fromkeys(times, 2.0), times[::-1], OK)
    newest = ", ".join(f"2.0 (09/10/25 09:{minute:02}:00)" for minute in (3, 2, 1, 0))
    assert found.reason == (
        "Threshold Crossed: 8 out of the last 8 datapoints were greater than the threshold (1.0). The most recent"
        f" datapoints which crossed the threshold: [{newest}, 2.0 (09/10/25 08:59:00)] (minimum 6 datapoints for"
        " OK -> ALARM transition)."
    )
