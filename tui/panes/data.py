"""The pane of data: the folders of this machine, the uploaded data sets, and what is in the one under the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.panes.data_folder import FolderList
from tui.panes.data_inspector import DataInspector
from tui.panes.data_keys import KEYS
from tui.panes.data_messages import (
    BrowserWanted,
    CancelWanted,
    DatasetWanted,
    FileWatchWanted,
    FolderWatchWanted,
    PreviewWanted,
    RepairWanted,
    SampleWanted,
    UnwatchWanted,
    WatchRunWanted,
)
from tui.panes.data_tables import PARENT, UPLOADS, Uploaded, home_short, upload_name
from tui.panes.data_watches import WatchList
from tui.panes.job_messages import TrainingWanted
from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane, PaneTitle
from tui.panes.wording import count
from tui.resources.csv_reports import CsvReport, FolderEntry
from tui.resources.datasets import UploadedDataset
from tui.resources.watches import WatchStatus
from tui.service.datasets import Datasets
from tui.service.feed import Feed
from widgets.table import Table

READ_AT_ONCE = 64_000_000
"""Bytes up to which a file is read whole as soon as the cursor rests on it; a larger one waits to be asked for."""

NO_UPLOADS = """No data set is uploaded yet: n on a CSV file makes one,
b writes a sample to begin with."""


class DataPane(Pane):
    """Local files above, uploaded data sets below; Tab goes from one to the other."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    activity: var[str] = var("")
    """What is being made or uploaded, and how far it is; empty while nothing is."""

    files = query_one(FolderList)
    uploads: query_one[Table[Uploaded]] = query_one("#uploads", Table)
    uploads_title = query_one("#uploads-title", PaneTitle)
    watch_list = query_one(WatchList)
    inspector = query_one(DataInspector)

    def __init__(self, datasets: Datasets, watches: Feed[tuple[WatchStatus, ...]], *, read_only: bool) -> None:
        super().__init__(id="data")
        self._watches = watches
        self._datasets = datasets
        self._read_only = read_only

    def compose(self) -> ComposeResult:
        """Two lists at the left, the inspector at the right."""
        with Horizontal(classes="pane-body"):
            with Vertical(classes="pane-lists"):
                yield from self.compose_title("Files")
                yield FolderList(self._datasets, Path.cwd(), id="files")
                yield PaneTitle(classes="pane-title", id="uploads-title")
                yield Table(UPLOADS, upload_name, id="uploads")
                yield WatchList(self._watches)
            yield DataInspector(self._datasets)

    def on_mount(self) -> None:
        """Say what is going on before the first answers."""
        self.uploads_title.heading = "Uploaded"
        self.files.empty_text = "The folder is empty. b writes a sample into it, Backspace goes to the folder above."
        self.uploads.loading_text = "Asking for data sets…"

    async def watch_service(self) -> None:
        """Follow the folder and the uploaded data sets."""
        self.run_worker(self.watch_list.follow(), group="watches", exclusive=True)
        async for snapshot in self._datasets.uploaded.watch():
            self.uploads.loading_text = ""
            if snapshot.value is not None:
                self.uploads.rows = snapshot.value
                self.uploads.empty_text = NO_UPLOADS
            self.uploads.error_text = str(snapshot.error) if snapshot.error else ""

    def focus_first(self) -> None:
        """Keys go to the files."""
        self.files.focus()

    @property
    def folder(self) -> Path:
        """The folder whose entries are shown."""
        return self.files.folder

    def show_folder(self, folder: Path, cursor: str | None = None) -> None:
        """Show another folder, with the cursor on the entry called `cursor`."""
        self.files.enter(folder, cursor)

    def show_uploaded(self, item: UploadedDataset) -> None:
        """Give the keyboard to the uploaded data sets, with the cursor on one that is new."""
        others = [known for known in self.uploads.rows if upload_name(known) != upload_name(item)]
        self.uploads.rows = (*others, item)
        self.uploads.move_to(upload_name(item))
        self.uploads.focus()

    @on(FolderList.Entered)
    def _name_folder(self, message: FolderList.Entered) -> None:
        message.stop()
        self.title_line.heading = home_short(message.folder)

    def watch_activity(self, activity: str) -> None:
        """Show what is being made in the line above the uploaded data sets."""
        self.uploads_title.note = activity
        self.refresh_bindings()

    @on(Table.Counted, "#uploads")
    def _count_uploads(self, message: Table.Counted[Uploaded]) -> None:
        message.stop()
        self.uploads_title.count = count(message.total, "data set") if message.total else ""

    @on(Table.Counted, "#watches")
    def _stop_count(self, message: Table.Counted[WatchStatus]) -> None:
        message.stop()

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

    @on(Table.Highlighted, "#watches")
    def _look_at_watch(self, message: Table.Highlighted[WatchStatus]) -> None:
        message.stop()
        if self.watch_list.table.has_focus or self.inspector.watched:
            self._inspect_watch(message.row)

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
        elif self.watch_list.table.has_focus:
            self._inspect_watch(self.watch_list.table.cursor_row)
        self.refresh_bindings()

    def _inspect_file(self, entry: FolderEntry | None) -> None:
        self.refresh_bindings()
        if entry is None or entry.kind != "csv":
            self.inspector.clear()
        elif self.inspector.path != str(self.folder / entry.name):
            self.inspector.look_into(str(self.folder / entry.name), whole=entry.size <= READ_AT_ONCE)

    def _inspect_upload(self, item: Uploaded | None) -> None:
        self.refresh_bindings()
        self.inspector.show_upload(item)

    def _inspect_watch(self, status: WatchStatus | None) -> None:
        self.refresh_bindings()
        self.inspector.show_watch(status)

    @on(DataInspector.Told)
    def _know_more(self, message: DataInspector.Told) -> None:
        message.stop()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done with what is under the cursor; None dims a key."""
        if not self.is_mounted:
            return True
        entry, upload = self.files.cursor_row, self.uploads.cursor_row
        on_dataset = self.uploads.has_focus and isinstance(upload, UploadedDataset)
        on_watch = self.watch_list.table.has_focus and self.watch_list.table.cursor_row is not None
        in_files = not self.uploads.has_focus and not self.watch_list.table.has_focus
        on_file = in_files and entry is not None and entry.kind == "csv"
        on_folder = in_files and entry is not None and entry.kind == "folder" and entry != PARENT
        possible = {
            # One data set at a time: another one would cancel the upload under way.
            "new": ((on_file and not self.activity) or on_dataset) and not self._read_only,
            "preview": on_dataset or (in_files and entry is not None and entry.kind != "folder"),
            "watch": (on_file or on_folder or on_watch) and not self._read_only,
            "repair": on_file and not self.activity,
            "describe": on_file or on_watch or (self.uploads.has_focus and upload is not None),
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

    @on(Table.Selected, "#watches")
    @on(Table.Selected, "#uploads")
    def _open_upload(self, message: Table.Selected[Uploaded]) -> None:
        message.stop()
        self.action_describe()

    def action_up(self) -> None:
        """The folder above, with the cursor on the one just left."""
        self.files.leave()

    def action_describe(self) -> None:
        """Look into what is under the cursor, read whole; on a narrow screen in place of the lists."""
        entry = self.files.cursor_row
        if (
            entry
            and not (self.inspector.upload or self.inspector.watched)
            and not self.inspector.report
            and not self.inspector.reading
        ):
            self.inspector.look_into(str(self.folder / entry.name), whole=True)
        self.add_class("-inspecting")
        self.inspector.focus()

    def action_leave(self) -> None:
        """Back to the lists; there, take the filter away."""
        if self.inspector.has_focus:
            self.remove_class("-inspecting")
            shown = self.inspector
            (self.watch_list.table if shown.watched else self.uploads if shown.upload else self.files).focus()
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
            self._read_then(entry, DatasetWanted)

    def action_repair(self) -> None:
        """Show what is wrong with the file and what can be done; the file is read whole first."""
        if (report := self.inspector.report) and not self.uploads.has_focus:
            self.post_message(RepairWanted(report))
        elif entry := self.files.cursor_row:
            self._read_then(entry, RepairWanted)

    def action_watch(self) -> None:
        """Watch the file or the folder under the cursor; the watch under the cursor no more."""
        status, entry = self.watch_list.table.cursor_row, self.files.cursor_row
        if self.watch_list.table.has_focus and status:
            self.post_message(UnwatchWanted(status.watch.path))
        elif entry and entry.kind == "folder":
            self.post_message(FolderWatchWanted(str(self.folder / entry.name)))
        elif report := self.inspector.report:
            self.post_message(FileWatchWanted(report))
        elif entry:
            self._read_then(entry, FileWatchWanted)

    def _read_then(self, entry: FolderEntry, wish: type[DatasetWanted | RepairWanted | FileWatchWanted]) -> None:
        """Wish something of the file as soon as it was read whole."""

        def ask(report: CsvReport | None) -> None:
            if report:
                self.post_message(wish(report))
            else:
                self.notify(self.inspector.problem, severity="error", markup=False)

        self.inspector.look_into(str(self.folder / entry.name), whole=True, then=ask)

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
        """Read the folder and the bucket again; of a watch, make its data sets now."""
        if self.watch_list.table.has_focus and self.watch_list.table.cursor_row and not self._read_only:
            self.post_message(WatchRunWanted(self.watch_list.table.cursor_row.watch.path))
        self.files.wake()
        self._datasets.uploaded.wake()

    def action_cancel(self) -> None:
        """Cancel what is being made, or else the reading of a file."""
        if self.activity:
            self.post_message(CancelWanted())
        else:
            self.inspector.clear()

    def action_copy(self) -> None:
        """Copy the path of the file or the URI of the data set."""
        upload = self.uploads.cursor_row
        if self.uploads.has_focus and isinstance(upload, UploadedDataset):
            self.post_message(CopyWanted(f"s3://{upload.bucket}/{upload.prefix}", "the S3 URI"))
        elif entry := self.files.cursor_row:
            self.post_message(CopyWanted(str(self.folder / entry.name), "the path"))
