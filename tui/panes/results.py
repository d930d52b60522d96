"""The results of a transform job: records and answers side by side, and beside them how good the answers are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane, writing
from tui.panes.results_columns import columns_of
from tui.panes.results_facts import lost_said
from tui.panes.results_judge import ResultsJudge
from tui.panes.transform_messages import DownloadWanted, LabelsWanted, ResultsWanted, TrainWithWanted
from tui.resources.datasets import DataError
from tui.resources.results import Cursor, JobResults, ResultRow, retraining_problem, side_by_side_problem
from tui.resources.transforms import TransformFile
from tui.service.errors import ServiceError
from tui.service.transform_results import TransformResults
from widgets.table import Table

NEAR = 40
"""Rows from the last one that was read at which the next page is fetched."""


class ResultsPane(Pane):
    """One file of a job's results at a time; the next page of rows is read when the cursor comes near it."""

    UNDER = "batch"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "scores", "Scores", id="results.scores", tooltip="How well the model predicts"),
        Binding("e", "mistake(1)", "Mistake", id="results.mistake", tooltip="The next wrong prediction"),
        Binding("E", "mistake(-1)", "Mistake before", id="results.mistake_before", tooltip="One back", show=False),
        Binding("D", "drift", "Drift", id="results.drift", tooltip="Compare the input with the training data"),
        Binding("f", "file(1)", "Next file", id="results.file", tooltip="The next file with an output"),
        Binding("F", "file(-1)", "File before", id="results.file_before", tooltip="One back", show=False),
        Binding("greater_than_sign", "slide(1)", "More", id="results.more", tooltip="Raise the bar", show=False),
        Binding("less_than_sign", "slide(-1)", "Less", id="results.less", tooltip="Lower the bar", show=False),
        Binding("L", "labels", "Labels", id="results.labels", tooltip="Say which column is the label"),
        Binding("T", "train", "Train again", id="results.train", tooltip="Train again with this data included"),
        Binding("w", "download", "Download", id="results.download", tooltip="Download the output"),
        Binding("r", "reread", "Refresh", id="results.refresh", tooltip="Look for new outputs", show=False),
        Binding("c", "copy", "Copy row", id="results.copy", tooltip="Copy record and answer", show=False),
        Binding("escape", "leave", "Back", id="results.back", show=False),
    ]

    def __init__(self, service: TransformResults, results: JobResults, *, read_only: bool) -> None:
        super().__init__(id="results")
        self._read_only = read_only
        self.results = results
        self._service = service
        self._place = 0
        """Of the file that is shown, among those with an output."""
        self._sought = ""
        """The row of a mistake in a file whose rows are still to be read."""
        self._known: tuple[ResultRow, ...] = ()
        self._behind: Cursor | None = Cursor()
        """Where the next page begins; None while it is on its way, and at the end."""
        self.table: Table[ResultRow] = Table(columns_of(results), lambda row: str(row.number), id="results-list")
        self.judge = ResultsJudge(service, results)

    def compose(self) -> ComposeResult:
        """The title, the rows, what can be said about them."""
        yield from self.compose_title(f"Results of {self.results.detail.job.name}")
        with Horizontal(classes="pane-body"):
            yield self.table
            yield self.judge

    def on_mount(self) -> None:
        """Say what is going on before anything was read."""
        self.table.loading_text = "Reading the first rows…"

    async def watch_service(self) -> None:
        """Read the first page, and judge what is small enough to be judged unasked."""
        if problem := self._problem:
            self.table.loading_text, self.table.empty_text = "", problem
            return
        if not self._known:
            await self._read_on()
        self.judge.judge_unasked()

    def focus_first(self) -> None:
        """Keys go to the rows."""
        self.table.focus()

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """Whether something can be done now, or why not."""
        can_be_judged = not self._problem and (self.results.can_be_judged or "it is not known what is true (L)")
        written = bool(self.results.written)
        possible: dict[str, bool | str] = {
            "scores": can_be_judged,
            "mistake": can_be_judged if can_be_judged is not True else self.judge.judged or "judge it first (m)",
            "slide": self.judge.slides or "there is no threshold to move",
            "drift": (written or "there is no output")
            if self.results.origin
            else "it is not known what the model learnt from",
            "file": len(self.results.written) > 1 or "there is no other file",
            "labels": bool(self._known)
            and (self.results.reading.labels.kind != "file" or "the data set has the labels in a file of their own"),
            "download": written or "there is no output",
            "train": writing(self._read_only, not (problem := retraining_problem(self.results)) or problem),
            "copy": self.table.cursor_row is not None,
            "reread": self.results.detail.job.running or "the job is over, nothing is added any more",
        }
        return possible.get(action, True)

    def action_scores(self) -> None:
        """Show how well the model predicts."""
        self._look_beside()
        self.judge.show_scores()

    def action_drift(self) -> None:
        """Show how far the input is from the training data."""
        self._look_beside()
        self.judge.show_drift()

    def action_mistake(self, step: int) -> None:
        """Show the next mistake, or the one before."""
        self._look_beside()
        self.judge.step_mistake(step)

    def action_slide(self, step: int) -> None:
        """Move the threshold or the tolerance."""
        self.judge.slide(step)

    def action_file(self, step: int) -> None:
        """Show another file."""
        self._turn_to((self._place + step) % len(self.results.written))

    def _turn_to(self, place: int) -> None:
        self._place = place
        self._known, self._behind = (), Cursor()
        self.table.rows = ()
        self.table.loading_text = "Reading the first rows…"
        self._begin_to_read()

    def action_reread(self) -> None:
        """Look for the outputs that were written since."""
        self.post_message(ResultsWanted(self.results.detail.job.name, self.results.reading))

    def action_labels(self) -> None:
        """Say which column is the label."""
        if self._known:
            self.post_message(LabelsWanted(self.results, self._known[0].record))

    def action_train(self) -> None:
        """Train again with this data included."""
        self.post_message(TrainWithWanted(self.results))

    def action_download(self) -> None:
        """Download the output."""
        self.post_message(DownloadWanted(self.results))

    def action_copy(self) -> None:
        """Copy record and answer."""
        if row := self.table.cursor_row:
            self.post_message(CopyWanted(f"{row.record}\n{row.answer}", f"row {row.number:,} and its answer"))

    async def action_leave(self) -> None:
        """Back to the rows; from there, back to the jobs."""
        if self.judge.has_focus_within:
            self.remove_class("-inspecting")
            self.table.focus()
        elif self.table.filter_text:
            self.table.filter_text = ""
        else:
            await self.run_action("screen.show('batch')")

    @on(Table.Selected)
    def _show_row(self, message: Table.Selected[ResultRow]) -> None:
        message.stop()
        self._look_beside(always=True)
        self.judge.show_row(self._file.name, message.row)

    @on(Table.Highlighted)
    def _come_near(self, message: Table.Highlighted[ResultRow]) -> None:
        message.stop()
        self.refresh_bindings()
        if message.row and self._behind and message.row.number > len(self._known) - NEAR:
            self._begin_to_read()

    @on(Table.Counted)
    def _say_counts(self, message: Table.Counted[ResultRow]) -> None:
        message.stop()
        written = self.results.written
        which = f", file {self._place + 1} of {len(written)}" if len(written) > 1 else ""
        more = "the first " if self._behind else ""
        shown = f"{message.shown:,} of " if message.shown != message.total else ""
        rows = f"{self._file.name}{which}: {shown}{more}{message.total:,} rows" if written else ""
        self.title_line.count = "  ".join(filter(None, (lost_said(self.results), rows)))

    @on(ResultsJudge.Doing)
    def _say_doing(self, message: ResultsJudge.Doing) -> None:
        message.stop()
        self.activity = message.text

    @on(ResultsJudge.Shown)
    def _go_to_mistake(self, message: ResultsJudge.Shown) -> None:
        message.stop()
        number = str(message.mistake.row.number)
        if message.mistake.place == self._place:
            self.table.move_to(number)
        else:
            self._sought = number
            self._turn_to(message.mistake.place)

    @property
    def _file(self) -> TransformFile:
        return self.results.written[self._place]

    @property
    def _problem(self) -> str:
        if not self.results.written:
            return "The job has written no output, or not yet. W in the list of jobs says why."
        return side_by_side_problem(self.results.detail)

    def _begin_to_read(self) -> None:
        work: Callable[[], Awaitable[None]] = self._read_on
        self.run_worker(work, group="page", exclusive=True)

    async def _read_on(self) -> None:
        """Read the next page of the file that is shown."""
        place, cursor = self._place, self._behind
        if cursor is None:
            return
        self._behind = None
        try:
            page = await self._service.page(self._file, self.results.reading, cursor)
        except asyncio.CancelledError:  # the pane was hidden; what was not read is read when it is shown again
            if place == self._place:
                self._behind = cursor
            raise
        except (ServiceError, DataError) as error:
            self._behind = cursor
            self.table.loading_text, self.table.error_text = "", str(error)
            return
        if place != self._place:
            return
        self._behind = page.next
        self._known += page.rows
        self.table.loading_text, self.table.empty_text, self.table.error_text = "", "The output is empty.", ""
        self.table.rows = self._known
        if self._sought and self.table.move_to(self._sought):
            self._sought = ""
        self.refresh_bindings()

    def _look_beside(self, *, always: bool = False) -> None:
        """On a narrow screen what is said stands in place of the rows."""
        if always or self.screen.has_class("-narrow"):
            self.add_class("-inspecting")
            self.judge.focus()
