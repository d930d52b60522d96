"""What is in a CSV file or in an uploaded data set, in words and first rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.panes.data_columns import column_sheet
from tui.panes.data_watches import describe_watch
from tui.panes.wording import count, duration, size
from tui.resources.csv_reports import Column, CsvReport, CsvSource, Finding, ReadProgress
from tui.resources.datasets import DataError, UnreadableDataset, UploadedDataset, UploadProgress
from tui.resources.watches import WatchStatus
from tui.service.datasets import Datasets
from tui.service.errors import ServiceError
from widgets.text import content, end
from widgets.worker_owner import WorkerOwner

PREVIEW_ROWS = 12
CELL_WIDTH = 10
_LEVELS = {"error": ("✗", "$text-error"), "warning": ("!", "$text-warning"), "note": ("·", "$text-muted")}


SETTLE_SECONDS = 0.15
"""How long the cursor rests on a file before it is opened."""


class DataInspector(WorkerOwner, VerticalScroll, can_focus=True):
    """Shows one file, one data set or one watch; a file it reads by itself."""

    class Told(Message):
        """More is known of the file than before."""

    def __init__(self, datasets: Datasets) -> None:
        super().__init__(classes="inspector")
        self._datasets = datasets
        self.path = ""
        """The file that is shown; empty when none is."""

        self.report: CsvReport | None = None
        """What is known of the file once it was read whole."""

        self.upload: UploadedDataset | UnreadableDataset | None = None
        self.watched: WatchStatus | None = None
        self.problem = ""
        self.reading = False
        self._source: CsvSource | None = None
        self._lines: list[Content] = []
        self._first_rows: CsvSource | None = None
        self._sheet: tuple[Column, ...] = ()

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        yield Static()

    def look_into(self, path: str, *, whole: bool, then: Callable[[CsvReport | None], None] | None = None) -> None:
        """First what the file's first block tells, at once; then the `whole` file, with progress.

        What else was being read is given up. `then` is called with what is known of the whole file, or with None and
        the `problem` set.
        """
        self.run_worker(self._read(path, whole, then), group="read", exclusive=True)

    async def _read(self, path: str, whole: bool, then: Callable[[CsvReport | None], None] | None) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        report = None
        try:
            self.show_source(await self._datasets.peek(path), reading=whole)
            if whole:
                report = await self._datasets.inspect(path, self.show_progress)
                self.show_report(report)
        except (DataError, ServiceError) as error:
            self.show_problem(path, str(error))
        self.post_message(self.Told())
        if whole and then:
            then(report)

    def clear(self) -> None:
        """Show nothing."""
        self.workers.cancel_group(self, "read")
        self._become("")
        self._say([])

    def on_resize(self) -> None:
        """Fit the column sheet and the first rows to the width; while hidden the inspector has none."""
        if self._first_rows:
            self._draw()

    def show_source(self, source: CsvSource, *, reading: bool) -> None:
        """Show the first rows, while the rest is `reading` or waits to be asked for."""
        self._become(source.path)
        self._source = source
        self.reading = reading
        line = "Reading the whole file…" if reading else "A large file: Enter reads it whole, to check every row."
        self._say([*_head(source), Content(""), Content(line)], source)

    def show_progress(self, progress: ReadProgress) -> None:
        """Show how far the reading is."""
        if self._source:
            share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 1.0
            far = f"{count(progress.rows, 'row')}, {share:.0%} of {size(progress.total_bytes)}"
            line = f"Reading the whole file: {far} (x cancels)"
            self._say([*_head(self._source), Content(""), Content(line)], self._source)

    def show_report(self, report: CsvReport) -> None:
        """Show all that is known of the file."""
        self._become(report.source.path)
        self.report = report
        self._say(describe_report(report), report.source, report.columns)

    def show_problem(self, path: str, problem: str) -> None:
        """Say why the file cannot be used."""
        self._become(path)
        self.problem = problem
        self._say([_title(path), Content(""), content(problem, "$text-error")])

    def show_other(self, path: str, bytes_: int) -> None:
        """Show a file that is no CSV file."""
        self.clear()
        self._become(path)
        hint = "Enter shows its rows, a page at a time: JSON lines, Parquet, and what gzip has packed."
        self._say([_title(path), content(size(bytes_), "$text-muted"), Content(""), Content(hint)])

    def show_upload(self, item: UploadedDataset | UnreadableDataset | None) -> None:
        """Show an uploaded data set."""
        self.clear()
        self.upload = item
        if isinstance(item, UploadedDataset):
            self._say([describe_upload(item)])
        elif item:
            self._say([_title(item.uri), Content(""), content(item.reason, "$text-error")])

    def show_watch(self, status: WatchStatus | None) -> None:
        """Show a watch with its history."""
        self.clear()
        self.watched = status
        if status:
            self._say([describe_watch(status)])

    def _become(self, path: str) -> None:
        self.path, self.report, self.upload, self.watched, self.problem, self._source = path, None, None, None, "", None
        self.reading = False

    def _say(self, lines: list[Content], first_rows: CsvSource | None = None, sheet: tuple[Column, ...] = ()) -> None:
        self._lines, self._first_rows, self._sheet = lines, first_rows, sheet
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        sheet = (
            [Content(""), Content.styled("Columns", "bold"), *column_sheet(self._sheet, width)] if self._sheet else []
        )
        rows = _preview(self._first_rows, max(1, (width - 2) // (CELL_WIDTH + 1))) if self._first_rows else []
        self.query_one(Static).update(Content("\n").join([*self._lines, *sheet, *rows]))


def describe_report(report: CsvReport) -> list[Content]:
    """A file that was read whole: size, label, findings; its columns are on the sheet below."""
    source = report.source
    lines = [*_head(source)]
    lines.append(content(f"{count(report.row_count, 'row')} × {count(len(report.columns), 'column')}"))
    if report.label:
        lines += [Content(""), Content.assemble(("Label  ", "$text-muted"), content(report.label, "bold"))]
        lines.append(content(f"{report.task or 'no task'}: {report.label_reason}", "$text-muted"))
    if report.findings:
        lines += [Content(""), Content.styled("Findings", "bold"), *map(_finding, report.findings)]
    return lines


def describe_upload(item: UploadedDataset) -> Content:
    """An uploaded data set: what it is for and where it lies."""
    manifest = item.manifest
    facts = [
        ("Task", manifest.task),
        ("Label", manifest.label),
        ("Classes", ", ".join(f"{code} = {name}" for code, name in enumerate(manifest.classes))),
        ("Features", f"{len(manifest.columns) - 1:,}"),
        *((split, count(rows, "row")) for split, rows in manifest.rows.items()),
        ("Repeated", _repeated(manifest.repeated_across)),
        ("Seed", f"{manifest.seed}{', stratified' if manifest.stratified else ''}"),
        ("Size", size(manifest.size)),
        ("Source", manifest.source),
        ("Created", manifest.created),
        ("Location", f"s3://{item.bucket}/{item.prefix}"),
    ]
    lines = [_title(manifest.name), Content("")]
    lines += [Content.assemble((name.ljust(12), "$text-muted"), content(value)) for name, value in facts if value]
    lines += [Content(""), Content.styled("Columns", "bold"), content(", ".join(manifest.columns[:100]))]
    return Content("\n").join(lines)


def _repeated(rows: int | None) -> str:
    return f"{count(rows, 'row')} of validation and test in another split too" if rows else ""


def _title(path: str) -> Content:
    return content(path.rsplit("/", 1)[-1] or path, "bold")


def _head(source: CsvSource) -> list[Content]:
    dialect = source.dialect
    separator = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}.get(dialect.separator, dialect.separator)
    header = "header" if dialect.has_header else "no header"
    return [
        _title(source.path),
        content(f"{size(source.size)} · {dialect.encoding} · {separator} · {header}", "$text-muted"),
    ]


def _finding(finding: Finding) -> Content:
    glyph, style = _LEVELS[finding.level]
    where = f" (line {finding.line:,})" if finding.line and finding.level != "note" else ""
    return Content.assemble((f"{glyph} ", style), content(f"{finding.sentence}{where}", style))


def _preview(source: CsvSource, columns: int) -> list[Content]:
    rows = [source.names, *source.rows[:PREVIEW_ROWS]]
    lines = [Content(""), Content.styled("First rows", "bold")]
    for number, row in enumerate(rows):
        cells = " ".join(end(cell, CELL_WIDTH).ljust(CELL_WIDTH) for cell in row[:columns])
        more = " …" if len(row) > columns else ""
        lines.append(content(cells + more, "$text-muted" if number == 0 else ""))
    return lines


def upload_line(name: str, upload: UploadProgress) -> str:
    """How far an upload is, what matters most first: files where there are several, bytes, remaining time, rate."""
    files = f"{upload.files_done:,} of {upload.files:,} " if upload.files > 1 else ""
    if not upload.total_bytes:
        return f"{name}: {files}(x cancels)"
    left = f" · {duration(upload.remaining_seconds)} left" if upload.remaining_seconds is not None else ""
    far = f"{size(upload.done_bytes)} of {size(upload.total_bytes)}{left} (x cancels)"
    return f"{name}: {files}{far} · {size(upload.rate)}/s · {upload.file}"
