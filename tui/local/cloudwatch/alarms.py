"""Alarms on metrics: the operations of CloudWatch on them, and their evaluation.

Nobody waits for an alarm here, so none is evaluated before somebody reads it: what is read is the state of that moment.
A minute that has begun counts as soon as it has data, so that an alarm needs no minute to notice what just happened.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.local.cloudwatch import alarm_requests
from tui.local.cloudwatch.alarm_table import Alarm, AlarmTable, State
from tui.local.cloudwatch.evaluation import MORE_PERIODS, Rule, Verdict, judge
from tui.local.cloudwatch.metrics import MetricStore
from tui.local.cloudwatch.queries import Result, evaluate, metric_of
from tui.local.cloudwatch.rollups import Window
from tui.local.errors import AwsError
from tui.local.paging import next_token, position_of
from tui.local.settings import ACCOUNT, REGION
from tui.local.store import Store

_logger = logging.getLogger(__name__)

Request = Mapping[str, Any]
Response = dict[str, Any]

_PAGE = 50
_MOST_RECORDS = 100
_HELD_SECONDS = 60
"""How long a state that was set by hand stays at most: the time between two evaluations on AWS."""

_MOST_TOLD = 40
"""How many datapoints are told as the reason of a state, which is limited to 4,000 characters."""

_GROWING = frozenset({"Sum", "SampleCount"})
"""The statistics of a minute that has begun are smaller than they will be at its end."""


class Alarms:
    """The operations on alarms, and `state` for those who act on them."""

    def __init__(self, store: Store, metrics: MetricStore) -> None:
        self._table = AlarmTable(store)
        self._metrics = metrics

    def state(self, name: str) -> str | None:
        """OK, ALARM or INSUFFICIENT_DATA, as of this moment; None when there is no such alarm."""
        alarm = self._table.get(name)
        return None if alarm is None else self._evaluated(alarm).state.value

    def put_metric_alarm(self, request: Request) -> Response:
        """Create or replace an alarm; the tags of a new one are accepted, as nothing here reads them."""
        alarm = alarm_requests.checked(request)
        if len(self._results(alarm, 0, alarm_requests.period(alarm))) != 1:
            raise AwsError("ValidationError", "An alarm watches one time series, and the expression has several.")
        self._table.put(request["AlarmName"], alarm)
        return {}

    def delete_alarms(self, request: Request) -> Response:
        """Delete those alarms that there are, and complain of the others."""
        missing = [name for name in request["AlarmNames"] if not self._table.delete(name)]
        if missing:
            raise _not_found(missing[0])
        return {}

    def describe_alarms(self, request: Request) -> Response:
        """The alarms that meet all filters, by name, in pages; each is evaluated now."""
        if "AlarmNames" in request and "AlarmNamePrefix" in request:
            raise AwsError("ValidationError", "AlarmNames and AlarmNamePrefix are mutually exclusive.")
        for member in ("ChildrenOfAlarmName", "ParentsOfAlarmName"):
            if member in request:
                raise AwsError("ValidationError", f"{member} is for composite alarms, which are not implemented here.")
        answer: Response = {"MetricAlarms": [], "CompositeAlarms": []}
        if "MetricAlarm" not in request.get("AlarmTypes", ["MetricAlarm"]):
            return answer
        position = _position("DescribeAlarms", request)
        limit = request.get("MaxRecords", _PAGE)
        for alarm in self._alarms("" if position is None else position[0], request):
            if len(answer["MetricAlarms"]) == limit:
                last = answer["MetricAlarms"][-1]["AlarmName"]
                answer["NextToken"] = next_token("DescribeAlarms", request, [last])
                break
            answer["MetricAlarms"].append(_described(alarm))
        return answer

    def describe_alarms_for_metric(self, request: Request) -> Response:
        """The alarms on one metric; those on expressions are not among them."""
        wanted = metric_of(request)
        same = [member for member in ("Statistic", "ExtendedStatistic", "Period", "Unit") if member in request]
        found = [
            alarm
            for alarm in self._alarms("", {})
            if "Metrics" not in alarm.request
            and metric_of(alarm.request).is_same(wanted)
            and all(alarm.request.get(member) == request[member] for member in same)
        ]
        return {"MetricAlarms": [_described(alarm) for alarm in found]}

    def set_alarm_state(self, request: Request) -> Response:
        """Set the state until the metric is looked at again, which on AWS is within a minute."""
        alarm = self._table.get(request["AlarmName"])
        if alarm is None:
            raise _not_found(request["AlarmName"])
        data = request.get("StateReasonData")
        try:
            json.loads(data or "{}")
        except ValueError as error:
            raise AwsError("InvalidFormat", "StateReasonData is not JSON.") from error
        held_until = time.time() + min(_HELD_SECONDS, alarm_requests.period(alarm.request))
        while not self._enter(alarm, request["StateValue"], request["StateReason"], data or None, held_until):
            alarm = self._table.get(request["AlarmName"])
            if alarm is None:
                raise _not_found(request["AlarmName"])
        return {}

    def enable_alarm_actions(self, request: Request) -> Response:
        """Turn the actions of alarms on; no action is ever taken here."""
        for name in request["AlarmNames"]:
            self._table.enable_actions(name, enabled=True)
        return {}

    def disable_alarm_actions(self, request: Request) -> Response:
        """Turn the actions of alarms off."""
        for name in request["AlarmNames"]:
            self._table.enable_actions(name, enabled=False)
        return {}

    def describe_alarm_history(self, request: Request) -> Response:
        """What happened to alarms, deleted ones included, the newest first unless asked otherwise, in pages."""
        position = _position("DescribeAlarmHistory", request)
        limit = request.get("MaxRecords", _MOST_RECORDS)
        found = self._table.history(
            alarm=request.get("AlarmName"),
            kind=request.get("HistoryItemType"),
            start=request.get("StartDate", 0.0),
            end=request.get("EndDate", math.inf),
            after=None if position is None else (position[0], position[1]),
            ascending=request.get("ScanBy") == "TimestampAscending",
            limit=limit + 1,
        )
        items = [
            {
                "AlarmName": item.alarm,
                "AlarmType": "MetricAlarm",
                "Timestamp": item.time,
                "HistoryItemType": item.kind,
                "HistorySummary": item.summary,
                "HistoryData": item.data,
            }
            for item in found[:limit]
        ]
        answer: Response = {"AlarmHistoryItems": items}
        if len(found) > limit:
            last = found[limit - 1]
            answer["NextToken"] = next_token("DescribeAlarmHistory", request, [last.time, last.id])
        return answer

    def _alarms(self, after: str, request: Request) -> Iterator[Alarm]:
        """The alarms behind a name that meet the filters of a DescribeAlarms request, evaluated."""
        prefix = request.get("ActionPrefix")
        for alarm in self._stored(after, request):
            actions = [
                action
                for member in ("OKActions", "AlarmActions", "InsufficientDataActions")
                for action in alarm.request.get(member, ())
            ]
            if prefix is not None and not any(action.startswith(prefix) for action in actions):
                continue
            current = self._evaluated(alarm)
            if current.state.value == request.get("StateValue", current.state.value):
                yield current

    def _stored(self, after: str, request: Request) -> Iterator[Alarm]:
        if "AlarmNames" in request:
            names = sorted({name for name in request["AlarmNames"] if name > after})
            yield from filter(None, map(self._table.get, names))
            return
        while page := self._table.page(after, request.get("AlarmNamePrefix", ""), _MOST_RECORDS):
            yield from page
            after = page[-1].name

    def _evaluated(self, alarm: Alarm) -> Alarm:
        """The alarm in the state of this moment."""
        now = time.time()
        if now < alarm.state.held_until:
            return alarm
        verdict, data = self._verdict(alarm, now)
        if verdict.state == alarm.state.value:
            return alarm
        self._enter(alarm, verdict.state, verdict.reason, data)
        return self._table.get(alarm.name) or alarm

    def _enter(self, alarm: Alarm, value: str, reason: str, data: str | None, held_until: float = 0.0) -> bool:
        since = alarm.state.transitioned if value == alarm.state.value else time.time()
        return self._table.enter(alarm, State(value, reason[:1023], data, since, held_until))

    def _verdict(self, alarm: Alarm, now: float) -> tuple[Verdict, str]:
        """What the metrics say, and the data behind it as JSON."""
        request = alarm.request
        periods = request["EvaluationPeriods"]
        rule = Rule(
            request["ComparisonOperator"],
            request["Threshold"],
            periods,
            request.get("DatapointsToAlarm", periods),
            request.get("TreatMissingData", "missing"),
        )
        seconds = alarm_requests.period(request)
        step = min(seconds, 60)
        begun = math.floor(now / step) * step
        end = begun + step
        points = self._points(request, end - seconds * (periods + MORE_PERIODS), end)
        if end - seconds not in points or (request.get("Statistic") in _GROWING and "Less" in rule.comparison):
            end = begun
            points = self._points(request, end - seconds * (periods + MORE_PERIODS), end)
        times = range(end - seconds, end - seconds * (periods + MORE_PERIODS) - 1, -seconds)
        verdict = judge(rule, points, times, alarm.state.value)
        return verdict, _reason_data(request, seconds, verdict, now)

    def _points(self, request: Request, start: int, end: int) -> Mapping[int, float]:
        try:
            (result,) = self._results(request, start, end)
        except AwsError as error:
            # It had a value when the alarm was made, so that it depends on the data whether it has one.
            _logger.info("the expression of alarm %s has no value: %s", request["AlarmName"], error.message)
            return {}
        return result.series.points

    def _results(self, request: Request, start: int, end: int) -> Sequence[Result]:
        """What an alarm watches; raises ValidationError for an expression that cannot be evaluated."""
        queries = alarm_requests.queries(request)
        found = evaluate(self._metrics, queries, lambda period: Window(start, end, period))
        return found[alarm_requests.watched(request)["Id"]]


def _reason_data(request: Request, period: int, verdict: Verdict, now: float) -> str:
    told = verdict.points[:_MOST_TOLD]
    data: dict[str, Any] = {"version": "1.0", "queryDate": _iso(now)}
    if verdict.points:
        data["startDate"] = _iso(verdict.points[-1][0])
    if (statistic := request.get("Statistic", request.get("ExtendedStatistic"))) is not None:
        data |= {"statistic": statistic}
    data |= {
        "period": period,
        "recentDatapoints": [value for _, value in reversed(told)],
        "threshold": request["Threshold"],
        "evaluatedDatapoints": [{"timestamp": _iso(at), "value": value} for at, value in told],
    }
    return json.dumps(data, separators=(",", ":"))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def _described(alarm: Alarm) -> Response:
    state = alarm.state
    lists: dict[str, Sequence[Any]] = {"OKActions": [], "AlarmActions": [], "InsufficientDataActions": []}
    return {
        **lists,
        "Dimensions": [],
        **alarm.request,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{alarm.name}",
        "AlarmConfigurationUpdatedTimestamp": alarm.configured,
        "StateValue": state.value,
        "StateReason": state.reason,
        "StateReasonData": state.reason_data,
        "StateUpdatedTimestamp": state.transitioned,
        "StateTransitionedTimestamp": state.transitioned,
    }


def _position(operation: str, request: Request) -> list[Any] | None:
    try:
        return position_of(operation, request)
    except AwsError as error:
        raise AwsError("InvalidNextToken", error.message) from error


def _not_found(name: str) -> AwsError:
    return AwsError("ResourceNotFound", f"There is no alarm named {name}.", 404)
