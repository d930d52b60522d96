"""The pane of logs: the streams of one training job, followed and merged by time."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.reactive import reactive

from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane
from tui.panes.wording import count
from tui.resources.logs import LogBatch
from tui.service.errors import ServiceError
from tui.service.training import Training
from widgets.log_view import LogView

LINES_PER_TURN = 2000
"""Lines handed to the view before the keyboard gets its turn."""

EMPTY = """No log is open.

Press 3 for the training jobs and l on one of them,
or type :logs and the name of a job."""


class LogsPane(Pane):
    """Follows the log of `job` while the pane is shown; what was read stays when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_name", "Copy name", id="logs.copy", tooltip="Copy the job's name", show=False),
        Binding("escape", "screen.last_pane", "Back", id="logs.back", tooltip="Back to the pane before"),
        Binding("r", "restart", "Refresh", id="logs.refresh", tooltip="Read the log again", show=False),
    ]

    job: reactive[str | None] = reactive(None, init=False)
    """The training job whose log is shown."""

    view = query_one(LogView)

    def __init__(self, training: Training) -> None:
        super().__init__(id="logs")
        self._training = training
        self._lines = 0
        self._complete = False

    def compose(self) -> ComposeResult:
        """The title and the log."""
        yield from self.compose_title("Logs")
        yield LogView()

    def on_mount(self) -> None:
        """Say what to do while no job is chosen."""
        self.view.empty_text = EMPTY

    def watch_job(self) -> None:
        """Another job: begin anew."""
        self.action_restart()

    def action_restart(self) -> None:
        """Forget the lines and read the log from its beginning."""
        self._forget_lines()
        if self.display and self.is_mounted:
            self.on_show()

    def action_copy_name(self) -> None:
        """Copy the name of the job."""
        if self.job:
            self.post_message(CopyWanted(self.job, "the job's name"))

    def focus_first(self) -> None:
        """Keys go to the log."""
        self.view.focus()

    async def watch_service(self) -> None:
        """Follow the log; begins again where the pane was left, unless the log is complete."""
        if self.job is None:
            self.view.empty_text = EMPTY
            return
        self.title_line.heading = f"Log of {self.job}"
        if self._complete:
            return
        self._forget_lines()
        self.view.empty_text = "Looking for the log…"
        try:
            async for batch in self._training.follow_logs(self.job):
                await self._take(batch)
        except ServiceError as error:
            self.view.empty_text = str(error)
            self.view.status_text = str(error) if self._lines else ""

    def _forget_lines(self) -> None:
        self.view.clear()
        self.view.status_text = ""
        self._lines = 0
        self._complete = False
        self.title_line.count = ""

    async def _take(self, batch: LogBatch) -> None:
        for start in range(0, len(batch.lines), LINES_PER_TURN):
            self.view.extend(batch.lines[start : start + LINES_PER_TURN])
            await asyncio.sleep(0)
        self._lines += len(batch.lines)
        if batch.waiting:
            self.view.empty_text = batch.waiting
        self.view.status_text = batch.waiting if self._lines else ""
        self._complete = batch.ended
        ended = " · complete" if batch.ended else ""
        self.title_line.count = f"{count(self._lines, 'line')}{ended}" if self._lines else ""
