"""The pane of training jobs: the live list, and beside it one job in full."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.getters import query_one

from tui.panes.messages import (
    CloneWanted,
    CopyWanted,
    DeleteWanted,
    LogsWanted,
    StopWanted,
    TrainingWanted,
    WhyWanted,
)
from tui.panes.pane import Pane
from tui.panes.training_inspector import TrainingInspector
from tui.panes.wording import count, duration, moment, status
from tui.resources.training import TrainingJob
from tui.service.errors import ServiceError
from tui.service.training import Training
from widgets.cells import Bar, Cell
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex

SETTLE_SECONDS = 0.15
"""How long the cursor rests on a row before the job is described: moving through a list costs no calls."""

EMPTY = """No training jobs yet.

Press 2 for your data: open a CSV file or take a sample,
make a data set of it, and train on it with n."""


def _progress(job: TrainingJob) -> Cell | str:
    if job.progress and job.running:
        return Bar(job.progress.fraction, str(job.progress), "status-running")
    return job.secondary_status if job.running or job.secondary_status == "MaxRuntimeExceeded" else ""


def _duration(job: TrainingJob) -> float:
    return time.time() - job.created if job.duration is None else job.duration


COLUMNS = (
    Column[TrainingJob](
        "name",
        "Name",
        lambda job: job.name,
        flex(share=3, minimum=16),
        shorten="middle",
        sort_key=lambda job: job.name,
        priority=9,
    ),
    Column[TrainingJob]("status", "Status", lambda job: status(job.status), fixed(12), priority=8),
    Column[TrainingJob]("progress", "Progress", _progress, flex(minimum=15), priority=5),
    Column[TrainingJob](
        "created", "Created", lambda job: moment(job.created), fixed(16), sort_key=lambda job: job.created, priority=3
    ),
    Column[TrainingJob](
        "duration", "Took", lambda job: duration(_duration(job)), fixed(8), "right", sort_key=_duration, priority=4
    ),
)


class TrainPane(Pane):
    """Training jobs, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="train.new", tooltip="Train on a data set"),
        Binding("N", "clone", "Run again", id="train.clone", tooltip="Run the same job again under another name"),
        Binding("l", "logs", "Logs", id="train.logs", tooltip="Follow the job's log"),
        Binding("W", "why", "Why", id="train.why", tooltip="Why the job failed: reason, hint, tracebacks, timeline"),
        Binding("x", "stop", "Stop", id="train.stop", tooltip="Stop the job, or those that are marked"),
        Binding("d", "inspect('summary')", "Describe", id="train.describe", tooltip="The job in full", show=False),
        Binding("m", "inspect('metrics')", "Metrics", id="train.metrics", tooltip="Metrics and their curves"),
        Binding("y", "inspect('request')", "Request", id="train.request", tooltip="The whole description as JSON"),
        Binding("c", "copy('name')", "Copy name", id="train.copy", tooltip="Copy the job's name", show=False),
        Binding("C", "copy('arn')", "Copy ARN", id="train.copy_arn", tooltip="Copy the job's ARN", show=False),
        Binding("r", "refresh_jobs", "Refresh", id="train.refresh", tooltip="Ask the service now", show=False),
        Binding("o", "older", "Older", id="train.older", tooltip="Load the next page of older jobs", show=False),
        Binding("ctrl+d", "delete", "Delete", id="train.delete", tooltip="Delete the job's record", show=False),
        Binding("escape", "leave", "Back", id="train.back", show=False),
    ]

    table: query_one[Table[TrainingJob]] = query_one("#jobs", Table)
    inspector = query_one(TrainingInspector)

    def __init__(self, training: Training, *, read_only: bool) -> None:
        super().__init__(id="train")
        self._training = training
        self._read_only = read_only
        self._expected = ""

    def compose(self) -> ComposeResult:
        """The title, the list, the inspector."""
        yield from self.compose_title("Training jobs")
        with Horizontal(classes="pane-body"):
            yield Table(COLUMNS, lambda job: job.arn, id="jobs")
            yield TrainingInspector(self._training)

    def on_mount(self) -> None:
        """Say what is going on before the first answer."""
        self.table.loading_text = "Asking for training jobs…"

    async def watch_service(self) -> None:
        """Follow the list."""
        async for snapshot in self._training.jobs.watch():
            self.table.loading_text = ""
            if snapshot.value is not None:
                self.table.rows = snapshot.value
                self.table.empty_text = EMPTY
                self._go_to_expected(snapshot.value)
            self.table.error_text = str(snapshot.error) if snapshot.error else ""
            self.title_line.note = f"as of {moment(snapshot.taken)}" if snapshot.error and snapshot.taken else ""

    def expect(self, name: str) -> None:
        """Put the cursor on a job as soon as the list has it."""
        self._expected = name

    def focus_first(self) -> None:
        """Keys go to the list."""
        self.table.focus()

    def _go_to_expected(self, jobs: tuple[TrainingJob, ...]) -> None:
        for job in jobs:
            if job.name == self._expected and self.table.move_to(job.arn):
                self._expected = ""

    @on(Table.Counted)
    def _say_counts(self, message: Table.Counted[TrainingJob]) -> None:
        message.stop()
        more = " and older ones (o)" if self._training.list.has_older else ""
        shown = f"{message.shown:,} of " if message.shown != message.total else ""
        self.title_line.count = f"{shown}{count(message.total, 'job')}{more}" if message.total else ""

    @on(Table.Highlighted)
    def _inspect_highlighted(self, message: Table.Highlighted[TrainingJob]) -> None:
        message.stop()
        self.refresh_bindings()
        name = message.row.name if message.row else None
        if name != self.inspector.job_name:
            self.run_worker(self._inspect(name), group="inspect", exclusive=True)

    async def _inspect(self, name: str | None) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        self.inspector.job_name = name

    @on(Table.Marked)
    def _follow_marks(self) -> None:
        self.refresh_bindings()

    @on(Table.Selected)
    def _open(self, message: Table.Selected[TrainingJob]) -> None:
        message.stop()
        self.action_inspect(self.inspector.view)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done with the row under the cursor now; None dims a key."""
        if not self.is_mounted:
            return True
        job = self.table.cursor_row
        possible = {
            "logs": job is not None,
            "why": job is not None and job.status in ("Failed", "Stopped"),
            "inspect": job is not None,
            "copy": job is not None,
            "new": not self._read_only,
            "clone": job is not None and not self._read_only,
            "stop": bool(self._stoppable()) and not self._read_only,
            "delete": job is not None and not job.running and not self._read_only,
            "older": self._training.list.has_older,
        }
        return True if possible.get(action, True) else None

    def action_inspect(self, view: str) -> None:
        """Show one view of the job; on a narrow screen in place of the list."""
        if job := self.table.cursor_row:
            self.inspector.job_name = job.name
            self.inspector.view = view
            self.add_class("-inspecting")
            self.inspector.focus_view()

    def action_leave(self) -> None:
        """Back to the list; in the list, take the filter away."""
        if self.inspector.has_focus_within:
            self.remove_class("-inspecting")
            self.table.focus()
        else:
            self.table.filter_text = ""

    def action_new(self) -> None:
        """Train on a data set."""
        self.post_message(TrainingWanted())

    def action_logs(self) -> None:
        """Follow the log of the job under the cursor."""
        if job := self.table.cursor_row:
            self.post_message(LogsWanted(job.name))

    def action_why(self) -> None:
        """Say why the job under the cursor failed."""
        if job := self.table.cursor_row:
            self.post_message(WhyWanted(job))

    def action_stop(self) -> None:
        """Stop the marked jobs, or the one under the cursor."""
        if jobs := self._stoppable():
            self.post_message(StopWanted(jobs))

    def _stoppable(self) -> tuple[TrainingJob, ...]:
        chosen = self.table.marked or ((self.table.cursor_row,) if self.table.cursor_row else ())
        return tuple(job for job in chosen if job.status == "InProgress")

    def action_delete(self) -> None:
        """Delete the job under the cursor."""
        if job := self.table.cursor_row:
            self.post_message(DeleteWanted(job))

    async def action_clone(self) -> None:
        """Run the job under the cursor again."""
        if job := self.table.cursor_row:
            try:
                self.post_message(CloneWanted(await self._training.describe(job.name)))
            except ServiceError as error:
                self.notify(str(error), severity="error", markup=False)

    def action_copy(self, what: str) -> None:
        """Copy the name or the ARN."""
        if job := self.table.cursor_row:
            self.post_message(CopyWanted(job.name if what == "name" else job.arn, f"the job's {what}"))

    def action_refresh_jobs(self) -> None:
        """Ask now."""
        self._training.jobs.wake()

    async def action_older(self) -> None:
        """Load the next page of older jobs."""
        try:
            await self._training.list.load_older()
        except ServiceError as error:
            self.notify(str(error), severity="error", markup=False)
