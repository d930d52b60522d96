"""The pane of files: a folder of this machine beside a place in S3, and what can be brought from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.reactive import var

from tui.panes.data_folder import FolderList
from tui.panes.data_messages import (
    CancelWanted,
    FetchWanted,
    ObjectCopyWanted,
    ObjectDeleteWanted,
    PreviewWanted,
    UploadWanted,
    VersionsWanted,
)
from tui.panes.data_tables import OBJECTS, PARENT, S3_PARENT, home_short
from tui.panes.messages import CopyWanted
from tui.panes.pane import Pane, PaneTitle, writing
from tui.panes.wording import count
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Entry, S3Place
from tui.service.datasets import Datasets
from tui.service.errors import ServiceError
from tui.service.s3 import Listing, S3Files
from widgets.table import Table
from widgets.text import middle


class BrowserPane(Pane):
    """Local files at the left, S3 at the right; Tab goes from one to the other."""

    UNDER = "data"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "upload", "Upload", id="s3.upload", tooltip="Upload what is marked, or under the cursor"),
        Binding("f", "fetch", "Download", id="s3.fetch", tooltip="Download it into the folder at the left"),
        Binding("y", "copy_to(False)", "Copy to", id="s3.copy", tooltip="Copy it to another place in S3"),
        Binding("m", "copy_to(True)", "Move to", id="s3.move", tooltip="Move it to another place in S3"),
        Binding("v", "versions", "Versions", id="s3.versions", tooltip="The versions of the object", show=False),
        Binding("ctrl+d", "delete", "Delete", id="s3.delete", tooltip="Delete it from S3, after asking"),
        Binding("x", "cancel", "Cancel", id="s3.cancel", tooltip="Cancel the transfer under way"),
        Binding("o", "more", "More", id="s3.more", tooltip="Load the next page of objects", show=False),
        Binding("c", "copy", "Copy URI", id="s3.copy_uri", tooltip="Copy the path or the S3 URI", show=False),
        Binding("r", "reread", "Refresh", id="s3.refresh", tooltip="Read both sides again", show=False),
        Binding("backspace", "up", "Up", id="s3.up", tooltip="The folder or the place above", show=False),
        Binding("tab", "screen.focus_next", "Other side", id="s3.other", tooltip="To the other side", show=False),
        Binding("escape", "leave", "Back", id="s3.back", tooltip="Back to the data sets", show=False),
    ]

    place: var[S3Place] = var(S3Place())

    local = query_one(FolderList)
    remote: query_one[Table[S3Entry]] = query_one("#remote", Table)
    local_title = query_one("#local-title", PaneTitle)
    remote_title = query_one("#remote-title", PaneTitle)

    def __init__(self, datasets: Datasets, files: S3Files, folder: Path, *, read_only: bool) -> None:
        super().__init__(id="browser")
        self._datasets = datasets
        self._files = files
        self._read_only = read_only
        self._begin_in = folder
        self._listing: Listing | None = None
        self._in_s3 = True
        """The side at the right has the keyboard, or had it last."""

    def compose(self) -> ComposeResult:
        """A title for what is under way, two sides."""
        yield from self.compose_title("Files and S3")
        with Horizontal(classes="pane-body"):
            with Vertical(classes="pane-side"):
                yield PaneTitle(classes="pane-title", id="local-title")
                yield FolderList(self._datasets, self._begin_in, id="local")
            with Vertical(classes="pane-side"):
                yield PaneTitle(classes="pane-title", id="remote-title")
                yield Table(OBJECTS, lambda entry: f"{entry.kind} {entry.name}", id="remote")

    async def watch_service(self) -> None:
        """Follow the place; the list of the folder follows that."""
        await self._show_place(self.place)

    @property
    def folder(self) -> Path:
        """The folder at the left."""
        return self.local.folder

    def focus_first(self) -> None:
        """Keys go to the side that was left; at first to S3, for the folder is known already."""
        (self.remote if self._in_s3 else self.local).focus()

    def show_folder(self, folder: Path) -> None:
        """Show another folder at the left."""
        if folder != self.folder:
            self.local.enter(folder)

    def visit(self, place: S3Place) -> None:
        """Show another place of S3."""
        self.place = place
        self.run_worker(self.watch_service(), name="watch", group="watch", exclusive=True)

    def reread(self) -> None:
        """Read both sides again: something was brought over."""
        self.local.wake()
        if self._listing:
            self._listing.feed.wake()

    @on(FolderList.Entered)
    def _name_folder(self, message: FolderList.Entered) -> None:
        message.stop()
        self.local_title.heading = home_short(message.folder)

    async def _show_place(self, place: S3Place) -> None:
        above = (S3_PARENT,) if place.bucket else ()
        self._listing = self._files.listing(place)
        self.remote_title.heading = middle(str(place), max(self.remote.size.width - 2, 24))
        self.remote_title.count = self.title_line.count = ""
        self.remote.rows, self.remote.error_text = above, ""
        self.remote.loading_text = f"Asking for {place}…"
        self.remote.empty_text = "There is no bucket yet: the first data set makes one."
        async for snapshot in self._listing.feed.watch():
            self.remote.loading_text = ""
            self.remote.error_text = str(snapshot.error) if snapshot.error else ""
            if page := snapshot.value:
                self.remote.rows = (*above, *page.entries)
                more = " and more (o)" if page.more else ""
                self.remote_title.count = count(len(page.entries), "entry", "entries") + more
                self.title_line.count = (
                    f"{place.bucket} is in {page.region}: jobs here cannot read it" if page.foreign else ""
                )
            self.refresh_bindings()

    @on(Table.Counted)
    def _stop_counts(self, message: Table.Counted[FolderEntry]) -> None:
        message.stop()

    @on(Table.Highlighted)
    def _moved(self, message: Table.Highlighted[FolderEntry]) -> None:
        message.stop()
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """Other keys work on the other side."""
        self._in_s3 = self.remote.has_focus
        self.refresh_bindings()

    @property
    def chosen(self) -> tuple[S3Entry, ...]:
        """The marked entries of S3, or the one under the cursor; the place above is none."""
        entry = self.remote.cursor_row
        marked = self.remote.marked or ((entry,) if entry else ())
        return tuple(entry for entry in marked if entry != S3_PARENT and entry.kind != "bucket")

    @property
    def chosen_paths(self) -> tuple[str, ...]:
        """The marked local entries, or the one under the cursor."""
        entry = self.local.cursor_row
        marked = self.local.marked or ((entry,) if entry else ())
        return tuple(str(self.folder / entry.name) for entry in marked if entry != PARENT)

    @property
    def names(self) -> tuple[str, ...]:
        """What is chosen in S3 as the transfers know it."""
        return tuple(entry.name + ("/" if entry.kind == "prefix" else "") for entry in self.chosen)

    def possible_now(self, action: str, parameters: tuple[object, ...]) -> bool | str:
        """Whether something can be done with what is under the cursor, or why not."""
        free = "one transfer is done at a time, and x cancels it" if self.activity else True
        in_s3 = free if self._in_s3 else "it is done to what is in S3, and Tab goes there"
        chosen = in_s3 if in_s3 is not True or self.chosen else "it is done to objects and prefixes"
        single = len(self.chosen) == 1 and self.chosen[0].kind == "object"
        page = self._listing.feed.snapshot.value if self._listing else None
        known: dict[str, bool | str] = {
            "upload": writing(self._read_only, self._may_upload if free is True else free),
            "fetch": chosen,
            "copy_to": writing(self._read_only, chosen),
            "delete": writing(self._read_only, chosen),
            "versions": chosen if chosen is not True or single else "one object at a time has versions",
            "cancel": bool(self.activity) or "nothing is under way",
            "more": bool(page and page.more) or "all of them are here",
        }
        return known.get(action, True)

    @property
    def _may_upload(self) -> bool | str:
        if self._in_s3:
            return "it is done to what is in the folder, and Tab goes there"
        return bool(self.chosen_paths) if self.place.bucket else "go into a bucket first, at the right"

    @on(Table.Selected, "#local")
    def _open_local(self, message: Table.Selected[FolderEntry]) -> None:
        message.stop()
        if message.row == PARENT:
            self.action_up()
        elif message.row.kind == "folder":
            self.local.enter(self.folder / message.row.name)
        else:
            self.post_message(PreviewWanted(str(self.folder / message.row.name)))

    @on(Table.Selected, "#remote")
    def _open_remote(self, message: Table.Selected[S3Entry]) -> None:
        message.stop()
        if message.row == S3_PARENT:
            self.visit(self.place.above)
        elif message.row.kind == "object":
            self.post_message(PreviewWanted(f"s3://{self.place.bucket}/{self.place.key(message.row)}"))
        else:
            self.visit(self.place.into(message.row))

    def action_up(self) -> None:
        """The folder or the place above, whichever side has the keyboard."""
        if self._in_s3:
            self.visit(self.place.above)
        else:
            self.local.leave()

    def action_upload(self) -> None:
        """Upload what is chosen at the left to the place at the right."""
        self.post_message(UploadWanted(self.chosen_paths, self.place))

    def action_fetch(self) -> None:
        """Download what is chosen at the right into the folder at the left."""
        self.post_message(FetchWanted(self.place, self.names, str(self.folder)))

    def action_copy_to(self, move: bool) -> None:
        """Copy or move what is chosen to a place that is asked for."""
        self.post_message(ObjectCopyWanted(self.place, self.names, move=move))

    def action_delete(self) -> None:
        """Delete what is chosen."""
        self.post_message(ObjectDeleteWanted(self.place, self.names))

    def action_versions(self) -> None:
        """The versions of the object."""
        self.post_message(VersionsWanted(self.place, self.chosen[0].name, str(self.folder)))

    def action_cancel(self) -> None:
        """Cancel the transfer."""
        self.post_message(CancelWanted())

    async def action_more(self) -> None:
        """Load the next page."""
        assert self._listing is not None
        try:
            await self._listing.load_more()
        except (DataError, ServiceError) as error:
            self.notify(str(error), severity="error", markup=False)

    def action_reread(self) -> None:
        """Read both sides again."""
        self.reread()

    def action_copy(self) -> None:
        """Copy the path or the URI of what is under the cursor."""
        if not self._in_s3 and self.local.cursor_row:
            self.post_message(CopyWanted(str(self.folder / self.local.cursor_row.name), "the path"))
        elif (entry := self.remote.cursor_row) and entry != S3_PARENT:
            uri = (
                f"s3://{entry.name}" if entry.kind == "bucket" else f"s3://{self.place.bucket}/{self.place.key(entry)}"
            )
            self.post_message(CopyWanted(uri, "the S3 URI"))

    async def action_leave(self) -> None:
        """Take the filter away, or go back to the data sets."""
        table = self.remote if self._in_s3 else self.local
        if table.filter_text:
            table.filter_text = ""
        else:
            await self.screen.run_action("show('data')")
