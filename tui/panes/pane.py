"""What all panes have in common: they watch while they are shown, and have a title line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive, var
from textual.widgets import Static

from tui.service.feed import Feed
from widgets.table import Table
from widgets.text import one_line
from widgets.worker_owner import WorkerOwner

NOT_HERE = "it does not fit what is under the cursor"
"""Why most keys that do nothing do nothing."""

READ_ONLY = "this console is read-only"


def writing(read_only: bool, possible: bool | str) -> bool | str:
    """Whether something that changes the account is possible now: never in a console that only reads."""
    return READ_ONLY if read_only else possible


class PaneTitle(Static):
    """The line above a pane: what it shows, of how many, and what is wrong with it."""

    heading: reactive[str] = reactive("")
    count: reactive[str] = reactive("")
    marks: reactive[str] = reactive("")
    """How many rows are marked, and how many of them the filter hides; empty while none is."""
    note: reactive[str] = reactive("")
    """What the person should know about the age of what is shown; empty while all is well."""
    paused: reactive[bool] = reactive(False)
    """The service is not asked until the person goes on."""

    def render(self) -> Content:
        """The parts on one line."""
        return Content.assemble(
            (one_line(self.heading), "bold"),
            ("  " + one_line(self.count), "$text-muted") if self.count else "",
            ("  " + one_line(self.marks), "$text-accent") if self.marks else "",
            ("  " + one_line(self.note), "$text-warning") if self.note else "",
            ("  paused (p goes on)", "$text-warning") if self.paused else "",
        )


class Pane(WorkerOwner, Vertical):
    """A pane asks the service while it is shown and not a moment longer."""

    DEFAULT_CLASSES = "pane"

    UNDER: ClassVar[str] = ""
    """The pane with a digit from which this one is reached; empty for a pane that has a digit itself."""

    activity: var[str] = var("", init=False)
    """What is being done for a person here, and how far it is; empty while nothing is."""

    def compose_title(self, heading: str) -> ComposeResult:
        """The title line, the same in every pane."""
        self.title_line.heading = heading
        yield self.title_line

    @cached_property
    def title_line(self) -> PaneTitle:
        """The pane's own title line; held rather than looked up, since news may come while the pane is taken down."""
        return PaneTitle(classes="pane-title")

    @property
    def feed(self) -> Feed[Any] | None:
        """What the pane asks for again and again, which a person can pause; None when there is no such thing."""
        return None

    @property
    def activity_line(self) -> PaneTitle:
        """The title line that says what is being done."""
        return self.title_line

    def watch_activity(self, activity: str) -> None:
        """Say what is being done, and that it has ended; it may go on while the pane is taken down."""
        if self.is_attached:
            self.activity_line.note = activity
            self.refresh_bindings()

    def pause_or_go_on(self) -> None:
        """Stop asking for what is shown, or go on."""
        feed = self.feed
        if feed is None:
            self.notify("There is nothing to pause in this pane.", timeout=3)
            return
        feed.paused = self.title_line.paused = not feed.paused
        if feed.paused:
            self.notify("Paused: r asks once, p goes on.", timeout=3)
        else:
            self.notify("Going on.", timeout=3)
            feed.wake()

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """Whether an action can be done now.

        A text says why it cannot, in words that follow a colon; False, that it does not fit what is under the cursor.
        """
        return True

    def why_not(self, action: str) -> str:
        """Why the keys of an action do nothing now, in words that follow a colon."""
        why = self.possible_now(action, ())
        return why if isinstance(why, str) else NOT_HERE

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key does something now; None dims it."""
        return True if not self.is_mounted or self.possible_now(action, parameters) is True else None

    @on(Table.Marked)
    def _say_marks(self, message: Table.Marked[Any]) -> None:
        message.stop()
        hidden = f", {message.hidden:,} of them hidden" if message.hidden else ""
        self.title_line.marks = f"{len(message.rows):,} marked{hidden}" if message.rows else ""

    async def watch_service(self) -> None:
        """Follow what the pane shows; runs while the pane is shown, and is cancelled when it is not."""
        raise NotImplementedError

    def on_show(self) -> None:
        """Begin to watch."""
        # Not a coroutine, which would be left unawaited when the pane is hidden again at once.
        watching: Callable[[], Awaitable[None]] = partial(self.watch_service)
        self.run_worker(watching, name="watch", group="watch", exclusive=True)

    def on_hide(self) -> None:
        """Cost nothing while hidden."""
        self.workers.cancel_node(self)

    def focus_first(self) -> None:
        """Give the keyboard to the pane's main widget."""
        raise NotImplementedError
