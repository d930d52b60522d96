"""The results of a transform job: a page of rows, the figures of all of them, the next mistake."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui.resources.result_lines import bare, judged
from tui.resources.results import SHOWN, Cursor, Mistake, Reading, ReadingProgress, ResultPage
from tui.resources.scores import Judged, MistakeRule, Scores
from tui.resources.transforms import TransformFile
from tui.service.worker.context import TaskContext
from tui.service.worker.result_reading import ResultRows
from tui.service.worker.scoring import judge, mistakes

_REPORT_SECONDS = 0.2
_CHECKED_ROWS = 1000
"""Rows between two looks at whether anybody still waits."""


def result_page(context: TaskContext, file: TransformFile, reading: Reading, cursor: Cursor, count: int) -> ResultPage:
    """At most `count` rows of a file from a cursor on.

    Raises:
        DataError: Records and answers are not the same number.
    """
    with ResultRows(context.client("s3"), file, reading, cursor) as rows:
        found = []
        for row in rows:
            found.append(replace(row, record=row.record[:SHOWN], answer=row.answer[:SHOWN]))
            if len(found) == count:
                return ResultPage(tuple(found), rows.cursor)
        return ResultPage(tuple(found), None)


def judge_results(context: TaskContext, files: Sequence[TransformFile], reading: Reading) -> Scores:
    """The figures of all rows of some files that have a label, while `ReadingProgress` is sent.

    Raises:
        DataError: Records and answers of a file are not the same number.
    """
    assert reading.task is not None, "without a task there is nothing to judge by"
    return judge(_judged(context, files, reading), reading.task)


def find_mistake(
    context: TaskContext,
    files: Sequence[TransformFile],
    reading: Reading,
    *,
    rule: MistakeRule,
    place: int,
    cursor: Cursor,
) -> Mistake | None:
    """The first row from a place on that is predicted wrongly; None when there is none. No row behind it is read."""
    s3 = context.client("s3")
    for number in range(place, len(files)):
        with ResultRows(s3, files[number], reading, cursor if number == place else Cursor()) as rows:
            candidates = _checked(context, (found for row in rows if (found := bare(row))))
            if next(mistakes(candidates, rule), None) and rows.last and (found := judged(rows.last, reading)):
                return Mistake(files[number].name, found, number, rows.cursor)
    return None


def _judged(context: TaskContext, files: Sequence[TransformFile], reading: Reading) -> Iterator[Judged]:
    s3 = context.client("s3")
    total = sum(file.size for file in files)
    before = count = 0
    reported = time.monotonic()
    for file in files:
        with ResultRows(s3, file, reading, Cursor()) as rows:
            for row in rows:
                count += 1
                if found := bare(row):
                    yield found
                if count % _CHECKED_ROWS:
                    continue
                context.check()
                if time.monotonic() - reported >= _REPORT_SECONDS:
                    reported = time.monotonic()
                    context.report(ReadingProgress(count, before + min(rows.cursor.input, file.size), total))
        before += file.size


def _checked(context: TaskContext, rows: Iterator[Judged]) -> Iterator[Judged]:
    for number, row in enumerate(rows):
        if number % _CHECKED_ROWS == 0:
            context.check()
        yield row
