"""Why a job failed or was stopped, on one page: reason, hint, the last traceback of every host, timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import count, duration, moment, status
from tui.resources.tracebacks import LastWords, last_words, together
from tui.resources.training import TrainingJob
from tui.resources.why import hint_for, no_log
from tui.service.errors import ServiceError
from tui.service.training import Training
from widgets.cells import as_content
from widgets.clipboard import copy
from widgets.key_bar import KeyBar
from widgets.log_text import displayed
from widgets.text import content

BAR_CELLS = 10
"""Cells of the bar of the longest step of a timeline."""


class Page(VerticalScroll):
    """A text that scrolls by the keys of a pager."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
        Binding("ctrl+f,space", "page_down", show=False),
        Binding("ctrl+b", "page_up", show=False),
    ]


class WhyScreen(ModalScreen[bool]):
    """Tells what is known of a job's end; leaves with whether its log shall be opened.

    What is known already is shown at once, the rest as it is read, and what cannot be read is said in its place.
    """

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "dismiss(True)", "Log", id="why.log", tooltip="Open the whole log"),
        Binding("c", "copy", "Copy all", id="why.copy", tooltip="Copy this page as text"),
        Binding("r", "read", "Read again", id="why.read", tooltip="Ask the service again"),
        Binding("escape,q,W", "dismiss(False)", "Close", id="why.close"),
    ]

    def __init__(self, job: TrainingJob, training: Training) -> None:
        super().__init__()
        self._job = job
        self._training = training
        self._detail = training.detail(job.name).snapshot.value
        self._words: dict[str, LastWords] = {}
        self._reading = True
        self._problem = ""
        self._text = Static()

    def compose(self) -> ComposeResult:
        """The page and its keys."""
        with Vertical(id="why"):
            yield Page(self._text, id="why-page")
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin to read."""
        self.action_read()

    def action_read(self) -> None:
        """Read everything, again if need be; what was read before stays until there is better."""
        self.run_worker(self._read(), exclusive=True)

    def action_copy(self) -> None:
        """Copy the page."""
        self.notify(
            f"Copied why {self._job.name} ended {copy(self.app, self._story().plain)}.", markup=False, timeout=3
        )

    async def _read(self) -> None:
        self._reading, self._problem = True, ""
        self._show()
        try:
            self._detail = await self._training.describe(self._job.name)
            self._show()
            async for host, lines in self._training.last_lines(self._job.name):
                self._words[host] = last_words(host, lines)
                self._show()
        except ServiceError as error:
            self._problem = str(error)
        self._reading = False
        self._show()

    def _show(self) -> None:
        self._text.update(self._story())

    def _story(self) -> Content:
        """Everything that is known, most telling things first."""
        words = together(self._words.values())
        return Content("\n").join(
            [
                Content.assemble(
                    as_content(status(self._job.status), 12),
                    "  ",
                    Content.styled(content(self._job.name).plain, "bold"),
                    (
                        f"  after {duration(self._job.duration)}" if self._job.duration is not None else "",
                        "$text-muted",
                    ),
                ),
                *self._reason(),
                *self._hint(words),
                *self._last_words(words),
                *self._timeline(),
                Content(""),
                content(self._job.arn, "$text-muted"),
            ]
        )

    def _reason(self) -> Iterator[Content]:
        yield from _heading("Reason")
        if self._detail is None:
            yield (
                Content("Asking the service …")
                if self._reading
                else content(f"{self._problem} r asks again.", "$text-error")
            )
        elif self._detail.failure_reason:
            yield content(self._detail.failure_reason.strip(), "$text-error")
        else:
            last = self._detail.transitions[-1].message if self._detail.transitions else ""
            yield content(
                ": ".join(filter(None, (self._detail.job.secondary_status, last))) or "The service gives none."
            )

    def _hint(self, words: tuple[LastWords, ...]) -> Iterator[Content]:
        detail = self._detail
        hint = hint_for(
            *((detail.job.secondary_status, detail.failure_reason) if detail else ()),
            *("\n".join(word.lines) for word in words),
            *(step.message for step in reversed(detail.transitions if detail else ())),
        )
        if hint:
            yield from _heading(f"Hint: {hint.title}")
            yield Content(hint.explanation)
            yield Content.styled(f"→ {hint.next_step}", "$text-success")

    def _last_words(self, words: tuple[LastWords, ...]) -> Iterator[Content]:
        titles = {"traceback": "Last traceback", "errors": "Last error lines", "lines": "Last lines"}
        for word in words:
            yield from _heading(f"{titles[word.kind]} of {_hosts(word.hosts)}")
            for line in word.lines:
                yield Content(displayed(line, len(line)))
        if not words:
            yield from _heading("Log")
        elif self._reading or self._problem:
            yield Content("")
        if self._reading:
            yield Content.styled(f"Reading the log{_so_far(len(self._words))} …", "$text-muted")
        elif self._problem and self._detail:
            yield content(f"Not all could be read: {self._problem} r asks again.", "$text-error")
        elif not words and self._detail:
            yield content(no_log(self._detail))

    def _timeline(self) -> Iterator[Content]:
        if self._detail is None or not self._detail.transitions:
            return
        yield from _heading("Timeline")
        times = [(step.end if step.end is not None else step.start) - step.start for step in self._detail.transitions]
        longest = max(*times, 1.0)
        width = max(len(step.status) for step in self._detail.transitions)
        for step, seconds in zip(self._detail.transitions, times, strict=True):
            yield Content.assemble(
                (moment(step.start), "$text-muted"),
                f"  {content(step.status).plain:<{width}} {duration(seconds) if seconds else '':>8} ",
                (("━" * round(seconds / longest * BAR_CELLS)).ljust(BAR_CELLS), "$primary"),
                " ",
                content(step.message, "$text-muted"),
            )


def _heading(text: str) -> Iterator[Content]:
    yield Content("")
    yield Content.styled(content(text).plain, "bold")


def _hosts(hosts: tuple[str, ...]) -> str:
    """Who said something, at most three by name."""
    if len(hosts) > 3:
        return f"{hosts[0]} and {count(len(hosts) - 1, 'host')} more"
    return ", ".join(hosts)


def _so_far(hosts: int) -> str:
    return f", {count(hosts, 'host')} so far" if hosts else ""
