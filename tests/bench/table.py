"""Our table beside Textual's DataTable, doing the same: `python -m tests.bench.table`, by hand, some minutes.

Both run in one process, one after the other, on a driver of 120 × 40 that counts the bytes and throws them away. A time
runs from the action until the last byte of its last frame. Rows have eight columns, a status with a glyph among them.

A refresh means that the service answered with a whole new list of which 20 rows are different. What a program does with
it is written down for the DataTable twice: the rows put in again, and only the cells that differ updated, which is what
it costs when somebody has written our comparison for it. Runs are ours / theirs: what takes the DataTable many seconds
at 100,000 rows is done to it once.

The second table says how long our loop gave nobody else a turn while such things went on, and how long they took.
"""

from __future__ import annotations

import asyncio
import gc
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import ClassVar

import textual
from textual import events
from textual.app import App, ComposeResult

from tests.bench.harness import CountingDriver, Painted, line, markdown, measure, middle, stalled
from tests.bench.table_contestants import Contestant, Ours, Theirs, changed, jobs

SIZES = (100, 10_000, 100_000)
RUNS = 9
SLOW_RUNS = {100_000: 1}
"""Runs of what takes the DataTable long at this many rows: fill, filter, refresh by filling again."""
SCREEN = (120, 40)


class Bench(App[None]):
    """One table and nothing else."""

    CSS: ClassVar[str] = "DataTable { height: 1fr; }"

    def __init__(self, contestant: Contestant) -> None:
        super().__init__(driver_class=CountingDriver)
        self.contestant = contestant
        self.ready = asyncio.Event()

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.contestant.widget

    def on_mount(self) -> None:
        """From now on it can be asked."""
        self.contestant.prepare()
        self.contestant.widget.focus()
        self.ready.set()

    def press(self, key: str) -> None:
        """A key as the terminal sends it."""
        self.post_message(events.Key(key, None))


FILTERS = "emptied / first fill / first filter / another filter / filter taken away"
"""What is done in turn, so that every first filter meets rows it has never searched."""
SLOW = (*FILTERS.split(" / "), "refresh, filled again")


async def run(make: Callable[[], Contestant], size: int) -> dict[str, Painted]:
    """The medians of everything, for one contestant at one size."""
    gc.collect()
    gc.freeze()  # what the other has left behind is not collected again at this one's expense
    rows = jobs(size)
    runs = {slow: SLOW_RUNS.get(size, RUNS) for slow in SLOW} if make is Theirs else {}
    results: dict[str, list[Painted]] = {}
    app = Bench(table := make())
    task = asyncio.create_task(app.run_async(size=SCREEN, mouse=False))

    async def repeat(what: str, *acts: Callable[[int], None]) -> None:
        """What `acts` do in turn, each kept under its name from `what`."""
        for turn in range(runs.get(what.split(" / ", maxsplit=1)[0], RUNS)):
            for name, act in zip(what.split(" / "), acts, strict=True):
                painted = await measure(app, lambda act=act, turn=turn: act(turn), lambda: table.busy)  # type: ignore[misc]
                results.setdefault(name, []).append(painted)

    await app.ready.wait()
    await measure(app, lambda: None)
    await repeat(
        FILTERS,
        lambda _: table.fill(()),
        lambda _: table.fill(rows),
        lambda _: table.filter("cccccc"),
        lambda _: table.filter("dddddd"),
        lambda _: table.filter(""),
    )
    await repeat("cursor key", lambda _: app.press("down"))
    await repeat("page / page back", lambda _: app.press("pagedown"), lambda _: app.press("pageup"))
    del results["emptied"], results["page back"]
    await repeat("sort", lambda _: table.sort())
    answers = [changed(rows, turn) for turn in range(RUNS)]
    await measure(app, lambda: table.restart(rows), lambda: table.busy)
    await repeat("refresh, cells updated", lambda turn: table.refresh_cells(answers[turn]))
    await repeat("refresh, filled again", lambda turn: table.refresh(answers[-1 - turn]))
    app.exit()
    await task
    return {name: middle(found) for name, found in results.items()}


async def run_stalls(size: int) -> dict[str, tuple[float, float]]:
    """For what takes long at many rows, the medians of its seconds and of the longest stall of the loop."""
    rows = jobs(size)
    answers = [(replace(rows[0], name=f"new-{turn}"), *changed(rows, turn)) for turn in range(RUNS)]
    ours = Ours()
    table = ours.table
    app = Bench(ours)
    task = asyncio.create_task(app.run_async(size=SCREEN, mouse=False))
    await app.ready.wait()

    def bare() -> None:
        table.sort, table.filter_text, table.rows = None, "", ()

    acts: dict[str, Callable[[int], None]] = {
        "first fill": lambda _: ours.fill(rows),
        "first filter": lambda _: ours.filter("cccccc"),
        "filter taken away": lambda _: ours.filter(""),
        "sort by a number": lambda _: table.action_sort("seconds"),
        "sort by a text": lambda _: table.action_sort("name", reverse=True),
        "sorted, one row more": lambda turn: ours.refresh(answers[turn]),
        "sorted, a filter that all match": lambda _: ours.filter("training"),
        "sorted and filtered, rows replaced": lambda _: ours.refresh(rows),
        "a regular expression that would take years": lambda _: ours.filter("re:^(.?.?)+!$"),
        "all taken away": lambda _: bare(),
    }
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for turn in range(RUNS):
        for name, act in acts.items():
            seconds, stalls = await stalled(lambda act=act, turn=turn: act(turn), lambda: not table.looking)  # type: ignore[misc]
            results[name].append((seconds, stalls.longest))
            await measure(app, lambda: None)
    app.exit()
    await task
    return {name: (median(run[0] for run in runs), median(run[1] for run in runs)) for name, runs in results.items()}


async def main() -> None:
    """Run both at all sizes and print one table, a size as soon as it is done."""
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    header = ("what", "ours ms", "DataTable ms", "faster", "ours bytes", "DataTable bytes", "runs")
    sys.stdout.write(markdown(header, ()) + "\n")
    for size in sizes:
        ours, theirs = await run(Ours, size), await run(Theirs, size)
        for name, mine in ours.items():
            other = theirs[name]
            runs = SLOW_RUNS.get(size, RUNS) if name in SLOW else RUNS
            cells = (
                f"{size:,} rows: {name}",
                f"{mine.seconds * 1000:,.1f}",
                f"{other.seconds * 1000:,.1f}",
                f"{other.seconds / mine.seconds:,.1f}×",
                f"{mine.written:,}",
                f"{other.written:,}",
                f"{RUNS} / {runs}",
            )
            sys.stdout.write(line(cells) + "\n")
        sys.stdout.flush()
    sys.stdout.write("\n" + markdown(("what", "ms", "longest stall ms"), ()) + "\n")
    for size in sizes:
        for name, (seconds, stall) in (await run_stalls(size)).items():
            figures = (f"{size:,} rows: {name}", f"{seconds * 1000:,.1f}", f"{stall * 1000:,.1f}")
            sys.stdout.write(line(figures) + "\n")
        sys.stdout.flush()
    sys.stdout.write(
        f"\nMedians; textual {textual.__version__}, Python {platform.python_version()}, "
        f"{SCREEN[0]} × {SCREEN[1]}, bytes counted at the driver, no terminal.\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
