"""The watched files and folders in the pane of data: a list that is there when there is something in it."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one

from tui.panes.data_tables import home_short
from tui.panes.pane import PaneTitle
from tui.panes.wording import count, moment
from tui.resources.watches import WatchRun, WatchStatus
from tui.service.feed import Feed
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex
from widgets.text import content, end, middle

_OUTCOMES = {"uploaded": ("✓", "text-success"), "refused": ("✗", "text-error"), "failed": ("!", "text-warning")}

_LONGEST = 400
"""Cells of a text that are shown of it in the inspector."""


def _last(status: WatchStatus) -> str:
    run = status.last
    return f"{_OUTCOMES[run.outcome][0]} {run.outcome} {moment(run.at)}" if run else ""


WATCHES = (
    Column[WatchStatus](
        "path",
        "Watched",
        lambda status: home_short(Path(status.watch.path)),
        flex(2, minimum=14),
        shorten="middle",
        priority=9,
    ),
    Column[WatchStatus]("doing", "Now", lambda status: status.doing, flex(2, minimum=8), priority=7),
    Column[WatchStatus](
        "last",
        "Last result",
        _last,
        fixed(21),
        style=lambda status: _OUTCOMES[status.last.outcome][1] if status.last else "",
        priority=8,
    ),
)


class WatchList(Vertical):
    """Follows the watches; hidden while there are none."""

    table: query_one[Table[WatchStatus]] = query_one(Table)

    def __init__(self, watches: Feed[tuple[WatchStatus, ...]]) -> None:
        super().__init__(id="watch-list")
        self._watches = watches
        self.display = False

    def compose(self) -> ComposeResult:
        """A title, a table."""
        yield PaneTitle(classes="pane-title", id="watches-title")
        yield Table(WATCHES, lambda status: status.watch.path, id="watches")

    async def follow(self) -> None:
        """Show the watches as they change, for as long as it is awaited."""
        self.query_one(PaneTitle).heading = "Watched"
        async for snapshot in self._watches.watch():
            rows = snapshot.value or ()
            self.table.rows = rows
            self.table.error_text = str(snapshot.error) if snapshot.error else ""
            self.display = bool(rows or snapshot.error)
            self.query_one(PaneTitle).count = count(len(rows), "path") if rows else ""

    @on(Table.Counted)
    def _stop_count(self, message: Table.Counted[WatchStatus]) -> None:
        message.stop()


def describe_watch(status: WatchStatus) -> Content:
    """A watch with its history, the newest result first."""
    watch = status.watch
    facts = [
        ("Now", status.doing),
        ("Data set", watch.values.get("name", "") or "named after each file"),
        ("Label", watch.values.get("label", "")),
        ("Train again", watch.train_again or "no"),
        ("Belongs to", watch.where),
    ]
    lines = [content(middle(home_short(Path(watch.path)), _LONGEST), "bold"), Content("")]
    lines += [
        Content.assemble((name.ljust(12), "$text-muted"), content(end(value, _LONGEST)))
        for name, value in facts
        if value
    ]
    lines += [Content(""), Content.styled("History", "bold")]
    lines += [_run(run) for run in reversed(watch.runs)] or [content("Nothing has changed yet.", "$text-muted")]
    return Content("\n").join(lines)


def _run(run: WatchRun) -> Content:
    glyph, token = _OUTCOMES[run.outcome]
    what = content(f"{glyph} {run.outcome:<9}", f"${token}")
    return Content.assemble(
        content(f"{moment(run.at)}  ", "$text-muted"), what, content(end(f"{run.file}: {run.sentence}", _LONGEST))
    )
