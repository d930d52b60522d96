"""An event loop whose clock jumps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.waiting import turn

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits, and nothing will ever happen"
            self.now += max(0.0, timeout)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def play(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that only waits for timers and for other coroutines; hours pass at once."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(scenario)


async def elapse(seconds: float) -> None:
    """Let that much time pass, with everything that happens in it."""
    await asyncio.sleep(seconds)


async def settle() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(20):
        await turn()


def now() -> float:
    """Seconds since the beginning of the scenario."""
    return asyncio.get_running_loop().time()
