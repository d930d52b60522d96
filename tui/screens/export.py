"""The road from a list to a file in this folder, or to the clipboard."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tui.panes.wording import count
from tui.screens.dialogs import Choose
from widgets.clipboard import copy
from widgets.table import Selection, Table
from widgets.table_export import ExportError, Format, save

_FORMATS: dict[str, tuple[Format, str]] = {
    "CSV": ("csv", "csv"),
    "JSON": ("json", "json"),
    "Markdown": ("markdown", "md"),
}
"""What is offered: the format and the ending of its files."""


async def export_table(screen: Screen[None], table: Table[Any], name: str) -> None:
    """Ask for a form, then write or copy the marked rows, or those that are shown where none is marked."""
    marked = len(table.marked)
    rows: Selection = "marked" if marked else "shown"
    what = f"{count(marked or table.shown, 'row')}, {rows}"
    choices = (
        *((title, f"to a file in {Path.cwd()}: {what}, all columns") for title in _FORMATS),
        ("Copy", f"as Markdown: {what}, the columns on screen"),
        ("Copy row", "as JSON: the row under the cursor"),
    )
    choice = await screen.app.push_screen_wait(Choose("Export this list", choices))
    if choice == "Copy":
        screen.notify(f"Copied {what} {copy(screen.app, table.export('markdown', rows))}.", markup=False, timeout=3)
    elif choice == "Copy row":
        text = table.export("json", "cursor", columns="all")
        screen.notify(f"Copied the row {copy(screen.app, text)}.", markup=False, timeout=3)
    elif choice is not None:
        format, ending = _FORMATS[choice]
        path = Path.cwd() / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.{ending}"
        try:
            save(table.export(format, rows, columns="all"), path)
        except ExportError as error:
            screen.notify(str(error), severity="error", markup=False, timeout=12)
        else:
            screen.notify(f"Wrote {what} to {path}.", markup=False)
