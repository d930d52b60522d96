"""The form that makes a data set of a CSV file: label, task, fractions, seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from tui.drafts import Drafts
from tui.panes.wording import count
from tui.resources.algorithms import free_name
from tui.resources.csv_findings import guess_task
from tui.resources.csv_reports import CsvReport, Task
from tui.resources.datasets import DataError, SplitPlan
from tui.resources.split_plans import fractions_of, fractions_problem, listed, plan_by, shares, why_left_out
from tui.resources.training import name_problem
from tui.screens.form import Field, Form

_TASKS: tuple[Task, ...] = get_args(Task)
_MANY_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a form about a data set is for, and what else it asks."""

    title: str = "New data set from"
    submit: str = "Split and upload"
    draft: str = "dataset"
    more: tuple[Field, ...] = ()


MAKING = Purpose()


class DatasetForm(Form):
    """Asks how to split a CSV file that was read whole."""

    def __init__(
        self,
        report: CsvReport,
        plan: SplitPlan,
        taken: frozenset[str],
        drafts: Drafts,
        purpose: Purpose = MAKING,
    ) -> None:
        self._report = report
        self._taken = taken
        self._label = plan.label
        """The label for which the task was last proposed."""

        names = report.source.names[:_MANY_COLUMNS]
        if plan.label not in names:
            names = (*names, plan.label)
        super().__init__(
            f"{purpose.title} {report.source.path}",
            (
                Field("name", "Name", free_name(plan.name, taken)),
                Field("label", "Label column", plan.label, tuple((name, name) for name in names)),
                Field("task", "Task", plan.task, tuple((task, task) for task in _TASKS)),
                Field("drop", "Leave out", note="Columns that are not features, separated by commas."),
                Field("keep", "Keep", note="Columns that are features although they would be left out."),
                Field("encode", "Encode", note="How text becomes numbers: city=codes, colour=one-hot."),
                Field("fractions", "Fractions", "70 15 15", note="Train, validation and test, in percent."),
                Field("seed", "Seed", str(plan.seed), note="The same seed gives the same files."),
                Field("stratify", "Stratified", "yes" if plan.stratify else "no", (("yes", "yes"), ("no", "no"))),
                *purpose.more,
            ),
            purpose.submit,
            f"{purpose.draft} {report.source.path}",
            drafts,
        )

    def on_mount(self) -> None:
        """A draft has the task that a person chose for its label."""
        super().on_mount()
        self._label = self.values["label"]

    def changed(self, key: str) -> None:
        """Another label is probably another task; dates are classes only where a person says so."""
        label = self.values["label"]
        if key != "label" or label == self._label:
            return
        self._label = label
        column = self._report.column(label)
        if column.kind != "date" and (task := guess_task(column)):
            self.set_value("task", task)
            self.set_value("stratify", "no" if task == "regression" else "yes")

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {
            "name": name_problem(values["name"]) or self._taken_problem(values["name"]),
            "fractions": _fractions_problem(values["fractions"]),
            "seed": "" if values["seed"].isdecimal() else "The seed is a whole number from 0.",
        }
        for key in ("drop", "keep"):
            if unknown := sorted(set(listed(values[key])) - set(self._report.source.names)):
                problems[key] = f"The file has no column {unknown[0]}."
        if "keep" not in problems:
            problems["keep"] = self._keep_problem(values)
        if values["task"] == "regression" and values["stratify"] == "yes":
            problems["stratify"] = "Only classes can be stratified, not a regression."
        problems = {key: problem for key, problem in problems.items() if problem}
        return problems or self._plan_problem(values)

    def _keep_problem(self, values: Mapping[str, str]) -> str:
        report = replace(self._report, label=values["label"])
        for name in listed(values["keep"]):
            why, can_be_kept = why_left_out(report, report.column(name))
            if not can_be_kept:
                return f"{name} {why}: it cannot be a feature."
        return ""

    def _plan_problem(self, values: Mapping[str, str]) -> dict[str, str]:
        """Why there can be no plan, at the field to blame for it."""
        for key, tried in (("label", {**values, "encode": ""}), ("encode", values)):
            try:
                plan_by(self._report, tried)
            except DataError as error:
                return {key: str(error)}
        return {}

    def _taken_problem(self, name: str) -> str:
        return "A data set of that name is uploaded already." if name in self._taken else ""

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """How many rows each split gets, and what becomes of the columns."""
        plan = plan_by(self._report, values) if not self.problems(values) else None
        if plan is None:
            return {}
        train, validation, test = shares(self._report.row_count, plan.fractions)
        gone = len(self._report.source.names) - 1 - len(plan.features)
        left = f", {count(gone, 'column')} left out" if gone else ""
        notes = {
            "fractions": f"About {train:,} rows to train, {validation:,} to validate, {test:,} to test.",
            "drop": f"{count(len(plan.features), 'feature')}{left}.",
        }
        otherwise = self._left_out(plan)
        notes["keep"] = f"Left out unless they stand here: {otherwise}." if otherwise else ""
        encoded = ", ".join(f"{encoding.column}={encoding.kind}" for encoding in plan.encodings)
        notes["encode"] = f"Text becomes numbers by {encoded}; write what shall be otherwise." if encoded else ""
        return notes

    def _left_out(self, plan: SplitPlan) -> str:
        """The columns that could be kept and are not, with the reasons."""
        report = replace(self._report, label=plan.label)
        judged = [(column.name, *why_left_out(report, column)) for column in report.columns]
        return ", ".join(
            f"{name} ({why})" for name, why, can in judged if why and can and name not in (plan.label, *plan.features)
        )


def _fractions_problem(text: str) -> str:
    try:
        return fractions_problem(fractions_of(text))
    except ValueError:
        return "Three numbers are needed, e.g. 70 15 15."
