"""Telling which columns of a file are the same, without keeping any of their values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt


class Fingerprints:
    """A number for each column that depends on every cell and its row; equal columns have equal ones.

    Each row has a weight from a generator, a column's fingerprint is the sum of its cells' bits times the weights:
    two columns that differ anywhere share one by chance only, once in 2^64.
    """

    def __init__(self, width: int) -> None:
        self._random = np.random.RandomState(1)
        self._sums = np.zeros(width, np.uint64)

    def add(self, matrix: npt.NDArray[np.float64], hashes: Mapping[int, npt.NDArray[np.int64]]) -> None:
        """Add a block: its numbers, and for each column of texts, by its place, the hashes of its cells."""
        weights = self._random.randint(0, 2**63 - 1, len(matrix), np.int64).astype(np.uint64)
        bits = (matrix + 0.0).view(np.uint64)  # minus zero becomes zero
        self._sums += np.einsum("ij,i->j", bits, weights)
        for place, cells in hashes.items():
            self._sums[place : place + 1] += (cells.view(np.uint64) * weights).sum(dtype=np.uint64)

    def __getitem__(self, place: int) -> int:
        return int(self._sums[place])
