"""Our table and Textual's DataTable, asked for the same of the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Protocol

from rich.text import Text
from textual.widget import Widget
from textual.widgets import DataTable

from widgets.cells import Status
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex
from widgets.table_model import Sort

CHANGED = 20
"""Rows that are different in a refresh."""


@dataclass(frozen=True, slots=True)
class Job:
    """A row as the console has it."""

    name: str
    state: str
    created: int
    instance: str
    count: int
    region: str
    seconds: int
    owner: str


_GLYPHS = {"Completed": ("✓", "text-success"), "InProgress": ("●", "primary"), "Failed": ("✗", "text-error")}


def jobs(count: int) -> tuple[Job, ...]:
    """Rows in an order that no column has."""
    states = tuple(_GLYPHS)
    return tuple(
        Job(
            name=f"training-{number * 7919 % count:06}-{'abcdefgh'[number % 8] * 6}",
            state=states[number % 3],
            created=number * 104_729 % 1_000_000,
            instance=f"ml.m5.{2 ** (number % 5)}xlarge",
            count=1 + number % 4,
            region="eu-west-1",
            seconds=number * 31 % 5000,
            owner=f"team-{number % 17}",
        )
        for number in range(count)
    )


def changed(rows: tuple[Job, ...], turn: int) -> tuple[Job, ...]:
    """A new answer of the service: all values new objects, some of them, spread over the list, different."""
    step = max(len(rows) // CHANGED, 1)
    return tuple(
        replace(row, seconds=row.seconds + turn + 1) if index % step == 0 else replace(row)
        for index, row in enumerate(rows)
    )


COLUMNS = (
    Column[Job]("name", "Name", lambda job: job.name, flex(minimum=24), priority=9),
    Column[Job](
        "state", "Status", lambda job: Status(_GLYPHS[job.state][0], job.state, _GLYPHS[job.state][1]), fixed(12)
    ),
    Column[Job]("created", "Created", lambda job: str(job.created), fixed(10), sort_key=lambda job: job.created),
    Column[Job]("instance", "Instance", lambda job: job.instance, fixed(14)),
    Column[Job]("count", "Count", lambda job: str(job.count), fixed(5), "right", sort_key=lambda job: job.count),
    Column[Job]("region", "Region", lambda job: job.region, fixed(9)),
    Column[Job]("seconds", "Took", lambda job: f"{job.seconds} s", fixed(7), "right", sort_key=lambda job: job.seconds),
    Column[Job]("owner", "Owner", lambda job: job.owner, fixed(8)),
)
WIDTHS = (30, 12, 10, 14, 5, 9, 7, 8)


class Contestant(Protocol):
    """A table that can be asked for everything that is measured."""

    widget: Widget

    @property
    def busy(self) -> bool: ...
    def prepare(self) -> None: ...
    def fill(self, rows: tuple[Job, ...]) -> None: ...
    def restart(self, rows: tuple[Job, ...]) -> None: ...
    def sort(self) -> None: ...
    def filter(self, text: str) -> None: ...
    def refresh(self, rows: tuple[Job, ...]) -> None: ...
    def refresh_cells(self, rows: tuple[Job, ...]) -> None: ...


class Ours:
    """The table of this project."""

    def __init__(self) -> None:
        self.table: Table[Job] = Table(COLUMNS, attrgetter("name"))
        self.widget: Widget = self.table

    @property
    def busy(self) -> bool:
        """Whether what is on screen is not all yet."""
        return self.table.looking

    def prepare(self) -> None:
        """The columns are there already."""

    def fill(self, rows: tuple[Job, ...]) -> None:
        self.table.rows = rows

    def restart(self, rows: tuple[Job, ...]) -> None:
        self.table.sort = None
        self.table.rows = rows

    def sort(self) -> None:
        before = self.table.sort
        self.table.sort = Sort("seconds", reverse=before is not None and not before.reverse)

    def filter(self, text: str) -> None:
        self.table.filter_text = text

    def refresh(self, rows: tuple[Job, ...]) -> None:
        self.table.rows = rows

    refresh_cells = refresh


class Theirs:
    """The DataTable with what a program around it has to do, fixed widths, cells as Text so that nothing is markup."""

    def __init__(self) -> None:
        self.table: DataTable[Text] = DataTable(cursor_type="row")
        self.widget: Widget = self.table
        self._rows: tuple[Job, ...] = ()
        self._reverse = True

    @property
    def busy(self) -> bool:
        """Never: it does everything at once."""
        return False

    def prepare(self) -> None:
        for column, width in zip(COLUMNS, WIDTHS, strict=True):
            self.table.add_column(column.title, key=column.key, width=width)

    def fill(self, rows: tuple[Job, ...]) -> None:
        self._rows = rows
        self._put(rows)

    restart = fill

    def _put(self, rows: tuple[Job, ...]) -> None:
        self.table.clear()
        for row in rows:
            self.table.add_row(*self._cells(row), key=row.name)

    @staticmethod
    def _cells(job: Job) -> tuple[Text, ...]:
        glyph = _GLYPHS[job.state][0]
        texts = (job.name, f"{glyph} {job.state}", str(job.created), job.instance, str(job.count), job.region)
        return tuple(Text(text) for text in (*texts, f"{job.seconds} s", job.owner))

    def sort(self) -> None:
        self._reverse = not self._reverse
        self.table.sort("seconds", key=lambda cell: int(cell.plain.split()[0]), reverse=self._reverse)

    def filter(self, text: str) -> None:
        self._put(tuple(row for row in self._rows if any(text in cell.plain for cell in self._cells(row))))

    def refresh(self, rows: tuple[Job, ...]) -> None:
        self.fill(rows)

    def refresh_cells(self, rows: tuple[Job, ...]) -> None:
        for before, after in zip(self._rows, rows, strict=True):
            if before != after:
                self.table.update_cell(after.name, "seconds", Text(f"{after.seconds} s"))
        self._rows = rows
