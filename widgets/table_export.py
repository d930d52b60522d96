"""A table as text for other programs: CSV, JSON or Markdown, and that text as a file.

A cell is written as what it says (`Column.text`), nothing added: quoting is all that a format asks for.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from widgets.table_columns import Column, R
from widgets.text import one_line

Format = Literal["csv", "json", "markdown"]

_MARKDOWN = re.compile(r"[\\|`*<>\[\]~]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown would act on; an underscore inside of a word it leaves alone."""


class ExportError(Exception):
    """A file could not be written; the text is a sentence for the person who asked for it."""


def export_lines(format: Format, columns: Sequence[Column[R]], rows: Iterable[R]) -> Iterator[str]:
    """A text that has the rows in a format, about a row at a time; it ends in a line break."""
    match format:
        case "csv":
            return csv_lines(columns, rows)
        case "json":
            return json_lines(columns, rows)
        case "markdown":
            return markdown_lines(columns, rows)


def csv_lines(columns: Sequence[Column[R]], rows: Iterable[R]) -> Iterator[str]:
    """A line of titles, then one line per row, quoted where RFC 4180 asks for it."""
    yield _csv_line(one_line(column.title) for column in columns)
    for row in rows:
        yield _csv_line(column.text(row) for column in columns)


def json_lines(columns: Sequence[Column[R]], rows: Iterable[R]) -> Iterator[str]:
    """A list with one object per row, its members named by the columns' keys."""
    before = "["
    for row in rows:
        record = json.dumps({column.key: column.text(row) for column in columns}, ensure_ascii=False, indent=2)
        yield before + "\n  " + record.replace("\n", "\n  ")
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def markdown_lines(columns: Sequence[Column[R]], rows: Iterable[R]) -> Iterator[str]:
    """A table as GitHub and most others read it, aligned like the columns."""
    yield _markdown_line(one_line(column.title) for column in columns)
    yield "|" + "|".join(" ---: " if column.align == "right" else " --- " for column in columns) + "|\n"
    for row in rows:
        yield _markdown_line(column.text(row) for column in columns)


def save(text: str, path: Path) -> None:
    """Write the file whole or not at all; a file of this name is replaced.

    Raises:
        ExportError: the folder does not exist, may not be written to, or its disk is full.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise ExportError(f"{path} could not be written: {reason}. Nothing was changed.") from error


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _markdown_line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_MARKDOWN.sub(r"\\\g<0>", cell) for cell in cells) + " |\n"
