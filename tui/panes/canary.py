"""The pane of a canary: how far up its ladder it is, what the figures say, and why it goes on or back."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.endpoint_messages import NewCanaryWanted, WeightsWanted
from tui.panes.facts import fact, heading
from tui.panes.log_messages import LogsWanted
from tui.panes.pane import Pane
from tui.panes.wording import duration
from tui.resources.canary import CanaryState, Phase
from tui.resources.canary_plan import CanaryPlan, Counts
from tui.resources.logs import endpoint_log
from tui.service.canary import Ladder
from widgets.cells import Bar, Status, as_content
from widgets.text import content, middle, one_line

_BAR_WIDTH = 44
_LABELS = 22
_COLUMNS = (16, 27)
"""How narrow and how wide a column of figures may be: two fit beside their labels in 80 cells."""

_PHASES: dict[Phase, Status] = {
    "shifting": Status("◧", "Moving traffic", "status-waiting"),
    "holding": Status("▶", "Watching", "status-running"),
    "going back": Status("◧", "Going back", "status-failed"),
    "done": Status("✓", "Done", "status-completed"),
    "rolled back": Status("✗", "Rolled back", "status-failed"),
    "stopped": Status("■", "Stopped", "status-stopped"),
}


class CanaryPane(Pane):
    """Shows a ladder, which runs whether this is looked at or not."""

    UNDER = "endpoints"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause", id="canary.pause", tooltip="Stay at this step, or go on; bounds stay watched"),
        Binding("u", "go_back", "Go back", id="canary.back", tooltip="Restore the weights from before"),
        Binding("x", "stop", "Stop", id="canary.stop", tooltip="End it; the weights stay as they are"),
        Binding("l", "logs", "Logs", id="canary.logs", tooltip="The log of the new variant"),
        Binding(
            "equals_sign",
            "wish_weights",
            "Weights",
            id="canary.weights",
            tooltip="Edit the weights once it has ended; u there takes the canary back",
            key_display="=",
            show=False,
        ),
        Binding("n", "new", "New", id="canary.new", tooltip="Begin another one when this one has ended"),
        Binding("escape", "leave", "Leave", id="canary.leave", tooltip="It goes on", show=False),
    ]

    def __init__(self, ladder: Ladder) -> None:
        super().__init__(id="canary")
        self._ladder = ladder
        self._text = Static()
        self._page = VerticalScroll(self._text)

    def compose(self) -> ComposeResult:
        """The title and the page."""
        plan = self._ladder.state.plan
        yield from self.compose_title(f"Canary of {plan.endpoint}: {plan.new} takes over from {plan.old}")
        yield self._page

    def on_mount(self) -> None:
        """A margin as in other panes, and what is known."""
        self._page.styles.padding = (0, 1)
        self._show(self._ladder.state)

    def focus_first(self) -> None:
        """Keys scroll the page."""
        self._page.focus()

    async def watch_service(self) -> None:
        """Follow the ladder."""
        async for state in self._ladder.watch():
            self._show(state)

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """What would do nothing now is dimmed."""
        state = self._ladder.state
        match action:
            case "pause" | "go_back" | "stop" if state.ended:
                return "it has ended"
            case "pause" | "go_back" if state.phase == "going back":
                return "it is going back"
            case "new" | "wish_weights" if not state.ended:
                return "it has not ended yet"
        return True

    def action_pause(self) -> None:
        """Stay at this step, or go on."""
        self._ladder.pause(not self._ladder.state.paused)

    def action_go_back(self) -> None:
        """Restore the weights from before."""
        self._ladder.go_back()

    def action_stop(self) -> None:
        """End it, the weights as they are."""
        self._ladder.stop()

    def action_new(self) -> None:
        """Begin another one."""
        self.post_message(NewCanaryWanted(self._ladder.state.plan.endpoint))

    def action_wish_weights(self) -> None:
        """See the weights, change them, or take the canary back."""
        self.post_message(WeightsWanted(self._ladder.state.plan.endpoint))

    def action_logs(self) -> None:
        """The log of the new variant."""
        plan = self._ladder.state.plan
        self.post_message(LogsWanted(endpoint_log(plan.endpoint, plan.new)))

    async def action_leave(self) -> None:
        """Leave it running."""
        await self.run_action("screen.show('endpoints')")

    def _show(self, state: CanaryState) -> None:
        self._text.update(page(state))
        self.refresh_bindings()


def page(state: CanaryState) -> Content:
    """Everything about a ladder."""
    lines = [*_progress(state), Content(""), *_steps(state), Content(""), *_figures(state), Content("")]
    return Content("\n").join([*lines, *_bounds(state.plan)])


def _progress(state: CanaryState) -> list[Content]:
    plan, phase = state.plan, _PHASES[state.phase]
    paused = state.paused and not state.ended
    shown = Status("⏸", "Paused", "status-waiting") if paused else phase
    step = "" if state.ended else f"  step {state.step + 1} of {len(plan.steps)}, {plan.steps[state.step]:g} %"
    lines = [Content.assemble(as_content(shown, 20), (step, "bold"))]
    if state.phase == "holding":
        held = state.held_seconds / plan.hold_seconds if plan.hold_seconds else 1.0
        left = f"{duration(state.remaining_seconds)} to go" if state.remaining_seconds else "held for its time"
        lines.append(as_content(Bar(held, left), _BAR_WIDTH))
    if state.reason:
        lines.append(content(state.reason, "" if state.phase == "done" else "$text-error"))
    if state.trouble:
        lines.append(content(f"Nothing is known about the present: {state.trouble}", "$text-warning"))
    lines.append(fact("Weights", content(state.weights_said, "" if state.sure else "$text-warning")))
    if not state.ended:
        lines.append(
            content("It goes on when you leave this pane, and ends where it is with the console.", "$text-muted")
        )
    elif state.weights and state.phase != "rolled back":
        lines.append(content("= shows the weights; u there restores those from before the canary.", "$text-muted"))
    return lines


def _steps(state: CanaryState) -> list[Content]:
    lines = [heading("Ladder")]
    for place, percent in enumerate(state.plan.steps):
        current = place == state.step and not state.ended
        passed = state.passed.get(place)
        if passed:
            glyph, said = Status("✓", "", "status-completed"), passed.words
        elif current and state.verdict and state.phase == "holding":
            glyph, said = _PHASES["holding"], _verdict(state)
        elif current:
            glyph, said = _PHASES[state.phase], "being set" if state.phase == "shifting" else ""
        else:
            glyph, said = Status("○", "", "status-waiting"), ""
        label = f" {percent:g} %".rjust(7)
        lines.append(Content.assemble((glyph.glyph, f"${glyph.token}"), label, "  ", content(said, "$text-muted")))
    return lines


def _verdict(state: CanaryState) -> str:
    assert state.verdict is not None
    words = state.verdict.words
    return f"{state.verdict.kind}: {words}" if state.verdict.kind == "not enough traffic yet" else words


def _figures(state: CanaryState) -> list[Content]:
    if state.new is None or state.old is None:
        return [content("Figures follow as soon as a step is watched.", "$text-muted")]
    plan, pair = state.plan, (state.new, state.old)
    least, most = _COLUMNS
    width = min(max(least, *(len(name) + 2 for name in (plan.new, plan.old))), most)
    names = "".join(middle(one_line(name), width - 2).rjust(width) for name in (plan.new, plan.old))

    def line(label: str, say: Callable[[Counts], str]) -> Content:
        values = (say(counts).rjust(width) for counts in pair)
        return Content.assemble((label.ljust(_LABELS), "$text-muted"), *values)

    return [
        Content.assemble(("Since the step began".ljust(_LABELS), "bold"), (names, "bold")),
        line("Requests", lambda counts: f"{counts.invocations:,.0f}"),
        line("4XX", lambda counts: _share(counts, counts.share_4xx)),
        line("5XX", lambda counts: _share(counts, counts.share_5xx)),
        line("p99 of the model", lambda counts: "" if counts.p99_ms is None else f"{counts.p99_ms:,.1f} ms"),
    ]


def _share(counts: Counts, share: float) -> str:
    return f"{share:.2%}".replace("%", " %") if counts.invocations else ""


def _bounds(plan: CanaryPlan) -> list[Content]:
    bounds = plan.bounds
    return [
        fact(
            "Goes back",
            f"when 5XX are {100 * bounds.excess_5xx:g} or 4XX {100 * bounds.excess_4xx:g} percentage points above "
            f"{plan.old}, or p99 is {bounds.p99_ratio:g} times as long",
        ),
        fact("Goes on", f"after {duration(plan.hold_seconds)} and {bounds.least:,} requests to each"),
    ]
