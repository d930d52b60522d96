"""The operations of CloudWatch on metrics: PutMetricData, GetMetricData, GetMetricStatistics, ListMetrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from tui.local.cloudwatch.metrics import Metric, MetricStore
from tui.local.cloudwatch.put_requests import readings
from tui.local.cloudwatch.queries import MOST_POINTS, Result, check_queries, evaluate, is_period, metric_of, window
from tui.local.cloudwatch.rollups import Window
from tui.local.cloudwatch.statistics import Statistic, parse_statistic
from tui.local.cloudwatch.summary import Summary
from tui.local.errors import AwsError
from tui.local.paging import next_token, position_of
from tui.local.settings import ACCOUNT

Request = Mapping[str, Any]
Response = dict[str, Any]

_MOST_QUERIES = 500
_MOST_STATISTICS_POINTS = 1440
_PAGE_METRICS = 500
_ACTIVE_SECONDS = 3 * 3600


class Metrics:
    """The operations on metrics."""

    def __init__(self, store: MetricStore) -> None:
        self._store = store

    def put_metric_data(self, request: Request) -> Response:
        """Add data; nothing of a request with a mistake in it is kept."""
        self._store.add(request["Namespace"], readings(request))
        return {}

    def get_metric_data(self, request: Request) -> Response:
        """Time series of metrics and expressions, the newest point first unless asked otherwise, in pages."""
        queries, start, end = request["MetricDataQueries"], request["StartTime"], request["EndTime"]
        if start == end:
            raise AwsError("ValidationError", "The parameter StartTime must not equal parameter EndTime.")
        if start > end:
            raise AwsError("ValidationError", "The parameter EndTime must be greater than StartTime.")
        if not 1 <= len(queries) <= _MOST_QUERIES:
            raise AwsError(
                "ValidationError", f"The collection MetricDataQueries must have a size of 1 to {_MOST_QUERIES}."
            )
        check_queries(queries)
        shown = [query["Id"] for query in queries if query.get("ReturnData", True)]
        if not shown:
            raise AwsError("ValidationError", "At least one query must have ReturnData set to true.")
        limit = request.get("MaxDatapoints", MOST_POINTS)
        if not 1 <= limit <= MOST_POINTS:
            raise AwsError(
                "ValidationError", f"The value {limit} for parameter MaxDatapoints is not 1 to {MOST_POINTS}."
            )
        after = _position("GetMetricData", request, "InvalidNextToken")
        found = evaluate(self._store, queries, lambda period: window(start, end, period))
        results = [result for identifier in shown for result in found[identifier]]
        ascending = request.get("ScanBy") == "TimestampAscending"
        page, last = _page(results, after, limit, ascending=ascending)
        token = None if last is None else next_token("GetMetricData", request, last)
        return {"MetricDataResults": page, "NextToken": token, "Messages": []}

    def get_metric_statistics(self, request: Request) -> Response:
        """Several statistics of one metric, a datapoint for each period and unit with data."""
        statistics = _statistics(request)
        span = _span(request)
        metric = metric_of(request)
        units = [request["Unit"]] if "Unit" in request else self._store.units(metric, span)
        extended = any(statistic.extended for statistic in statistics)
        points = [
            point
            for unit in units
            for time, summary in self._store.summaries(metric, span, unit=unit, distributions=extended).items()
            if (point := _datapoint(time, unit, summary, statistics)) is not None
        ]
        return {"Label": metric.name, "Datapoints": sorted(points, key=lambda point: point["Timestamp"])}

    def list_metrics(self, request: Request) -> Response:
        """The metrics with data in the last two weeks, or in the last three hours if asked."""
        filters = request.get("Dimensions", ())
        after = _position("ListMetrics", request, "InvalidParameterValue")
        seconds = {"active_seconds": _ACTIVE_SECONDS} if "RecentlyActive" in request else {}
        found = self._store.names(
            namespace=request.get("Namespace"),
            name=request.get("MetricName"),
            dimensions={one["Name"]: one.get("Value") for one in filters},
            after=None
            if after is None
            else Metric(after[0], after[1], tuple(zip(after[2::2], after[3::2], strict=True))),
            limit=_PAGE_METRICS + 1,
            **seconds,
        )
        page = found[:_PAGE_METRICS]
        answer: Response = {"Metrics": [_described(metric) for metric in page]}
        if request.get("IncludeLinkedAccounts"):
            answer["OwningAccounts"] = [ACCOUNT] * len(page)
        if len(found) > len(page):
            last = page[-1]
            position = [last.namespace, last.name, *chain.from_iterable(last.dimensions)]
            answer["NextToken"] = next_token("ListMetrics", request, position)
        return answer


def _page(
    results: Sequence[Result], after: Sequence[int] | None, limit: int, *, ascending: bool
) -> tuple[list[Response], Sequence[int] | None]:
    """The results of one page, and the position of its last point if more follow: the result's number and the time."""
    page: list[Response] = []
    last: tuple[int, int] | None = None
    first = 0 if after is None else after[0]
    for number, result in enumerate(results[first:], start=first):
        times = sorted(result.series.points, reverse=not ascending)
        if after is not None and number == first:
            times = [time for time in times if (time > after[1] if ascending else time < after[1])]
            if not times:
                continue
        taken = times[:limit]
        if times and not taken:
            return page, last
        limit -= len(taken)
        complete = len(taken) == len(times)
        page.append(
            {
                "Id": result.id,
                "Label": result.series.label,
                "Timestamps": taken,
                "Values": [result.series.points[time] for time in taken],
                "StatusCode": "Complete" if complete else "PartialData",
            }
        )
        if taken:
            last = (number, taken[-1])
        if not complete:
            return page, last
    return page, None


def _statistics(request: Request) -> list[Statistic]:
    plain, extended = request.get("Statistics", ()), request.get("ExtendedStatistics", ())
    if bool(plain) == bool(extended):
        raise AwsError("InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics")
    found = []
    for name in dict.fromkeys([*plain, *extended]):
        statistic = parse_statistic(name)
        if statistic is None or statistic.extended != bool(extended):
            raise AwsError(
                "InvalidParameterValue", f"The value {name} for parameter ExtendedStatistics is not supported."
            )
        found.append(statistic)
    return found


def _span(request: Request) -> Window:
    start, end, period = request["StartTime"], request["EndTime"], request["Period"]
    if start == end:
        raise AwsError("InvalidParameterValue", "The parameter StartTime must not equal parameter EndTime.")
    if start > end:
        raise AwsError("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
    if not is_period(period):
        raise AwsError(
            "InvalidParameterValue",
            f"The value {period} for parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
        )
    span = window(start, end, period)
    if (points := -((span.start - span.end) // period)) > _MOST_STATISTICS_POINTS:
        raise AwsError(
            "InvalidParameterCombination",
            f"You have requested up to {points:,} datapoints, which exceeds the limit of {_MOST_STATISTICS_POINTS:,}."
            " You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
        )
    return span


def _datapoint(time: int, unit: str, summary: Summary, statistics: Sequence[Statistic]) -> Response | None:
    """The datapoint of a period; None when it has none of the statistics."""
    values = {statistic.name: value for statistic in statistics if (value := statistic.of(summary)) is not None}
    if not values:
        return None
    given = {"ExtendedStatistics": values} if statistics[0].extended else values
    return {"Timestamp": time, "Unit": unit} | given


def _described(metric: Metric) -> Response:
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
    }


def _position(operation: str, request: Request, code: str) -> list[Any] | None:
    try:
        return position_of(operation, request)
    except AwsError as error:
        raise AwsError(code, error.message) from error
