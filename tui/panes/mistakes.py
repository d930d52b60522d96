"""The pane in which a person goes from one mistake of a variant to the next, each found when it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tui.panes.facts import fact
from tui.panes.pane import Pane
from tui.panes.wording import count, number
from tui.resources.datasets import DataError
from tui.resources.endpoint_judging import JudgeRequest
from tui.resources.scores import Judged, MistakeRule
from tui.service.errors import ServiceError
from tui.service.invoking import Invoking
from widgets.table import Table
from widgets.table_columns import Column, flex
from widgets.text import content


@dataclass(frozen=True, slots=True)
class _Feature:
    name: str
    value: str


_COLUMNS = (
    Column[_Feature]("feature", "Feature", lambda feature: feature.name, flex(minimum=12), priority=2),
    Column[_Feature]("value", "Value", lambda feature: feature.value, flex(minimum=12), "right", priority=1),
)


class MistakesPane(Pane):
    """One mistake at a time; nothing behind the one that is shown has been read, but for the batch in which it lies."""

    UNDER = "endpoints"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right_square_bracket,n,right",
            "step(1)",
            "Next",
            id="mistakes.next",
            tooltip="The next mistake",
            key_display="]",
        ),
        Binding(
            "left_square_bracket,N,left",
            "step(-1)",
            "Before",
            id="mistakes.previous",
            tooltip="The mistake before",
            key_display="[",
        ),
        Binding("escape", "leave", "Back", id="mistakes.back", show=False),
    ]

    DEFAULT_CSS = """
    MistakesPane > Static { height: auto; padding: 0 1; }
    """

    def __init__(self, invoking: Invoking, request: JudgeRequest, variant: str, tolerance: float) -> None:
        super().__init__(id="mistakes")
        self._request = request
        self._variant = variant
        self._rule = MistakeRule(request.test_set.task, request.threshold, tolerance)
        self._source = invoking.mistakes(request, variant, tolerance)
        self._found: list[Judged] = []
        self._place = -1
        self._complete = False
        self._looking = False
        self._said = Static()
        self.table: Table[_Feature] = Table(_COLUMNS, lambda feature: feature.name, id="mistake-features")

    def compose(self) -> ComposeResult:
        """What went wrong, and on what."""
        yield from self.compose_title(f"Mistakes of {self._variant}")
        yield self._said
        yield self.table

    def on_mount(self) -> None:
        """Find the first one."""
        self.action_step(1)

    def focus_first(self) -> None:
        """Keys go to the features."""
        self.table.focus()

    async def watch_service(self) -> None:
        """Nothing is read that was not asked for."""

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """There is nothing before the first mistake, and nothing behind the last."""
        if action != "step":
            return True
        if self._looking:
            return "the next one is looked for"
        before = parameters != (1,) and self._place <= 0
        behind = parameters != (-1,) and self._complete and self._place == len(self._found) - 1
        return "there is no other mistake that way" if before or behind else True

    def action_step(self, step: int) -> None:
        """Show the next mistake, or the one before."""
        place = self._place + step
        if 0 <= place < len(self._found):
            self._show(place)
        elif place >= len(self._found) and not self._complete:
            work: Callable[[], Awaitable[None]] = self._find
            self.run_worker(work, group="find", exclusive=True)

    async def action_leave(self) -> None:
        """Back to the judgement."""
        if self.table.filter_text:
            self.table.filter_text = ""
        else:
            await self.run_action("screen.last_pane")

    async def _find(self) -> None:
        self._look(True)
        try:
            self._found.append(await anext(self._source))
        except StopAsyncIteration:
            self._complete = True
        except (ServiceError, DataError) as error:
            self._complete = True  # a generator that has failed has ended
            self.notify(str(error), severity="error", markup=False, timeout=12)
        finally:
            self._look(False)
        if self._complete:
            self._say_end()
        else:
            self._show(len(self._found) - 1)

    def _look(self, looking: bool) -> None:
        self._looking = looking
        self.title_line.note = "asking for the next one…" if looking else ""
        self.refresh_bindings()

    def _say_end(self) -> None:
        self.title_line.count = f"{count(len(self._found), 'mistake')} in all{self._off()}"
        if not self._found:
            self._said.update(content("There is no mistake among these rows."))

    def _show(self, place: int) -> None:
        self._place = place
        mistake, test_set = self._found[place], self._request.test_set
        of = f" of {len(self._found)}" if self._complete else ""
        self.title_line.count = f"number {place + 1}{of}{self._off()}"
        self._said.update(Content("\n").join([*self._wrong(mistake), Content("")]))
        self.table.rows = tuple(_Feature(*named) for named in test_set.named(mistake))
        self.refresh_bindings()

    def _off(self) -> str:
        return f", off by more than {number(self._rule.tolerance)}" if self._rule.tolerance else ""

    def _wrong(self, mistake: Judged) -> list[Content]:
        test_set, prediction = self._request.test_set, mistake.prediction
        rows = f" of {test_set.rows:,}" if test_set.rows else ""
        lines = [fact("Row", f"{mistake.number:,}{rows}"), fact("Label", test_set.class_name(mistake.actual))]
        if test_set.task == "regression":
            off = content(f"{mistake.error:+.6g}", "$text-error")
            return [*lines, fact("Prediction", number(prediction.value)), fact("Off by", off)]
        said = test_set.class_name(self._rule.says(prediction))
        lines.append(fact("Prediction", content(said, "$text-error")))
        if test_set.task == "binary":
            lines.append(fact("Score", f"{prediction.value:.4f} (class 1 from {self._rule.threshold:g})"))
        elif prediction.scores:
            parts = sorted(enumerate(prediction.scores), key=lambda item: -item[1])[:5]
            lines.append(fact("Scores", ", ".join(f"{test_set.class_name(code)} {score:.3f}" for code, score in parts)))
        return lines
