"""The pane of data: the folders of this machine, the uploaded data sets, and what is in the one under the cursor."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.panes.data_inspector import DataInspector
from tui.panes.data_tables import FILES, PARENT, UPLOADS, Uploaded, home_short, upload_name
from tui.panes.messages import (
    BrowserWanted,
    CancelWanted,
    CopyWanted,
    DatasetWanted,
    PreviewWanted,
    RepairWanted,
    SampleWanted,
    TrainingWanted,
)
from tui.panes.pane import Pane, PaneTitle
from tui.panes.wording import count
from tui.resources.csv_reports import CsvReport, FolderEntry, ReadProgress
from tui.resources.datasets import DataError, UploadedDataset
from tui.service.datasets import Datasets
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from widgets.table import Table

SETTLE_SECONDS = 0.15
"""How long the cursor rests on a file before it is opened."""

READ_AT_ONCE = 64_000_000
"""Bytes up to which a file is read whole as soon as the cursor rests on it; a larger one waits to be asked for."""

NO_UPLOADS = """No data set is uploaded yet: n on a CSV file makes one,
b writes a sample to begin with."""


class DataPane(Pane):
    """Local files above, uploaded data sets below; Tab goes from one to the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="data.new", tooltip="Make a data set of the CSV file, or train on the data set"),
        Binding(
            "f", "repair", "Doctor", id="data.repair", tooltip="What is wrong with the CSV file, and a new file without"
        ),
        Binding("b", "sample", "Sample", id="data.sample", tooltip="Write a sample data set into this folder"),
        Binding("B", "browse", "S3", id="data.browse", tooltip="This folder beside the buckets of S3"),
        Binding(
            "v", "preview", "Preview", id="data.preview", tooltip="The rows of the file, a page at a time", show=False
        ),
        Binding("d", "describe", "Describe", id="data.describe", tooltip="What is in the file or the data set"),
        Binding("tab", "screen.focus_next", "Next list", id="data.next", tooltip="To the other list", show=False),
        Binding("backspace", "up", "Parent", id="data.up", tooltip="The folder above", show=False),
        Binding(
            "r", "reread", "Refresh", id="data.refresh", tooltip="Read the folder and the bucket again", show=False
        ),
        Binding("c", "copy", "Copy", id="data.copy", tooltip="Copy the path or the S3 URI", show=False),
        Binding("x", "cancel", "Cancel", id="data.cancel", tooltip="Cancel the upload or the reading under way"),
        Binding("escape", "leave", "Back", id="data.back", show=False),
    ]

    folder: var[Path] = var(Path.cwd)
    """The folder whose entries are shown."""

    activity: var[str] = var("")
    """What is being made or uploaded, and how far it is; empty while nothing is."""

    files: query_one[Table[FolderEntry]] = query_one("#files", Table)
    uploads: query_one[Table[Uploaded]] = query_one("#uploads", Table)
    uploads_title = query_one("#uploads-title", PaneTitle)
    inspector = query_one(DataInspector)

    def __init__(self, datasets: Datasets, *, read_only: bool) -> None:
        super().__init__(id="data")
        self._datasets = datasets
        self._read_only = read_only
        self._go_to: str | None = None
        self._entries: Feed[tuple[FolderEntry, ...]] | None = None

    def compose(self) -> ComposeResult:
        """Two lists at the left, the inspector at the right."""
        with Horizontal(classes="pane-body"):
            with Vertical(classes="pane-lists"):
                yield from self.compose_title("Files")
                yield Table(FILES, lambda entry: entry.name, id="files")
                yield PaneTitle(classes="pane-title", id="uploads-title")
                yield Table(UPLOADS, upload_name, id="uploads")
            yield DataInspector()

    def on_mount(self) -> None:
        """Say what is going on before the first answers."""
        self.uploads_title.heading = "Uploaded"
        self.files.loading_text = "Reading the folder…"
        self.files.empty_text = "The folder is empty. b writes a sample into it, Backspace goes to the folder above."
        self.uploads.loading_text = "Asking for data sets…"

    async def watch_service(self) -> None:
        """Follow the folder and the uploaded data sets."""
        self.run_worker(self._follow_folder(), group="folder", exclusive=True)
        async for snapshot in self._datasets.uploaded.watch():
            self.uploads.loading_text = ""
            if snapshot.value is not None:
                self.uploads.rows = snapshot.value
                self.uploads.empty_text = NO_UPLOADS
            self.uploads.error_text = str(snapshot.error) if snapshot.error else ""

    def focus_first(self) -> None:
        """Keys go to the files."""
        self.files.focus()

    def show_folder(self, folder: Path, cursor: str | None = None) -> None:
        """Show another folder, with the cursor on the entry called `cursor`."""
        self._go_to = cursor
        self.folder = folder
        self.run_worker(self._follow_folder(), group="folder", exclusive=True)

    def show_uploaded(self, item: UploadedDataset) -> None:
        """Give the keyboard to the uploaded data sets, with the cursor on one that is new."""
        others = [known for known in self.uploads.rows if upload_name(known) != upload_name(item)]
        self.uploads.rows = (*others, item)
        self.uploads.move_to(upload_name(item))
        self.uploads.focus()

    async def _follow_folder(self) -> None:
        folder = self.folder
        above = () if folder == folder.parent else (PARENT,)
        self._entries = self._datasets.folder(str(folder))
        async for snapshot in self._entries.watch():
            self.files.loading_text = ""
            self.files.error_text = str(snapshot.error) if snapshot.error else ""
            self.files.rows = (*above, *(snapshot.value or ()))
            self.title_line.heading = home_short(folder)
            if self._go_to and self.files.move_to(self._go_to):
                self._go_to = None

    def watch_activity(self, activity: str) -> None:
        """Show what is being made in the line above the uploaded data sets."""
        self.uploads_title.note = activity
        self.refresh_bindings()

    @on(Table.Counted, "#uploads")
    def _count_uploads(self, message: Table.Counted[Uploaded]) -> None:
        message.stop()
        self.uploads_title.count = count(message.total, "data set") if message.total else ""

    @on(Table.Counted, "#files")
    def _count_files(self, message: Table.Counted[FolderEntry]) -> None:
        message.stop()
        shown = f"{message.shown:,} of " if message.shown != message.total else ""
        self.title_line.count = f"{shown}{count(message.total, 'entry', 'entries')}" if message.total else ""

    @on(Table.Highlighted, "#files")
    def _peek(self, message: Table.Highlighted[FolderEntry]) -> None:
        message.stop()
        if self.files.has_focus or not self.uploads.has_focus:
            self._inspect_file(message.row)

    @on(Table.Highlighted, "#uploads")
    def _look(self, message: Table.Highlighted[Uploaded]) -> None:
        message.stop()
        if self.uploads.has_focus:
            self._inspect_upload(message.row)

    def on_descendant_focus(self) -> None:
        """The inspector follows the list that has the keyboard."""
        if self.files.has_focus:
            self._inspect_file(self.files.cursor_row)
        elif self.uploads.has_focus:
            self._inspect_upload(self.uploads.cursor_row)
        self.refresh_bindings()

    def _inspect_file(self, entry: FolderEntry | None) -> None:
        self.refresh_bindings()
        if entry is None or entry.kind != "csv":
            self.workers.cancel_group(self, "inspect")
            self.inspector.clear()
        elif self.inspector.path != str(self.folder / entry.name):
            whole = entry.size <= READ_AT_ONCE
            self.run_worker(self._read_file(self.folder / entry.name, whole=whole), group="inspect", exclusive=True)

    def _inspect_upload(self, item: Uploaded | None) -> None:
        self.workers.cancel_group(self, "inspect")
        self.refresh_bindings()
        self.inspector.show_upload(item)

    async def _read_file(self, path: Path, *, whole: bool = True) -> CsvReport | None:
        """First what the file's first block tells, at once; then the `whole` file, with progress."""
        await asyncio.sleep(SETTLE_SECONDS)
        try:
            self.inspector.show_source(await self._datasets.peek(str(path)), reading=whole)
            if not whole:
                return None
            report = await self._datasets.inspect(str(path), self._show_reading)
        except (DataError, ServiceError) as error:
            self.inspector.show_problem(str(path), str(error))
            return None
        self.inspector.show_report(report)
        self.refresh_bindings()
        return report

    def _show_reading(self, progress: ReadProgress) -> None:
        self.inspector.show_progress(progress)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done with what is under the cursor; None dims a key."""
        if not self.is_mounted:
            return True
        entry, upload = self.files.cursor_row, self.uploads.cursor_row
        on_dataset = self.uploads.has_focus and isinstance(upload, UploadedDataset)
        on_file = not self.uploads.has_focus and entry is not None and entry.kind == "csv"
        possible = {
            # One data set at a time: another one would cancel the upload under way.
            "new": ((on_file and not self.activity) or on_dataset) and not self._read_only,
            "preview": on_dataset or (not self.uploads.has_focus and entry is not None and entry.kind != "folder"),
            "repair": on_file and not self.activity,
            "describe": on_file or (self.uploads.has_focus and upload is not None),
            "cancel": bool(self.activity) or self.inspector.reading,
        }
        return True if possible.get(action, True) else None

    @on(Table.Selected, "#files")
    def _open(self, message: Table.Selected[FolderEntry]) -> None:
        message.stop()
        entry = message.row
        if entry.name == PARENT.name:
            self.action_up()
        elif entry.kind == "folder":
            self.show_folder(self.folder / entry.name)
        else:
            self.action_describe()

    @on(Table.Selected, "#uploads")
    def _open_upload(self, message: Table.Selected[Uploaded]) -> None:
        message.stop()
        self.action_describe()

    def action_up(self) -> None:
        """The folder above, with the cursor on the one just left."""
        if self.folder != self.folder.parent:
            self.show_folder(self.folder.parent, cursor=self.folder.name)

    def action_describe(self) -> None:
        """Look into what is under the cursor, read whole; on a narrow screen in place of the lists."""
        entry = self.files.cursor_row
        if entry and not self.inspector.upload and not self.inspector.report and not self.inspector.reading:
            self.run_worker(self._read_file(self.folder / entry.name), group="inspect", exclusive=True)
        self.add_class("-inspecting")
        self.inspector.focus()

    def action_leave(self) -> None:
        """Back to the lists; there, take the filter away."""
        if self.inspector.has_focus:
            self.remove_class("-inspecting")
            (self.uploads if self.inspector.upload else self.files).focus()
        else:
            self.files.filter_text = self.uploads.filter_text = ""

    async def action_new(self) -> None:
        """Train on the data set, or make one of the file; the file is read whole first."""
        if self.uploads.has_focus or self.inspector.upload:
            if isinstance(self.uploads.cursor_row, UploadedDataset):
                self.post_message(TrainingWanted(self.uploads.cursor_row))
            return
        if report := self.inspector.report:
            self.post_message(DatasetWanted(report))
        elif entry := self.files.cursor_row:
            self.run_worker(self._read_then(self.folder / entry.name, DatasetWanted), group="inspect", exclusive=True)

    def action_repair(self) -> None:
        """Show what is wrong with the file and what can be done; the file is read whole first."""
        if (report := self.inspector.report) and not self.uploads.has_focus:
            self.post_message(RepairWanted(report))
        elif entry := self.files.cursor_row:
            self.run_worker(self._read_then(self.folder / entry.name, RepairWanted), group="inspect", exclusive=True)

    async def _read_then(self, path: Path, wish: type[DatasetWanted | RepairWanted]) -> None:
        if report := await self._read_file(path):
            self.post_message(wish(report))
        else:
            self.notify(self.inspector.problem, severity="error", markup=False)

    def action_browse(self) -> None:
        """Show this folder beside the buckets."""
        self.post_message(BrowserWanted(str(self.folder)))

    def action_preview(self) -> None:
        """Show the rows of the file under the cursor, or of the train file of the data set."""
        upload, entry = self.uploads.cursor_row, self.files.cursor_row
        if self.uploads.has_focus and isinstance(upload, UploadedDataset):
            self.post_message(PreviewWanted(upload.uri("train")))
        elif entry:
            self.post_message(PreviewWanted(str(self.folder / entry.name)))

    def action_sample(self) -> None:
        """Write one of the samples into this folder."""
        self.post_message(SampleWanted(str(self.folder)))

    def action_reread(self) -> None:
        """Read the folder and the bucket again."""
        if self._entries:
            self._entries.wake()
        self._datasets.uploaded.wake()

    def action_cancel(self) -> None:
        """Cancel what is being made, or else the reading of a file."""
        if self.activity:
            self.post_message(CancelWanted())
        else:
            self.workers.cancel_group(self, "inspect")
            self.inspector.clear()

    def action_copy(self) -> None:
        """Copy the path of the file or the URI of the data set."""
        upload = self.uploads.cursor_row
        if self.uploads.has_focus and isinstance(upload, UploadedDataset):
            self.post_message(CopyWanted(f"s3://{upload.bucket}/{upload.prefix}", "the S3 URI"))
        elif entry := self.files.cursor_row:
            self.post_message(CopyWanted(str(self.folder / entry.name), "the path"))
