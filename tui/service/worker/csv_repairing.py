"""Writing a CSV file anew without what the doctor found, block by block; the file itself stays as it is."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.resources.csv_repairs import Repaired, RepairPlan, plan_problem
from tui.resources.csv_reports import ReadProgress
from tui.resources.datasets import DataError
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_reading import opened, read_blocks
from tui.service.worker.csv_repaired_rows import RepairedRows
from tui.service.worker.csv_tables import Tables
from tui.service.worker.row_repeats import LineSet, RowRepeats, row_hashes

_REPORT_SECONDS = 0.2
_BLOCK_BYTES = 512 << 10
"""What is worked on at once takes some twenty times as much."""


def repair_csv(context: TaskContext, plan: RepairPlan) -> Repaired:
    """Write the new file of a plan, which appears complete or not at all, sending `ReadProgress` meanwhile.

    The source is read once, and once before that when repeated rows are to go.

    Raises:
        DataError: The plan does not hold, the source cannot be read, the target exists or cannot be written.
    """
    if problem := plan_problem(plan):
        raise DataError(f"Cannot repair '{plan.path}'", "the plan does not hold", problem)
    meter = _Meter(context, plan)
    with _new_file(Path(plan.target)) as staged:
        repeats = _repeated_lines(plan, meter) if plan.has("drop-repeats") else None
        rows = RepairedRows(plan, repeats)
        written = plan.written
        with staged.open("w", encoding=written.encoding, newline="") as target:
            if written.has_header:
                target.write(rows.header())
            for block in read_blocks(Path(plan.path), plan.dialect, _BLOCK_BYTES):
                target.write(rows.repaired(block))
                meter.advance(rows.kept, block.done_bytes)
    return Repaired(plan.target, rows.kept, rows.left_out, rows.changed)


def _repeated_lines(plan: RepairPlan, meter: _Meter) -> LineSet:
    with RowRepeats() as repeats:
        tables = Tables(Path(plan.path), plan.dialect, len(plan.columns), _BLOCK_BYTES)
        for table in tables:
            repeats.add(row_hashes(table.data, table.separator), table.lines)
            meter.advance(repeats.rows, tables.done_bytes)
        meter.begin_again()
        return repeats.repeated_lines(meter.check)


class _Meter:
    """Passes on how far the readings are, and a person's wish to stop."""

    def __init__(self, context: TaskContext, plan: RepairPlan) -> None:
        self.check = context.check
        self._report = context.report
        with opened(Path(plan.path)):
            self._size = Path(plan.path).stat().st_size
        self._readings = 2 if plan.has("drop-repeats") else 1
        self._before = 0
        self._reported = time.monotonic()

    def advance(self, rows: int, done_bytes: int) -> None:
        """So much of this reading is done."""
        self.check()
        if time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._reported = time.monotonic()
            self._report(ReadProgress(rows, self._before + done_bytes, self._readings * self._size))

    def begin_again(self) -> None:
        """The first reading is over."""
        self._before = self._size


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A file beside `target` that gets its name when the block ends, unless there is one of that name by then."""
    what = f"Cannot write '{target}'"
    try:
        if target.exists():
            raise FileExistsError
        with tempfile.TemporaryDirectory(prefix=f".{target.name[:40]}.", dir=target.parent) as workshop:
            staged = Path(workshop, "new")
            yield staged
            os.link(staged, target)  # unlike renaming it never replaces what is there
    except FileExistsError as error:
        raise DataError(what, "there is a file of that name already", "Choose another name.") from error
    except UnicodeEncodeError as error:
        raise DataError(what, f"a character does not exist in {error.encoding}", "Write UTF-8 instead.") from error
    except OSError as error:
        raise DataError(what, str(error.strerror or error), "Choose a folder that you may write to.") from error
