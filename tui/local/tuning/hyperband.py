"""Hyperband (Li et al., 2018) with asynchronous successive halving, by the objective after each epoch.

Training jobs are dealt out to brackets. A bracket has rungs, each with three times the epochs of the one before; it
keeps a job at a rung only if it is among the best third of those that have come there, and the brackets differ in how
early they begin with that. Jobs are judged as they come, without waiting for the rest of the rung (Li et al., 2020),
and are trained once, not again for each rung.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tui.local.errors import validation_error

MOST_RESOURCE = 20_000
"""The greatest MaxResource, in epochs."""

_INFERRED_FROM: Final = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
"""The static hyperparameters that MaxResource is read from when a request has none."""

_EPOCHS: Final = (*_INFERRED_FROM, "num_round")
"""The hyperparameters that say after how many epochs a training job ends by itself."""

_FACTOR = 3
"""How many times the epochs of a rung the next one has; one of as many jobs gets there."""


def resources_of(config: Mapping[str, Any], static: Mapping[str, str]) -> tuple[int, int]:
    """The least and the most epochs of a training job; raises ValidationException when nothing says how many."""
    resources = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    most = resources.get("MaxResource") or _number(static, _INFERRED_FROM)
    if most is None:
        raise validation_error(
            "MaxResource is required for the strategy Hyperband: it can't be inferred from the static hyperparameters, "
            f"which have none of {', '.join(_INFERRED_FROM)}."
        )
    return resources.get("MinResource", 1), most


@dataclass(slots=True)
class _Bracket:
    rungs: list[int]
    """The epochs after which jobs are judged."""

    room: int
    """How many jobs the bracket still takes."""

    reached: dict[int, list[float]] = field(default_factory=dict)
    """At each rung, the values of the jobs that came there; less is better."""


class Hyperband:
    """Judges training jobs at the rungs of their brackets, and ends them after the most epochs."""

    def __init__(self, least: int, most: int, *, maximize: bool) -> None:
        self._least = least
        self._most = most
        self._sign = -1.0 if maximize else 1.0
        self._depth = int(math.log(most / least, _FACTOR) + 1e-9)
        self._brackets: list[_Bracket] = []
        """Those that still have room."""
        self._jobs: dict[str, tuple[_Bracket, int]] = {}
        """Each job's bracket, and after how many epochs it is cut off."""
        self._epochs: dict[str, int] = {}

    def begin(self, name: str, hyperparameters: Mapping[str, str]) -> None:
        """Put a training job into a bracket."""
        if not self._brackets:
            self._brackets = [self._bracket(level) for level in range(self._depth, -1, -1)]
        bracket = self._brackets[0]
        bracket.room -= 1
        if not bracket.room:
            self._brackets.pop(0)
        own = _number(hyperparameters, _EPOCHS)
        ends_by_itself = own is not None and own <= self._most
        self._jobs[name] = bracket, MOST_RESOURCE + 1 if ends_by_itself else self._most
        self._epochs[name] = 0

    def hopeless(self, name: str, value: float) -> bool:
        """Whether the training job has had its epochs or is not among the best of its rung."""
        self._epochs[name] = epoch = self._epochs[name] + 1
        bracket, limit = self._jobs[name]
        if epoch >= limit:
            return True
        if epoch not in bracket.rungs:
            return False
        values = bracket.reached.setdefault(epoch, [])
        values.append(self._sign * value)
        return self._sign * value > sorted(values)[(len(values) - 1) // _FACTOR]

    def complete(self, name: str) -> None:
        """Nothing to learn: what counts was reported at the rungs."""

    def _bracket(self, level: int) -> _Bracket:
        """The bracket that judges a job `level` times before it has the most epochs."""
        rungs = [self._most // _FACTOR**power for power in range(level, 0, -1)]
        room = math.ceil((self._depth + 1) / (level + 1) * _FACTOR**level)
        return _Bracket([max(rung, self._least) for rung in rungs], room)


def _number(hyperparameters: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    numbers = [int(hyperparameters[name]) for name in names if hyperparameters.get(name, "").isdecimal()]
    return numbers[0] if numbers else None
