"""The pane of logs: the streams of one thing, followed and merged by time."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.reactive import reactive

from tui.panes import log_wording
from tui.panes.log_bindings import LOG_BINDINGS
from tui.panes.log_messages import LiveTailWanted, StreamsWanted
from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane
from tui.panes.wording import count
from tui.resources.logs import NOUNS, WINDOWS, LogBatch, LogLine, LogSource, rank_of
from tui.service.errors import ServiceError
from tui.service.log_reading import LogReading
from tui.service.logs import Logs
from widgets.log_store import MEMORY_BYTES
from widgets.log_view import LogView

OLDER_LINES = 10_000
"""Lines fetched when the person scrolls up to the first one."""

EMPTY = """No log is open.

Press 3 for the training jobs and l on one of them,
or type :logs, a kind and a name, e.g. :logs training NAME
(kinds: training, processing, transform, endpoint, notebook)."""

LOOKING = "Looking for the log…"

SAMPLED = "More than 500 lines in a second: Live Tail leaves some out until L ends it."


class LogsPane(Pane):
    """Follows the log of `source` while the pane is shown; what was read stays when it is left."""

    BINDINGS: ClassVar[list[BindingType]] = LOG_BINDINGS

    source: reactive[LogSource | None] = reactive(None, init=False)
    """The log that is shown."""

    view = query_one(LogView)

    def __init__(self, logs: Logs, memory_bytes: int = MEMORY_BYTES) -> None:
        super().__init__(id="logs")
        self._logs = logs
        self._memory_bytes = memory_bytes
        self._reading: LogReading | None = None
        self._only: frozenset[str] = frozenset()
        self._rank_0 = False
        """Whether, of the host that is shown alone, the lines of other processes than the first are left out."""
        self._ranked = False
        """Whether lines say which process wrote them."""
        self._window: float | None = None
        self._complete = False
        self._live_since: float | None = None
        """When Live Tail was begun, by the monotonic clock; None while it is off."""
        self._sampled = False

    def compose(self) -> ComposeResult:
        """The title and the log."""
        yield from self.compose_title("Logs")
        yield LogView(memory_bytes=self._memory_bytes)

    def on_mount(self) -> None:
        """Say what to do while no log is chosen."""
        self.view.empty_text = EMPTY

    def watch_source(self, source: LogSource | None) -> None:
        """Another log: begin anew, with all of its hosts."""
        self._ranked, self._reading = False, None
        self._window = source.window if source else None
        self.view.save_name = f"{source.label.replace('/', '-')}.log" if source else ""
        self.choose(frozenset())

    def choose(self, names: frozenset[str], *, rank_0: bool = False) -> None:
        """Show these streams, hosts or variants alone, or of them the process of rank 0; all for none."""
        self._only, self._rank_0 = names, rank_0
        self.action_restart()

    def begin_live_tail(self) -> None:
        """Hear of lines within a second, until `L`, the end of the job, or three hours."""
        if self._reading and not self._complete and self.display:
            self._live_since, self._sampled = time.monotonic(), False
            self._tell()
            self.on_show()

    def action_live_tail(self) -> None:
        """Begin Live Tail, after its price was said; or end it."""
        if self._live_since is not None:
            self._end_live_tail("Live Tail has ended")
            self._tell()
            self.on_show()
        elif self.source:
            self.post_message(LiveTailWanted(self.source))

    def action_streams(self) -> None:
        """Choose the streams to show."""
        if self.source:
            self.post_message(StreamsWanted(self.source, self._only))

    def action_window(self, step: int) -> None:
        """Read the log again from further back, or from less far."""
        self._window = WINDOWS[WINDOWS.index(self._window) + step]
        self.action_restart()

    def action_restart(self) -> None:
        """Forget the lines and read the log again."""
        self.workers.cancel_group(self, "history")
        self._end_live_tail("Live Tail has ended")
        source, before = self.source, self._reading
        self._reading = self._logs.open(source, only=self._only, window=self._window) if source else None
        if self._reading and before:
            self._reading.streams = before.streams  # whoever presses H again at once goes on to the next host
        self._complete = False
        self.view.clear()
        self.view.empty_text = LOOKING if source else EMPTY
        self.view.status_text = ""
        self._tell()
        if self.display and self.is_mounted:
            self.on_show()

    def action_next_host(self) -> None:
        """Show the process of rank 0 alone, then one host after the other; all of them again after the last one."""
        choices = self._lenses
        shown = (next(iter(self._only), ""), self._rank_0)
        place = choices.index(shown) if shown in choices else 0
        name, rank_0 = choices[(place + 1) % len(choices)]
        self.choose(frozenset({name}) if name else frozenset(), rank_0=rank_0)

    def action_read_all(self) -> None:
        """Read the log back to its beginning; a search then finds everything."""
        self.run_worker(self._read_back(None), group="history", exclusive=True)

    def action_copy_name(self) -> None:
        """Copy the name of what wrote the log."""
        if self.source:
            self.post_message(CopyWanted(self.source.name, f"the name of the {NOUNS[self.source.kind]}"))

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """What makes no sense for this log is dimmed."""
        reading = self._reading
        if reading is None:
            return action == "restart" or "no log is open"
        match action:
            case "next_host":
                return len(self._lenses) > 1 or "all lines are of one host"
            case "read_all":
                return not reading.at_head or "all of it is read"
            case "live_tail":
                return not self._complete or "nothing is written to this log any more"
            case "window":
                step = parameters[0] if parameters else None
                possible = isinstance(step, int) and 0 <= WINDOWS.index(self._window) + step < len(WINDOWS)
                return possible or "that is as far as it goes"
        return True

    @property
    def _lenses(self) -> list[tuple[str, bool]]:
        """What can be looked at alone, and whether of it rank 0 only; everything comes first, with an empty name."""
        names = log_wording.lens_names(self.source, self._reading.streams) if self.source and self._reading else ()
        first = [(names[0], True)] if self._ranked and names else []
        return [("", False), *first, *((name, False) for name in names if len(names) > 1)]

    def _through_lens(self, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
        if not self._ranked:
            some = lines[:: max(1, len(lines) // 3)]  # where a launcher marks lines, it marks most
            self._ranked = any(rank_of(line.text) is not None for line in some)
        return tuple(line for line in lines if not rank_of(line.text)) if self._rank_0 else lines

    def focus_first(self) -> None:
        """Keys go to the log."""
        self.view.focus()

    def on_hide(self) -> None:
        """Cost nothing while hidden: Live Tail ends with the look at it."""
        super().on_hide()
        self._end_live_tail("Live Tail has ended, because its pane was left")
        self._tell()

    async def watch_service(self) -> None:
        """Follow the log from where the pane was left, unless the log is complete."""
        reading = self._reading
        if reading is None or self._complete:
            return
        self.view.empty_text = LOOKING
        self.view.status_text = ""
        if self._live_since is not None:
            await self._watch_live(reading)
        try:
            async for batch in reading.follow():
                self._take(batch)
                await asyncio.sleep(0)
        except ServiceError as error:
            self.view.empty_text = str(error)
            self._say(str(error))

    async def _watch_live(self, reading: LogReading) -> None:
        """Take what Live Tail tells, until it ends by itself; following then fills in what it left out."""
        try:
            async with aclosing(reading.tail()) as tail:  # what is billed ends at once with the look at it
                async for batch in tail:
                    self._sampled |= batch.sampled
                    self._take(batch)
                    await asyncio.sleep(0)
        except ServiceError as error:
            self._end_live_tail(f"Live Tail has ended. {error}")
        else:
            self._end_live_tail("Live Tail has ended by itself: the job is over, or three hours are")
        self._tell()

    def _end_live_tail(self, why: str) -> None:
        if self._live_since is None:
            return
        lasted = log_wording.clock(time.monotonic() - self._live_since)
        left_out = " What it left out is being filled in." if self._sampled else ""
        self._live_since = None
        self.notify(f"{why.rstrip('.')}. It ran for {lasted}.{left_out}", markup=False)

    def _take(self, batch: LogBatch) -> None:
        if batch.lines:
            self.view.extend(self._through_lens(batch.lines))
        elif batch.waiting:
            self.view.empty_text = batch.waiting
        elif self._window and not self.view.line_count:
            self.view.empty_text = log_wording.nothing_in_window(self._window)
        self._say(batch.waiting or (SAMPLED if self._sampled and self._live_since is not None else ""))
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
                self.view.prepend(self._through_lens(lines))
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
        title, source, reading = self.title_line, self.source, self._reading
        if source is None or reading is None:
            title.heading, title.count = "Logs", ""
            return
        lens = log_wording.lens(source, reading.streams, self._only, self._rank_0, self._ranked)
        title.heading = f"{log_wording.heading(source)}{lens}{log_wording.window(source, self._window)}"
        lines, whole = self.view.line_count, reading.at_head
        parts = (
            count(lines, "line") if whole else f"newest {count(lines, 'line')}",
            "" if whole or self._live_since is not None else "older ones above",
            ("complete" if whole else "ended") if self._complete else "",
        )
        title.count = " · ".join(filter(None, parts)) if lines else ""
        title.note = self._live_text()
        self.refresh_bindings()

    def _live_text(self) -> str:
        if self._live_since is None:
            return ""
        sampled = " · sampled" if self._sampled else ""
        return f"LIVE TAIL {log_wording.clock(time.monotonic() - self._live_since)}{sampled}"
