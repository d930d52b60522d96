"""The CSV doctor: what is wrong with a file, what can be done about it, and the new file it shall become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import count
from tui.resources.csv_repairs import RepairPlan, plan_of, plan_problem, proposed
from tui.resources.csv_reports import CsvReport, Finding
from widgets.dialog import Dialog
from widgets.key_bar import KeyBar
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex
from widgets.text import content, one_line

_GLYPHS = {"error": "✗", "warning": "!", "note": "·"}
_TOKENS = {"error": "text-error", "warning": "text-warning", "note": "text-muted"}


@dataclass(frozen=True, slots=True)
class Treatment:
    """A finding, and whether something is done about it."""

    place: int
    finding: Finding
    chosen: bool = False

    @property
    def box(self) -> str:
        """The finding's checkbox; empty where nothing can be done."""
        return ("[x]" if self.chosen else "[ ]") if self.finding.fix else ""


COLUMNS = (
    Column[Treatment]("fix", "Fix", lambda row: row.box, fixed(3), priority=9),
    Column[Treatment](
        "level",
        "",
        lambda row: f"{_GLYPHS[row.finding.level]} {row.finding.level}",
        fixed(9),
        style=lambda row: _TOKENS[row.finding.level],
        priority=7,
    ),
    Column[Treatment]("finding", "Finding", lambda row: row.finding.sentence, flex(minimum=20), priority=8),
    Column[Treatment](
        "line",
        "Line",
        lambda row: f"{row.finding.line:,}" if row.finding.line else "",
        fixed(9),
        "right",
        sort_key=lambda row: row.finding.line or None,
        priority=5,
    ),
)


class FindingsTable(Table[Treatment]):
    """Findings with checkboxes: space ticks the fix of the one under the cursor, or unticks it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "mark", "Tick", id="doctor.tick", key_display="Space", tooltip="Do this, or leave it"),
    ]

    class Ticked(Message):
        """The person wants the fix of a finding, or does not want it any more."""

        def __init__(self, row: Treatment) -> None:
            super().__init__()
            self.row = row

    def action_mark(self) -> None:
        """Tick the fix, and go on to the next finding."""
        if row := self.cursor_row:
            self.post_message(self.Ticked(row))
            self.action_move(1)


class DoctorScreen(Dialog[RepairPlan | None]):
    """Leaves with the plan of what shall be done, or with None."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="doctor.cancel"),
        Binding("a", "tick_all", "All or none", id="doctor.all", tooltip="Tick every fix, or none"),
        Binding("tab", "app.focus_next", "File name", id="doctor.name", show=False),
        Binding("ctrl+s,f2", "write", "Write", id="doctor.write", key_display="F2", tooltip="Write the new file"),
    ]

    table: query_one[FindingsTable] = query_one(FindingsTable)

    def __init__(self, report: CsvReport, name: str, problem_of: Callable[[str], str]) -> None:
        """`name` is proposed for the new file; `problem_of` says what is wrong with a file's path, if anything."""
        super().__init__()
        self._report = report
        self._proposed_name = name
        self._problem_of = problem_of

    def compose(self) -> ComposeResult:
        """The findings, one of them in full, the new file's name."""
        with Vertical(id="doctor"):
            yield Static(id="doctor-title", classes="form-title")
            yield FindingsTable(COLUMNS, lambda row: str(row.place))
            yield Static(id="doctor-detail")
            with Horizontal(classes="form-row"):
                yield Static("Write to", classes="form-label")
                yield Input(one_line(self._proposed_name), compact=True, select_on_focus=False)
            yield Static("", id="problem", classes="problem")
            yield KeyBar()

    def on_mount(self) -> None:
        """What is proposed is ticked."""
        fixes = proposed(self._report)
        self.table.empty_text = "Nothing to say against this file."
        self._show(
            tuple(
                Treatment(place, finding, finding.fix in fixes) for place, finding in enumerate(self._report.findings)
            )
        )
        self.table.focus()

    def _show(self, rows: tuple[Treatment, ...]) -> None:
        self.table.rows = rows
        fixes = {row.finding.fix for row in rows if row.chosen}
        name = self._report.source.path.rsplit("/", 1)[-1]
        said = f"Doctor: {count(len(rows), 'finding')} about {name}, {len(fixes)} to be fixed in a new file"
        self.query_one("#doctor-title", Static).update(content(said))
        self._describe(self.table.cursor_row)
        self._check()

    @on(FindingsTable.Ticked)
    def _tick(self, message: FindingsTable.Ticked) -> None:
        message.stop()
        row = message.row
        if not row.finding.fix:
            self.notify("Nothing can be done about this one by writing the file anew.", markup=False, timeout=3)
            return
        same = {other.place for other in self.table.rows if other.finding.fix == row.finding.fix}
        self._show(
            tuple(replace(other, chosen=not row.chosen) if other.place in same else other for other in self.table.rows)
        )

    @on(Table.Highlighted)
    def _follow(self, message: Table.Highlighted[Treatment]) -> None:
        message.stop()
        self._describe(message.row)

    @on(Table.Counted)
    @on(Table.Marked)
    def _ignore(self, message: Message) -> None:
        message.stop()

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        self._check()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.action_write()

    def _describe(self, row: Treatment | None) -> None:
        """A finding in full: sentence, why it matters, what is done about it."""
        if row is None:
            return
        finding = row.finding
        lines = [content(finding.sentence, f"${_TOKENS[finding.level]}")]
        if finding.why:
            lines.append(content(finding.why))
        if finding.fix:
            lines.append(content(f"{row.box} {finding.fix.sentence}.", "bold"))
        else:
            lines.append(content("Nothing can be done about it by writing the file anew.", "$text-muted"))
        self.query_one("#doctor-detail", Static).update(Content("\n").join(lines))

    def action_tick_all(self) -> None:
        """Tick every fix; when all are ticked, none."""
        possible = [row for row in self.table.rows if row.finding.fix]
        chosen = not all(row.chosen for row in possible)
        self._show(tuple(replace(row, chosen=chosen and bool(row.finding.fix)) for row in self.table.rows))

    def _plan(self) -> RepairPlan:
        folder = Path(self._report.source.path).parent
        target = folder / Path(self.query_one(Input).value.strip()).expanduser()
        fixes = {row.finding.fix for row in self.table.rows if row.chosen and row.finding.fix}
        return plan_of(self._report, str(target), fixes)

    def _check(self) -> str:
        plan = self._plan()
        problem = plan_problem(plan) or self._problem_of(plan.target)
        self.query_one("#problem", Static).update(content(problem))
        return problem

    def action_write(self) -> None:
        """Leave with the plan, or stay with what is wrong with it."""
        if self._check():
            self.query_one(Input).focus()
        else:
            self.dismiss(self._plan())
