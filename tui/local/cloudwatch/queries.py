"""MetricDataQueries: metrics and expressions over them, as GetMetricData and alarms evaluate them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tui.local.cloudwatch.expressions import ExpressionError, Node, names, parse
from tui.local.cloudwatch.maths import Calculation
from tui.local.cloudwatch.metrics import Metric, MetricStore
from tui.local.cloudwatch.rollups import Window
from tui.local.cloudwatch.series import Series, Value
from tui.local.cloudwatch.statistics import parse_statistic
from tui.local.errors import AwsError

MOST_POINTS = 100_800
"""The most points of one answer, and of one expression."""

_SHORT_PERIODS = frozenset({1, 5, 10, 20, 30})
_LONGEST_PERIOD = 86_400
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")

Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """A time series that a query answers with; a query whose expression is an array has several."""

    id: str
    series: Series


def is_period(seconds: int) -> bool:
    """Whether metrics can be read in periods of this length."""
    return seconds in _SHORT_PERIODS or (seconds % 60 == 0 and 0 < seconds <= _LONGEST_PERIOD)


def window(start: float, end: float, period: int) -> Window:
    """The time of a request; it begins with a whole minute, or a whole period where that is shorter."""
    begin = math.floor(start)
    return Window(begin - begin % min(period, 60), math.ceil(end), period)


def metric_of(request: Mapping[str, Any]) -> Metric:
    """The metric that a request or a MetricStat names."""
    dimensions = tuple((dimension["Name"], dimension["Value"]) for dimension in request.get("Dimensions", ()))
    return Metric(request.get("Namespace", ""), request.get("MetricName", ""), dimensions)


def check_queries(queries: Sequence[Query]) -> None:
    """Raise ValidationError for queries that cannot be evaluated whatever the data."""
    identifiers = [query["Id"] for query in queries]
    for query in queries:
        identifier = query["Id"]
        if not _ID.fullmatch(identifier):
            raise _invalid(
                f"The value {identifier} for parameter Id is not matching the expected pattern {_ID.pattern}."
            )
        if identifiers.count(identifier) > 1:
            raise _invalid("The values for parameter id in MetricDataQueries are not unique.")
        if ("MetricStat" in query) == ("Expression" in query):
            raise _invalid(f"Exactly one of MetricStat and Expression must be specified in the query {identifier}.")
        stat = query.get("MetricStat", {})
        period = stat.get("Period", query.get("Period", 60))
        if not is_period(period):
            raise _invalid(f"The value {period} for parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
        for member in ("Namespace", "MetricName"):
            if stat and member not in stat["Metric"]:
                raise _invalid(f"The parameter MetricStat.Metric.{member} of the query {identifier} is required.")
        if stat and parse_statistic(stat["Stat"]) is None:
            raise _invalid(f"The value {stat['Stat']} for parameter Stat is not supported.")
    _in_order(_trees(queries))


def evaluate(
    store: MetricStore, queries: Sequence[Query], window_of: Callable[[int], Window]
) -> dict[str, list[Result]]:
    """The time series of every query by its id; `window_of` tells the time to look at for a period.

    Raises ValidationError for an expression that cannot be evaluated.
    """
    trees = _trees(queries)
    metrics = {
        query["Id"]: _metric_series(store, query["MetricStat"], window_of) for query in queries if "MetricStat" in query
    }
    shortest = min((series.period for series in metrics.values()), default=60)
    periods = {query["Id"]: query.get("Period", shortest) for query in queries}
    values: dict[str, Value] = dict(metrics)
    for identifier in _in_order(trees):
        span = window_of(periods[identifier])
        if (span.end - span.start) / span.period > MOST_POINTS:
            raise _invalid(f"The expression '{identifier}' has more than {MOST_POINTS} points: take a longer Period.")
        try:
            values[identifier] = Calculation(metrics, values, periods[identifier], window_of).value(trees[identifier])
        except ExpressionError as error:
            raise _wrong(identifier, error) from error
    labels = {query["Id"]: query.get("Label") for query in queries}
    return {name: list(_results(name, values[name], labels[name], name in metrics)) for name in labels}


def _metric_series(store: MetricStore, stat: Mapping[str, Any], window_of: Callable[[int], Window]) -> Series:
    statistic = parse_statistic(stat["Stat"])
    if statistic is None:
        raise _invalid(f"The value {stat['Stat']} for parameter Stat is not supported.")
    metric = metric_of(stat["Metric"])
    summaries = store.summaries(
        metric, window_of(stat["Period"]), unit=stat.get("Unit"), distributions=statistic.extended
    )
    values = ((time, statistic.of(summary)) for time, summary in summaries.items())
    points = {time: value for time, value in values if value is not None}
    return Series(points, stat["Period"], metric.name)


def _results(identifier: str, value: Value, label: str | None, metric: bool) -> list[Result]:
    match value:
        case Series():
            default = value.label if metric else identifier
            return [Result(identifier, replace(value, label=default if label is None else label))]
        case list():
            prefix = "" if label is None else f"{label} "
            return [Result(identifier, replace(series, label=prefix + series.label)) for series in value]
        case _:
            raise _wrong(identifier, ExpressionError("The result is a number, not a time series"))


def _trees(queries: Sequence[Query]) -> dict[str, Node]:
    """The trees of the expressions by id."""
    trees = {}
    for query in queries:
        if "Expression" in query:
            try:
                trees[query["Id"]] = parse(query["Expression"])
            except ExpressionError as error:
                raise _wrong(query["Id"], error) from error
    return trees


def _in_order(trees: Mapping[str, Node]) -> list[str]:
    """The ids of the expressions, each behind those that it refers to."""
    graph = {identifier: trees.keys() & set(names(tree)) for identifier, tree in trees.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise _wrong(error.args[1][0], ExpressionError("It refers to itself")) from error


def _wrong(identifier: str, error: ExpressionError) -> AwsError:
    return _invalid(f"Error in expression '{identifier}': {error}")


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
