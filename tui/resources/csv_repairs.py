"""What the doctor does to a CSV file: the fixes a person chose, and the new file that came of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from tui.resources.csv_reports import CsvDialect, CsvReport, Finding, Fix, FixKind


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """Everything that decides what the new file holds."""

    path: str
    """The file that is read; it stays as it is."""

    target: str
    """The file that is written; there must be none yet."""

    dialect: CsvDialect
    columns: tuple[str, ...]
    label: str
    fixes: frozenset[Fix]

    def has(self, kind: FixKind) -> bool:
        """Whether something of that kind is done."""
        return any(fix.kind == kind for fix in self.fixes)

    def columns_of(self, kind: FixKind) -> frozenset[str]:
        """The columns to which something of that kind is done."""
        return frozenset(fix.column for fix in self.fixes if fix.kind == kind)

    @property
    def order(self) -> tuple[int, ...]:
        """The places of the columns that the new file has, in its order."""
        dropped = self.columns_of("drop-column")
        places = [place for place, name in enumerate(self.columns) if name not in dropped]
        if self.has("label-first"):
            places.sort(key=lambda place: self.columns[place] != self.label)
        return tuple(places)

    @property
    def written(self) -> CsvDialect:
        """How the new file is written."""
        dialect = self.dialect
        if self.has("encoding"):
            dialect = replace(dialect, encoding="utf-8")
        if self.has("newline"):
            dialect = replace(dialect, newline="\n")
        if self.has("separator"):
            dialect = replace(dialect, separator=",")
        if self.has("decimal"):
            dialect = replace(dialect, decimal=".")
        has_header = (dialect.has_header or self.has("write-header")) and not self.has("leave-header")
        return replace(dialect, has_header=has_header)


@dataclass(frozen=True, slots=True)
class Repaired:
    """A file that the doctor wrote."""

    path: str
    rows: int
    rows_left_out: int
    cells_changed: int


def fixes_of(report: CsvReport) -> tuple[Finding, ...]:
    """The findings that something can be done about."""
    return tuple(finding for finding in report.findings if finding.fix)


def proposed(report: CsvReport) -> frozenset[Fix]:
    """What is done unless a person chooses otherwise: all but what sagedeck's own splitting does anyway or undoes.

    The header stays, because the columns' names are worth having until the split; so does the label's place. Rows with
    a missing value stay: XGBoost can use them.
    """
    left = {"leave-header", "write-header", "label-first", "drop-incomplete"}
    return frozenset(finding.fix for finding in report.findings if finding.fix and finding.fix.kind not in left)


def plan_of(report: CsvReport, target: str, fixes: Iterable[Fix]) -> RepairPlan:
    """The plan that does these things to the file of a report."""
    source = report.source
    return RepairPlan(source.path, target, source.dialect, source.names, report.label, frozenset(fixes))


def plan_problem(plan: RepairPlan) -> str:
    """Why the plan cannot be carried out, as a sentence; empty when it can."""
    if not plan.fixes:
        return "Choose at least one thing to do."
    if plan.label in plan.columns_of("drop-column"):
        return f"The label '{plan.label}' would be left out."
    if len(plan.order) < 2:
        return "Hardly a column would be left."
    return ""


def new_name(path: str) -> str:
    """The name of the file that is written, after that of the one that is read."""
    return f"{PurePath(path).stem}-repaired.csv"
