"""The columns of endpoints: in their own list, and in that of those that nobody invokes."""

from __future__ import annotations

import time
from dataclasses import replace

from tui.panes.endpoint_cells import amount, hourly, idle_for, idle_since, milliseconds, monthly, split
from tui.panes.wording import moment, status
from tui.resources.endpoint_metrics import IDLE_HOURS
from tui.resources.endpoints import Endpoint
from widgets.cells import Cell
from widgets.table_columns import Column, between, fixed, flex


def _traffic_split(endpoint: Endpoint) -> Cell | str:
    variants = tuple(variant for variant in endpoint.variants if not variant.shadow)
    return split(variants, [variant.weight for variant in variants])


def _errors(endpoint: Endpoint) -> str:
    traffic = endpoint.traffic
    if traffic is None or traffic.invocations is None:
        return ""
    return f"{amount(traffic.errors_4xx or 0)}/{amount(traffic.errors_5xx or 0)}"


def _failures(endpoint: Endpoint) -> float | None:
    return endpoint.traffic.errors_5xx if endpoint.traffic else None


NAME = Column[Endpoint](
    "name",
    "Name",
    lambda endpoint: endpoint.name,
    flex(share=3, minimum=16),
    shorten="middle",
    sort_key=lambda endpoint: endpoint.name,
    priority=10,
)

STATUS = Column[Endpoint]("status", "Status", lambda endpoint: status(endpoint.status), fixed(11), priority=9)

PRICE = Column[Endpoint](
    "price",
    "$/h",
    lambda endpoint: hourly(endpoint.rate),
    fixed(7),
    "right",
    sort_key=lambda endpoint: endpoint.rate.hourly if endpoint.rate else None,
    priority=7,
)

COLUMNS = (
    NAME,
    STATUS,
    Column[Endpoint]("traffic", "Traffic", _traffic_split, flex(minimum=12), priority=8),
    PRICE,
    Column[Endpoint](
        "idle",
        "Idle",
        lambda endpoint: idle_for(endpoint.idle, IDLE_HOURS, time.time()),
        fixed(9),
        "right",
        sort_key=lambda endpoint: -endpoint.idle.since if endpoint.idle else None,
        priority=7,
    ),
    Column[Endpoint](
        "invoked",
        "Requests/h",
        lambda endpoint: amount(endpoint.traffic.invocations) if endpoint.traffic else "",
        fixed(10),
        "right",
        sort_key=lambda endpoint: endpoint.traffic.invocations if endpoint.traffic else None,
        priority=6,
    ),
    Column[Endpoint](
        "p99",
        "p99",
        lambda endpoint: milliseconds(endpoint.traffic.p99_ms) if endpoint.traffic else "",
        fixed(7),
        "right",
        sort_key=lambda endpoint: endpoint.traffic.p99_ms if endpoint.traffic else None,
        priority=3,
    ),
    Column[Endpoint](
        "errors",
        "4XX/5XX",
        _errors,
        fixed(7),
        "right",
        sort_key=_failures,
        priority=4,
        style=lambda endpoint: "text-error" if _failures(endpoint) else "",
    ),
    Column[Endpoint](
        "created",
        "Created",
        lambda endpoint: moment(endpoint.created),
        fixed(16),
        sort_key=lambda endpoint: endpoint.created,
        priority=2,
    ),
)

IDLE_COLUMNS = (
    NAME,
    replace(STATUS, priority=4),
    Column[Endpoint](
        "idle",
        "Idle for",
        lambda endpoint: idle_for(endpoint.idle, 0, time.time()),
        fixed(10),
        sort_key=lambda endpoint: -endpoint.idle.since if endpoint.idle else None,
        priority=8,
    ),
    Column[Endpoint](
        "since",
        "Since",
        lambda endpoint: idle_since(endpoint.idle, 0, time.time()),
        between(16, 23),
        sort_key=lambda endpoint: endpoint.idle.since if endpoint.idle else None,
        priority=3,
    ),
    replace(PRICE, priority=6),
    Column[Endpoint](
        "monthly",
        "A month",
        lambda endpoint: monthly(endpoint.rate),
        fixed(9),
        "right",
        sort_key=lambda endpoint: endpoint.rate.hourly if endpoint.rate else None,
        priority=7,
    ),
)
