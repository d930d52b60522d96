"""Choosing what to deploy: models, and training jobs of which models can be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import moment
from widgets.dialog import Dialog
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex
from widgets.text import content

_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Source:
    """A model, or a training job that has left an artifact."""

    kind: Literal["model", "training job"]
    name: str
    created: float


COLUMNS = (
    Column[Source]("name", "Name", lambda source: source.name, flex(minimum=16), shorten="middle", priority=9),
    Column[Source]("kind", "Kind", lambda source: source.kind, fixed(12), priority=8),
    Column[Source]("created", "Created", lambda source: moment(source.created), fixed(16), priority=7),
)


class SourcePicker(Dialog[tuple[Source, ...] | None]):
    """Leaves with the marked rows or the one under the cursor; with None when nothing was chosen."""

    CSS_PATH = DIALOGS_STYLESHEET
    DEFAULT_CSS = "SourcePicker Table { margin: 1 0; }"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, question: str, sources: tuple[Source, ...], *, several: bool) -> None:
        super().__init__()
        self._question = question
        self._sources = sources
        self._several = several
        self._table: Table[Source] = Table(COLUMNS, lambda source: f"{source.kind} {source.name}")

    def compose(self) -> ComposeResult:
        """The choices, the newest first, and what the keys do."""
        marks = ", Space marks several" if self._several else ""
        with Vertical(classes="dialog"):
            yield Static(content(self._question, "bold"))
            yield self._table
            yield Static(content(f"Enter chooses{marks}, Esc cancels.", "$text-muted"))

    def on_mount(self) -> None:
        """Fill the table."""
        self._table.rows = tuple(sorted(self._sources, key=lambda source: (-source.created, source.kind, source.name)))
        self._table.styles.height = min(len(self._sources), _MOST_SHOWN) + 1
        self._table.focus()

    @on(Table.Selected)
    def _choose(self, message: Table.Selected[Source]) -> None:
        message.stop()
        marked = tuple(message.table.marked) if self._several else ()
        self.dismiss(marked or (message.row,))
