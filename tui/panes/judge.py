"""The pane of a judgement: how far it is, who is better and by how much, and each variant's figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from tui.panes.endpoint_cells import milliseconds
from tui.panes.endpoint_messages import JudgeWanted, MistakesWanted, PromoteWanted
from tui.panes.judge_views import score_said, tolerance
from tui.panes.pane import READ_ONLY, Pane
from tui.panes.wording import count, duration, number
from tui.resources.datasets import DataError
from tui.resources.endpoint_judging import PRIMARY, Judgement, JudgeProgress, JudgeRequest, Measure, Score
from tui.resources.scores import MistakeRule, slid
from tui.service.errors import ServiceError
from tui.service.invoking import Invoking
from widgets.cells import Bar, Cell, Status, as_content
from widgets.scatter import ScatterChart
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex
from widgets.text import content

_MEASURES: tuple[Measure, ...] = ("RMSE", "MAE", "R²", "accuracy", "AUC", "log loss")
_BAR = 60


class JudgePane(Pane):
    """Judges when it is first shown, and goes on when it is left; x cancels."""

    UNDER = "endpoints"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("M", "mistakes", "Mistakes", id="judge.mistakes", tooltip="Step through the rows on which it is wrong"),
        Binding(
            "less_than_sign",
            "slide(-1)",
            "Stricter",
            id="judge.stricter",
            tooltip="Smaller errors are mistakes too; or a lower threshold of class 1",
            key_display="<",
            show=False,
        ),
        Binding(
            "greater_than_sign",
            "slide(1)",
            "Milder",
            id="judge.milder",
            tooltip="Only larger errors are mistakes; or a higher threshold of class 1",
            key_display=">",
            show=False,
        ),
        Binding("P", "promote", "Promote", id="judge.promote", tooltip="Give this variant all the traffic"),
        Binding("n", "new", "New", id="judge.new", tooltip="Judge again, on another data set or otherwise"),
        Binding("x", "cancel", "Cancel", id="judge.cancel", tooltip="Judge no further"),
        Binding("escape", "leave", "Back", id="judge.back", show=False),
    ]

    DEFAULT_CSS = """
    JudgePane > Static { height: auto; padding: 0 1; }
    """

    def __init__(self, invoking: Invoking, request: JudgeRequest, dataset: str, *, read_only: bool) -> None:
        super().__init__(id="judge")
        self._invoking = invoking
        self._request = request
        self._read_only = read_only
        self._judgement: Judgement | None = None
        self._judging: Worker[Any] | None = None
        self._rules: dict[str, MistakeRule] = {}
        """What a person counts as a mistake of a variant, where they said so."""

        self._heading = f"Judge {request.endpoint} on {dataset}"
        self._verdict = Static()
        self.table: Table[Score] = Table(self._columns(), lambda score: score.variant, id="judge-scores")
        self._said, self._picture = Static(), ScatterChart()
        self._more = VerticalScroll(self._said, self._picture, classes="inspector")
        self._picture.display = False

    def compose(self) -> ComposeResult:
        """The verdict above the variants; one of them in full beside them."""
        yield from self.compose_title(self._heading)
        yield self._verdict
        with Horizontal(classes="pane-body"):
            yield self.table
            yield self._more

    def on_mount(self) -> None:
        """Begin."""
        self.table.loading_text = "Sending the first rows…"
        work: Callable[[], Awaitable[None]] = self._judge
        # Not of this pane: what belongs to a pane ends when it is hidden.
        self._judging = self.app.run_worker(work, group="judge")

    def on_unmount(self) -> None:
        """Nobody will see what comes of it."""
        if self._judging:
            self._judging.cancel()

    async def watch_service(self) -> None:
        """There is nothing to follow: a judgement is of one moment."""

    def focus_first(self) -> None:
        """Keys go to the variants."""
        self.table.focus()

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """What would do nothing now is dimmed."""
        match action:
            case "promote" if self._read_only:
                return READ_ONLY
            case "promote" if len(self._request.variants) < 2:
                return "it is the only variant"
            case "mistakes" | "slide" | "promote" if self.table.cursor_row is None:
                return "no variant has a score yet"
            case "cancel" if self._judging is None or not self._judging.is_running:
                return "nothing is judged now"
            case "new" if self._judging is None or not self._judging.is_finished:
                return "the judgement is under way"
        return True

    def action_mistakes(self) -> None:
        """Step through the mistakes of the variant under the cursor."""
        if score := self.table.cursor_row:
            rule = self._rule(score)
            request = replace(self._request, threshold=rule.threshold)
            self.post_message(MistakesWanted(request, score.variant, rule.tolerance))

    def action_slide(self, step: int) -> None:
        """Move what counts as a mistake of the variant under the cursor."""
        if score := self.table.cursor_row:
            self._rules[score.variant] = slid(score.figures, self._rule(score), step)
            self._inspect_score(score)

    def _rule(self, score: Score) -> MistakeRule:
        task = self._request.test_set.task
        return self._rules.get(score.variant) or MistakeRule(task, self._request.threshold, tolerance(score))

    def action_promote(self) -> None:
        """Give the variant under the cursor all the traffic."""
        if score := self.table.cursor_row:
            self.post_message(PromoteWanted(self._request.endpoint, score.variant))

    def action_new(self) -> None:
        """Judge again."""
        self.post_message(JudgeWanted(self._request.endpoint))

    def action_cancel(self) -> None:
        """Judge no further."""
        if self._judging:
            self._judging.cancel()
            self._say(content("Cancelled; n judges again.", "$text-warning"))
            self.table.loading_text = ""

    async def action_leave(self) -> None:
        """Back to the variants, then to the endpoints."""
        if self.has_class("-inspecting"):
            self.remove_class("-inspecting")
            self.table.focus()
        else:
            await self.run_action("screen.show('endpoints')")

    async def _judge(self) -> None:
        try:
            judgement = await self._invoking.judge(self._request, self._show_progress)
        except (ServiceError, DataError) as error:
            self.table.loading_text = ""
            self._say(content(str(error), "$text-error"))
        else:
            self._show(judgement)

    def _show_progress(self, progress: JudgeProgress) -> None:
        share = progress.done / progress.total if progress.total else 0.0
        of = f" of {progress.total:,}" if progress.total else ""
        left = progress.remaining_seconds
        parts = [f"{progress.done:,}{of} rows", f"{progress.rate:,.0f}/s"]
        parts += [f"{duration(left)} to go"] if left is not None else []
        parts += [f"{progress.failed:,} failed"] if progress.failed else []
        self._say(as_content(Bar(share, ", ".join(parts)), _BAR))

    def _show(self, judgement: Judgement) -> None:
        self._judgement = judgement
        failed = sum(error.count for error in judgement.errors)
        self.title_line.count = f"{count(judgement.rows, 'row')} in {duration(judgement.seconds)}"
        self.title_line.note = f"{count(failed, 'request')} failed: {judgement.errors[0].message}" if failed else ""
        self.table.loading_text = ""
        self.table.rows = tuple(judgement.scores.values())
        if judgement.best:
            self.table.move_to(judgement.best)
        self._say(content(judgement.verdict or _alone(judgement), "bold"))

    def _say(self, said: Content) -> None:
        self._verdict.update(said)
        self.refresh_bindings()

    @on(Table.Highlighted)
    def _inspect(self, message: Table.Highlighted[Score]) -> None:
        message.stop()
        if message.row:
            self._inspect_score(message.row)
        self.refresh_bindings()

    def _inspect_score(self, score: Score) -> None:
        if self._judgement is None:
            return
        lines, picture = score_said(score, self._judgement, self._rule(score))
        self._said.update(Content("\n").join(lines))
        self._picture.display = picture is not None
        if picture is not None:
            self._picture.scatter = picture

    @on(Table.Selected)
    def _open(self, message: Table.Selected[Score]) -> None:
        message.stop()
        self.add_class("-inspecting")
        self._more.focus()

    def _columns(self) -> tuple[Column[Score], ...]:
        primary = PRIMARY[self._request.test_set.task]
        regression = self._request.test_set.task == "regression"

        def measure(name: Measure) -> Column[Score]:
            return Column[Score](
                name,
                name,
                lambda score: self._measure_cell(score, name, best=name == primary),
                fixed(11),
                "right",
                sort_key=lambda score: score.measures.get(name),
                priority=9 if name == primary else 6,
            )

        def latency(title: str, of: Callable[[Score], float | None]) -> Column[Score]:
            return Column[Score](
                title, title, lambda score: milliseconds(of(score)), fixed(8), "right", sort_key=of, priority=4
            )

        return (
            Column[Score](
                "variant", "Variant", lambda score: score.variant, flex(minimum=12), shorten="middle", priority=10
            ),
            *map(measure, _MEASURES[:3] if regression else _MEASURES[3:]),
            Column[Score](
                "rows",
                "Rows",
                lambda score: f"{score.rows:,}",
                fixed(8),
                "right",
                sort_key=lambda score: score.rows,
                priority=5,
            ),
            latency("p50", lambda score: score.latencies.p50 if score.latencies else None),
            latency("p99", lambda score: score.latencies.p99 if score.latencies else None),
        )

    def _measure_cell(self, score: Score, name: Measure, *, best: bool) -> Cell | str:
        if name not in score.measures:
            return ""
        value = number(score.measures[name])
        first = best and self._judgement is not None and self._judgement.best == score.variant
        return Status("★", value, "status-completed") if first else value


def _alone(judgement: Judgement) -> str:
    names = ", ".join(judgement.scores)
    return f"{names} alone answered: there is nothing to compare." if names else "Nobody answered."
