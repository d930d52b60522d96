"""The pane in which the weights of an endpoint's variants are edited: before and after, and one call for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.panes.pane import READ_ONLY, Pane
from tui.panes.wording import duration
from tui.resources.endpoint_weights import VariantWeight, shares, weight_text, weights_reached
from tui.resources.endpoints import EndpointDetail, Variant
from tui.resources.weight_draft import WeightDraft
from tui.service.endpoints import Endpoints
from tui.service.errors import ServiceError
from widgets.text import content
from widgets.weight_bars import WeightBars, WeightRow, WeightRows

_BIG = 10
"""Small steps in a big one."""


class WeightsPane(Pane):
    """Edits the split of one endpoint; Enter sets all weights in one call and follows it until they serve."""

    UNDER = "endpoints"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,f2,ctrl+s", "submit", "Set", id="weights.set", tooltip="Set all weights in one call"),
        Binding("u", "restore", "Undo", id="weights.undo", tooltip="Restore what was before the last change"),
        Binding(
            "plus,right,equals_sign", "nudge(1)", "More", id="weights.more", tooltip="A little more", key_display="+"
        ),
        Binding("minus,left", "nudge(-1)", "Less", id="weights.less", tooltip="A little less", key_display="-"),
        Binding(
            "greater_than_sign",
            f"nudge({_BIG})",
            "Much more",
            id="weights.much_more",
            tooltip="Ten times as much more",
            key_display=">",
            show=False,
        ),
        Binding(
            "less_than_sign",
            f"nudge({-_BIG})",
            "Much less",
            id="weights.much_less",
            tooltip="Ten times as much less",
            key_display="<",
            show=False,
        ),
        Binding("tab", "turn", "Instances", id="weights.instances", tooltip="From weight to instances and back"),
        Binding("e", "equalise", "Equal", id="weights.equal", tooltip="The same traffic for all"),
        Binding("z", "zero", "Zero", id="weights.zero", tooltip="No traffic for this variant"),
        Binding(
            "percent_sign",
            "normalise",
            "In percent",
            id="weights.percent",
            tooltip="The same split in weights that are percentages",
            key_display="%",
        ),
        Binding("r", "reset", "Reset", id="weights.reset", tooltip="As the endpoint is now", show=False),
        Binding("up,k", "move(-1)", "Up", id="weights.up", show=False),
        Binding("down,j", "move(1)", "Down", id="weights.down", show=False),
        Binding("escape", "leave", "Back", id="weights.back", show=False),
    ]

    DEFAULT_CSS = """
    WeightsPane > WeightBars { margin: 1 1; }
    WeightsPane > Static { padding: 0 1; height: auto; }
    """

    def __init__(self, endpoints: Endpoints, detail: EndpointDetail, *, read_only: bool) -> None:
        super().__init__(id="weights")
        self._endpoints = endpoints
        self._endpoint = detail.endpoint.name
        self._read_only = read_only
        self._draft = WeightDraft.of(detail)
        self._setting = False
        self._progress = ""
        self._failure = ""
        self.bars, self._line = WeightBars(), Static()

    def compose(self) -> ComposeResult:
        """The title, the split, what is to be said about it."""
        yield from self.compose_title(f"Weights of {self._endpoint}")
        yield self.bars
        yield self._line

    def on_mount(self) -> None:
        """The split is known from the start."""
        self._draw()

    def focus_first(self) -> None:
        """Keys go to the numbers."""
        self.bars.focus()

    async def watch_service(self) -> None:
        """Follow what the endpoint has; what was changed here stays."""
        async for snapshot in self._endpoints.detail(self._endpoint).watch():
            if snapshot.value is not None:
                self._change(self._draft.follows(snapshot.value), keep_failure=True)
            self.title_line.note = str(snapshot.error) if snapshot.error else ""

    @property
    def draft(self) -> WeightDraft:
        """What is being edited."""
        return self._draft

    def possible_now(  # noqa: PLR0911 - one for each reason
        self, action: str, parameters: tuple[object, ...]
    ) -> bool | str:
        """What would do nothing now is dimmed."""
        match action:
            case "submit" | "restore" if self._read_only:
                return READ_ONLY
            case "submit" | "restore" if self._setting or self._draft.detail.endpoint.running:
                return "the endpoint is being changed"
            case "submit" if not self._draft.changed:
                return "the weights are those of the endpoint"
            case "submit" if self._draft.problem:
                return "the endpoint would refuse these weights"
            case "restore" if self._endpoints.previous_weights(self._endpoint) is None:
                return "no weights were set from here"
            case "turn" if not self._draft.countable:
                return "the variant has no instances to count"
        return True

    @on(WeightBars.Typed)
    def _type(self, message: WeightBars.Typed) -> None:
        message.stop()
        self._change(self._draft.entered(message.text) if message.text else self._draft.rubbed_out())

    def action_nudge(self, steps: int) -> None:
        """The number under the cursor a little larger or smaller."""
        self._change(self._draft.nudged(steps))

    def action_turn(self) -> None:
        """From weight to instances and back."""
        self._change(self._draft.turned())

    def action_move(self, rows: int) -> None:
        """The cursor on another variant."""
        self._change(self._draft.moved(rows))

    def action_equalise(self) -> None:
        """The same traffic for all."""
        self._change(self._draft.equalised())

    def action_zero(self) -> None:
        """No traffic for the variant under the cursor."""
        self._change(self._draft.zeroed())

    def action_normalise(self) -> None:
        """The same split in percentages."""
        self._change(self._draft.normalised())

    def action_reset(self) -> None:
        """As the endpoint is now."""
        self._change(self._draft.reset())

    def action_submit(self) -> None:
        """Set all weights in one call."""
        if not self._draft.problem:
            self._change(self._draft.settled())
            self._work(self._draft.wanted)

    def action_restore(self) -> None:
        """Set what was before the last change."""
        self._work(None)

    def _work(self, wanted: tuple[VariantWeight, ...] | None) -> None:
        work: Callable[[], Awaitable[None]] = partial(self._set, wanted)
        self.run_worker(work, group="set", exclusive=True)

    async def action_leave(self) -> None:
        """Stop typing, or go back."""
        if self._draft.typed:
            self._change(self._draft.untyped())
        else:
            await self.run_action("screen.show('endpoints')")

    async def _set(self, wanted: tuple[VariantWeight, ...] | None) -> None:
        """Set these weights, or those before the last change, and follow that to its end."""
        self._setting, self._failure = True, ""
        self._say("Setting the weights…")
        try:
            if wanted is None:
                wanted = await self._endpoints.restore_weights(self._endpoint)
                self._draft = replace(self._draft, wanted=wanted, typed="")
            else:
                await self._endpoints.set_weights(self._endpoint, wanted)
            reached = partial(weights_reached, wanted=wanted)
            async for progress in self._endpoints.until_in_service(self._endpoint, reached):
                self._draft = self._draft.follows(progress.detail)
                self._say(f"{progress.detail.endpoint.status} for {duration(progress.seconds)}…")
            self.notify(f"{self._endpoint} serves {_said(wanted)}.", markup=False)
        except ServiceError as error:
            self._failure = str(error)
        finally:
            self._setting = False
            self._say("")

    def _say(self, progress: str) -> None:
        self._progress = progress
        self._draw()

    def _change(self, draft: WeightDraft, *, keep_failure: bool = False) -> None:
        self._draft = draft
        if not keep_failure:
            self._failure = ""
        self._draw()

    def _draw(self) -> None:
        draft = self._draft
        rows = [_row(draft, place) for place in range(len(draft.wanted))]
        self.bars.shown = WeightRows(
            (*rows, *map(_shadow, draft.shadows)), (draft.row, 0 if draft.cell == "weight" else 1), bool(draft.typed)
        )
        if self.is_mounted:
            self.title_line.count = draft.detail.endpoint.status
        problem = draft.problem or self._failure
        told = content(self._progress, "$text-accent") if self._progress else content(self._hint(), "$text-muted")
        self._line.update(content(problem, "$text-error") if problem and not self._progress else told)
        self.refresh_bindings()

    def _hint(self) -> str:
        if self._read_only:
            return "The console runs read-only: nothing is set."
        if self._draft.detail.endpoint.running:
            return (
                f"{self._endpoint} is {self._draft.detail.endpoint.status}; weights can be set when it is in service."
            )
        if self._draft.changed:
            return "Enter sets this in one call; the endpoint serves all the while."
        previous = self._endpoints.previous_weights(self._endpoint)
        undo = f" u restores {_said(previous)}." if previous else ""
        return f"Type a number, or + and - (> and < for ten times as much).{undo}"


def _row(draft: WeightDraft, place: int) -> WeightRow:
    one, before = draft.values[place], draft.before[place]
    count = draft.cell_text(place, "count")
    # In the cell under the cursor stands what is typed; in another one, what it comes from as well.
    if one.count != before.count and before.count is not None and not (draft.typed and place == draft.row):
        count = f"{before.count}→{count}"
    return WeightRow(
        one.name,
        draft.cell_text(place, "weight"),
        count or "-",
        draft.shares_before[place],
        draft.shares[place],
        changed=one != before,
    )


def _shadow(variant: Variant) -> WeightRow:
    return WeightRow(
        variant.name, "", "", 0.0, 0.0, note="shadow: gets copies of requests, its answers are thrown away"
    )


def _said(weights: tuple[VariantWeight, ...]) -> str:
    parts = zip(weights, shares([one.weight for one in weights]), strict=True)
    return ", ".join(f"{one.name} {weight_text(part)} %" for one, part in parts)
