"""An endpoint on one page: what it costs, what serves, what is on its way, wanted split against actual split."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from tui.panes.endpoint_cells import amount, dollars, idle_since, milliseconds, monthly
from tui.panes.facts import LABEL_WIDTH, fact, heading
from tui.panes.wording import moment, status
from tui.resources.endpoint_metrics import IDLE_HOURS, EndpointTraffic, Idle, Series, VariantTraffic
from tui.resources.endpoint_weights import observed_shares, shares, weight_text
from tui.resources.endpoints import EndpointDetail, Pending, Variant
from tui.resources.prices import Rate
from widgets.cells import Bar, Sparkline, as_content
from widgets.text import content, middle

_BAR_WIDTH = 24
_SPARKS = 16


@dataclass(frozen=True, slots=True)
class Known:
    """What other calls than that for the endpoint itself have told about it."""

    traffic: EndpointTraffic | None = None
    no_traffic: str = ""
    """Why nothing is known about its traffic, as a sentence."""

    idle: Idle | None = None
    scaling: str = ""
    """Bounds of its auto scaling; empty when they are not known."""


def summary(detail: EndpointDetail, known: Known, width: int) -> Content:
    """An endpoint as a person wants to know it, most telling things first."""
    endpoint = detail.endpoint
    parts = [heading(endpoint.name), as_content(status(endpoint.status), 24)]
    if detail.failure_reason:
        why = "" if endpoint.status == "Failed" else "Its last change was taken back: "
        parts += [Content(""), content(f"{why}{detail.failure_reason}", "$text-error")]
    parts += [Content(""), *_facts(detail, known, width)]
    parts += [Content(""), heading("Serving" if detail.pending else "Variants")]
    if not detail.variants:
        parts.append(content("None yet.", "$text-muted"))
    parts += _variants(detail, known.traffic, width)
    if known.no_traffic:
        parts += [Content(""), content(known.no_traffic, "$text-error")]
    if detail.pending:
        parts += [Content(""), *_pending(detail.pending, width)]
    return Content("\n").join(parts)


def _facts(detail: EndpointDetail, known: Known, width: int) -> list[Content]:
    endpoint = detail.endpoint
    gone = "" if detail.config or not detail.config_name else " (deleted: instance types are not known)"
    facts = [
        ("Price", money(endpoint.rate)),
        ("Idle since", idle_since(known.idle, IDLE_HOURS, time.time())),
        ("Config", f"{middle(detail.config_name, max(20, width - LABEL_WIDTH - 1))}{gone}"),
        ("Capture", str(detail.capture) if detail.capture else "off"),
        ("Auto scaling", known.scaling or "n/a"),
        ("Created", moment(endpoint.created)),
        ("Changed", moment(endpoint.modified) if endpoint.modified != endpoint.created else ""),
    ]
    return [fact(name, value) for name, value in facts if value]


def money(rate: Rate | None) -> str:
    """What an endpoint costs, in words."""
    if rate is None:
        return "n/a"
    per_use = "what is used" if rate.per_use else ""
    unknown = f"{rate.unknown} × n/a" if rate.unknown and rate.hourly else ""
    hourly = (
        "n/a" if rate.unknown and not rate.hourly else f"{dollars(rate.hourly)}/h, {monthly(Rate(rate.hourly))} a month"
    )
    said = " + ".join(part for part in (hourly if rate.hourly or not rate.per_use else "", unknown, per_use) if part)
    return said if rate.billed else f"free here; at AWS {said}"


def _variants(detail: EndpointDetail, traffic: EndpointTraffic | None, width: int) -> Iterator[Content]:
    production = detail.production
    wanted = dict(
        zip((one.name for one in production), shares([one.desired_weight for one in production]), strict=True)
    )
    actual = _actual(production, traffic)
    for place, variant in enumerate(detail.variants):
        if place:
            yield Content("")
        yield _title(variant)
        yield from _about(variant, width)
        if not variant.shadow and len(production) > 1:
            yield from _shares(variant, wanted[variant.name], actual.get(variant.name), measured=traffic is not None)
        if traffic and (measured := traffic.variant(variant.name)):
            yield from _measured(measured, str(traffic.window))


def _actual(production: Sequence[Variant], traffic: EndpointTraffic | None) -> Mapping[str, float]:
    """The shares that the variants really got, by name; empty while they are not known."""
    if traffic is None:
        return {}
    measured = {one.name: traffic.variant(one.name) for one in production}
    found = observed_shares([one.total if one else None for one in measured.values()])
    return dict(zip(measured, found, strict=True)) if found else {}


def _title(variant: Variant) -> Content:
    doing = f"  {variant.status}" if variant.status else ""
    shadow = "  shadow: gets copies, its answers are thrown away" if variant.shadow else ""
    return Content.assemble(
        (content(variant.name).plain, "bold $text-primary"),
        (content(f"{doing}{shadow}").plain, "$text-warning"),
    )


def _about(variant: Variant, width: int) -> Iterator[Content]:
    if variant.status_message:
        yield content(variant.status_message, "$text-muted")
    yield fact("Model", middle(variant.model or "n/a", max(20, width - LABEL_WIDTH - 1)))
    yield fact("Runs on", capacity(variant))


def capacity(variant: Variant) -> str:
    """Instances and their type, with where they are going when that is another number."""
    if variant.serverless:
        return str(variant.serverless)
    going = f" → {variant.desired_count}" if variant.desired_count != variant.count else ""
    return f"{variant.count or 0}{going} × {variant.instance_type or 'n/a'}"


def _shares(variant: Variant, wanted: float, actual: float | None, *, measured: bool) -> Iterator[Content]:
    going = f" → {weight_text(variant.desired_weight)}" if variant.desired_weight != variant.weight else ""
    weight = f"  weight {weight_text(variant.weight)}{going}"
    yield fact("Wanted", Content.assemble(as_content(Bar(wanted / 100, f"{wanted:5.1f} %"), _BAR_WIDTH), weight))
    if actual is None:
        yield fact("Actual", content("no requests" if measured else "n/a", "$text-muted"))
    else:
        yield fact("Actual", as_content(Bar(actual / 100, f"{actual:5.1f} %", "accent"), _BAR_WIDTH))


def _measured(measured: VariantTraffic, window: str) -> Iterator[Content]:
    total = measured.total
    if total is None:
        yield fact("Requests", content(f"none in the last {window}", "$text-muted"))
        return
    yield fact("Requests", f"{amount(total)} in the last {window}")
    p50, p99 = milliseconds(measured.window_p50_ms), milliseconds(measured.window_p99_ms)
    yield fact("Latency", f"p50 {p50 or 'n/a'}, p99 {p99 or 'n/a'}")
    for name, series in (("4XX", measured.errors_4xx), ("5XX", measured.errors_5xx)):
        yield fact(name, _errors(series, total))


def _errors(series: Series, requests: float) -> Content:
    count = sum(value or 0 for value in series)
    if not count:
        return content("none", "$text-muted")
    drawn = as_content(Sparkline(tuple(value or 0 for value in series), "text-error"), _SPARKS)
    return Content.assemble(drawn, (f" {amount(count)}, {count / requests:.1%}", "$text-error"))


def _pending(pending: Pending, width: int) -> Iterator[Content]:
    yield heading(f"Coming: {pending.config}")
    if pending.started:
        yield fact("Since", moment(pending.started))
    percents = shares([variant.desired_weight for variant in pending.variants])
    for variant, percent in zip(pending.variants, percents, strict=True):
        yield Content("")
        yield _title(variant)
        yield from _about(variant, width)
        if len(pending.variants) > 1:
            yield fact("Share", f"{percent:.1f} %  weight {weight_text(variant.desired_weight)}")
