"""The pane of logs: the streams of one training job, followed and merged by time."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.reactive import reactive

from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane
from tui.panes.wording import count
from tui.resources.logs import LogBatch
from tui.service.errors import ServiceError
from tui.service.log_reading import LogReading
from tui.service.training import Training
from widgets.log_view import LogView

OLDER_LINES = 10_000
"""Lines fetched when the person scrolls up to the first one."""

EMPTY = """No log is open.

Press 3 for the training jobs and l on one of them,
or type :logs and the name of a job."""

LOOKING = "Looking for the log…"


class LogsPane(Pane):
    """Follows the log of `job` while the pane is shown; what was read stays when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "next_host", "Host", id="logs.host", tooltip="All hosts, or one host after the other"),
        Binding("A", "read_all", "Read all", id="logs.all", tooltip="Read the log back to its beginning", show=False),
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
        self._reading: LogReading | None = None
        self._host = ""
        self._complete = False

    def compose(self) -> ComposeResult:
        """The title and the log."""
        yield from self.compose_title("Logs")
        yield LogView()

    def on_mount(self) -> None:
        """Say what to do while no job is chosen."""
        self.view.empty_text = EMPTY

    def watch_job(self) -> None:
        """Another job: begin anew, with all of its hosts."""
        self._host = ""
        self.action_restart()

    def action_restart(self) -> None:
        """Forget the lines and read the log again."""
        self.workers.cancel_group(self, "history")
        self._reading = self._training.open_log(self.job, self._host) if self.job else None
        self._complete = False
        self.view.clear()
        self.view.empty_text = LOOKING if self.job else EMPTY
        self.view.status_text = ""
        self._tell()
        if self.display and self.is_mounted:
            self.on_show()

    def action_next_host(self) -> None:
        """Show the lines of the next host alone; of all hosts again after the last one."""
        choices = ("", *self._hosts)
        place = choices.index(self._host) if self._host in choices else 0
        self._host = choices[(place + 1) % len(choices)]
        self.action_restart()

    def action_read_all(self) -> None:
        """Read the log back to its beginning; a search then finds everything."""
        self.run_worker(self._read_back(None), group="history", exclusive=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes no sense for this log is dimmed."""
        if action == "next_host" and len(self._hosts) < 2:
            return None
        if action == "read_all" and (self._reading is None or self._reading.at_head):
            return None
        return True

    @property
    def _hosts(self) -> tuple[str, ...]:
        hosts = self._reading.hosts if self._reading else ()
        return tuple(sorted(hosts, key=lambda host: (len(host), host)))  # algo-2 before algo-10

    def action_copy_name(self) -> None:
        """Copy the name of the job."""
        if self.job:
            self.post_message(CopyWanted(self.job, "the job's name"))

    def focus_first(self) -> None:
        """Keys go to the log."""
        self.view.focus()

    async def watch_service(self) -> None:
        """Follow the log from where the pane was left, unless the log is complete."""
        if self._reading is None or self._complete:
            return
        self.view.empty_text = LOOKING
        self.view.status_text = ""
        try:
            async for batch in self._reading.follow():
                self._take(batch)
                await asyncio.sleep(0)
        except ServiceError as error:
            self.view.empty_text = str(error)
            self._say(str(error))

    def _take(self, batch: LogBatch) -> None:
        if batch.lines:
            self.view.extend(batch.lines)
        if batch.waiting:
            self.view.empty_text = batch.waiting
        self._say(batch.waiting)
        self._complete = batch.ended
        self._tell()

    @on(LogView.HistoryWanted)
    def _want_history(self) -> None:
        self.run_worker(self._read_back(OLDER_LINES), group="history", exclusive=True)

    async def _read_back(self, limit: int | None) -> None:
        """Put older lines in front, up to a number of them or all there are."""
        reading, read = self._reading, 0
        try:
            while reading and not reading.at_head and (limit is None or read < limit):
                self._say("Reading older lines…")
                lines = await reading.older()
                self.view.prepend(lines)
                read += len(lines)
                self._tell()
                await asyncio.sleep(0)
        except ServiceError as error:
            self._say(str(error))
        else:
            self._say("")

    def _say(self, text: str) -> None:
        """Below the lines; without any, the view says it in their place."""
        self.view.status_text = text if self.view.line_count else ""

    def _tell(self) -> None:
        """Say in the title what is shown."""
        hosts = len(self._hosts)
        lens = f" · {self._host} alone" + (f", 1 of {hosts} hosts" if hosts > 1 else "") if self._host else ""
        self.title_line.heading = f"Log of {self.job}{lens}" if self.job else "Logs"
        lines = self.view.line_count
        whole = self._reading is None or self._reading.at_head
        parts = (
            count(lines, "line") if whole else f"newest {count(lines, 'line')}",
            "" if whole else "older ones above",
            ("complete" if whole else "ended") if self._complete else "",
        )
        self.title_line.count = " · ".join(filter(None, parts)) if lines else ""
        self.refresh_bindings()
