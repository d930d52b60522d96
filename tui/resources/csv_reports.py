"""What is known about a CSV file: how it is written, what its columns hold, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["number", "integer", "text", "boolean", "date", "empty"]
Task = Literal["regression", "binary", "multiclass"]
Level = Literal["error", "warning", "note"]
FixKind = Literal[
    "leave-header",
    "write-header",
    "label-first",
    "drop-column",
    "drop-ragged",
    "drop-unlabelled",
    "drop-incomplete",
    "drop-repeats",
    "clear-cells",
    "plain-numbers",
    "encoding",
    "newline",
    "separator",
    "decimal",
]
"""What the doctor can do about a file; some of it to one column."""

DISTINCT_CAP = 100
"""Different values of a column are counted up to this many, in very wide files up to fewer: more is not a class."""

CLASS_LIMIT = 20
"""Whole numbers with at most this many different values are taken for classes, with more for a quantity."""


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a file is written; everything needed to read it again in the same way."""

    encoding: str = "utf-8"
    """A codec name of Python: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or latin-1."""

    separator: str = ","
    decimal: str = "."
    newline: str = "\n"
    has_header: bool = True


@dataclass(frozen=True, slots=True)
class CsvSource:
    """What the first block of a file tells: enough for the first screen, and for reading the rest."""

    path: str
    size: int
    """Bytes."""

    dialect: CsvDialect
    header_reason: str
    """Why the first line is taken for a header or not, as the end of a sentence."""

    names: tuple[str, ...]
    """The columns' names, made unique; `column1` … where there is no header."""

    repeated_names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first rows below the header, as they stand in the file."""

    mark: str = ""
    """What the file was like when its reading began: another mark, another content. Empty for what is in S3."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column over the whole file."""

    name: str
    kind: ColumnKind
    missing: int
    distinct: int
    """Different values, as far as they were counted."""

    distinct_capped: bool
    """There are more different values than were counted."""

    numbers: int
    """Cells that are numbers; in a number column the rest is missing or wrong."""

    texts: int
    """Cells that are neither missing nor a number."""

    first_text: str = ""
    first_text_line: int = 0
    minimum: float | None = None
    maximum: float | None = None
    infinite: int = 0
    scientific: bool = False
    """Some number is in scientific notation."""

    counts_rows: bool = False
    """The values go up by one from row to row."""

    values: tuple[tuple[str, int], ...] = ()
    """The different values with their counts, most frequent first; empty when there are more than were counted."""

    examples: tuple[str, ...] = ()
    histogram: tuple[int, ...] = ()
    """How often the values are in each part of the range, from a sample when there are too many to be counted; of a
    text column the most frequent values, the first the most frequent."""

    fingerprint: int = 0
    """Equal for two columns of a file that have the same in every row."""


@dataclass(frozen=True, slots=True)
class Fix:
    """Something that can be done about a finding while the file is written anew."""

    kind: FixKind
    sentence: str
    """What is done, as an order: `Leave the column out`."""

    column: str = ""
    """The column that it is done to; empty when it is done to the file or to whole rows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know before training on the file."""

    level: Level
    sentence: str
    column: str = ""
    line: int = 0
    """The line in the file where it first shows, counted from 1; 0 when it concerns the whole file or column."""

    why: str = ""
    """What it means for which of the built-in algorithms."""

    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class RepeatedRows:
    """The rows that are equal to an earlier one in every cell."""

    count: int = 0
    line: int = 0
    """The line of the first one."""

    first_line: int = 0
    """The line of the row that it repeats."""

    unknown: str = ""
    """Why they could not be counted; empty when they were."""


@dataclass(frozen=True, slots=True)
class RaggedLines:
    """The records with another number of fields than the file has columns."""

    count: int = 0
    line: int = 0
    """The line of the first one."""

    fields: int = 0
    """The fields it has."""


@dataclass(frozen=True, slots=True)
class CsvReport:
    """A file read from the first to the last byte."""

    source: CsvSource
    row_count: int
    """Rows that fit the columns; the header, blank lines and ragged lines are not counted."""

    columns: tuple[Column, ...]
    label: str
    """The column that is probably to be predicted; empty when none can be."""

    label_reason: str
    task: Task | None
    index_column: str
    """A column that seems to number the rows; empty when there is none."""

    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stand in the way of training on the file as it is."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """How far a file has been read."""

    rows: int
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One entry of a local folder."""

    name: str
    kind: Literal["folder", "csv", "other"]
    size: int
    """Bytes; 0 for a folder."""

    modified: float
    """Seconds since the epoch."""
