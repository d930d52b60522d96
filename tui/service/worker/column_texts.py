"""The texts of a column in one block: each different one is looked at once, however often it is there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tui.resources.csv_cells import is_date

_LONGEST_VALUE = 80
"""Characters that are kept of a text value, so that a column of novels does not fill the memory."""

_DATES_LOOKED_AT = 50
"""Cells of a block that are tried as dates."""

_NUMBER_CHARACTERS = re.compile(r"[\s0-9+\-.einfatyEINFATY]+")
"""What pandas may take for a number, infinity included, has none but these; it is slow to refuse what is none."""

_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]*,[0-9]+\s*")


@dataclass(frozen=True, slots=True)
class Texts:
    """A column that pandas does not take for numbers."""

    codes: npt.NDArray[np.intp]
    """The place of each row's word; -1 where it is missing."""

    words: list[str]
    """The different cells as they stand, in the order in which they appear."""

    values: list[str]
    """The words, not too long, and those that are numbers with a decimal point."""

    numbers: npt.NDArray[np.float64]
    """The number that each word is; NaN for one that is none."""

    @classmethod
    def of(cls, column: pd.Series, decimal: str) -> Texts:
        """The texts of a column of a block."""
        codes, found = pd.factorize(column.to_numpy(object))  # pandas' own texts are slow to take one by one
        words = [str(word) for word in found]
        pointed = words if decimal == "." else [_with_point(word) for word in words]
        numbers = np.full(len(words), np.nan)
        candidates = [place for place, word in enumerate(pointed) if _NUMBER_CHARACTERS.fullmatch(word)]
        if candidates:
            tried = pd.Series([pointed[place] for place in candidates])
            numbers[candidates] = pd.to_numeric(tried, errors="coerce").to_numpy(np.float64)
        return cls(codes, words, [word[:_LONGEST_VALUE] for word in pointed], numbers)

    @property
    def cells(self) -> npt.NDArray[np.float64]:
        """The number of each row; NaN where it is missing or text."""
        return np.append(self.numbers, np.nan)[self.codes]

    @property
    def hashes(self) -> npt.NDArray[np.int64]:
        """A hash of each row's cell, 0 where it is missing; good within this process only."""
        return np.fromiter(map(hash, [*self.words, ""]), np.int64, len(self.words) + 1)[self.codes]

    def dated(self) -> bool:
        """Whether the first cells that are not missing are dates."""
        first = self.codes[self.codes >= 0][:_DATES_LOOKED_AT]
        return all(is_date(self.words[place]) for place in np.unique(first).tolist())

    def first_text(self) -> tuple[int, str] | None:
        """The row and the text of the first cell that is no number; None when there is none."""
        is_text = np.append(np.isnan(self.numbers), False)[self.codes]
        row = int(np.argmax(is_text))
        return (row, self.values[self.codes[row]]) if is_text[row] else None

    def distinct(self) -> tuple[list[float | str], list[int]]:
        """The different values, the most frequent first, and how often each is there."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.words))
        order = np.argsort(-counts, kind="stable")
        return [_as_number(self.values[place]) for place in order.tolist()], counts[order].tolist()


def _with_point(word: str) -> str:
    return word.replace(",", ".") if _DECIMAL_COMMA.fullmatch(word) else word


def _as_number(text: str) -> float | str:
    """The number a cell of a mixed column stands for, so that `1` and `1.0` are one value in every block."""
    try:
        return float(text)
    except ValueError:
        return text
