"""The pane of batch transform jobs: the live list, and beside it one job in full."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panes.list_pane import ListPane
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.panes.pane import writing
from tui.panes.transform_inspector import TransformInspector
from tui.panes.transform_messages import ResultsWanted, TransformCloneWanted, TransformStopWanted, TransformWanted
from tui.panes.transform_views import files_bar
from tui.panes.wording import duration, moment, status, took
from tui.resources.logs import transform_log
from tui.resources.transforms import TransformJob
from tui.service.errors import ServiceError
from tui.service.prices import Prices
from tui.service.transforms import Transforms
from widgets.table_columns import Column, fixed, flex

COLUMNS = (
    Column[TransformJob](
        "name",
        "Name",
        lambda job: job.name,
        flex(share=3, minimum=22),
        shorten="middle",
        sort_key=lambda job: job.name,
        priority=9,
    ),
    Column[TransformJob]("status", "Status", lambda job: status(job.status), fixed(12), priority=8),
    Column[TransformJob](
        "files",
        "Files done",
        lambda job: files_bar(job.files, job.running),
        flex(minimum=11),
        sort_key=lambda job: job.files.done if job.files else None,
        priority=7,
    ),
    Column[TransformJob](
        "model", "Model", lambda job: job.model, flex(share=2, minimum=16), shorten="middle", priority=5
    ),
    Column[TransformJob](
        "created", "Created", lambda job: moment(job.created), fixed(16), sort_key=lambda job: job.created, priority=3
    ),
    Column[TransformJob](
        "duration", "Took", lambda job: duration(took(job)), fixed(8), "right", sort_key=took, priority=4
    ),
)


class BatchPane(ListPane[TransformJob]):
    """Transform jobs, newest first; Enter shows a job's results."""

    HEADING = "Batch transform jobs"
    NOUN = "transform job"
    EMPTY = """No transform jobs yet.

Press n to let a model predict for a whole file or prefix:
choose the model, the data, and how it is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="batch.new", tooltip="Transform data with a model"),
        Binding("N", "clone", "Run again", id="batch.clone", tooltip="Run the same job again under another name"),
        Binding("l", "logs", "Logs", id="batch.logs", tooltip="Follow the job's log"),
        Binding("W", "why", "Why", id="batch.why", tooltip="Why the job or some of its files failed"),
        Binding("x", "stop", "Stop", id="batch.stop", tooltip="Stop the job, or those that are marked"),
        Binding("y", "inspect('request')", "Request", id="batch.request", tooltip="The whole description as JSON"),
    ]

    def __init__(self, transforms: Transforms, prices: Prices, *, read_only: bool) -> None:
        super().__init__(transforms.list, COLUMNS, TransformInspector(transforms, prices), id="batch")
        self._transforms = transforms
        self._read_only = read_only

    def possible(self, row: TransformJob | None) -> dict[str, bool | str]:
        """What can be done with the job under the cursor now."""
        return {
            "logs": row is not None,
            "why": row is not None and (row.status in ("Failed", "Stopped") or "nothing failed"),
            "new": writing(self._read_only, True),
            "clone": writing(self._read_only, row is not None),
            "stop": writing(self._read_only, bool(self._stoppable()) or "it does not run"),
        }

    def open(self, row: TransformJob) -> None:
        """Show what the job has written."""
        self.post_message(ResultsWanted(row.name))

    def action_new(self) -> None:
        """Transform data with a model."""
        self.post_message(TransformWanted())

    async def action_clone(self) -> None:
        """Run the job under the cursor again."""
        if job := self.table.cursor_row:
            try:
                self.post_message(TransformCloneWanted(await self._transforms.describe(job.name)))
            except ServiceError as error:
                self.notify(str(error), severity="error", markup=False)

    def action_logs(self) -> None:
        """Follow the log of the job under the cursor."""
        if job := self.table.cursor_row:
            self.post_message(LogsWanted(transform_log(job.name)))

    def action_why(self) -> None:
        """Say why the job under the cursor, or some of its files, failed."""
        if job := self.table.cursor_row:
            self.post_message(WhyWanted(job))

    def action_stop(self) -> None:
        """Stop the marked jobs, or the one under the cursor."""
        if jobs := self._stoppable():
            self.post_message(TransformStopWanted(tuple(job.name for job in jobs)))

    def _stoppable(self) -> tuple[TransformJob, ...]:
        return tuple(job for job in self.chosen if job.status == "InProgress")
