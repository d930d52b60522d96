"""The rows of a file a page at a time, whatever it is: CSV, JSON lines, Parquet, packed by gzip or not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tui.resources.csv_reports import CsvDialect

PAGE_ROWS = 200

PreviewKind = Literal["CSV", "JSON lines", "Parquet"]


@dataclass(frozen=True, slots=True)
class PreviewMark:
    """Where a page begins, and what the pages before it told about the file."""

    kind: PreviewKind
    row: int
    """Rows before the page."""

    offset: int = 0
    """Bytes before the page, unpacked."""

    names: tuple[str, ...] = ()
    dialect: CsvDialect = field(default_factory=CsvDialect)


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of rows."""

    where: str
    """A path, or a URI that begins with s3://."""

    kind: PreviewKind
    packed: bool
    """By gzip."""

    size: int
    """Bytes, as they are stored."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row: int
    """Rows before the first one of the page."""

    following: PreviewMark | None
    """Where the next page begins; None after the last one."""

    total_rows: int | None = None
    """Rows of the file, where it says so by itself."""
