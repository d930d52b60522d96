"""The uploaded data sets in the pane of data: a list, and the line above it that says what is being made."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one

from tui.panes.data_tables import UPLOADS, Uploaded, upload_name
from tui.panes.pane import PaneTitle
from tui.panes.wording import count
from tui.resources.datasets import UploadedDataset
from tui.service.feed import Feed
from widgets.table import Table

NO_UPLOADS = """No data set is uploaded yet: n on a CSV file makes one,
b writes a sample to begin with."""


class UploadList(Vertical):
    """Follows the data sets of the default bucket."""

    table: query_one[Table[Uploaded]] = query_one("#uploads", Table)
    title = query_one(PaneTitle)

    def __init__(self, uploads: Feed[tuple[Uploaded, ...]]) -> None:
        super().__init__(id="upload-list")
        self._uploads = uploads

    def compose(self) -> ComposeResult:
        """A title, a table."""
        yield PaneTitle(classes="pane-title")
        yield Table(UPLOADS, upload_name, id="uploads")

    def on_mount(self) -> None:
        """Say what is going on before the first answer."""
        self.title.heading = "Uploaded"
        self.table.loading_text = "Asking for data sets…"

    async def follow(self) -> None:
        """Show the data sets as they change, for as long as it is awaited."""
        async for snapshot in self._uploads.watch():
            self.table.loading_text = ""
            if snapshot.value is not None:
                self.table.rows = snapshot.value
                self.table.empty_text = NO_UPLOADS
            self.table.error_text = str(snapshot.error) if snapshot.error else ""

    def add(self, item: UploadedDataset) -> None:
        """Show one that is new, with the cursor on it and the keyboard in the list."""
        others = [known for known in self.table.rows if upload_name(known) != upload_name(item)]
        self.table.rows = (item, *others)
        self.table.move_to(upload_name(item))
        self.table.focus()

    @on(Table.Counted)
    def _say_count(self, message: Table.Counted[Uploaded]) -> None:
        message.stop()
        self.title.count = count(message.total, "data set") if message.total else ""
