"""The rows of a file or an object, a page at a time."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import size
from tui.resources.datasets import DataError
from tui.resources.previews import Preview, PreviewMark
from tui.service.datasets import Datasets
from tui.service.errors import ServiceError
from widgets.dialog import Dialog
from widgets.key_bar import KeyBar
from widgets.table import Table
from widgets.table_columns import Column, between, fixed
from widgets.text import cells, content, one_line

_WIDEST = 24

Row = tuple[int, tuple[str, ...]]
"""A row's number in the file, counted from 1, and its cells."""


class PreviewScreen(Dialog[None]):
    """Shows one page; the next one is read when it is asked for."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next", "Next page", id="preview.next"),
        Binding("p", "previous", "Page before", id="preview.previous"),
        Binding("escape,q,v", "dismiss", "Close", id="preview.close", key_display="Esc"),
    ]

    def __init__(self, first: Preview, datasets: Datasets) -> None:
        super().__init__()
        self._page = first
        self._datasets = datasets
        self._before: list[PreviewMark | None] = []
        """Where the pages before this one begin; None is the beginning."""

        self._mark: PreviewMark | None = None

    def compose(self) -> ComposeResult:
        """What it is, its rows, the keys."""
        with Vertical(id="preview"):
            yield Static(id="preview-title", classes="form-title")
            yield Vertical(id="preview-rows")
            yield KeyBar()

    async def on_mount(self) -> None:
        """Show the first page."""
        await self._show()

    async def _show(self) -> None:
        """Every page has columns of its own: JSON lines may have other keys further down."""
        page = self._page
        table: Table[Row] = Table(_columns(page), lambda row: str(row[0]))
        place = self.query_one("#preview-rows", Vertical)
        await place.remove_children()
        if not place.is_attached:  # the console is being left
            return
        await place.mount(table)
        table.empty_text = "No rows."
        table.rows = tuple(enumerate(page.rows, page.row + 1))
        table.focus()
        self.query_one("#preview-title", Static).update(content(_title(page)))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is a page to go to; None dims a key."""
        possible = {"next": self._page.following is not None, "previous": bool(self._before)}
        return True if possible.get(action, True) else None

    def action_next(self) -> None:
        """Read the next page."""
        self.run_worker(self._go(self._page.following, [*self._before, self._mark]), exclusive=True)

    def action_previous(self) -> None:
        """Read the page before."""
        self.run_worker(self._go(self._before[-1], self._before[:-1]), exclusive=True)

    async def _go(self, mark: PreviewMark | None, before: list[PreviewMark | None]) -> None:
        try:
            self._page = await self._datasets.preview(self._page.where, mark)
        except (DataError, ServiceError) as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._mark, self._before = mark, before
        await self._show()

    @on(Table.Selected)
    @on(Table.Highlighted)
    @on(Table.Counted)
    @on(Table.Marked)
    def _stop(self, message: Message) -> None:
        message.stop()


def _columns(page: Preview) -> tuple[Column[Row], ...]:
    """A column for the number of the row, and one as wide as its cells on this page for each name."""
    number = Column[Row]("row", "Row", lambda row: f"{row[0]:,}", fixed(9), "right", priority=1)
    return (number, *(_column(page, place) for place in range(len(page.names))))


def _column(page: Preview, place: int) -> Column[Row]:
    def cell(row: Row) -> str:
        return row[1][place] if place < len(row[1]) else ""

    longest = max((len(row[place]) for row in page.rows if place < len(row)), default=0)
    name = one_line(page.names[place])
    width = min(max(longest, cells(name), 4), _WIDEST)
    return Column[Row](f"c{place}", name, cell, between(width, width))


def _title(page: Preview) -> str:
    name = page.where if page.where.startswith("s3://") else page.where.rsplit("/", 1)[-1]
    packed = ", gzip" if page.packed else ""
    of = f" of {page.total_rows:,}" if page.total_rows is not None else "" if page.following else ", the last"
    rows = f"rows {page.row + 1:,} to {page.row + len(page.rows):,}{of}" if page.rows else "no rows"
    return f"{name}  {page.kind}{packed}, {size(page.size)}, {rows}"
