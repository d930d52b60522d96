"""The leaderboard of a tuning job with 750 training jobs: `python -m tests.bench.trials`, by hand, a minute.

The console's own pane, on a driver of 120 × 40 that counts the bytes and throws them away, beside a DataTable with the
same cells. A time runs from the moment at which the answer of the service is there, or the key, until the last byte of
the last frame; a stall is the longest computation meanwhile for which the event loop did not get its turn. The
DataTable gets the trials sorted; at a refresh only the cells that differ are updated, and it is sorted again.
"""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import textual
from rich.text import Text
from textual import events
from textual.app import App
from textual.widgets import DataTable

from tests.bench.harness import CountingDriver, Painted, Stalls, markdown, measure, middle
from tests.panes.host import PaneScreen
from tests.panes.scripted import NOW, ScriptedTraining
from tests.panes.scripted_tuning import ScriptedTuning
from tests.resources.tuning import description
from themes import STATUS_TOKENS, STYLESHEET, THEMES
from tui.panes.trials import TrialsPane
from tui.panes.wording import duration, number, status
from tui.resources.tuning import Objective, Trial, TuningJobDetail, leaderboard

HOW_MANY = 750
CHANGED = 5
RUNS = 9
SCREEN = (120, 40)
RANGES = ("eta", "gamma", "alpha", "lambda", "subsample", "min_child_weight")
OBJECTIVE = Objective("validation:rmse", maximize=False)


def tuning_detail() -> TuningJobDetail:
    """A search of six hyperparameters."""
    members = description(CreationTime=NOW - 8000)
    members["HyperParameterTuningJobConfig"]["ParameterRanges"] = {
        "ContinuousParameterRanges": [{"Name": name, "MinValue": "0", "MaxValue": "1"} for name in RANGES]
    }
    return TuningJobDetail.from_description(members)


def trials(turn: int = 0) -> tuple[Trial, ...]:
    """An answer of the service: all values new objects, some of them, spread over the ranks, another objective."""
    step = HOW_MANY // CHANGED
    return tuple(
        Trial(
            name=f"boston-{place:03}-{place * 0x1234567 % 0xFFFFFFFF:08x}",
            arn=f"arn:aws:sagemaker:us-east-1:123456789012:training-job/boston-{place:03}",
            status="Failed" if place % 50 == 7 else "Completed",
            created=NOW - 8000 + place * 10,
            started=NOW - 7990 + place * 10,
            ended=NOW - 7900 + place * 10,
            tuned={name: str((place * (17 + 2 * at)) % 997 / 997) for at, name in enumerate(RANGES)},
            objective=None if place % 50 == 7 else 2 + rank / 100 + (turn / 10_000 if rank % step == 3 else 0.0),
            objective_status="Succeeded",
            failure_reason="",
            definition="",
        )
        for place in range(HOW_MANY)
        for rank in (place * 7919 % HOW_MANY,)
    )


def cells(trial: Trial) -> tuple[Text, ...]:
    """The cells of a row as the leaderboard shows them."""
    shown = status(trial.status)
    objective = number(trial.objective) if trial.objective is not None else "no metric"
    tuned = (f"{float(trial.tuned[name]):.4g}" for name in RANGES)
    return tuple(map(Text, (trial.name[7:], f"{shown.glyph} {shown.text}", objective, *tuned, duration(90))))


class Themed(App[None]):
    """An app with the console's looks."""

    CSS_PATH = STYLESHEET

    def __init__(self) -> None:
        super().__init__(driver_class=CountingDriver)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sagedeck-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of statuses."""
        return STATUS_TOKENS

    def press(self, key: str, character: str | None = None) -> None:
        """A key as the terminal sends it."""
        self.post_message(events.Key(key, character))


class Ours(Themed):
    """The pane of trials."""

    def __init__(self) -> None:
        super().__init__()
        self.tuning = ScriptedTuning()
        self.pane = TrialsPane(ScriptedTraining(), self.tuning, tuning_detail(), read_only=False)

    def on_mount(self) -> None:
        """The pane on its screen."""
        self.push_screen(PaneScreen(self.pane))

    def tell(self, found: tuple[Trial, ...]) -> None:
        """The service has answered."""
        self.tuning.trials("boston").update(found)


class Theirs(Themed):
    """The DataTable with what a program around it has to do."""

    def __init__(self) -> None:
        super().__init__()
        self.table: DataTable[Text] = DataTable(cursor_type="row")
        self._known: dict[str, Trial] = {}

    def on_mount(self) -> None:
        """The table on a screen."""
        self.mount(self.table)
        for name, width in zip(("Trial", "Status", "Objective", *RANGES, "Took"), (12, 12, 20, *[10] * 7), strict=True):
            self.table.add_column(name, key=name, width=width)
        self.table.focus()

    def tell(self, found: tuple[Trial, ...]) -> None:
        """Fill the table, or update what differs."""
        known, self._known = self._known, {trial.name: trial for trial in found}
        if not known or not found:
            self.table.clear()
            for trial in leaderboard(found, OBJECTIVE):
                self.table.add_row(*cells(trial), key=trial.name)
            return
        for trial in found:
            if trial != known[trial.name]:
                self.table.update_cell(trial.name, "Objective", cells(trial)[2])
        self.table.sort("Objective", key=_as_objective)


def _as_objective(cell: Text) -> float:
    return float("inf") if cell.plain == "no metric" else float(cell.plain)


@dataclass(frozen=True, slots=True)
class Timed:
    """The medians of what was done several times."""

    painted: Painted
    stall: float


async def repeat(app: App[None], act: Callable[[int], None], before: Callable[[int], None] | None = None) -> Timed:
    """Do something several times, and something else before each."""
    runs, longest = [], []
    for turn in range(RUNS):
        if before:
            await measure(app, lambda turn=turn: before(turn))  # type: ignore[misc]
        stalls = Stalls()
        watching = asyncio.create_task(stalls.watch())
        await asyncio.sleep(0.01)
        stalls.longest_cpu = 0.0
        runs.append(await measure(app, lambda turn=turn: act(turn)))  # type: ignore[misc]
        watching.cancel()
        longest.append(stalls.longest_cpu)
    return Timed(middle(runs), median(longest))


async def started(app: Ours | Theirs) -> asyncio.Task[Any]:
    """Run an app until its first frames are out."""
    task = asyncio.create_task(app.run_async(size=SCREEN, mouse=False))
    while not app.is_running or not app.screen_stack:  # noqa: ASYNC110 - what is awaited has no event
        await asyncio.sleep(0.01)
    for _ in range(3):
        await measure(app, lambda: None)
    return task


async def both(app: Ours | Theirs) -> dict[str, Timed]:
    """What the pane and the DataTable can both do."""
    task = await started(app)
    if isinstance(app, Ours):
        app.pane.inspector.view = "request"  # a view that asks nothing, as the DataTable has none beside it
    answers = [trials(turn) for turn in range(1, RUNS + 1)]
    found = {
        "first fill": await repeat(app, lambda _: app.tell(trials()), lambda _: app.tell(())),
        f"refresh, {CHANGED} changed": await repeat(app, lambda turn: app.tell(answers[turn])),
        "cursor key": await repeat(app, lambda _: app.press("down")),
    }
    if isinstance(app, Ours):
        app.pane.inspector.view = "pictures"
        found |= {
            "pictures opened": await repeat(
                app, lambda _: app.press("P", "P"), lambda _: setattr(app.pane.inspector, "view", "request")
            ),
            f"pictures, {CHANGED} changed": await repeat(app, lambda turn: app.tell(trials(5000 * (turn + 1)))),
            "pictures, new time of one trial": await repeat(
                app, lambda turn: app.tell((*answers[-1][:-1], replace(answers[-1][-1], ended=NOW + turn)))
            ),
        }
    app.exit()
    await task
    return found


async def main() -> None:
    """Measure both and print one table."""
    ours, theirs = await both(Ours()), await both(Theirs())
    rows = []
    for name, mine in ours.items():
        other = theirs.get(name)
        rows.append(
            (
                name,
                f"{mine.painted.seconds * 1000:,.1f}",
                f"{other.painted.seconds * 1000:,.1f}" if other else "",
                f"{other.painted.seconds / mine.painted.seconds:,.1f}×" if other else "",
                f"{mine.stall * 1000:,.1f}",
                f"{other.stall * 1000:,.1f}" if other else "",
                f"{mine.painted.written:,}",
            )
        )
    header = ("what", "ours ms", "DataTable ms", "faster", "our stall ms", "its stall ms", "our bytes")
    sys.stdout.write(
        f"{markdown(header, rows)}\n\nMedians of {RUNS} runs with {HOW_MANY} trials and {len(RANGES)} hyperparameters; "
        f"textual {textual.__version__}, Python {platform.python_version()}, {SCREEN[0]} × {SCREEN[1]}.\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
