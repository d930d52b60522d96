"""A limit on what a regular expression may cost: `re` has none, and a few characters can ask for years."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATTERN_SECONDS = 0.04
"""What one piece of matching may cost, so that nobody notices that a key had to wait for it."""


class TooSlow(Exception):
    """A block has used more time than it may."""


@contextmanager
def cpu_limit(seconds: float = PATTERN_SECONDS) -> Iterator[None]:
    """Raise TooSlow in a block that uses more than so many seconds of the process's CPU time.

    A match looks for signals every few thousand steps, so a timer ends it where nothing else could; on lines of some
    hundred thousand characters those steps themselves take seconds. Only for the main thread of a POSIX system, where
    an App runs, and for blocks that neither nest nor await.

    Raises:
        TooSlow: From wherever in the block the time was up.
    """
    armed = True

    def end(_signal: int, _frame: FrameType | None) -> None:
        if armed:
            raise TooSlow

    before = signal.signal(signal.SIGVTALRM, end)
    try:
        # Repeated, because an exception is lost when it hits a finalizer.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds / 4)
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
