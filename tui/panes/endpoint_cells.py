"""How traffic, latency and money of endpoints are said, in lists and in the inspector."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tui.panes.wording import duration, moment
from tui.resources.endpoint_metrics import HOUR, Idle
from tui.resources.endpoint_weights import shares
from tui.resources.endpoints import Variant
from tui.resources.prices import Rate
from widgets.cells import Cell, Plain
from widgets.segments import Segments

PATTERNS = "█▒▓░▚▞▙▜▀▄"
"""Each variant has a pattern of its own, so that a bar can be read without colours."""

TOKENS = ("primary", "accent", "secondary", "success", "warning")

_LEAST = 0.0001
"""USD: less is not worth a figure."""

_LABELLED = 3
"""Variants whose shares fit beside a bar."""


def split(variants: Sequence[Variant], weights: Sequence[float]) -> Cell | str:
    """How traffic is split: a bar of segments with whole percentages; the name of a variant that is alone."""
    if len(variants) < 2:
        return Plain(variants[0].name, keep_end=True) if variants else ""
    percents = shares(weights, 0)
    label = (
        "/".join(f"{share:.0f}" for share in percents) if len(variants) <= _LABELLED else f"{len(variants)} variants"
    )
    parts = tuple(
        (round(share), PATTERNS[place % len(PATTERNS)], TOKENS[place % len(TOKENS)])
        for place, share in enumerate(percents)
    )
    return Segments(parts, 100, label)


def milliseconds(value: float | None) -> str:
    """A latency with as many digits as matter; empty when nothing was measured."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def amount(value: float | None) -> str:
    """A number of requests; empty when nothing was measured."""
    return "" if value is None else f"{value:,.0f}"


def dollars(amount: float) -> str:
    """USD, in tenths of a cent where there are any."""
    exact = f"{amount:.3f}"
    return f"${exact[:-1] if exact.endswith('0') else exact}"


def about(amount: float) -> str:
    """USD by an estimate, in hundredths of a cent below a dollar; never none for what is too little for a figure."""
    if amount < _LEAST:
        return f"less than ${_LEAST}"
    return f"about {dollars(amount) if amount >= 1 else f'${amount:.4f}'}"


def hourly(rate: Rate | None) -> str:
    """USD an hour, as far as it is known; in brackets what AWS would take for what costs nothing here."""
    if rate is None or rate == Rate(billed=rate.billed):
        return ""
    if rate.unknown and not rate.hourly:
        return "n/a"
    if rate.per_use and not rate.hourly:
        return "per use"
    said = f"{'' if rate.known else '≥ '}{rate.hourly:.2f}"
    return said if rate.billed else f"({said})"


def monthly(rate: Rate | None) -> str:
    """Likewise a month, in whole dollars."""
    if rate is None:
        return ""
    if rate.unknown and not rate.hourly:
        return "n/a"
    said = f"{'' if rate.known else '≥ '}${math.ceil(rate.monthly):,}"
    return said if rate.billed else f"({said})"


def idle_for(idle: Idle | None, hours: float, now: float) -> str:
    """For how long an endpoint has not been invoked, if that is so many hours."""
    if idle is None or not idle.exceeds(hours, now):
        return ""
    return f"{'≥ ' if idle.at_least else ''}{duration(idle.hours(now) * HOUR)}"


def idle_since(idle: Idle | None, hours: float, now: float) -> str:
    """When an endpoint was last invoked, if that is so long ago."""
    if idle is None or not idle.exceeds(hours, now):
        return ""
    return f"{'before ' if idle.at_least else ''}{moment(idle.since)}"
