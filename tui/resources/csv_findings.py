"""The rules that judge a CSV file: its label, its task, and everything a person should hear before training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui.resources.csv_column_findings import about_column, about_label, counted, shown
from tui.resources.csv_reports import (
    CLASS_LIMIT,
    Column,
    CsvReport,
    CsvSource,
    Finding,
    Fix,
    RaggedLines,
    RepeatedRows,
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

_UTF8 = Fix("encoding", "Write UTF-8 without a byte order mark")


def report(
    source: CsvSource,
    columns: tuple[Column, ...],
    row_count: int,
    ragged: RaggedLines,
    repeated: RepeatedRows,
) -> CsvReport:
    """Judge what was read."""
    index_column = guess_index(columns, row_count)
    label, label_reason = guess_label(source, columns, index_column)
    task = next((guess_task(column) for column in columns if column.name == label), None)
    findings = [
        *_about_file(source, columns, row_count, ragged),
        *_about_repeats(repeated),
        *(finding for column in columns for finding in about_column(column)),
        *about_label(columns, label, task),
        *_about_places(source, label, index_column),
    ]
    findings = [_without_loss_of(label, finding) for finding in findings]
    order = ("error", "warning", "note")
    findings.sort(key=lambda finding: order.index(finding.level))
    return CsvReport(source, row_count, columns, label, label_reason, task, index_column, tuple(findings))


def guess_index(columns: Sequence[Column], row_count: int) -> str:
    """The name of the first column when it seems to number the rows, else the empty string.

    A column with a telling name may have gaps and repetitions, as rows were lost or copied after they were numbered.
    """
    if not columns or row_count < 3:
        return ""
    first = columns[0]
    named = first.name.lower() in INDEX_NAMES
    if first.counts_rows:
        return first.name if named or first.minimum in (0.0, 1.0) else ""
    different = first.distinct_capped or first.distinct > 0.8 * row_count
    return first.name if named and first.kind == "integer" and different else ""


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


def _without_loss_of(label: str, finding: Finding) -> Finding:
    """The finding as it is, but the label is never left out."""
    fix = finding.fix
    return replace(finding, fix=None) if fix and fix.kind == "drop-column" and fix.column == label else finding


def _about_file(source: CsvSource, columns: Sequence[Column], row_count: int, ragged: RaggedLines) -> Iterator[Finding]:
    dialect = source.dialect
    if ragged.count:
        sentence = (
            f"Line {ragged.line:,} has {counted(ragged.fields, 'field')} where {len(columns):,} are expected; "
            f"in all {counted(ragged.count, 'line')} like that."
        )
        why = "XGBoost and Linear Learner end with an error at such a line."
        yield Finding("error", sentence, "", ragged.line, why, Fix("drop-ragged", "Leave those lines out"))
    if not row_count and not ragged.count:
        yield Finding("error", "The file has a header and no rows below it.")
    if len(columns) == 1:
        yield Finding("error", "The file has one column only; training needs a label and at least one feature.")
    if dialect.has_header:
        why = "XGBoost and Linear Learner take a header for a row and fail on its words; the split files have none."
        sentence = f"The first line is taken for a header because {source.header_reason}."
        yield Finding("note", sentence, "", 1, why, Fix("leave-header", "Leave the header out"))
    else:
        names = f"the columns are called column1 to column{len(columns)}"
        sentence = f"There is no header because {source.header_reason}; {names}."
        why = "Right for XGBoost and Linear Learner as it is; people tell columns better by names."
        yield Finding("warning", sentence, "", 1, why, Fix("write-header", "Write these names as a header"))
    for name in source.repeated_names:
        sentence = f"The name {shown(name)} appears more than once in the header; the later ones got a number."
        why = "The algorithms do not read names; a new file has the numbered ones."
        yield Finding("warning", sentence, name, 1, why)
    yield from _about_writing(source)


def _about_writing(source: CsvSource) -> Iterator[Finding]:
    dialect = source.dialect
    why = "XGBoost and Linear Learner read UTF-8 only."
    if dialect.encoding == "latin-1":
        sentence = "The file is not UTF-8; it is read as Latin-1, so check names with accents."
        yield Finding("warning", sentence, why=why, fix=_UTF8)
    elif dialect.encoding == "utf-8-sig":
        sentence = "The file starts with a byte order mark (BOM), which the split files leave out."
        why = "XGBoost and Linear Learner read the mark as a part of the first value."
        yield Finding("note", sentence, "", 1, why, _UTF8)
    elif dialect.encoding != "utf-8":
        yield Finding("note", f"The file is {dialect.encoding.upper()}; the split files are UTF-8.", why=why, fix=_UTF8)
    if dialect.newline != "\n":
        kind = "CRLF (Windows)" if dialect.newline == "\r\n" else "CR (old Macintosh)"
        sentence = f"The lines end in {kind}; the split files end them in LF."
        why = "Batch transform cuts records at LF, and Linear Learner keeps the CR as a part of the last value."
        yield Finding("note", sentence, "", 1, why, Fix("newline", "End the lines in LF"))
    if dialect.separator in _SEPARATOR_WORDS:
        word = _SEPARATOR_WORDS[dialect.separator]
        sentence = f"The fields are separated by {word}; the split files have commas."
        why = "The content type text/csv means commas to XGBoost and Linear Learner."
        yield Finding("note", sentence, "", 1, why, Fix("separator", "Separate the fields by commas"))
    if dialect.decimal == ",":
        sentence = "The numbers have a decimal comma; the split files have a decimal point."
        why = "A comma ends a value for XGBoost and Linear Learner: 1,5 is read as 1 and 5."
        yield Finding("note", sentence, why=why, fix=Fix("decimal", "Write decimal points"))


def _about_repeats(repeated: RepeatedRows) -> Iterator[Finding]:
    if repeated.unknown:
        yield Finding("note", f"Not checked for repeated rows: {repeated.unknown}.")
    if repeated.count:
        sentence = (
            f"Line {repeated.line:,} is the same as line {repeated.first_line:,}; "
            f"in all {counted(repeated.count, 'row')} that {'repeats' if repeated.count == 1 else 'repeat'} another."
        )
        why = (
            "A split puts some of them into the train and some into the test file, where a model of any algorithm "
            "then knows them already and looks better than it is."
        )
        yield Finding("warning", sentence, "", repeated.line, why, Fix("drop-repeats", "Keep the first of each"))


def _about_places(source: CsvSource, label: str, index_column: str) -> Iterator[Finding]:
    if index_column:
        sentence = f"Column {shown(index_column)} seems to number the rows; it is left out unless you choose it."
        why = "A number that grows with the rows means nothing: XGBoost learns the order of the file from it."
        fix = Fix("drop-column", "Leave the column out", index_column)
        yield Finding("warning", sentence, index_column, why=why, fix=fix)
    first = next((name for name in source.names if name != index_column), "")
    if label and label != first:
        sentence = f"The label {shown(label)} is not the first column; the split files have it first."
        why = "XGBoost and Linear Learner take the first column for the label, and say nothing when it is another one."
        yield Finding("note", sentence, label, 0, why, Fix("label-first", "Put the label first", label))
