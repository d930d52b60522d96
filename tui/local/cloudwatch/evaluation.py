"""How the state of an alarm follows from its data, with the reasons in CloudWatch's words.

The rules are those of "Configuring how CloudWatch alarms treat missing data" in its user guide: the last periods are
looked at, a few more than `EvaluationPeriods`. If enough of them have data, the newest that do decide, and gaps do not
matter; otherwise the gaps count as `TreatMissingData` says.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

OK = "OK"
ALARM = "ALARM"
INSUFFICIENT_DATA = "INSUFFICIENT_DATA"

MORE_PERIODS = 2
"""How many periods more than `EvaluationPeriods` are looked at for data."""

_COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}

COMPARISON_OPERATORS = frozenset(_COMPARISONS)
"""The operators that compare with a fixed threshold."""

_MOST_INLINE = 3
_MOST_SHOWN = 5
"""How many datapoints a reason names inside its sentence, and behind it."""

_TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes an alarm."""

    comparison: str
    threshold: float
    periods: int
    """EvaluationPeriods: how many datapoints decide."""

    to_alarm: int
    """DatapointsToAlarm: how many of them must breach the threshold."""

    missing: str
    """TreatMissingData."""

    def breaches(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        return _COMPARISONS[self.comparison][0](value, self.threshold)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that data lead to, why, and the points that decided, newest first."""

    state: str
    reason: str
    points: Sequence[tuple[int, float]]


def judge(rule: Rule, points: Mapping[int, float], times: Sequence[int], state: str) -> Verdict:
    """The verdict on the points of the periods that begin at `times`, newest first; `state` is the one before."""
    real = [(time, points[time]) for time in times if time in points]
    if len(real) >= rule.periods:
        deciding = real[: rule.periods]
        breaching = sum(rule.breaches(value) for _, value in deciding)
        return _crossed(rule, ALARM if breaching >= rule.to_alarm else OK, deciding)
    if not real:
        return _without_data(rule, state)
    return _with_gaps(rule, real, times, state)


def _with_gaps(rule: Rule, real: Sequence[tuple[int, float]], times: Sequence[int], state: str) -> Verdict:
    """Fewer datapoints than decide: the rest is filled in."""
    breaching = sum(rule.breaches(value) for _, value in real)
    filled = rule.periods - len(real)
    if breaching >= rule.to_alarm:
        return _crossed(rule, ALARM, real)
    match rule.missing:
        case "breaching":
            return _crossed(rule, ALARM if breaching + filled >= rule.to_alarm else OK, real)
        case "notBreaching":
            return _crossed(rule, OK, real)
    if breaching < len(real):
        return _crossed(rule, OK, real)
    if rule.missing == "ignore":
        return _crossed(rule, state, real) if state in {OK, ALARM} else _unknown(rule, filled)
    # All there is breaches: an alarm if, had the gaps been breaching too, it would have been one for long enough.
    age = times.index(real[-1][0]) + 1
    return _crossed(rule, ALARM if age >= rule.to_alarm else OK, real)


def _without_data(rule: Rule, state: str) -> Verdict:
    periods = _counted(rule.periods, "period")
    if (treated := _TREATED.get(rule.missing)) is None:
        return _unknown(rule, rule.periods, state if rule.missing == "ignore" else INSUFFICIENT_DATA)
    reason = (
        f"Threshold Crossed: no datapoints were received for {periods} and"
        f" {_counted(rule.periods, 'missing datapoint')} {_were(rule.periods)} treated as [{treated}]."
    )
    return Verdict(ALARM if rule.missing == "breaching" else OK, reason, [])


def _unknown(rule: Rule, missing: int, state: str = INSUFFICIENT_DATA) -> Verdict:
    return Verdict(state, f"Insufficient Data: {_counted(missing, 'datapoint')} {_were(missing)} unknown.", [])


def _crossed(rule: Rule, state: str, points: Sequence[tuple[int, float]]) -> Verdict:
    """The verdict with the datapoints that speak for it in its reason."""
    alarm = state == ALARM
    speaking = [(time, value) for time, value in points if rule.breaches(value) == alarm] or points
    shown = "[" + ", ".join(f"{value} ({_when(time)})" for time, value in speaking[:_MOST_SHOWN]) + "]"
    compared = f"{_were(len(speaking))} {'' if alarm else 'not '}{_COMPARISONS[rule.comparison][1]} the threshold"
    if len(speaking) <= _MOST_INLINE:
        told = f"{shown} {compared} ({rule.threshold})"
    else:
        told = (
            f"{compared} ({rule.threshold}). The most recent datapoints which"
            f" {'crossed' if alarm else 'did not cross'} the threshold: {shown}"
        )
    needed = _counted(rule.to_alarm if alarm else rule.periods - rule.to_alarm + 1, "datapoint")
    transition = "OK -> ALARM" if alarm else "ALARM -> OK"
    reason = (
        f"Threshold Crossed: {len(speaking)} out of the last {rule.periods} datapoints {told}"
        f" (minimum {needed} for {transition} transition)."
    )
    return Verdict(state, reason, points)


def _when(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%d/%m/%y %H:%M:%S")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
