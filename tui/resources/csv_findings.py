"""The rules that judge a CSV file: its label, its task, and everything a person should hear before training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.resources.csv_reports import (
    CLASS_LIMIT,
    Column,
    CsvReport,
    CsvSource,
    Finding,
    RaggedLines,
    Task,
)

LABEL_NAMES = (
    *("target", "label", "class", "y", "medv", "price", "outcome", "progression", "diagnosis", "cultivar"),
    *("species", "survived", "churn", "quality", "default", "response", "result"),
)
"""Names that a column to be predicted usually has, the surest first."""

INDEX_NAMES = ("", "index", "id", "row", "rownames", "unnamed: 0")
"""Names, in lower case, of columns that number rows."""

_SEPARATOR_WORDS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SHOWN_CELL = 40


def report(source: CsvSource, columns: tuple[Column, ...], row_count: int, ragged: RaggedLines) -> CsvReport:
    """Judge what was read."""
    index_column = guess_index(columns, row_count)
    label, label_reason = guess_label(source, columns, index_column)
    task = next((guess_task(column) for column in columns if column.name == label), None)
    findings = [
        *_about_file(source, columns, row_count, ragged),
        *(finding for column in columns for finding in _about_column(column)),
        *_about_label(columns, label),
    ]
    if index_column:
        sentence = f"Column {_shown(index_column)} seems to number the rows; it is left out unless you choose it."
        findings.append(Finding("warning", sentence, index_column))
    order = ("error", "warning", "note")
    findings.sort(key=lambda finding: order.index(finding.level))
    return CsvReport(source, row_count, columns, label, label_reason, task, index_column, tuple(findings))


def guess_index(columns: Sequence[Column], row_count: int) -> str:
    """The name of the first column when it seems to number the rows, else the empty string."""
    if not columns or row_count < 3 or not columns[0].counts_rows:
        return ""
    first = columns[0]
    starts_as_index = first.minimum in (0.0, 1.0)
    return first.name if starts_as_index or first.name.lower() in INDEX_NAMES else ""


def guess_label(source: CsvSource, columns: Sequence[Column], index_column: str) -> tuple[str, str]:
    """The column that is probably to be predicted and the reason, as the end of a sentence."""
    usable = [column for column in columns if column.name != index_column and column.kind not in ("empty", "date")]
    if not usable:
        return "", "no column has values that could be predicted"
    by_name = {column.name.strip().lower(): column.name for column in usable}
    for name in LABEL_NAMES:
        if name in by_name:
            return by_name[name], "its name is a usual one for a label"
    if not source.dialect.has_header:
        return usable[0].name, "files without a header made for SageMaker have the label first"
    return usable[-1].name, "no name gives it away, and the last column is the usual place"


def guess_task(label: Column) -> Task | None:
    """What predicting the column is; None when it cannot be predicted (one value only, or free text)."""
    if label.distinct < 2:
        return None
    if label.distinct == 2 and not label.distinct_capped:
        return "binary"
    if label.kind in ("text", "boolean", "date"):
        return None if label.distinct_capped else "multiclass"
    few = not label.distinct_capped and label.distinct <= CLASS_LIMIT and 2 * label.distinct <= label.numbers
    return "multiclass" if label.kind == "integer" and few else "regression"


def _about_file(source: CsvSource, columns: Sequence[Column], row_count: int, ragged: RaggedLines) -> Iterator[Finding]:
    dialect = source.dialect
    if ragged.count:
        sentence = (
            f"Line {ragged.line:,} has {_counted(ragged.fields, 'field')} where {len(columns):,} are expected; "
            f"in all {_counted(ragged.count, 'line')} like that."
        )
        yield Finding("error", sentence, line=ragged.line)
    if not row_count and not ragged.count:
        yield Finding("error", "The file has a header and no rows below it.")
    if len(columns) == 1:
        yield Finding("error", "The file has one column only; training needs a label and at least one feature.")
    if dialect.has_header:
        yield Finding("note", f"The first line is taken for a header because {source.header_reason}.", line=1)
    else:
        names = f"the columns are called column1 to column{len(columns)}"
        yield Finding("warning", f"There is no header because {source.header_reason}; {names}.", line=1)
    for name in source.repeated_names:
        sentence = f"The name {_shown(name)} appears more than once in the header; the later ones got a number."
        yield Finding("warning", sentence, name, 1)
    yield from _about_writing(source)


def _about_writing(source: CsvSource) -> Iterator[Finding]:
    dialect = source.dialect
    if dialect.encoding == "latin-1":
        yield Finding("warning", "The file is not UTF-8; it is read as Latin-1, so check names with accents.")
    elif dialect.encoding == "utf-8-sig":
        yield Finding("note", "The file starts with a byte order mark (BOM), which the split files leave out.")
    elif dialect.encoding != "utf-8":
        yield Finding("note", f"The file is {dialect.encoding.upper()}; the split files are UTF-8.")
    if dialect.newline != "\n":
        kind = "CRLF (Windows)" if dialect.newline == "\r\n" else "CR (old Macintosh)"
        yield Finding("note", f"The lines end in {kind}; the split files end them in LF.")
    if dialect.separator in _SEPARATOR_WORDS:
        word = _SEPARATOR_WORDS[dialect.separator]
        yield Finding("note", f"The fields are separated by {word}; the split files have commas.")
    if dialect.decimal == ",":
        yield Finding("note", "The numbers have a decimal comma; the split files have a decimal point.")


def _about_column(column: Column) -> Iterator[Finding]:
    name = _shown(column.name)
    if column.kind == "empty":
        yield Finding(
            "warning", f"Column {name} has no value at all; it is left out unless you choose it.", column.name
        )
        return
    if column.kind in ("number", "integer") and column.texts:
        sentence = (
            f"Column {name} holds numbers, but line {column.first_text_line:,} has the text "
            f"{_shown(column.first_text)}; in all {_counted(column.texts, 'cell')} like that."
        )
        yield Finding("error", sentence, column.name, column.first_text_line)
    if column.infinite:
        sentence = (
            f"Column {name} has {_counted(column.infinite, 'infinite value')}, which XGBoost and Linear Learner refuse."
        )
        yield Finding("error", sentence, column.name)
    if column.missing:
        sentence = (
            f"Column {name} misses {_counted(column.missing, 'value')}: XGBoost accepts that, Linear Learner does not."
        )
        yield Finding("warning", sentence, column.name)
    if column.distinct == 1 and not column.missing:
        sentence = f"Column {name} has the same value in every row; a model learns nothing from it."
        yield Finding("warning", sentence, column.name)
    if column.scientific:
        sentence = f"Column {name} has numbers in scientific notation; the split files have them in plain decimal form."
        yield Finding("note", sentence, column.name)


def _about_label(columns: Sequence[Column], label: str) -> Iterator[Finding]:
    for column in columns:
        if column.name != label:
            continue
        name = _shown(label)
        if column.missing:
            sentence = f"{_counted(column.missing, 'row')} without a label ({name}): the split leaves them out."
            yield Finding("warning", sentence, label)
        if column.distinct == 1:
            yield Finding("error", f"The label {name} has one class only: there is nothing to learn.", label)
        elif column.kind == "text" and column.distinct_capped:
            sentence = f"The label {name} is text with more than {column.distinct} different values: it is no class."
            yield Finding("error", sentence, label)


def _shown(text: str) -> str:
    return f"'{text if len(text) <= _SHOWN_CELL else text[: _SHOWN_CELL - 1] + '…'}'"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
