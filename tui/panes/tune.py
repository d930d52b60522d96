"""The pane of tuning jobs: the live list, and beside it one job in full."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panes.job_messages import (
    BestWanted,
    TrialsWanted,
    TuningCloneWanted,
    TuningDeleteWanted,
    TuningStopWanted,
    TuningWanted,
)
from tui.panes.list_pane import ListPane
from tui.panes.messages import WhyWanted
from tui.panes.pane import writing
from tui.panes.tuning_inspector import TuningInspector
from tui.panes.tuning_views import objective_name, progress_bar
from tui.panes.wording import duration, moment, number, status, took
from tui.resources.tuning import TuningJob, TuningJobDetail
from tui.service.errors import ServiceError
from tui.service.tuning import Tuning
from widgets.table_columns import Column, fixed, flex

COLUMNS = (
    Column[TuningJob](
        "name",
        "Name",
        lambda job: job.name,
        flex(share=3, minimum=16),
        shorten="middle",
        sort_key=lambda job: job.name,
        priority=9,
    ),
    Column[TuningJob]("status", "Status", lambda job: status(job.status), fixed(12), priority=8),
    Column[TuningJob](
        "trials",
        "Trials",
        lambda job: progress_bar(job.counters, job.limit),
        flex(minimum=14),
        sort_key=lambda job: job.counters.total,
        priority=7,
    ),
    Column[TuningJob](
        "best",
        "Best",
        lambda job: number(job.best) if job.best is not None else "",
        fixed(10),
        "right",
        sort_key=lambda job: job.best,
        priority=6,
    ),
    Column[TuningJob](
        "objective", "Objective", lambda job: objective_name(job.objective), flex(minimum=14), priority=5
    ),
    Column[TuningJob]("strategy", "Strategy", lambda job: job.strategy, fixed(9), priority=2),
    Column[TuningJob](
        "created", "Created", lambda job: moment(job.created), fixed(16), sort_key=lambda job: job.created, priority=3
    ),
    Column[TuningJob](
        "duration", "Took", lambda job: duration(took(job)), fixed(8), "right", sort_key=took, priority=4
    ),
)


class TunePane(ListPane[TuningJob]):
    """Tuning jobs, newest first; Enter shows a job's trials."""

    HEADING = "Tuning jobs"
    NOUN = "tuning job"
    EMPTY = """No tuning jobs yet.

Press n to search the hyperparameters of a model:
choose a data set, ranges and how many training jobs it may take."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="tune.new", tooltip="Tune on a data set"),
        Binding("N", "clone", "Run again", id="tune.clone", tooltip="Run the same search again under another name"),
        Binding("b", "best", "Best model", id="tune.best", tooltip="What to do with the best training job"),
        Binding("W", "why", "Why", id="tune.why", tooltip="Why the tuning job or its training jobs failed"),
        Binding("x", "stop", "Stop", id="tune.stop", tooltip="Stop the tuning job and all its training jobs"),
        Binding("m", "inspect('pictures')", "Pictures", id="tune.pictures", tooltip="What the trials look like"),
        Binding("y", "inspect('request')", "Request", id="tune.request", tooltip="The whole description as JSON"),
        Binding("ctrl+d", "delete", "Delete", id="tune.delete", tooltip="Delete the record", show=False),
    ]

    def __init__(self, tuning: Tuning, cost: Callable[[TuningJobDetail], Awaitable[str]], *, read_only: bool) -> None:
        super().__init__(tuning.list, COLUMNS, TuningInspector(tuning, cost), id="tune")
        self._tuning = tuning
        self._read_only = read_only

    def possible(self, row: TuningJob | None) -> dict[str, bool | str]:
        """What can be done with the job under the cursor now."""
        return {
            "best": row is not None and (row.best is not None or "no training job has a metric yet"),
            "why": row is not None and (went_wrong(row) or "nothing failed"),
            "new": writing(self._read_only, True),
            "clone": writing(self._read_only, row is not None),
            "stop": writing(self._read_only, bool(self._stoppable()) or "it does not run"),
            "delete": writing(self._read_only, row is not None and (not row.running or "stop it first")),
        }

    def open(self, row: TuningJob) -> None:
        """Show the trials."""
        self.post_message(TrialsWanted(row.name))

    def action_new(self) -> None:
        """Tune on a data set."""
        self.post_message(TuningWanted())

    async def action_clone(self) -> None:
        """Run the search under the cursor again."""
        if job := self.table.cursor_row:
            try:
                self.post_message(TuningCloneWanted(await self._tuning.describe(job.name)))
            except ServiceError as error:
                self.notify(str(error), severity="error", markup=False)

    def action_best(self) -> None:
        """Go on with the best training job."""
        if job := self.table.cursor_row:
            self.post_message(BestWanted(job.name))

    def action_why(self) -> None:
        """Say why the job under the cursor, or some of its training jobs, failed."""
        if job := self.table.cursor_row:
            self.post_message(WhyWanted(job))

    def action_stop(self) -> None:
        """Stop the marked jobs, or the one under the cursor."""
        if jobs := self._stoppable():
            self.post_message(TuningStopWanted(tuple(job.name for job in jobs)))

    def _stoppable(self) -> tuple[TuningJob, ...]:
        return tuple(job for job in self.chosen if job.status == "InProgress")

    def action_delete(self) -> None:
        """Delete the record of the job under the cursor."""
        if job := self.table.cursor_row:
            self.post_message(TuningDeleteWanted(job.name))


def went_wrong(job: TuningJob) -> bool:
    """Whether there is something to explain: its own end, or that of one of its training jobs."""
    return job.status in ("Failed", "Stopped") or job.counters.failed > 0
