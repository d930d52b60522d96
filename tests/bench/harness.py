"""What the benchmarks share: a driver that counts, a wait for the last frame, a table of medians."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

QUIET_TURNS = 10
"""Turns of the loop without output after which an action counts as painted."""
TURN_SECONDS = 0.005


class CountingDriver(HeadlessDriver):
    """A terminal that takes everything and keeps only how much and when: no pty, so no time for one."""

    written = 0
    """Bytes so far."""
    written_at = 0.0
    """When the last of them came, by `time.perf_counter`."""

    @property
    def is_headless(self) -> bool:
        """No: a headless app does not render at all."""
        return False

    def write(self, data: str) -> None:
        """Count."""
        self.written += len(data.encode())
        self.written_at = time.perf_counter()


@dataclass(frozen=True, slots=True)
class Painted:
    """What one action cost until its last frame was out."""

    seconds: float
    written: int


async def measure(app: App[None], act: Callable[[], None], busy: Callable[[], bool] = lambda: False) -> Painted:
    """Do something on the app's loop and wait until it has been quiet for a while and is not busy any more.

    The clock stops at the last byte written, or, if there was none, when the action itself was done.
    """
    driver = app._driver
    assert isinstance(driver, CountingDriver)
    before = driver.written
    start = time.perf_counter()
    act()
    done = time.perf_counter()
    turns, seen = 0, before
    while turns < QUIET_TURNS:
        await asyncio.sleep(TURN_SECONDS)
        turns = turns + 1 if driver.written == seen and not busy() else 0
        seen = driver.written
    end = driver.written_at if driver.written > before else done
    return Painted(max(end, done) - start, driver.written - before)


class Stalls:
    """How long the loop does not get its turn."""

    def __init__(self) -> None:
        self.longest = self.longest_cpu = 0.0

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            before, before_cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - before - 0.001)
            self.longest_cpu = max(self.longest_cpu, time.thread_time() - before_cpu)


async def stalled(act: Callable[[], None], finished: Callable[[], bool]) -> tuple[float, Stalls]:
    """Seconds until it is finished, and the stalls meanwhile."""
    stalls = Stalls()
    watching = asyncio.create_task(stalls.watch())
    await asyncio.sleep(0.01)
    stalls.longest = stalls.longest_cpu = 0.0
    start = time.perf_counter()
    act()
    while not finished():  # noqa: ASYNC110 - the loop's turns are what is measured
        await asyncio.sleep(0)
    seconds = time.perf_counter() - start
    await asyncio.sleep(0.005)
    watching.cancel()
    return seconds, stalls


def middle(runs: Sequence[Painted]) -> Painted:
    """The medians of several runs."""
    return Painted(median(run.seconds for run in runs), round(median(run.written for run in runs)))


def line(cells: Sequence[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with the first column to the left and figures to the right."""
    rule = ["---", *("---:" for _ in header[1:])]
    return "\n".join(map(line, (header, rule, *rows)))
