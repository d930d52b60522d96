"""Drawing the split of each row without replacement, so that in the end every share is met exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tui.resources.datasets import SPLITS, SplitName


class NoMoreRows(Exception):
    """More rows came than were counted."""


class Draw:
    """Deals out the rows of one block after the other; every way to deal out the whole file is equally likely.

    `quotas` has, for each group of rows, how many go to train, validation and test. numpy's older generator is
    used because its numbers are the same in every version of numpy: a seed gives the same files for good.
    """

    def __init__(self, seed: int, quotas: Mapping[str, tuple[int, int, int]]) -> None:
        self._random = np.random.RandomState(seed)
        self._left = {group: list(quota) for group, quota in quotas.items()}

    def deal(self, groups: Sequence[str]) -> dict[SplitName, npt.NDArray[np.intp]]:
        """The places of the rows that go to each split, shuffled; `groups` has the group of each row.

        Raises:
            NoMoreRows: A group has more rows than its quotas.
        """
        order = self._random.permutation(len(groups))
        chosen = np.zeros(len(groups), np.int8)
        shuffled = np.array(groups)[order]
        for group in sorted(set(groups)):
            places = np.flatnonzero(shuffled == group)
            train, validation = self._take(self._left[group], len(places))
            chosen[places[train:]] = 1
            chosen[places[train + validation :]] = 2
        return {split: order[chosen == place] for place, split in enumerate(SPLITS)}

    def _take(self, left: list[int], count: int) -> tuple[int, int]:
        """How many of the next rows of a group go to train and to validation; the rest goes to test."""
        if count > sum(left):
            raise NoMoreRows
        train = self._drawn(left[0], left[1] + left[2], count)
        validation = self._drawn(left[1], left[2], count - train)
        for place, taken in enumerate((train, validation, count - train - validation)):
            left[place] -= taken
        return train, validation

    def _drawn(self, wanted: int, others: int, count: int) -> int:
        if not wanted or not count:
            return 0
        return int(self._random.hypergeometric(wanted, others, count)) if others else count
