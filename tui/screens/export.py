"""The road from a list to a file in this folder, or to the clipboard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tui.panes.wording import count
from tui.screens.dialogs import Choose
from widgets.clipboard import copy
from widgets.table import Selection, Table
from widgets.table_export import ExportError, Format, save
from widgets.text import end

_FORMATS: dict[str, tuple[Format, str]] = {
    "CSV": ("csv", "csv"),
    "JSON": ("json", "json"),
    "Markdown": ("markdown", "md"),
}
"""What is offered: the format and the ending of its files."""

_CELL_WIDTH = 50
"""How much of a cell is shown where one chooses among them."""


async def export_table(screen: Screen[Any], table: Table[Any], name: str) -> None:
    """Ask for a form, then write or copy the marked rows, or those that are shown where none is marked."""
    await table.settled()
    marked = len(table.marked)
    if not marked and not table.shown:
        why = f"the filter hides all {count(table.total, 'row')}" if table.total else "the list has no rows"
        screen.notify(f"There is nothing to export: {why}.", severity="warning", markup=False)
        return
    rows: Selection = "marked" if marked else "shown"
    what = f"{count(marked or table.shown, 'row')}, {rows}"
    choices = {
        **{title: f"to a file in {Path.cwd()}: {what}, all columns" for title in _FORMATS},
        **{f"Copy {title}": f"{what}, the columns on screen" for title in _FORMATS},
    }
    # Now: while the question is open, another row can come under the cursor.
    row = await table.export("json", "cursor", columns="all")
    cells = {column.key: table.cell_text(column.key) for column in table.columns}
    if table.cursor_row is not None:
        choices["Copy row"] = "the row under the cursor as JSON, all columns"
        choices["Copy cell"] = "what one column says of the row under the cursor"
    choice = await screen.app.push_screen_wait(Choose("Export this list", tuple(choices.items())))
    match choice:
        case None:
            pass
        case "Copy row":
            _copy(screen, row, "the row")
        case "Copy cell":
            await _copy_cell(screen, cells)
        case _ if choice in _FORMATS:
            format, ending = _FORMATS[choice]
            path = Path.cwd() / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.{ending}"
            await _write(screen, await table.export(format, rows, columns="all"), path, what)
        case _:
            format, _ = _FORMATS[choice.removeprefix("Copy ")]
            _copy(screen, await table.export(format, rows), what)


async def _copy_cell(screen: Screen[Any], cells: Mapping[str, str]) -> None:
    choices = tuple((column, end(text, _CELL_WIDTH)) for column, text in cells.items())
    choice = await screen.app.push_screen_wait(Choose("Copy which cell", choices))
    if choice is not None:
        _copy(screen, cells[choice], f"the cell {choice}")


def _copy(screen: Screen[Any], text: str, what: str) -> None:
    screen.notify(f"Copied {what} {copy(screen.app, text)}.", markup=False, timeout=3)


async def _write(screen: Screen[Any], text: str, path: Path, what: str) -> None:
    try:
        await asyncio.to_thread(save, text, path)
    except ExportError as error:
        screen.notify(str(error), severity="error", markup=False, timeout=12)
    else:
        screen.notify(f"Wrote {what} to {path}.", markup=False)
