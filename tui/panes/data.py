"""The pane of data: the folders of this machine, the uploaded data sets, and what is in the one under the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one

from tui.panes.data_folder import FolderList
from tui.panes.data_inspector import DataInspector
from tui.panes.data_keys import KEYS, Subject, possible
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
from tui.panes.data_tables import PARENT, home_short
from tui.panes.data_uploads import UploadList
from tui.panes.data_watches import WatchList
from tui.panes.job_messages import TrainingWanted
from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane, PaneTitle
from tui.panes.transform_messages import TransformWanted
from tui.panes.wording import count
from tui.resources.csv_reports import CsvReport, FolderEntry
from tui.resources.datasets import UnreadableDataset, UploadedDataset
from tui.resources.watches import WatchStatus
from tui.service.datasets import Datasets
from tui.service.feed import Feed
from widgets.table import Table

READ_AT_ONCE = 64_000_000
"""Bytes up to which a file is read whole as soon as the cursor rests on it; a larger one waits to be asked for."""


class DataPane(Pane):
    """Local files above, uploaded data sets and watches below; Tab goes from one to the other."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    files = query_one(FolderList)
    uploads = query_one(UploadList)
    watch_list = query_one(WatchList)
    inspector = query_one(DataInspector)

    def __init__(self, datasets: Datasets, watches: Feed[tuple[WatchStatus, ...]], *, read_only: bool) -> None:
        super().__init__(id="data")
        self._watches = watches
        self._datasets = datasets
        self._read_only = read_only
        self._list: Table[Any] | None = None
        """The list that has the keyboard or had it last; None before any had."""

        self._looked_into: FolderEntry | None = None
        """The file as it was when the inspector was told to look into it."""

    def compose(self) -> ComposeResult:
        """The lists at the left, the inspector at the right."""
        with Horizontal(classes="pane-body"):
            with Vertical(classes="pane-lists"):
                yield from self.compose_title("Files")
                yield FolderList(self._datasets, Path.cwd(), id="files")
                yield UploadList(self._datasets.uploaded)
                yield WatchList(self._watches)
            yield DataInspector(self._datasets)

    def on_mount(self) -> None:
        """Say what is going on before the first answers."""
        self.files.empty_text = "The folder is empty. b writes a sample into it, Backspace goes to the folder above."

    async def watch_service(self) -> None:
        """Follow the uploaded data sets and the watches; the folder follows by itself."""
        self.run_worker(self.watch_list.follow(), group="watches", exclusive=True)
        await self.uploads.follow()

    @property
    def current(self) -> Table[Any]:
        """The list that has the keyboard or had it last; the files where that one is gone."""
        gone = self._list is self.watch_list.table and not self.watch_list.display
        return self.files if self._list is None or gone else self._list

    @property
    def subject(self) -> Subject:
        """What is under the cursor of that list."""
        subject: Subject = self.current.cursor_row
        return subject

    def focus_first(self) -> None:
        """Keys go to the list that was left."""
        self.current.focus()

    @property
    def folder(self) -> Path:
        """The folder whose entries are shown."""
        return self.files.folder

    def show_folder(self, folder: Path, cursor: str | None = None) -> None:
        """Show another folder, with the cursor on the entry called `cursor`."""
        self.files.enter(folder, cursor)

    @property
    def activity_line(self) -> PaneTitle:
        """What is being made is said above the uploaded data sets."""
        return self.uploads.title

    @on(FolderList.Entered)
    def _name_folder(self, message: FolderList.Entered) -> None:
        message.stop()
        self.title_line.heading = home_short(message.folder)

    @on(Table.Counted, "#files")
    def _count_files(self, message: Table.Counted[FolderEntry]) -> None:
        message.stop()
        shown = f"{message.shown:,} of " if message.shown != message.total else ""
        self.title_line.count = f"{shown}{count(message.total, 'entry', 'entries')}" if message.total else ""

    @on(Table.Highlighted)
    def _follow_cursor(self, message: Table.Highlighted[Any]) -> None:
        message.stop()
        if message.control is self.current:
            self._inspect()

    def on_descendant_focus(self) -> None:
        """The inspector follows the list that has the keyboard."""
        for table in (self.files, self.uploads.table, self.watch_list.table):
            if table.has_focus and table is not self._list:
                self._list = table
                self._inspect()
        self.refresh_bindings()

    def _inspect(self) -> None:
        self.refresh_bindings()
        match self.subject:
            case UploadedDataset() | UnreadableDataset() as item:
                self.inspector.show_upload(item)
            case WatchStatus() as status:
                self.inspector.show_watch(status)
            case FolderEntry(kind="csv") as entry:
                if self.inspector.path != self._path(entry) or entry != self._looked_into:
                    self._looked_into = entry
                    self.inspector.look_into(self._path(entry), whole=entry.size <= READ_AT_ONCE)
            case FolderEntry(kind="other") as entry:
                self.inspector.show_other(self._path(entry), entry.size)
            case _:
                self.inspector.clear()

    def _path(self, entry: FolderEntry) -> str:
        return str(self.folder / entry.name)

    @on(DataInspector.Told)
    def _know_more(self, message: DataInspector.Told) -> None:
        message.stop()
        self.refresh_bindings()

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """What can be done with what is under the cursor."""
        reading = self.inspector.reading
        known = possible(self.subject, busy=bool(self.activity), reading=reading, read_only=self._read_only)
        return known.get(action, True)

    @on(Table.Selected)
    def _open(self, message: Table.Selected[Any]) -> None:
        message.stop()
        match message.row:
            case FolderEntry(name=PARENT.name):
                self.action_up()
            case FolderEntry(kind="folder", name=name):
                self.show_folder(self.folder / name)
            case FolderEntry(kind="other"):
                self.action_preview()
            case _:
                self.action_describe()

    def action_up(self) -> None:
        """The folder above, with the cursor on the one just left."""
        self.files.leave()

    def action_describe(self) -> None:
        """Look into what is under the cursor, read whole; on a narrow screen in place of the lists."""
        if isinstance(entry := self.subject, FolderEntry) and not self._report(entry) and not self.inspector.reading:
            self.inspector.look_into(self._path(entry), whole=True)
        self.add_class("-inspecting")
        self.inspector.focus()

    def action_leave(self) -> None:
        """Back to the lists; there, take the filter away."""
        if self.inspector.has_focus:
            self.remove_class("-inspecting")
            self.current.focus()
        else:
            self.current.filter_text = ""

    async def action_new(self) -> None:
        """Train on the data set, or make one of the file; the file is read whole first."""
        match self.subject:
            case UploadedDataset() as item:
                self.post_message(TrainingWanted(item))
            case FolderEntry() as entry:
                self._wish_of(entry, DatasetWanted)

    def action_transform(self) -> None:
        """Let a model predict for the data set."""
        if isinstance(item := self.subject, UploadedDataset):
            self.post_message(TransformWanted(dataset=item))

    def action_repair(self) -> None:
        """Show what is wrong with the file and what can be done; the file is read whole first."""
        if isinstance(entry := self.subject, FolderEntry):
            self._wish_of(entry, RepairWanted)

    def action_watch(self) -> None:
        """Watch the file or the folder under the cursor; the watch under the cursor no more."""
        match self.subject:
            case WatchStatus() as status:
                self.post_message(UnwatchWanted(status.watch.path))
            case FolderEntry(kind="folder") as entry:
                self.post_message(FolderWatchWanted(self._path(entry)))
            case FolderEntry() as entry:
                self._wish_of(entry, FileWatchWanted)

    def _wish_of(self, entry: FolderEntry, wish: type[DatasetWanted | RepairWanted | FileWatchWanted]) -> None:
        """Wish something of a file, at once if it was read whole, else as soon as it is."""

        def ask(report: CsvReport | None) -> None:
            if report:
                self.post_message(wish(report))
            else:
                self.notify(self.inspector.problem, severity="error", markup=False)

        if report := self._report(entry):
            ask(report)
        else:
            self.inspector.look_into(self._path(entry), whole=True, then=ask)

    def _report(self, entry: FolderEntry) -> CsvReport | None:
        """What is known of a file that was read whole; the inspector may still show the one before."""
        report = self.inspector.report
        return report if report and report.source.path == self._path(entry) else None

    def action_browse(self) -> None:
        """Show this folder beside the buckets."""
        self.post_message(BrowserWanted(str(self.folder)))

    def action_preview(self) -> None:
        """Show the rows of the file under the cursor, or of the train file of the data set."""
        match self.subject:
            case UploadedDataset() as item:
                self.post_message(PreviewWanted(item.uri("train")))
            case FolderEntry() as entry:
                self.post_message(PreviewWanted(self._path(entry)))

    def action_sample(self) -> None:
        """Write one of the samples into this folder."""
        self.post_message(SampleWanted(str(self.folder)))

    def action_reread(self) -> None:
        """Read the folder and the bucket again; of a watch, make its data sets now."""
        if isinstance(status := self.subject, WatchStatus) and not self._read_only:
            self.post_message(WatchRunWanted(status.watch.path))
        self.files.wake()
        self._datasets.uploaded.wake()

    def action_cancel(self) -> None:
        """Cancel what is being made, or else the reading of a file."""
        if self.activity:
            self.post_message(CancelWanted())
        else:
            self.inspector.clear()
            self.refresh_bindings()

    def action_copy(self) -> None:
        """Copy the path of the file or the watch, or the URI of the data set."""
        match self.subject:
            case UploadedDataset() as item:
                self.post_message(CopyWanted(f"s3://{item.bucket}/{item.prefix}", "the S3 URI"))
            case UnreadableDataset() as item:
                self.post_message(CopyWanted(item.uri, "the S3 URI"))
            case WatchStatus() as status:
                self.post_message(CopyWanted(status.watch.path, "the path"))
            case FolderEntry() as entry:
                self.post_message(CopyWanted(self._path(entry), "the path"))
