"""The log view beside Textual's Log and RichLog, toolong and lnav: `python -m tests.bench.log`, by hand, some minutes.

Each widget and size has a process of its own, so that its memory is its own. Lines have 120 characters and come in
batches of 2,000. A figure is the median of 9 runs, in brackets how many times the log view's it is; memory is what the
process has grown by. Log and RichLog have neither search nor filter: for them the time is that of looking through
their lines on the loop, and, for the filter, of writing what matches into the emptied widget.

A stall is given twice: by the clock, which on a busy machine counts what other programs do as well, and by the CPU time
that the loop's thread used without giving way.
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
from statistics import median, quantiles

from textual.app import App, ComposeResult
from textual.widgets import Log, RichLog

from tests.bench.harness import CountingDriver, markdown, measure, stalled
from tests.bench.viewers import compare
from widgets.log_store import LogLine
from widgets.log_view import LogView

RUNS = 9
LINE_KEYS = 100
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
    "stall_cpu": "the same in CPU time, ms",
    "filter": "filter, ms",
    "filter_stall": "longest stall while filtering, ms",
    "filter_stall_cpu": "the same in CPU time, ms",
}
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
    for _ in range(LINE_KEYS):
        if isinstance(view, LogView):
            note("line", (await measure(app, lambda: view.action_scroll_rows(1))).seconds * 1000)
        else:
            note("line", (await measure(app, lambda: view.scroll_relative(y=1, animate=False))).seconds * 1000)
    result["line"] = [quantiles(result["line"], n=20)[-1]]
    rows = (
        [text if isinstance(text, str) else text.text for text in view.lines] if not isinstance(view, LogView) else []
    )
    for _ in range(RUNS):
        if isinstance(view, LogView):
            acts: dict[str, Callable[[str], None]] = {"search": view.search, "filter": view.filter}
            for name, act in acts.items():
                stall, word = ("stall", RARE) if name == "search" else ("filter_stall", FILTERED)
                seconds, stalls = await stalled(partial(act, word), lambda: not view.looking)
                note(name, seconds * 1000)
                note(stall, stalls.longest * 1000)
                note(f"{stall}_cpu", stalls.longest_cpu * 1000)
                act("")
                await measure(app, lambda: None)
        else:
            start = time.perf_counter()
            assert sum(RARE in text.lower() for text in rows) == -(-(count - 4321) // 100_000)
            note("search", (time.perf_counter() - start) * 1000)
            for stall in ("stall", "stall_cpu"):
                note(stall, result["search"][-1])

            def show() -> None:
                view.clear()
                fill(view, 0, [text for text in rows if FILTERED in text.lower()])

            note("filter", (await measure(app, show)).seconds * 1000)
            for stall in ("filter_stall", "filter_stall_cpu"):
                note(stall, result["filter"][-1])
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


GOALS: tuple[tuple[str, float, Callable[[dict[int, Figures]], float]], ...] = (
    ("scroll p95, 1,000,000 lines / 10,000", 1.5, lambda of: of[1_000_000]["line"] / of[10_000]["line"]),
    ("1,000,000 lines, MB", 250, lambda of: of[1_000_000]["memory"]),
    ("rare word in 1,000,000 lines, ms", 300, lambda of: of[1_000_000]["search"]),
    ("longest stall meanwhile, ms", 50, lambda of: of[1_000_000]["stall"]),
)


def main() -> None:
    """Measure in fresh processes, print the tables."""
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(figures(sys.argv[1], int(sys.argv[2])))))  # noqa: T201
        return
    rows = []
    ours: dict[int, Figures] = {}
    for count in SIZES:
        found: dict[str, Figures] = {}
        for name in ("LogView", "Log", "RichLog"):
            if name != "RichLog" or count <= MOST_FOR_RICH_LOG:
                command = [sys.executable, "-m", "tests.bench.log", name, str(count)]
                answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[name] = json.loads(answer.strip().splitlines()[-1])
        ours[count] = found["LogView"]
        for what, label in {**LABELS, "process": "whole process, MB"}.items():
            row = [f"{count:,}", label, f"{ours[count][what]:,.1f}"]
            for name in ("Log", "RichLog"):
                value = found.get(name, {}).get(what)
                ratio = value and value / max(ours[count][what], 0.01)
                row.append(f"{value:,.1f} ({ratio:.2g})" if value is not None else "not run")
            rows.append(row)
    print(markdown(("lines", "what", "LogView", "Log", "RichLog"), rows) + "\n")  # noqa: T201
    goals = [(name, f"{value(ours):,.2f}", f"at most {most:,}") for name, most, value in GOALS]
    print(markdown(("goal", "LogView", "wanted"), goals) + "\n")  # noqa: T201
    compare(texts(0, SIZES[-1]))


if __name__ == "__main__":
    main()
