"""How requests to an endpoint and what came of them are written down: an answer, a refusal, many shots."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.panes.endpoint_cells import milliseconds
from tui.panes.facts import fact, heading
from tui.panes.wording import count, duration, number, size
from tui.resources.endpoint_answers import parse_predictions
from tui.resources.endpoint_invoking import Answer, Latencies, Refusal, Shots, bucket_start
from tui.resources.endpoint_judging import TestRow, TestSet
from tui.resources.scores import MistakeRule, Prediction
from widgets.cells import Bar, Sparkline, as_content
from widgets.text import content, end

_BODY_LINES = 12
_LINE = 240
_PROGRESS = 60
_NAME = 16
_HISTOGRAM = 30
_MOST_SCORES = 10


def answer_said(answer: Answer, rows: int, row: TestRow | None, test_set: TestSet | None) -> list[Content]:
    """An answer, read by its content type as far as that is possible."""
    lines = [
        fact("Answer", Content.assemble(("✓ ", "$text-success"), content(f"{answer.variant or 'a variant'} answered"))),
        fact("Latency", f"{milliseconds(answer.latency_ms)}, the network included"),
        fact("Type", answer.content_type or "not said"),
    ]
    try:
        predictions = parse_predictions(
            answer.body, answer.content_type, rows, test_set.task if test_set else "multiclass"
        )
    except ValueError as problem:
        lines.append(fact("Predictions", content(str(problem), "$text-warning")))
    else:
        lines += _predictions_said(predictions, row, test_set)
    return [*lines, Content(""), heading(f"Body, {size(len(answer.body))}"), *body_said(answer.text)]


def _predictions_said(
    predictions: Sequence[Prediction], row: TestRow | None, test_set: TestSet | None
) -> list[Content]:
    said = [", ".join(map(number, one.scores[:_MOST_SCORES] or (one.value,))) for one in predictions[:_BODY_LINES]]
    lines = [fact("Prediction" if place == 0 else "", text) for place, text in enumerate(said)]
    if len(predictions) > _BODY_LINES:
        lines.append(fact("", f"and {len(predictions) - _BODY_LINES:,} more"))
    if row is None or test_set is None or len(predictions) != 1:
        return lines
    value = MistakeRule(test_set.task).says(predictions[0])
    label = test_set.class_name(row.label)
    if test_set.task == "regression":
        lines.append(fact("Label", f"{label}: the prediction is off by {number(value - row.label)}"))
    else:
        right = value == row.label
        words = f"{label}: the prediction says {test_set.class_name(value)}"
        lines.append(fact("Label", content(words, "$text-success" if right else "$text-error")))
    return lines


def refusal_said(refusal: Refusal) -> list[Content]:
    """What the model's container said when it answered with an error."""
    return [
        fact("Answer", content(f"✗ the model answered {refusal.status or 'nothing in time'}", "$text-error")),
        fact("Latency", milliseconds(refusal.latency_ms)),
        Content(""),
        heading("In its own words"),
        *body_said(refusal.message or "Nothing."),
        Content(""),
        content("l shows its log of that moment.", "$text-muted"),
    ]


def body_said(text: str) -> list[Content]:
    """The beginning of a body."""
    lines = text.splitlines() or [""]
    shown = [content(end(line.expandtabs(), _LINE)) for line in lines[:_BODY_LINES]]
    if len(lines) > _BODY_LINES:
        shown.append(content(f"… {len(lines) - _BODY_LINES:,} more lines", "$text-muted"))
    return shown


def shots_said(shots: Shots, wanted: Sequence[tuple[str, float]]) -> list[Content]:
    """How many shots went where, how long they took, and what went wrong; `wanted` are the shares by the weights."""
    state = f"{shots.done:,} of {shots.total:,}, {shots.rate:,.0f}/s"
    if shots.done < shots.total and shots.rate:
        state += f", {duration((shots.total - shots.done) / shots.rate)} to go"
    lines = [as_content(Bar(shots.done / shots.total if shots.total else 0.0, state), _PROGRESS), Content("")]
    shares, named = shots.shares, dict(wanted)
    first, last = _range(list(shots.variants.values()))
    lines.append(
        content(
            f"{'Variant':<{_NAME}} {'answers':>8} {'share':>7} {'wanted':>7} "
            + " ".join(f"{title:>8}" for title in ("p50", "p90", "p99", "slowest")),
            "bold",
        )
    )
    for name in dict.fromkeys([*named, *shots.variants]):
        latencies = shots.variants.get(name)
        times = (latencies.p50, latencies.p90, latencies.p99, latencies.slowest) if latencies else ()
        part = f"{named[name]:.1f} %" if name in named else ""
        lines.append(
            content(
                f"{end(content(name).plain, _NAME):<{_NAME}} {latencies.count if latencies else 0:>8,} "
                f"{f'{shares.get(name, 0.0):.1f} %':>7} {part:>7} "
                + " ".join(f"{milliseconds(value):>8}" for value in times)
            )
        )
    if shots.variants:
        lines += [
            Content(""),
            heading(f"Latency, {milliseconds(bucket_start(first))} to {milliseconds(bucket_start(last + 1))}"),
        ]
    for name, latencies in shots.variants.items():
        picture = as_content(Sparkline(_spread(latencies.histogram[first : last + 1]), floor=0), _HISTOGRAM)
        lines.append(Content.assemble((f"{end(content(name).plain, _NAME):<{_NAME}} ", "$text-muted"), picture))
    lines += [Content("")]
    for error in shots.errors:
        status = f" {error.status}" if error.status else ""
        lines.append(content(f"✗ {count(error.count, 'shot')}: {error.kind}{status}: {error.message}", "$text-error"))
    if shots.done and not shots.errors:
        lines.append(content("✓ No shot failed.", "$text-success"))
    return lines


def _range(every: Sequence[Latencies]) -> tuple[int, int]:
    """The first and the last bucket that any of them uses."""
    used = [place for one in every for place, times in enumerate(one.histogram) if times]
    return min(used, default=0), max(used, default=0)


def _spread(histogram: Sequence[int]) -> tuple[float | None, ...]:
    """The buckets, each drawn as often as the width allows; an empty one leaves a gap."""
    times = max(1, _HISTOGRAM // max(1, len(histogram)))
    return tuple(float(value) if value else None for value in histogram for _ in range(times))
