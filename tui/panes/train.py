"""The pane of training jobs: the live list, and beside it one job in full."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panes.endpoint_messages import DeployWanted
from tui.panes.job_messages import (
    MOST_COMPARED,
    CloneWanted,
    CompareWanted,
    DeleteWanted,
    StopWanted,
    TrainingWanted,
    TuningWanted,
)
from tui.panes.list_pane import ListPane
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.panes.pane import writing
from tui.panes.training_inspector import TrainingInspector
from tui.panes.transform_messages import TransformWanted
from tui.panes.wording import duration, moment, status, took
from tui.resources.logs import training_log
from tui.resources.training import TrainingJob, TrainingJobDetail
from tui.resources.training_groups import TrainingGroup, grouped
from tui.service.errors import ServiceError
from tui.service.training import Training
from widgets.cells import Bar, Cell
from widgets.table_columns import Column, fixed, flex


def _name(job: TrainingJob) -> str:
    if isinstance(job, TrainingGroup):
        return f"{'▾' if job.opened else '▸'} {job.name} ({len(job.jobs)})"
    return job.name


def _progress(job: TrainingJob) -> Cell | str:
    if isinstance(job, TrainingGroup):
        over = sum(not one.running for one in job.jobs)
        return Bar(over / len(job.jobs), f"{over}/{len(job.jobs)}", "status-completed")
    if job.progress and job.running:
        label = f"{job.secondary_status} {job.progress.fraction:.0%}" if job.progress.unit == "%" else str(job.progress)
        return Bar(job.progress.fraction, label, "status-running")
    return job.secondary_status if job.running or job.secondary_status == "MaxRuntimeExceeded" else ""


COLUMNS = (
    Column[TrainingJob](
        "name",
        "Name",
        _name,
        flex(share=3, minimum=22),
        shorten="middle",
        sort_key=lambda job: job.name,
        priority=9,
    ),
    Column[TrainingJob]("status", "Status", lambda job: status(job.status), fixed(12), priority=8),
    Column[TrainingJob]("progress", "Progress", _progress, flex(minimum=15), priority=5),
    Column[TrainingJob](
        "created", "Created", lambda job: moment(job.created), fixed(16), sort_key=lambda job: job.created, priority=3
    ),
    Column[TrainingJob](
        "duration", "Took", lambda job: duration(took(job)), fixed(8), "right", sort_key=took, priority=4
    ),
)


class TrainPane(ListPane[TrainingJob]):
    """Training jobs, newest first."""

    HEADING = "Training jobs"
    NOUN = "job"
    EMPTY = """No training jobs yet.

Press 2 for your data: open a CSV file or take a sample,
make a data set of it, and train on it with n."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="train.new", tooltip="Train on a data set"),
        Binding("N", "clone", "Run again", id="train.clone", tooltip="Run the same job again under another name"),
        Binding("l", "logs", "Logs", id="train.logs", tooltip="Follow the job's log"),
        Binding("W", "why", "Why", id="train.why", tooltip="Why the job failed: reason, hint, tracebacks, timeline"),
        Binding("x", "stop", "Stop", id="train.stop", tooltip="Stop the job, or those that are marked"),
        Binding("e", "deploy", "Deploy", id="train.deploy", tooltip="Deploy its model, or the marked ones together"),
        Binding(
            "t", "transform", "Transform", id="train.transform", tooltip="Let its model predict for a file", show=False
        ),
        Binding("T", "tune", "Tune", id="train.tune", tooltip="Search around what the job was given", show=False),
        Binding("D", "compare", "Compare", id="train.compare", tooltip="Put the marked jobs side by side", show=False),
        Binding("m", "inspect('metrics')", "Metrics", id="train.metrics", tooltip="Metrics and their curves"),
        Binding("y", "inspect('request')", "Request", id="train.request", tooltip="The whole description as JSON"),
        Binding("ctrl+d", "delete", "Delete", id="train.delete", tooltip="Delete the job's record", show=False),
    ]

    def __init__(self, training: Training, *, read_only: bool) -> None:
        super().__init__(training.list, COLUMNS, TrainingInspector(training), id="train")
        self._training = training
        self._read_only = read_only
        self._opened: set[str] = set()
        """The tuning jobs whose training jobs are shown."""

    def arranged(self, rows: tuple[TrainingJob, ...]) -> tuple[TrainingJob, ...]:
        """Training jobs of tuning jobs folded into one row each."""
        return grouped(rows, self._opened)

    def subject_of(self, row: TrainingJob) -> str | None:
        """A group is no job that could be described."""
        return None if isinstance(row, TrainingGroup) else row.name

    def open(self, row: TrainingJob) -> None:
        """Look at a job; fold or unfold a group."""
        if isinstance(row, TrainingGroup):
            self._opened ^= {row.name}
            self.table.rows = self.arranged(self._training.jobs.snapshot.value or ())
        else:
            super().open(row)

    @property
    def _job(self) -> TrainingJob | None:
        """The job under the cursor; None on a group."""
        row = self.table.cursor_row
        return None if isinstance(row, TrainingGroup) else row

    @property
    def _jobs(self) -> tuple[TrainingJob, ...]:
        """The marked jobs, or the one under the cursor; for a group, its jobs."""
        jobs = [job for row in self.chosen for job in (row.jobs if isinstance(row, TrainingGroup) else (row,))]
        return tuple({job.arn: job for job in jobs}.values())

    def possible(self, row: TrainingJob | None) -> dict[str, bool | str]:
        """What can be done with the job under the cursor now."""
        job = self._job
        return {
            "inspect": job is not None,
            "logs": job is not None,
            "why": job is not None and (job.status in ("Failed", "Stopped") or "it did not fail"),
            "compare": 1 < len(self._jobs) <= MOST_COMPARED or f"mark 2 to {MOST_COMPARED} jobs first",
            "deploy": writing(self._read_only, bool(self._deployable()) or "no model was left by it"),
            "transform": writing(
                self._read_only, (job is not None and job in self._deployable()) or "no model was left by it"
            ),
            "tune": writing(self._read_only, job is not None),
            "new": writing(self._read_only, True),
            "clone": writing(self._read_only, job is not None),
            "stop": writing(self._read_only, bool(self._stoppable()) or "it does not run"),
            "delete": writing(self._read_only, job is not None and (not job.running or "stop it first")),
        }

    def action_new(self) -> None:
        """Train on a data set."""
        self.post_message(TrainingWanted())

    def action_logs(self) -> None:
        """Follow the log of the job under the cursor."""
        if job := self._job:
            self.post_message(LogsWanted(training_log(job.name)))

    def action_why(self) -> None:
        """Say why the job under the cursor failed."""
        if job := self._job:
            self.post_message(WhyWanted(job))

    def action_deploy(self) -> None:
        """Deploy what the marked jobs have left, or the one under the cursor."""
        if jobs := self._deployable():
            self.post_message(DeployWanted(jobs=tuple(job.name for job in jobs)))

    def _deployable(self) -> tuple[TrainingJob, ...]:
        """A job that was stopped has left what it had by then."""
        return tuple(job for job in self._jobs if job.status in ("Completed", "Stopped"))

    def action_tune(self) -> None:
        """Search around what the job under the cursor was given."""
        if job := self._job:
            self.post_message(TuningWanted(job=job.name))

    def action_compare(self) -> None:
        """Put the marked jobs side by side."""
        self.post_message(CompareWanted(tuple(job.name for job in self._jobs)))

    def action_stop(self) -> None:
        """Stop the marked jobs, or the one under the cursor."""
        if jobs := self._stoppable():
            self.post_message(StopWanted(jobs))

    def _stoppable(self) -> tuple[TrainingJob, ...]:
        return tuple(job for job in self._jobs if job.status == "InProgress")

    def action_delete(self) -> None:
        """Delete the job under the cursor."""
        if job := self._job:
            self.post_message(DeleteWanted(job))

    async def action_clone(self) -> None:
        """Run the job under the cursor again."""
        if detail := await self._described():
            self.post_message(CloneWanted(detail))

    async def action_transform(self) -> None:
        """Let the model of the job under the cursor predict for a whole file."""
        from tui.resources.models import TrainedModel  # noqa: PLC0415 - not on the way to the first paint

        if (detail := await self._described()) and (trained := TrainedModel.of(detail)):
            self.post_message(TransformWanted(trained=trained))

    async def _described(self) -> TrainingJobDetail | None:
        """The job under the cursor in full; None on a group, or when the service does not answer, which is said."""
        try:
            return await self._training.describe(self._job.name) if self._job else None
        except ServiceError as error:
            self.notify(str(error), severity="error", markup=False)
            return None
