"""What PutMetricAlarm takes, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.local.cloudwatch.evaluation import COMPARISON_OPERATORS
from tui.local.cloudwatch.queries import check_queries
from tui.local.cloudwatch.statistics import parse_statistic
from tui.local.errors import AwsError

Request = Mapping[str, Any]

_OF_ONE_METRIC = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_NOT_IMPLEMENTED = ("EvaluationCriteria", "EvaluationInterval", "ThresholdMetricId", "WarmUpConfiguration")
_TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
_SHORT_PERIODS = (10, 20, 30)
_DAY = 86_400
_WEEK = 7 * _DAY


def checked(request: Request) -> dict[str, Any]:
    """What is kept of a PutMetricAlarm request; raises AwsError when it makes no alarm."""
    for member in _NOT_IMPLEMENTED:
        if member in request:
            raise _invalid(f"{member} of PutMetricAlarm is not implemented by the embedded SageMaker.")
    if "WallClockWindow" in request.get("EvaluationWindow", {}):
        raise _invalid("WallClockWindow of PutMetricAlarm is not implemented by the embedded SageMaker.")
    for member in ("EvaluationPeriods", "Threshold", "ComparisonOperator"):
        if member not in request:
            raise AwsError("MissingParameter", f"The parameter {member} is required.")
    if request["ComparisonOperator"] not in COMPARISON_OPERATORS:
        raise _invalid(f"{request['ComparisonOperator']} is for anomaly detection, which is not implemented here.")
    _check_metric(request)
    _check_span(request)
    _check_option(request, "TreatMissingData", _TREATMENTS)
    _check_option(request, "EvaluateLowSampleCountPercentile", ("evaluate",))
    kept = {member: value for member, value in request.items() if member != "Tags"}
    return {"ActionsEnabled": True} | kept | {"Threshold": float(request["Threshold"])}


def queries(alarm: Request) -> list[Request]:
    """The metrics and expressions an alarm watches; the one that returns data decides."""
    if "Metrics" in alarm:
        return list(alarm["Metrics"])
    metric = {member: alarm[member] for member in ("Namespace", "MetricName", "Dimensions") if member in alarm}
    stat = {"Metric": metric, "Period": alarm["Period"], "Stat": alarm.get("Statistic", alarm.get("ExtendedStatistic"))}
    return [{"Id": "metric", "MetricStat": stat | ({"Unit": alarm["Unit"]} if "Unit" in alarm else {})}]


def watched(alarm: Request) -> Request:
    """The one query of an alarm whose points are compared with the threshold."""
    return next(query for query in queries(alarm) if query.get("ReturnData", True))


def period(alarm: Request) -> int:
    """The seconds of one datapoint of an alarm."""
    decisive = watched(alarm)
    candidates = [decisive] if "MetricStat" in decisive or "Period" in decisive else queries(alarm)
    periods = [query.get("MetricStat", query).get("Period") for query in candidates]
    return min((seconds for seconds in periods if seconds is not None), default=60)


def _check_metric(request: Request) -> None:
    if "Metrics" in request:
        if both := [member for member in _OF_ONE_METRIC if member in request]:
            raise _combination(f"The parameters Metrics and {both[0]} are mutually exclusive.")
        check_queries(request["Metrics"])
        if sum(query.get("ReturnData", True) for query in request["Metrics"]) != 1:
            raise _invalid("Exactly one element of the metrics list should return data.")
        return
    for member in ("MetricName", "Namespace", "Period"):
        if member not in request:
            raise AwsError("MissingParameter", f"The parameter {member} is required.")
    if ("Statistic" in request) == ("ExtendedStatistic" in request):
        raise _combination("Exactly one of Statistic and ExtendedStatistic must be specified.")
    extended = request.get("ExtendedStatistic")
    if extended is not None and ((statistic := parse_statistic(extended)) is None or not statistic.extended):
        raise _value(f"The value {extended} for parameter ExtendedStatistic is not supported.")


def _check_span(request: Request) -> None:
    seconds, periods = period(request), request["EvaluationPeriods"]
    if seconds % 60 and seconds not in _SHORT_PERIODS:
        raise _invalid("Period must be 10, 20, 30 or a multiple of 60.")
    longest, shown = (_WEEK, "a week") if seconds >= 3600 else (_DAY, "a day")
    if seconds * periods > longest:
        raise _invalid(
            f"Metrics cannot be checked across more than {shown} (EvaluationPeriods * Period must be <= {longest})."
        )
    if request.get("DatapointsToAlarm", periods) > periods:
        raise _invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")


def _check_option(request: Request, member: str, options: tuple[str, ...]) -> None:
    if (value := request.get(member, options[0])) not in options:
        raise _invalid(
            f"Option {value} is not supported. Supported options for parameter {member} are {' and '.join(options)}."
        )


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)
