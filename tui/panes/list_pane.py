"""A pane that lists one kind of resource, with one of them in full beside the list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Generic, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.panes.inspector import Inspector
from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane
from tui.panes.wording import count, moment
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from tui.service.live_list import R
from widgets.table import Table
from widgets.table_columns import Column

SETTLE_SECONDS = 0.15
"""How long the cursor rests on a row before it is described: moving through a list costs no calls."""

AGE_SECONDS = 5.0
"""Between two looks at how long things have been running."""


class Listed(Protocol[R]):
    """What a pane lists: a `LiveList`, or something that is all there from the start."""

    @property
    def feed(self) -> Feed[tuple[R, ...]]:
        """The rows, live."""

    @property
    def has_older(self) -> bool:
        """Whether there are more than the feed has."""

    async def load_older(self) -> None:
        """Add the next page of older rows to the feed."""


class ListPane(Pane, Generic[R]):
    """The newest resources first; what is under the cursor is looked at in the inspector."""

    HEADING: str
    NOUN: ClassVar[str]
    """What one row is called, e.g. `job`."""

    EMPTY: ClassVar[str]
    """What to say, and do, when there are none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "inspect('summary')", "Describe", id="list.describe", tooltip="All about it", show=False),
        Binding("c", "copy('name')", "Copy name", id="list.copy", tooltip="Copy its name", show=False),
        Binding("C", "copy('arn')", "Copy ARN", id="list.copy_arn", tooltip="Copy its ARN", show=False),
        Binding("r", "refresh_list", "Refresh", id="list.refresh", tooltip="Ask the service now", show=False),
        Binding("o", "older", "Older", id="list.older", tooltip="Load the next page of older ones", show=False),
        Binding("escape", "leave", "Back", id="list.back", show=False),
    ]

    def __init__(self, live: Listed[R], columns: tuple[Column[R], ...], inspector: Inspector[Any], *, id: str) -> None:
        super().__init__(id=id)
        self._live = live
        self._expected = ""
        self.table: Table[R] = Table(columns, attrgetter("arn"), id=f"{id}-list")
        self.inspector = inspector

    def compose(self) -> ComposeResult:
        """The title, the list, the inspector."""
        yield from self.compose_title(self.HEADING)
        with Horizontal(classes="pane-body"):
            yield self.table
            yield self.inspector

    def on_mount(self) -> None:
        """Say what is going on before the first answer."""
        self.table.loading_text = f"Asking for {self.HEADING[0].lower()}{self.HEADING[1:]}…"
        self.set_interval(AGE_SECONDS, self._age)

    def _age(self) -> None:
        """Bring up to date how long what runs has been running; where nothing runs nothing is painted."""
        if self.display and any(row.running for row in self._live.feed.snapshot.value or ()):
            self.table.refresh_lines()

    @property
    def feed(self) -> Feed[Any]:
        """The list's own."""
        return self._live.feed

    async def watch_service(self) -> None:
        """Follow the list."""
        self.title_line.paused = self.feed.paused
        async for snapshot in self._live.feed.watch():
            self.table.loading_text = ""
            if snapshot.value is not None:
                self.table.rows = self.arranged(snapshot.value)
                self.table.empty_text = self.EMPTY
                self._go_to_expected(snapshot.value)
            self.table.error_text = str(snapshot.error) if snapshot.error else ""
            self.title_line.note = f"as of {moment(snapshot.taken)}" if snapshot.error and snapshot.taken else ""

    def arranged(self, rows: tuple[R, ...]) -> tuple[R, ...]:
        """The rows in the order in which they are shown until a person sorts them."""
        return rows

    def expect(self, name: str) -> None:
        """Put the cursor on a row as soon as the list has it."""
        self._expected = name
        self._go_to_expected(self._live.feed.snapshot.value or ())

    def focus_first(self) -> None:
        """Keys go to the list."""
        self.table.focus()

    def _go_to_expected(self, rows: tuple[R, ...]) -> None:
        for row in rows:
            if row.name == self._expected and self.table.move_to(row.arn):
                self._expected = ""

    @on(Table.Counted)
    def _say_counts(self, message: Table.Counted[R]) -> None:
        message.stop()
        more = " and older ones (o)" if self._live.has_older else ""
        shown = f"{message.shown:,} of " if message.shown != message.total else ""
        self.title_line.count = f"{shown}{count(message.total, self.NOUN)}{more}" if message.total else ""

    @on(Table.Highlighted)
    def _inspect_highlighted(self, message: Table.Highlighted[R]) -> None:
        message.stop()
        self.refresh_bindings()
        name = self.subject_of(message.row) if message.row else None
        if name != self.inspector.subject:
            inspecting: Callable[[], Awaitable[None]] = partial(self._inspect, name)
            self.run_worker(inspecting, group="inspect", exclusive=True)

    async def _inspect(self, name: str | None) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        self.inspector.subject = name

    @on(Table.Marked)
    def _follow_marks(self) -> None:
        self.refresh_bindings()

    @on(Table.Selected)
    def _open(self, message: Table.Selected[R]) -> None:
        message.stop()
        self.open(message.row)

    def open(self, row: R) -> None:
        """What Enter does with a row: by default it is looked at in the inspector."""
        self.action_inspect(self.inspector.view)

    def subject_of(self, row: R) -> str | None:
        """What the inspector shows of a row; None for nothing."""
        return row.name

    @property
    def chosen(self) -> tuple[R, ...]:
        """The marked rows, or the one under the cursor."""
        return tuple(self.table.marked) or ((self.table.cursor_row,) if self.table.cursor_row else ())

    def possible(self, row: R | None) -> Mapping[str, bool | str]:
        """Which actions can be done with the row under the cursor now; those not named always can.

        A text says why one cannot, in words that follow a colon; False, that it does not fit the row.
        """
        return {}

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """Whether an action can be done with the row under the cursor now, or why it cannot."""
        row = self.table.cursor_row
        known: dict[str, bool | str] = {
            "inspect": row is not None,
            "copy": row is not None,
            "older": self._live.has_older or "all of them are here",
        }
        return (known | dict(self.possible(row))).get(action, True)

    def action_inspect(self, view: str) -> None:
        """Show one view of the row; on a narrow screen in place of the list."""
        if row := self.table.cursor_row:
            self.inspector.subject = self.subject_of(row)
            self.inspector.view = view
            self.add_class("-inspecting")
            self.inspector.focus_view()

    async def action_leave(self) -> None:
        """Back to the list; in the list, take the filter away."""
        if self.inspector.has_focus_within:
            self.remove_class("-inspecting")
            self.table.focus()
        else:
            self.table.filter_text = ""

    def action_copy(self, what: str) -> None:
        """Copy the name or the ARN."""
        if row := self.table.cursor_row:
            self.post_message(CopyWanted(row.name if what == "name" else row.arn, f"the {self.NOUN}'s {what}"))

    def action_refresh_list(self) -> None:
        """Ask now."""
        self._live.feed.wake()

    async def action_older(self) -> None:
        """Load the next page of older rows."""
        try:
            await self._live.load_older()
        except ServiceError as error:
            self.notify(str(error), severity="error", markup=False)
