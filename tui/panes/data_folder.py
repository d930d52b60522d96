"""The entries of a folder of this machine as a list that follows them."""

from __future__ import annotations

from pathlib import Path

from textual.message import Message

from tui.panes.data_tables import FILES, PARENT
from tui.resources.csv_reports import FolderEntry
from tui.service.datasets import Datasets
from tui.service.feed import Feed
from widgets.table import Table


class FolderList(Table[FolderEntry]):
    """Shows one folder, with the one above it as its first row."""

    class Entered(Message):
        """Another folder is shown, or this one for the first time."""

        def __init__(self, folder: Path) -> None:
            super().__init__()
            self.folder = folder

    def __init__(self, datasets: Datasets, folder: Path, *, id: str) -> None:
        super().__init__(FILES, lambda entry: entry.name, id=id)
        self.folder = folder
        """The folder whose entries are shown."""

        self._datasets = datasets
        self._go_to: str | None = None
        self._entries: Feed[tuple[FolderEntry, ...]] | None = None

    def on_mount(self) -> None:
        """Say what is going on before the first answer."""
        self.loading_text = "Reading the folder…"

    def on_show(self) -> None:
        """Begin to follow the folder."""
        self._follow_anew()

    def on_hide(self) -> None:
        """Cost nothing while hidden."""
        self.workers.cancel_node(self)

    def _follow_anew(self) -> None:
        self.run_worker(self._follow(), group="folder", exclusive=True)

    def enter(self, folder: Path, cursor: str | None = None) -> None:
        """Show another folder, with the cursor on the entry called `cursor`."""
        self._go_to, self.folder = cursor, folder
        self._follow_anew()

    def leave(self) -> None:
        """Show the folder above, with the cursor on the one just left."""
        if self.folder != self.folder.parent:
            self.enter(self.folder.parent, cursor=self.folder.name)

    def wake(self) -> None:
        """Read the folder again."""
        if self._entries:
            self._entries.wake()

    async def _follow(self) -> None:
        folder = self.folder
        self.post_message(self.Entered(folder))
        above = () if folder == folder.parent else (PARENT,)
        self._entries = self._datasets.folder(str(folder))
        async for snapshot in self._entries.watch():
            self.loading_text = ""
            self.error_text = str(snapshot.error) if snapshot.error else ""
            self.rows = (*above, *(snapshot.value or ()))
            if self._go_to and self.move_to(self._go_to):
                self._go_to = None
