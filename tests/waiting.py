"""Waiting for something to happen: for its end and not for a while, and with a word about what did not happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE_SECONDS = 0.01


def until(condition: Callable[[], T], what: str, seconds: float = 20, *, holds: Callable[[T], object] = bool) -> T:
    """The first answer of a condition that holds, by default that is true; blocks the thread meanwhile.

    Fails when there was none in time: "waited 20 s in vain for <what>", with the last answer.
    """
    __tracebackhide__ = True
    deadline = time.monotonic() + seconds
    while not holds(answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}; the last answer was {answer!r}")
        time.sleep(_PAUSE_SECONDS)
    return answer
