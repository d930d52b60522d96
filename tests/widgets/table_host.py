"""A host for one table, and what its tests ask of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.strip import Strip

from widgets.cells import Cell, Status
from widgets.table import Table
from widgets.table_columns import Column, between, fixed, flex

EIGHTY = (80, 24)
"""The smallest terminal that has to be pleasant."""


@dataclass(frozen=True, slots=True)
class Job:
    """A row such as the console shows."""

    name: str
    state: str = "InProgress"
    seconds: int | None = 0


_TOKENS = {"InProgress": ("●", "primary"), "Completed": ("✓", "text-success"), "Failed": ("✗", "text-error")}


def status(job: Job) -> Cell:
    glyph, token = _TOKENS[job.state]
    return Status(glyph, job.state, token)


def seconds(job: Job) -> int | None:
    return job.seconds


COLUMNS = (
    Column[Job]("name", "Name", lambda job: job.name, flex(minimum=12), shorten="middle", priority=3),
    Column[Job]("status", "Status", status, fixed(13), priority=2),
    Column[Job](
        "time", "Time", lambda job: f"{job.seconds} s", between(6, 8), align="right", sort_key=seconds, priority=1
    ),
)


def jobs(count: int) -> tuple[Job, ...]:
    return tuple(Job(f"job-{number:05}", seconds=number) for number in range(count))


def named(names: Iterable[str]) -> tuple[Job, ...]:
    return tuple(Job(name) for name in names)


class CountingTable(Table[Job]):
    """A table that notes which lines it is asked to draw, and what the first of its rows said each time."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, lambda job: job.name)
        self.drawn: list[int] = []
        self.first_row: list[str] = []

    def render_line(self, y: int) -> Strip:
        self.drawn.append(y)
        strip = super().render_line(y)
        if y == 1:
            self.first_row.append(strip.text.rstrip())
        return strip


class TableApp(App[None]):
    """One table on an otherwise empty screen; keeps the table's messages."""

    def __init__(self, rows: tuple[Job, ...] = ()) -> None:
        super().__init__()
        self.table = CountingTable()
        self.table.rows = rows
        self.news: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    @on(Table.Selected)
    @on(Table.Highlighted)
    @on(Table.Counted)
    @on(Table.Marked)
    def keep(self, message: Message) -> None:
        self.news.append(message)


def screen(table: Table[Job]) -> list[str]:
    """The table's lines as a person reads them, without the blanks at their ends."""
    return [strip.text.rstrip() for strip in table.render_lines(table.size.region)]


def names(table: Table[Job]) -> list[str]:
    """The names on the rows that are on screen."""
    return [line.split()[0] for line in screen(table)[1:] if line]


def cursor_lines(table: Table[Job]) -> list[int]:
    """The screen lines drawn with the cursor's background."""
    background = table.get_visual_style("table--cursor").rich_style.bgcolor
    strips = table.render_lines(table.size.region)
    return [y for y, strip in enumerate(strips) if any(s.style and s.style.bgcolor == background for s in strip)]
