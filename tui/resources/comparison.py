"""Training jobs side by side: what differs in what they were given, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.resources.prices import Price
from tui.resources.training import TrainingJobDetail

_NO_RESULTS = (":progress", ":throughput", "ObjectiveMetric")
"""Metrics that say nothing of their own: the last one repeats the metric that a tuning job optimises."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property, with its value for each job; empty where a job does not have it."""

    section: str
    name: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """By which the line is known again."""
        return f"{self.section}/{self.name}"


def compare(details: Sequence[TrainingJobDetail], prices: Mapping[str, Price | None]) -> tuple[Line, ...]:
    """What came of the jobs, in full, and of what they were given that which differs.

    `prices` are those of the instance types, USD an hour; a job whose price is not known has no cost, not one of 0.
    """
    results = [
        _line("result", "status", details, lambda detail: detail.job.status),
        *_metrics(details),
        _line("result", "took, s", details, lambda detail: _whole(detail.job.duration)),
        _line("result", "billable, s", details, lambda detail: _whole(detail.billable_seconds)),
        _line("result", "cost, USD", details, lambda detail: cost(detail, prices.get(detail.instance_type))),
    ]
    hyperparameters = [dict(detail.hyperparameters) for detail in details]
    names = sorted({name for found in hyperparameters for name in found if not name.startswith("_")})
    given = [Line("hyperparameter", name, tuple(found.get(name, "") for found in hyperparameters)) for name in names]
    channels = [_channels(detail.description) for detail in details]
    names = sorted({name for found in channels for name in found})
    given += [Line("data", name, tuple(found.get(name, "") for found in channels)) for name in names]
    given += [
        _line("job", "image", details, lambda detail: detail.image),
        _line("job", "instances", details, lambda detail: f"{detail.instance_count} × {detail.instance_type}"),
        _line("job", "spot", details, lambda detail: _yes(detail.description.get("EnableManagedSpotTraining"))),
    ]
    return (*results, *(line for line in given if len(set(line.values)) > 1))


def cost(detail: TrainingJobDetail, price: Price | None) -> str:
    """What a job cost, USD; empty while it is not known."""
    if price is None or detail.billable_seconds is None:
        return ""
    return f"{detail.billable_seconds * detail.instance_count * price.hourly / 3600:.4f}"


def _metrics(details: Sequence[TrainingJobDetail]) -> list[Line]:
    values = [{metric.name: f"{metric.value:.6g}" for metric in detail.metrics} for detail in details]
    names = sorted(
        {name for found in values for name in found if not name.endswith(_NO_RESULTS)},
        key=lambda name: (not name.startswith("validation"), name),
    )
    return [Line("metric", name, tuple(found.get(name, "") for found in values)) for name in names]


def _line(
    section: str, name: str, details: Sequence[TrainingJobDetail], value: Callable[[TrainingJobDetail], str]
) -> Line:
    return Line(section, name, tuple(map(value, details)))


def _channels(description: Mapping[str, Any]) -> dict[str, str]:
    return {
        channel["ChannelName"]: channel.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri", "")
        for channel in description.get("InputDataConfig", ())
    }


def _whole(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f}"


def _yes(value: object) -> str:
    return "yes" if value else "no"
