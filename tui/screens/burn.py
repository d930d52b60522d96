"""What endpoints in service cost an hour, for the header and for whoever leaves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence

from tui.panes.endpoint_cells import dollars, monthly
from tui.panes.wording import count
from tui.resources.endpoint_metrics import IDLE_HOURS
from tui.resources.endpoints import SERVING, Endpoint
from tui.resources.prices import Rate, total
from tui.service.pace import Pace
from tui.service.sagemaker import SageMaker

MONEY_POLLS = 4
"""Polls of a list that somebody looks at to one for the header alone, which everything done here wakes anyway."""

NO_MONEY_POLLS = 20
"""Likewise while there are no endpoints: only somebody else can have made one."""


def serving(rows: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """The endpoints that cost something."""
    return tuple(row for row in rows if row.status in SERVING)


def burn_rate(rows: Sequence[Endpoint], now: float, *, billed: bool, complete: bool = True) -> str:
    """The rate and the idle ones, e.g. `~$0.23/h + 1 n/a · 1 idle`; empty when nothing costs anything.

    With `complete` false there are older endpoints that were not looked at.
    """
    found = serving(rows)
    if not found:
        return ""
    rate = total([row.rate for row in found], billed=billed)
    parts = []
    if rate.hourly or not (rate.unknown or rate.per_use):
        parts.append(f"{'~' if complete else '≥ '}${rate.hourly:.2f}/h")
    if rate.unknown:
        parts.append(f"{rate.unknown} n/a")
    if rate.per_use:
        parts.append(f"{rate.per_use} per use")
    idle = sum(row.idle is not None and row.idle.exceeds(IDLE_HOURS, now) for row in found)
    return f"{'' if billed else 'would be '}{' + '.join(parts)}{f' · {idle} idle' if idle else ''}"


def rest(rows: Sequence[Endpoint], pace: Pace) -> float:
    """Seconds until the header wants the list of endpoints to be asked for again, if nobody else does before."""
    if any(row.rate is None for row in serving(rows)):  # each poll describes only some of them
        return pace.listing
    return pace.listing * (MONEY_POLLS if rows else NO_MONEY_POLLS)


async def follow(service: SageMaker) -> AsyncIterator[tuple[tuple[Endpoint, ...], str]]:
    """The endpoints and what the header says of them, as often as that changes: by the feed that the panes watch."""
    listed = service.endpoints.list
    async for snapshot in listed.feed.watch(lambda rows: rest(rows, service.endpoints.pace)):
        rows = snapshot.value or ()
        yield rows, burn_rate(rows, time.time(), billed=service.prices.billed, complete=not listed.has_older)


def farewell(rows: Sequence[Endpoint]) -> tuple[str, str]:
    """The question for somebody who leaves, and what the endpoints go on to cost."""
    found = serving(rows)
    rate = total([row.rate for row in found])
    known = f"{dollars(rate.hourly)}/h, {monthly(Rate(rate.hourly))} a month" if rate.hourly else "n/a"
    unknown = f" and {rate.unknown} more whose price is n/a" if rate.unknown and rate.hourly else ""
    names = ", ".join(row.name for row in found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    return (
        f"Quit while {count(len(found), 'endpoint')} {'goes' if len(found) == 1 else 'go'} on?",
        f"Until shut down (press 6): {known}{unknown}, whether anybody uses them or not.\n{names}",
    )
