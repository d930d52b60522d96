"""Waiting for something to happen: until it has, not for a while, and with a word about what did not."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

DEADLINE_SECONDS = 60
"""Enough on a machine that does a lot besides."""

_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.05
_LOOK_SECONDS = 0.02
_LONGEST_ANSWER = 2000


def until(
    condition: Callable[[], T], what: str, seconds: float = DEADLINE_SECONDS, *, holds: Callable[[T], object] = bool
) -> T:
    """The first answer of a condition that holds, by default that is true; blocks the thread meanwhile.

    Fails when there was none in time: "waited 60 s in vain for <what>", with the end of the last answer.
    """
    __tracebackhide__ = True
    began = time.monotonic()
    while not holds(answer := condition()):
        waited = time.monotonic() - began
        if waited > seconds:
            raise AssertionError(_in_vain(what, seconds, answer))
        time.sleep(_pause(waited))
    return answer


async def eventually(
    condition: Callable[[], T], what: str, seconds: float = DEADLINE_SECONDS, *, holds: Callable[[T], object] = bool
) -> T:
    """What `until` does, while the event loop goes on."""
    __tracebackhide__ = True
    began = time.monotonic()
    while not holds(answer := condition()):
        waited = time.monotonic() - began
        if waited > seconds:
            raise AssertionError(_in_vain(what, seconds, answer))
        await asyncio.sleep(_pause(waited))
    return answer


@contextmanager
def meanwhile(look: Callable[[], None]) -> Iterator[None]:
    """Look again and again, in another thread, for the length of the block; at its end raises what a look raised."""
    over = threading.Event()

    def look_on() -> None:
        while not over.wait(_LOOK_SECONDS):
            look()

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look_on)
        try:
            yield
        finally:
            over.set()
        looking.result()


async def turn() -> None:
    """Let every other task of the event loop that is ready go on by one step."""
    await asyncio.sleep(0)


def _pause(waited: float) -> float:
    """Short at first; a look may cost what is waited for the time of the processor."""
    return min(max(_PAUSE_SECONDS, waited / 20), _LONGEST_PAUSE_SECONDS)


def _in_vain(what: str, seconds: float, answer: object) -> str:
    return f"waited {seconds:g} s in vain for {what}; the last answer was {repr(answer)[-_LONGEST_ANSWER:]}"
