"""What can be said about a job's results beside its rows: figures with a picture, mistakes one at a time, drift."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.panes.results_facts import drift_said, files_said, mistake_said, row_said
from tui.panes.results_views import scores_said
from tui.panes.wording import size
from tui.resources.datasets import DataError
from tui.resources.drift import Drift
from tui.resources.results import Cursor, JobResults, Mistake, ReadingProgress, ResultRow
from tui.resources.scores import BinaryScores, MistakeRule, RegressionScores, Scores, mistakes_in, slid
from tui.service.errors import ServiceError
from tui.service.transform_results import TransformResults
from widgets.scatter import Scatter, ScatterChart
from widgets.text import content
from widgets.worker_owner import WorkerOwner

UNASKED = 50_000_000
"""Bytes of input that are judged without being asked for."""

TOLERANCE = 2.0
"""In RMSEs: what a regression may be off without counting as a mistake, to begin with."""

Answer = TypeVar("Answer")


class ResultsJudge(WorkerOwner, VerticalScroll):
    """Judges what a job has written; everything is computed when it is first asked for."""

    class Doing(Message):
        """Something that takes its time is under way, or, when the text is empty, over."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Shown(Message):
        """A mistake is shown, whose row a list may go to."""

        def __init__(self, mistake: Mistake) -> None:
            super().__init__()
            self.mistake = mistake

    def __init__(self, service: TransformResults, results: JobResults) -> None:
        super().__init__(classes="inspector")
        self._service = service
        self._results = results
        self._rule = MistakeRule(results.reading.task or "regression")
        self._scores: Scores | None = None
        self._drift: Drift | None = None
        self._mistakes: list[Mistake] = []
        self._seen = -1
        """Which of the mistakes is looked at."""
        self._above, self._picture, self._below = Static(), ScatterChart(), Static()
        self._picture.display = False

    def compose(self) -> ComposeResult:
        """A text, a picture where there is one, and more text below it."""
        yield self._above
        yield self._picture
        yield self._below

    def on_mount(self) -> None:
        """Say what is known before anything is read."""
        self._say_scores()

    @property
    def judged(self) -> bool:
        """Whether there are figures."""
        return self._scores is not None

    @property
    def slides(self) -> bool:
        """Whether there is a threshold or a tolerance to be moved."""
        return isinstance(self._scores, BinaryScores | RegressionScores)

    def judge_unasked(self) -> None:
        """Judge what is small enough."""
        if not self.judged and self._results.can_be_judged and self._bytes <= UNASKED:
            self.show_scores()

    def show_scores(self) -> None:
        """Show the figures."""
        if not self.judged:
            self._begin(self._judge, "judge")
        self._say_scores()

    def show_drift(self) -> None:
        """Show how far the input is from the training data."""
        if self._drift is None:
            self._say([content("Comparing with the training data…")])
            self._begin(self._measure_drift, "drift")
        else:
            self._say(drift_said(self._drift))

    def show_row(self, file: str, row: ResultRow) -> None:
        """Show one row in full."""
        self._say(row_said(file, row, self._results))

    def step_mistake(self, step: int) -> None:
        """Show the next mistake, or the one before; no row behind it is read."""
        place = self._seen + step
        if 0 <= place < len(self._mistakes):
            self._show_mistake(place)
        elif place >= len(self._mistakes):
            self._begin(self._find_mistake, "mistake")

    def slide(self, step: int) -> None:
        """Move the threshold of a binary model, or the tolerance of a regression; the mistakes begin anew."""
        if self._scores:
            self._rule = slid(self._scores, self._rule, step)
        self._mistakes, self._seen = [], -1
        self._say_scores()

    def _begin(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        self.run_worker(work, group=group, exclusive=True)

    async def _judge(self) -> None:
        self._scores = await self._asked(
            lambda: self._service.judge(self._results.written, self._results.reading, self._progress("judging"))
        )
        if isinstance(self._scores, RegressionScores):
            self._rule = replace(self._rule, tolerance=TOLERANCE * self._scores.rmse)
        self._say_scores()
        self.refresh_bindings()

    async def _measure_drift(self) -> None:
        origin, results = self._results.origin, self._results
        assert origin is not None, "without training data there is nothing to compare with"
        self._drift = await self._asked(
            lambda: self._service.drift(origin, results.written, results.reading, self._progress("comparing"))
        )
        self._say(drift_said(self._drift) if self._drift else [content("It could not be compared.")])

    async def _find_mistake(self) -> None:
        last = self._mistakes[-1] if self._mistakes else None
        place, cursor = (last.place, last.next) if last else (0, Cursor())
        self.post_message(self.Doing("looking for the next mistake"))
        results = self._results
        found = await self._asked(
            lambda: self._service.find_mistake(results.written, results.reading, self._rule, place, cursor)
        )
        if found:
            self._mistakes.append(found)
            self._show_mistake(len(self._mistakes) - 1)
        else:
            self.notify("There is no further mistake; E goes back." if last else "There is no mistake.", timeout=4)

    def _show_mistake(self, place: int) -> None:
        self._seen = place
        mistake = self._mistakes[place]
        of = mistakes_in(self._scores, self._rule) if self._scores else None
        self._say(mistake_said(mistake.file, mistake.row, self._results, place + 1, of))
        self.post_message(self.Shown(mistake))

    def _say_scores(self) -> None:
        about = list(files_said(self._results))
        if self._scores:
            classes = self._results.origin.classes if self._results.origin else ()
            lines, picture = scores_said(self._scores, self._rule, classes)
            self._say(lines, picture, [Content(""), *about])
        else:
            self._say([*about, Content(""), content(self._why_no_scores())])

    def _why_no_scores(self) -> str:
        if not self._results.written:
            return "There is nothing to judge."
        if not self._results.can_be_judged:
            return "It is not known what is true: L says which column of the input is the label, if one is."
        return f"m judges all {size(self._bytes)}." if self._bytes > UNASKED else "Judging…"

    def _say(self, above: Sequence[Content], picture: Scatter | None = None, below: Sequence[Content] = ()) -> None:
        self._above.update(Content("\n").join(above))
        self._picture.display = picture is not None
        if picture is not None:
            self._picture.scatter = picture
        self._below.update(Content("\n").join(below))

    @property
    def _bytes(self) -> int:
        return sum(file.size for file in self._results.written)

    async def _asked(self, question: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """An answer of the service; None when there is none, which is said."""
        try:
            return await question()
        except (ServiceError, DataError) as error:
            self.notify(str(error), severity="error", markup=False, timeout=12)
            return None
        finally:
            self.post_message(self.Doing(""))

    def _progress(self, doing: str) -> Callable[[ReadingProgress], None]:
        def report(progress: ReadingProgress) -> None:
            share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 0.0
            self.post_message(self.Doing(f"{doing}: {progress.rows:,} rows, {share:.0%}"))

        return report
