"""The log view beside Textual's Log and RichLog: `python -m tests.bench.log`.

Each widget and size has a process of its own, so that its memory is its own. Lines have 120 characters and come in
batches of 2,000. A figure is the median of 9 runs, in brackets how many times the log view's it is; memory is what the
process has grown by. Log and RichLog have neither search nor filter: for them the time is that of looking through
their lines on the loop, and, for the filter, of writing what matches into the emptied widget.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from textual.app import App, ComposeResult
from textual.widgets import Log, RichLog

from tests.bench.harness import CountingDriver, markdown, measure
from widgets.log_store import LogLine
from widgets.log_view import LogView

RUNS = 9
BATCH = 2000
LENGTH = 120
SIZES = (10_000, 100_000, 1_000_000)
MOST_FOR_RICH_LOG = 10_000
"""RichLog takes a minute for 100,000 lines and ten for a million: it is not waited for."""

RARE = "needle"
FILTERED = "step 77"

LABELS = {
    "append": "append, lines/s",
    "memory": "memory, MB",
    "end": "jump to the end, ms",
    "middle": "jump to the middle, ms",
    "line": "scroll by a line in the middle, p95 ms",
    "search": "rare word, ms",
    "stall": "longest stall of the loop while searching, ms",
    "filter": "filter, ms",
    "filter_stall": "longest stall while filtering, ms",
}
RATES = ("append",)

Figures = dict[str, float]


def texts(start: int, stop: int) -> list[str]:
    """Lines as a training job writes them, one in 100,000 with the rare word."""
    return [
        f"2026-11-23 12:00:00 INFO step {number} loss {number % 997 / 997:.6f}{' needle' * (number % 100_000 == 4321)} "
        .ljust(LENGTH, "x")
        for number in range(start, stop)
    ]  # fmt: skip


def resident_mb() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


class Bench(App[None]):
    """One widget on the whole screen."""

    CSS = "LogView, Log, RichLog { height: 100%; }"

    def __init__(self, view: LogView | Log | RichLog) -> None:
        super().__init__(driver_class=CountingDriver)
        self.view = view
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield self.view


class Stalls:
    """How long the loop does not get its turn."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - before - 0.001)


async def stalled(act: Callable[[], None], finished: Callable[[], bool]) -> tuple[float, float]:
    """Seconds until it is finished, and the longest stall."""
    stalls = Stalls()
    watching = asyncio.create_task(stalls.watch())
    await asyncio.sleep(0.01)
    stalls.longest = 0.0
    start = time.perf_counter()
    act()
    while not finished():  # noqa: ASYNC110 - the loop's turns are what is measured
        await asyncio.sleep(0)
    seconds = time.perf_counter() - start
    await asyncio.sleep(0.005)
    watching.cancel()
    return seconds, stalls.longest


def fill(view: LogView | Log | RichLog, start: int, lines: Sequence[str]) -> None:
    """Append lines."""
    if isinstance(view, LogView):
        view.extend([LogLine(1_764_000_000_000 + start + number, "algo-1", text) for number, text in enumerate(lines)])
    elif isinstance(view, Log):
        view.write_lines(lines)
    else:
        for text in lines:
            view.write(text)


async def look_through(app: Bench, count: int) -> dict[str, list[float]]:
    """Jumps, search and filter, `RUNS` times each."""
    view = app.view
    result: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        result.setdefault(name, []).append(value)

    def middle() -> None:
        if isinstance(view, LogView):
            view.show_line(count // 2)
        else:
            view.scroll_to(y=count // 2, animate=False)

    def end() -> None:
        if isinstance(view, LogView):
            view.follow = True
        else:
            view.scroll_end(animate=False)

    for _ in range(RUNS):
        note("middle", (await measure(app, middle)).seconds * 1000)
        note("end", (await measure(app, end)).seconds * 1000)
    await measure(app, middle)
    for _ in range(40):
        if isinstance(view, LogView):
            note("line", (await measure(app, lambda: view.action_scroll_rows(1))).seconds * 1000)
        else:
            note("line", (await measure(app, lambda: view.scroll_relative(y=1, animate=False))).seconds * 1000)
    result["line"] = [sorted(result["line"])[37]]
    rows = (
        [text if isinstance(text, str) else text.text for text in view.lines] if not isinstance(view, LogView) else []
    )
    for _ in range(RUNS):
        if isinstance(view, LogView):
            acts: dict[str, Callable[[str], None]] = {"search": view.search, "filter": view.filter}
            for name, act in acts.items():
                stall = "stall" if name == "search" else "filter_stall"
                word = RARE if name == "search" else FILTERED
                seconds, longest = await stalled(partial(act, word), lambda: not view.looking)
                note(name, seconds * 1000)
                note(stall, longest * 1000)
                act("")
                await measure(app, lambda: None)
        else:
            start = time.perf_counter()
            assert sum(RARE in text.lower() for text in rows) == -(-(count - 4321) // 100_000)
            note("search", (time.perf_counter() - start) * 1000)
            note("stall", result["search"][-1])

            def show() -> None:
                view.clear()
                fill(view, 0, [text for text in rows if FILTERED in text.lower()])

            note("filter", (await measure(app, show)).seconds * 1000)
            note("filter_stall", result["filter"][-1])
    return result


async def figures(name: str, count: int) -> Figures:
    """All figures of one widget at one size."""
    view = {"LogView": LogView, "Log": Log, "RichLog": RichLog}[name]()
    app = Bench(view)
    running = asyncio.create_task(app.run_async(size=(120, 40)))
    while not view.size:  # noqa: ASYNC110 - the widget has no event for it
        await asyncio.sleep(0.01)
    before, spent = resident_mb(), 0.0
    for first in range(0, count, BATCH):
        lines = texts(first, min(first + BATCH, count))
        start = time.perf_counter()
        fill(view, first, lines)
        await asyncio.sleep(0)
        spent += time.perf_counter() - start
    await measure(app, lambda: None)
    result = {"append": count / spent, "memory": resident_mb() - before, "process": resident_mb()}
    result |= {what: median(values) for what, values in (await look_through(app, count)).items()}
    app.exit()
    await running
    return result


def main() -> None:
    """Measure in fresh processes, print the table."""
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(figures(sys.argv[1], int(sys.argv[2])))))  # noqa: T201
        return
    rows = []
    for count in SIZES:
        found: dict[str, Figures] = {}
        for name in ("LogView", "Log", "RichLog"):
            if name != "RichLog" or count <= MOST_FOR_RICH_LOG:
                command = [sys.executable, "-m", "tests.bench.log", name, str(count)]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[name] = json.loads(answer.strip().splitlines()[-1])
        for what, label in {**LABELS, "process": "whole process, MB"}.items():
            ours = found["LogView"][what]
            row = [f"{count:,}", label, f"{ours:,.1f}"]
            for name in ("Log", "RichLog"):
                value = found.get(name, {}).get(what)
                row.append("not run" if value is None else f"{value:,.1f} ({value / max(ours, 0.01):.2g})")
            rows.append(row)
    print(markdown(("lines", "what", "LogView", "Log", "RichLog"), rows))  # noqa: T201


if __name__ == "__main__":
    main()
