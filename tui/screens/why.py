"""Why something failed or was stopped, on one page: reason, hint, the last traceback of every host, timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import count, duration, moment, status
from tui.resources.tracebacks import LastWords, together
from tui.resources.why import Case, Ending, hint_for
from tui.service.errors import ServiceError
from tui.service.why import Subject
from widgets.cells import as_content
from widgets.clipboard import copy
from widgets.dialog import Dialog
from widgets.key_bar import KeyBar
from widgets.log_text import displayed
from widgets.text import content

BAR_CELLS = 10
"""Cells of the bar of the longest step of a timeline."""

_TITLES = {"traceback": "Last traceback", "errors": "Last error lines", "lines": "Last lines"}


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


class WhyScreen(Dialog[bool]):
    """Tells what is known of how something ended; leaves with whether its log shall be opened.

    What is known already is shown at once, the rest as it is read, and what cannot be read is said in its place.
    """

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "Log", id="why.log", tooltip="Open the whole log"),
        Binding("c", "copy", "Copy all", id="why.copy", tooltip="Copy this page as text"),
        Binding("r", "read", "Read again", id="why.read", tooltip="Ask the service again"),
        Binding("escape,q,W", "dismiss(False)", "Close", id="why.close"),
    ]

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self._subject = subject
        self._ending = subject.known
        self._words: dict[tuple[str, ...], LastWords] = {}
        self._cases: dict[str, Case] = {}
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A tuning job has no log of its own."""
        return None if action == "log" and self._subject.log is None else True

    def action_log(self) -> None:
        """Leave for the log."""
        self.dismiss(True)

    def action_read(self) -> None:
        """Read everything, again if need be; what was read before stays until there is better."""
        self.run_worker(self._read(), exclusive=True)

    def action_copy(self) -> None:
        """Copy the page."""
        name = self._subject.name
        self.notify(f"Copied why {name} ended {copy(self.app, self._story().plain)}.", markup=False, timeout=3)

    async def _read(self) -> None:
        self._reading, self._problem = True, ""
        self._show()
        try:
            self._ending = await self._subject.describe()
            self._show()
            async for told in self._subject.read():
                if isinstance(told, Case):
                    self._cases[told.title] = told
                else:
                    self._words[told.hosts] = told
                self._show()
        except ServiceError as error:
            self._problem = str(error)
        self._reading = False
        self._show()

    def _show(self) -> None:
        self._text.update(self._story())

    def _story(self) -> Content:
        """Everything that is known, most telling things first."""
        subject = self._subject
        words = together(self._words.values())
        after = f"  after {duration(subject.duration)}" if subject.duration is not None else ""
        return Content("\n").join(
            [
                Content.assemble(
                    as_content(status(subject.status), max(12, len(subject.status) + 2)),
                    "  ",
                    Content.styled(content(subject.name).plain, "bold"),
                    (after, "$text-muted"),
                ),
                *self._reason(),
                *self._hint(words),
                *(line for case in self._cases.values() for line in _case(case)),
                *self._last_words(words),
                *(_timeline(self._ending) if self._ending else ()),
                Content(""),
                content(subject.arn, "$text-muted"),
            ]
        )

    def _reason(self) -> Iterator[Content]:
        yield from _heading("Reason")
        ending = self._ending
        if ending is None:
            yield (
                Content("Asking the service …")
                if self._reading
                else content(f"{self._problem} r asks again.", "$text-error")
            )
        elif ending.reason:
            yield content(ending.reason, "$text-error")
        else:
            last = ending.timeline[-1].message if ending.timeline else ""
            yield content(": ".join(filter(None, (ending.stage, last))) or "The service gives none.")
        if ending:
            yield from (content(remark, "$text-warning") for remark in ending.remarks)

    def _hint(self, words: tuple[LastWords, ...]) -> Iterator[Content]:
        ending = self._ending
        if any(case.explanation for case in self._cases.values()):
            return  # each says what is wrong with its own
        hint = hint_for(
            *((ending.stage, ending.reason, *ending.remarks) if ending else ()),
            *("\n".join(word.lines) for word in words),
            *(step.message for step in reversed(ending.timeline if ending else ())),
        )
        if hint:
            yield from _heading(f"Hint: {hint.title}")
            yield Content(hint.explanation)
            yield Content.styled(f"→ {hint.next_step}", "$text-success")

    def _last_words(self, words: tuple[LastWords, ...]) -> Iterator[Content]:
        for word in words:
            yield from _heading(f"{_TITLES[word.kind]} of {_hosts(word.hosts)}")
            yield from _lines(word)
        told = bool(words or self._cases)
        if not told:
            yield from _heading("Log")
        elif self._reading or self._problem:
            yield Content("")
        if self._reading:
            yield Content.styled(f"Reading the log{_so_far(len(self._words))} …", "$text-muted")
        elif self._problem and self._ending:
            yield content(f"Not all could be read: {self._problem} r asks again.", "$text-error")
        elif not told and self._ending:
            yield content(self._ending.no_log)


def _case(case: Case) -> Iterator[Content]:
    yield from _heading(case.title)
    for line in case.said.splitlines():
        yield Content.styled(displayed(line, len(line)), "$text-error")
    if case.explanation:
        yield content(case.explanation)
    if case.next_step:
        yield content(f"→ {case.next_step}", "$text-success")
    if case.words:
        yield content(f"{_TITLES[case.words.kind]} of {_hosts(case.words.hosts)}:", "$text-muted")
        yield from _lines(case.words)


def _lines(words: LastWords) -> Iterator[Content]:
    for line in words.lines:
        yield Content(displayed(line, len(line)))


def _timeline(ending: Ending) -> Iterator[Content]:
    if not ending.timeline:
        return
    yield from _heading("Timeline")
    times = [(step.end if step.end is not None else step.start) - step.start for step in ending.timeline]
    longest = max(*times, 1.0)
    width = max(len(step.status) for step in ending.timeline)
    for step, seconds in zip(ending.timeline, times, strict=True):
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
