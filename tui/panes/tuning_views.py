"""The views of a tuning job: summary, pictures, the whole description."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.facts import as_json, fact, heading
from tui.panes.inspector import Views
from tui.panes.tuning_pictures import TuningPictures
from tui.panes.wording import count, duration, moment, number, status
from tui.resources.tuning import Counters, Objective, Trial, TuningJobDetail
from widgets.cells import as_content
from widgets.segments import Segments
from widgets.text import content

WIDE_LABEL = 24


class TuningViews(Views):
    """Shows what it is given of one tuning job, one view at a time."""

    def __init__(self, initial: str) -> None:
        super().__init__(initial=initial)
        self.summary, self.request = Static(), Static()
        self.pictures = TuningPictures(id="pictures")

    def compose(self) -> ComposeResult:
        """The views; their ids are the names by which they are asked for."""
        yield VerticalScroll(self.summary, id="summary", classes="inspector-view")
        yield self.pictures
        yield VerticalScroll(self.request, id="request", classes="inspector-view")

    def clear(self) -> None:
        """Show nothing."""
        self.summary.update("")
        self.request.update("")
        self.pictures.clear()

    def show_detail(self, detail: TuningJobDetail, cost: str) -> None:
        """Show a job, and in words what it has cost so far."""
        self.summary.update(summary(detail, cost))
        self.request.update(content(as_json(detail.description)))

    async def show_trials(self, detail: TuningJobDetail, trials: Sequence[Trial]) -> None:
        """Show what its trials look like."""
        await self.pictures.show(detail, trials)

    def show_problem(self, problem: str) -> None:
        """Say why there is nothing to show."""
        self.summary.update(content(problem, "$text-error"))


def progress_bar(counters: Counters, limit: int | None) -> Segments:
    """How many trials completed, were stopped, failed and run, of how many there may be."""
    over = counters.total - counters.running
    return Segments(
        (
            (counters.completed, "█", "status-completed"),
            (counters.stopped, "▓", "status-stopped"),
            (counters.failed, "×", "status-failed"),
            (counters.running, "▒", "status-running"),
        ),
        limit or counters.total,
        f"{over}/{limit}" if limit else f"{over}",
    )


def objective_name(objective: Objective | None) -> str:
    """The metric with an arrow that says where better lies."""
    return f"{'↑' if objective.maximize else '↓'} {objective.metric}" if objective else ""


def summary(detail: TuningJobDetail, cost: str) -> Content:
    """A tuning job as a person wants to know it, most telling things first."""
    job = detail.job
    parts = [heading(job.name), as_content(status(job.status), 20)]
    if detail.failure_reason:
        parts += [Content(""), content(detail.failure_reason, "$text-error")]
    parts += [Content(""), *_facts(detail, cost)]
    if detail.best_trial:
        parts += [Content(""), heading("Best training job"), content(detail.best_trial)]
        tuned = detail.description["BestTrainingJob"].get("TunedHyperParameters", {})
        parts += [fact(name, value, WIDE_LABEL) for name, value in sorted(tuned.items())]
    parts += [Content(""), heading("Ranges")]
    parts += [fact(name, str(found), WIDE_LABEL) for name, found in detail.ranges.items()]
    if detail.static:
        parts += [Content(""), heading("Static hyperparameters")]
        parts += [fact(name, value, WIDE_LABEL) for name, value in sorted(detail.static.items())]
    return Content("\n").join(parts)


def _facts(detail: TuningJobDetail, cost: str) -> list[Content]:
    job = detail.job
    counters = job.counters
    said = [
        (f"{counters.completed} completed", counters.completed),
        (f"{counters.running} running", counters.running),
        (f"{counters.stopped} stopped", counters.stopped),
        (f"{counters.failed} failed", counters.failed),
    ]
    early = ", early stopping" if detail.early_stopping else ""
    lines: list[tuple[str, str | Content]] = [
        ("Objective", objective_name(job.objective)),
        ("Best", number(job.best) if job.best is not None else "none yet"),
        ("Strategy", f"{job.strategy}, {detail.parallel} at once{early}"),
        ("Trials", as_content(progress_bar(counters, job.limit), 36)),
        ("", ", ".join(words for words, how_many in said if how_many)),
        ("Created", moment(job.created)),
        ("Took" if job.ended else "Runs", duration((job.ended or time.time()) - job.created)),
    ]
    if detail.runtime_seconds is not None:
        lines.append(("Instances ran", count(detail.runtime_seconds, "second")))
    lines.append(("Cost so far", cost))
    if job.running and job.limit is not None:
        lines.append(("Left", count(max(0, job.limit - counters.total), "training job")))
    parents = detail.description.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    if parents:
        lines.append(("Warm start", ", ".join(parent.get("HyperParameterTuningJobName", "") for parent in parents)))
    return [fact(name, value) for name, value in lines if value]
