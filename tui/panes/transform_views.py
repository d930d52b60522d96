"""The views of a transform job: summary and the whole description."""

from __future__ import annotations

import time
from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.endpoint_cells import about
from tui.panes.facts import LABEL_WIDTH, as_json, fact, heading
from tui.panes.inspector import Views
from tui.panes.wording import count, duration, moment, size, status
from tui.resources.prices import Price
from tui.resources.transform_failures import explain_reason
from tui.resources.transforms import FilesDone, TransformFiles, TransformJobDetail
from widgets.cells import Bar, Cell, as_content
from widgets.text import content, middle

NAMED = 12
"""Files that are named in a summary."""


class TransformViews(Views):
    """Shows what it is given of one transform job, one view at a time."""

    def __init__(self, initial: str) -> None:
        super().__init__(initial=initial)
        self.summary, self.request = Static(), Static()
        self._detail: TransformJobDetail | None = None
        self._files: TransformFiles | None = None
        self._price: Price | None = None
        self._billed = True

    def compose(self) -> ComposeResult:
        """The views; their ids are the names by which they are asked for."""
        yield VerticalScroll(self.summary, id="summary", classes="inspector-view")
        yield VerticalScroll(self.request, id="request", classes="inspector-view")

    def clear(self) -> None:
        """Show nothing."""
        self._detail = self._files = self._price = None
        self.summary.update("")
        self.request.update("")

    def show_detail(self, detail: TransformJobDetail) -> None:
        """Show a job."""
        self._detail = detail
        self.request.update(content(as_json(detail.description)))
        self._show()

    def show_files(self, files: TransformFiles) -> None:
        """Show how far its files are."""
        self._files = files
        self._show()

    def show_price(self, price: Price | None, *, billed: bool) -> None:
        """Show what it costs; `billed` unless it is only what AWS would take."""
        self._price, self._billed = price, billed
        self._show()

    def show_problem(self, problem: str) -> None:
        """Say why there is nothing to show."""
        self.summary.update(content(problem, "$text-error"))

    def _show(self) -> None:
        if self._detail:
            costs = cost(self._detail, self._price, self._billed)
            self.summary.update(summary(self._detail, self._files, costs, self.content_size.width - 2))


def files_bar(files: FilesDone | None, running: bool) -> Cell | str:
    """How many files are done, as a bar while that changes."""
    if files is None:
        return ""
    if not running:
        return str(files)
    return Bar(files.done / files.total if files.total else 0.0, f"{files.done:,}/{files.total:,}", "status-running")


def cost(detail: TransformJobDetail, price: Price | None, billed: bool) -> tuple[str, ...]:
    """What the instances of a job have cost so far, by which price, and who tells it; n/a where nobody does."""
    seconds = detail.billed_seconds(time.time())
    if seconds is None:
        return ("nothing: it never had instances" if detail.job.ended else "nothing yet",)
    if price is None:
        return (f"n/a: the price of {detail.instance_type} is not known",)
    amount = seconds * detail.instance_count * price.hourly / 3600
    would = "" if billed else "free here; on AWS "
    return f"{would}{about(amount)}", price.rate, price.teller


def summary(detail: TransformJobDetail, files: TransformFiles | None, costs: tuple[str, ...], width: int) -> Content:
    """A transform job as a person wants to know it, most telling things first, places shortened to the width."""
    job = detail.job
    parts = [heading(job.name), as_content(status(job.status), 20)]
    if job.failure_reason:
        explanation, next_step = explain_reason(job.failure_reason)
        parts += [Content(""), content(job.failure_reason, "$text-error")]
        parts += [content(text) for text in (explanation, next_step, "W says which files failed, and why.") if text]
    parts += [Content(""), *_facts(detail, files, costs, width)]
    if files:
        parts += _without_output(detail, files)
    return Content("\n").join(parts)


def _facts(
    detail: TransformJobDetail, files: TransformFiles | None, costs: tuple[str, ...], width: int
) -> list[Content]:
    job = detail.job
    room = max(20, width - LABEL_WIDTH - 1)
    done = files_bar(files.done, job.running) if files else "counting…"
    packed = ", gzip" if detail.compressed else ""
    limits = [
        detail.strategy,
        f"at most {detail.max_payload} MB" if detail.max_payload is not None else "",
        f"{detail.max_concurrent} at a time" if detail.max_concurrent else "",
    ]
    lines: list[tuple[str, str | Content]] = [
        ("Model", middle(job.model, room)),
        ("Files done", done if isinstance(done, str) else as_content(done, 36)),
        ("Input", middle(detail.data.input_uri, room)),
        ("", f"{detail.content_type or 'no content type'}, split {detail.split}{packed}"),
        ("Requests", ", ".join(filter(None, limits))),
        ("Filters", _filters(detail)),
        ("Output", middle(detail.data.output_uri, room)),
        ("", detail.accept and f"as {detail.accept}"),
        ("Instances", f"{detail.instance_count} × {detail.instance_type}"),
        ("Created", moment(job.created)),
        ("Took" if job.ended else "Runs", duration((job.ended or time.time()) - job.created)),
        *zip(("Cost", "", ""), costs, strict=False),
    ]
    return [fact(name, value) for name, value in lines if value]


def _filters(detail: TransformJobDetail) -> str:
    said = [
        f"in {detail.input_filter}" if detail.input_filter != "$" else "",
        "joined with the input" if detail.joined else "",
        f"out {detail.output_filter}" if detail.output_filter != "$" else "",
    ]
    return ", ".join(filter(None, said))


def _without_output(detail: TransformJobDetail, files: TransformFiles) -> Iterator[Content]:
    lost = [file for file in files.files if file.output_size is None]
    if lost and not detail.job.running:
        yield from (Content(""), heading(f"{count(len(lost), 'file')} without output"))
        for file in lost[:NAMED]:
            yield content(f"✗ {file.name}  {size(file.size)}", "$text-error")
        if len(lost) > NAMED:
            yield content(f"and {len(lost) - NAMED:,} more", "$text-muted")
