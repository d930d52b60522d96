"""What there is to say of the files, the rows and the drift of a transform job's results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.panes.facts import LABEL_WIDTH, fact, heading
from tui.panes.wording import count, number, size
from tui.resources.drift import SLIGHT, STRONG, ColumnDrift, ColumnSummary, Drift
from tui.resources.result_lines import features_of, judged
from tui.resources.results import JobResults, ResultRow
from tui.resources.scores import Judged, class_named
from widgets.text import cells, content, end

NAMED = 200
"""Files without output that are named."""

DRIFTED = 200
"""Columns that have a line in the drift view."""


def files_said(results: JobResults) -> Iterator[Content]:
    """How many files there are, and which have no output."""
    done = results.files.done
    yield fact("Files", f"{done} have their output")
    if origin := results.origin:
        named = f", on the data set {origin.dataset}" if origin.dataset else ""
        yield fact("Model", f"{origin.task}, by {origin.job}{named}")
    if results.lost:
        running = results.detail.job.running
        yield from (Content(""), heading("Not done yet" if running else "Without output"))
        for file in results.lost[:NAMED]:
            said = f"{file.name}  {size(file.size)}"
            yield content(f"… {said}", "$text-muted") if running else content(f"✗ {said}", "$text-error")
        if len(results.lost) > NAMED:
            yield content(f"and {len(results.lost) - NAMED:,} more", "$text-muted")


def lost_said(results: JobResults) -> str:
    """How many files have no output, if any, in a few words."""
    if not results.lost:
        return ""
    return (
        f"… {len(results.lost):,} not done" if results.detail.job.running else f"✗ {len(results.lost):,} without output"
    )


def row_said(file: str, row: ResultRow, results: JobResults) -> list[Content]:
    """One row in full, its features by name."""
    reading = results.reading
    lines = [heading(f"Row {row.number:,} of {file}")]
    if found := judged(row, reading):
        lines += _judged_said(found, results)
    elif row.prediction:
        lines.append(fact("Predicted", predicted_said(row.prediction.value, results)))
        lines += _scores_of(row.prediction.scores, results)
    lines += [Content(""), *features_said(features_of(row.record, reading), results)]
    return [*lines, Content(""), heading("Output line"), content(row.answer)]


def mistake_said(file: str, row: Judged, results: JobResults, place: int, of: int | None) -> list[Content]:
    """A mistake in full, its features by name; `place` counts from 1, `of` are all of them, where that is known."""
    which = f"{place:,} of {of:,}" if of is not None else f"{place:,}"
    return [
        heading(f"Mistake {which}: row {row.number:,} of {file}"),
        *_judged_said(row, results),
        Content(""),
        *features_said(row.features, results),
    ]


def _judged_said(row: Judged, results: JobResults) -> Iterator[Content]:
    yield fact("Predicted", predicted_said(row.prediction.value, results))
    yield fact("Actual", predicted_said(row.actual, results, actual=True))
    if results.reading.task == "regression":
        yield fact("Off by", f"{row.error:+.6g}")
    yield from _scores_of(row.prediction.scores, results)


def _scores_of(scores: Sequence[float], results: JobResults) -> Iterator[Content]:
    classes = results.origin.classes if results.origin else ()
    likely = sorted(range(len(scores)), key=lambda place: -scores[place])[:5]
    for place in likely:
        yield fact("", f"{scores[place]:.4f}  {class_named(classes, place)}")


def predicted_said(value: float, results: JobResults, *, actual: bool = False) -> str:
    """A prediction, or what is true, in words: a number, a score, the name of a class."""
    classes = results.origin.classes if results.origin else ()
    if results.reading.task == "multiclass" or (actual and results.reading.task == "binary"):
        return class_named(classes, value)
    if results.reading.task == "binary" and classes:
        return f"{number(value)} for {class_named(classes, 1.0)}"
    return number(value)


def features_said(features: Sequence[str], results: JobResults) -> Iterator[Content]:
    """The features of a row, each with its name where names are known."""
    names: Sequence[str] = results.origin.features if results.origin else ()
    if len(names) != len(features):
        names = [f"column {place}" for place in range(1, len(features) + 1)]
    width = max(LABEL_WIDTH, min(24, max(map(cells, names), default=0)))
    for name, value in zip(names, features, strict=True):
        yield fact(end(name, width), value, width)


def drift_said(drift: Drift) -> list[Content]:
    """Which columns are not what the model learnt from."""
    moved, total = drift.moved, len(drift.columns)
    lines = [heading("Against the training data")]
    if moved:
        lines.append(
            content(f"{len(moved)} of {count(total, 'column')} moved: the model has not learnt from such data.")
        )
        lines.append(content("Train again on newer data if this is what data looks like now.", "$text-muted"))
    else:
        lines.append(content(f"None of {count(total, 'column')} has moved."))
    width = min(16, max([6, *(cells(column.name) for column in drift.columns)]))
    lines += [Content(""), content(f"{'column':<{width}}   PSI    KS missing outside", "$text-muted")]
    shown = [*moved, *(column for column in drift.columns if not column.verdict)][:DRIFTED]
    for column in shown:
        lines += _column_said(column, width)
    if total > DRIFTED:
        lines.append(content(f"and {total - DRIFTED:,} more", "$text-muted"))
    lines += [
        Content(""),
        content(
            f"PSI: from {SLIGHT} a column has moved, from {STRONG} much; likewise the change of what is missing. "
            f"KS: how far the distributions are apart. Both of at most {drift.sampled:,} rows of each side; a small "
            "sample must move more to count. Missing, outside: of the new values, those that are none, and those "
            "beyond what the training data has.",
            "$text-muted",
        ),
    ]
    return lines


def _column_said(column: ColumnDrift, width: int) -> Iterator[Content]:
    psi = f"{column.psi:5.2f}" if column.psi is not None else "  n/a"
    ks = f"{column.ks:5.2f}" if column.ks is not None else "  n/a"
    known = column.new.rows - column.new.missing
    outside = f"{column.outside / known:.1%}" if known else "n/a"
    style = {"moved much": "$text-error", "moved": "$text-warning", "": ""}[column.verdict]
    yield content(f"{end(column.name, width):<{width}} {psi} {ks} {column.new.missing_share:>7.1%} {outside:>7}", style)
    then, now = column.trained, column.new
    if not column.verdict:
        yield content(f"  was {_range_of(then)}, is {_range_of(now)}", "$text-muted")
        return
    yield content(f"  {column.verdict}", style)
    for which, one in (("was", then), ("is", now)):
        mean = f", mean {one.mean:.4g}" if one.mean is not None else ""
        yield content(f"  {which:<4}{_range_of(one)}{mean}, {one.missing_share:.1%} missing", "$text-muted")


def _range_of(column: ColumnSummary) -> str:
    return "no number" if column.low is None else f"{column.low:.4g} .. {column.high:.4g}"
