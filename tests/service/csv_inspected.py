"""What the tests of the doctor share: a file written and inspected, and one finding among all."""

from __future__ import annotations

from pathlib import Path

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvReport, Finding
from tui.service.worker.csv_inspection import inspect_csv


def inspect(tmp_path: Path, content: str | bytes, has_header: bool | None = None) -> CsvReport:
    """The report on a file of that content, `table.csv`."""
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return inspect_csv(ScriptedContext(), str(path), has_header=has_header)


def finding(report: CsvReport, part: str) -> Finding:
    """The only finding with that part in its sentence."""
    found = [entry for entry in report.findings if part in entry.sentence]
    assert len(found) == 1, report.findings
    return found[0]
