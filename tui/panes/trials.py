"""The leaderboard of a tuning job: every training job it started, the best first, live."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.panes.endpoint_messages import DeployWanted
from tui.panes.inspector import Following, Inspector
from tui.panes.job_messages import MOST_COMPARED, CompareWanted, StopWanted
from tui.panes.list_pane import ListPane
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.panes.pane import writing
from tui.panes.training_inspector import TrainingInspector
from tui.panes.training_views import TrainingViews
from tui.panes.tuning_pictures import TuningPictures
from tui.panes.tuning_views import objective_name
from tui.panes.wording import duration, number, status
from tui.resources.logs import training_log
from tui.resources.training import TrainingJob
from tui.resources.tuning import Trial, TuningJobDetail, leaderboard
from tui.resources.tuning_ranges import as_number
from tui.service.feed import Feed
from tui.service.training import Training
from tui.service.tuning import Tuning
from widgets.cells import Cell, Status
from widgets.table_columns import Column, between, fixed


@dataclass(frozen=True, slots=True)
class _AllTrials:
    """The trials as a list that has no older pages: the service gives them all."""

    feed: Feed[tuple[Trial, ...]]
    has_older: ClassVar[bool] = False

    async def load_older(self) -> None:
        """There is nothing more to load."""


class TrialViews(TrainingViews):
    """The views of a training job, and the pictures of the tuning job that started it."""

    def __init__(self, initial: str) -> None:
        super().__init__(initial)
        self.pictures = TuningPictures(id="pictures")

    def compose(self) -> ComposeResult:
        """The pictures beside the others."""
        yield from super().compose()
        yield self.pictures


class TrialInspector(TrainingInspector):
    """Views: `pictures` of the tuning job; `summary`, `metrics` and `request` of the trial."""

    def __init__(self, training: Training, tuning: Tuning, detail: TuningJobDetail) -> None:
        super().__init__(training)
        self._tuning = tuning
        self._detail = detail
        self.set_reactive(Inspector.view, "pictures")

    def make_views(self, initial: str) -> TrialViews:
        """The views of a trial."""
        return TrialViews(initial)

    def follow_view(self, views: TrainingViews, subject: str, view: str) -> Following | None:
        """The pictures follow all trials."""
        if view == "pictures" and isinstance(views, TrialViews):
            return partial(self._follow_trials, views)
        return super().follow_view(views, subject, view)

    async def _follow_trials(self, views: TrialViews) -> None:
        async for snapshot in self._tuning.trials(self._detail.job.name).watch():
            if snapshot.value is not None:
                await views.pictures.show(self._detail, snapshot.value)


class TrialsPane(ListPane[Trial]):
    """The trials of one tuning job; those that failed or have no metric are at the end, not left out."""

    UNDER = "tune"
    NOUN = "training job"
    EMPTY = "The tuning job has not started a training job yet."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "logs", "Logs", id="trials.logs", tooltip="Follow the training job's log"),
        Binding("W", "why", "Why", id="trials.why", tooltip="Why the training job failed or was stopped"),
        Binding("x", "stop", "Stop", id="trials.stop", tooltip="Stop this training job; the search goes on"),
        Binding("e", "deploy", "Deploy", id="trials.deploy", tooltip="Deploy its model, or the marked ones together"),
        Binding("D", "compare", "Compare", id="trials.compare", tooltip="Put the marked training jobs side by side"),
        Binding("P", "inspect('pictures')", "Pictures", id="trials.pictures", tooltip="What the trials look like"),
        Binding("m", "inspect('metrics')", "Metrics", id="trials.metrics", tooltip="The training job's curves"),
        Binding("y", "inspect('request')", "Request", id="trials.request", tooltip="Its description", show=False),
    ]

    def __init__(self, training: Training, tuning: Tuning, detail: TuningJobDetail, *, read_only: bool) -> None:
        self.HEADING = f"Trials of {detail.job.name}"
        self._objective = detail.job.objective
        self._best = ""
        super().__init__(
            _AllTrials(tuning.trials(detail.job.name)),
            self._columns(detail),
            TrialInspector(training, tuning, detail),
            id="trials",
        )
        self._read_only = read_only

    def arranged(self, rows: tuple[Trial, ...]) -> tuple[Trial, ...]:
        """The best first."""
        if self._objective is None:
            return rows
        board = leaderboard(rows, self._objective)
        self._best = board[0].name if board and board[0].objective is not None else ""
        return tuple(board)

    def _columns(self, detail: TuningJobDetail) -> tuple[Column[Trial], ...]:
        tuned = [
            Column[Trial](
                name,
                name,
                lambda trial, name=name: _shown(trial.tuned.get(name, "")),  # type: ignore[misc]
                between(min(10, max(6, len(name))), 12),
                "right",
                sort_key=lambda trial, name=name: as_number(trial.tuned.get(name, "")),  # type: ignore[misc]
                priority=6,
            )
            for name in detail.ranges
        ]
        heading = objective_name(detail.job.objective) or "Objective"
        return (
            # The names of all trials begin with that of the tuning job, which stands above them.
            Column[Trial](
                "name",
                "Trial",
                lambda trial: trial.name.removeprefix(f"{detail.job.name}-"),
                between(12, 20),
                shorten="middle",
                priority=7,
            ),
            Column[Trial]("status", "Status", lambda trial: status(trial.status), fixed(12), priority=8),
            Column[Trial](
                "objective",
                heading,
                self._objective_cell,
                between(min(20, max(11, len(heading))), 22),
                "right",
                sort_key=lambda trial: trial.objective,
                priority=9,
            ),
            *tuned,
            Column[Trial](
                "duration", "Took", lambda trial: duration(_took(trial)), fixed(8), "right", sort_key=_took, priority=4
            ),
        )

    def _objective_cell(self, trial: Trial) -> Cell | str:
        if trial.objective is None:
            return "no metric" if trial.objective_status == "Failed" or not trial.running else ""
        value = number(trial.objective)
        return Status("★", value, "status-completed") if trial.name == self._best else value

    def possible(self, row: Trial | None) -> dict[str, bool | str]:
        """What can be done with the trial under the cursor now."""
        return {
            "logs": row is not None,
            "why": row is not None and (row.status in ("Failed", "Stopped") or "it did not fail"),
            "stop": writing(self._read_only, bool(self._stoppable()) or "it does not run"),
            "deploy": writing(self._read_only, bool(self._deployable()) or "no model was left by it"),
            "compare": 1 < len(self.chosen) <= MOST_COMPARED or f"mark 2 to {MOST_COMPARED} training jobs first",
        }

    async def action_leave(self) -> None:
        """Back to the list; from there, back to the tuning jobs."""
        if self.inspector.has_focus_within or self.table.filter_text:
            await super().action_leave()
        else:
            await self.run_action("screen.show('tune')")

    def action_logs(self) -> None:
        """Follow the log of the trial under the cursor."""
        if trial := self.table.cursor_row:
            self.post_message(LogsWanted(training_log(trial.name)))

    def action_why(self) -> None:
        """Say why the trial under the cursor failed."""
        if trial := self.table.cursor_row:
            self.post_message(WhyWanted(as_training_job(trial)))

    def action_stop(self) -> None:
        """Stop the marked trials, or the one under the cursor."""
        if trials := self._stoppable():
            self.post_message(StopWanted(tuple(map(as_training_job, trials))))

    def _stoppable(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.chosen if trial.status == "InProgress")

    def action_deploy(self) -> None:
        """Deploy what the marked trials have left, or the one under the cursor."""
        if trials := self._deployable():
            self.post_message(DeployWanted(jobs=tuple(trial.name for trial in trials)))

    def _deployable(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.chosen if trial.status == "Completed")

    def action_compare(self) -> None:
        """Put the marked trials side by side."""
        self.post_message(CompareWanted(tuple(trial.name for trial in self.chosen)))


def as_training_job(trial: Trial) -> TrainingJob:
    """A trial as the training job that it is."""
    return TrainingJob(trial.name, trial.arn, trial.status, trial.created, trial.ended or trial.created, trial.ended)


def _took(trial: Trial) -> float:
    start = trial.started if trial.started is not None else trial.created
    return (trial.ended if trial.ended is not None else time.time()) - start


def _shown(value: str) -> str:
    """A tuned value with as many digits as a person compares; the whole one is in the description."""
    exact = as_number(value)
    return value.strip('"') if exact is None else f"{exact:.4g}"
