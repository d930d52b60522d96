"""The records of a regular block of a CSV file, of which only those cells are cut out that somebody looks at."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui.resources.csv_cells import is_missing
from tui.service.worker.csv_reading import Block

_DIGIT, _MARK, _POINT, _MINUS, _OTHER = range(5)


class Grid:
    """Records without quotation, all of the same number of fields, by the places of their cells in the text."""

    def __init__(self, block: Block, ascii_text: bytes, marks: npt.NDArray[np.intp], width: int) -> None:
        self._text = block.text
        self._separator = block.text[marks[0]]
        self._ascii_text = ascii_text
        self._width = width
        self._marks = np.concatenate([[-1], marks]).astype(np.int32)
        """The places of all separators and newlines, and the one before the text."""

        self._records = np.arange(len(marks) // width)
        """The places of the records that count."""

        self._first_line = block.first_line

    @classmethod
    def of(cls, block: Block, separator: str, width: int) -> Grid | None:
        """The records of a block; None when it is not regular and its records have to be read one by one."""
        if block.quoted:
            return None
        ascii_text = block.text.encode("ascii", "replace")  # a byte for each character
        cells = np.frombuffer(ascii_text, np.uint8)
        marks = np.flatnonzero((cells == ord(separator)) | (cells == ord("\n")))
        records = ascii_text.count(b"\n")
        regular = len(marks) == width * records and bool((cells[marks[width - 1 :: width]] == ord("\n")).all())
        return cls(block, ascii_text, marks, width) if regular and width > 1 else None

    def __len__(self) -> int:
        return len(self._records)

    @property
    def lines(self) -> npt.NDArray[np.int64]:
        """The line in the file of each record."""
        return self._first_line + self._records

    def drop_first(self) -> None:
        """Leave out the first record."""
        self._records = self._records[1:]

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        """Leave out the records for which the mask is false."""
        self._records = self._records[mask]

    def column(self, place: int) -> list[str]:
        """The cells of a column."""
        return self.span(place, place)

    def span(self, first: int, last: int) -> list[str]:
        """The text of each record from one column to another, both included, with what separates them."""
        begins, ends = self._begins(first).tolist(), self._begins(last + 1).tolist()
        return [self._text[begin : end - 1] for begin, end in zip(begins, ends, strict=True)]

    def cells(self, record: int, first: int, last: int) -> list[str]:
        """The cells of a record from one column to another, both included."""
        cell = self._records[record] * self._width
        return self._text[self._marks[cell + first] + 1 : self._marks[cell + last + 1]].split(self._separator)

    def odd(self, places: Sequence[int]) -> list[int]:
        """The records whose cell in one of the columns is neither a plain number nor empty."""
        odd: list[int] = np.flatnonzero(~self._plain[self._records][:, places].all(axis=1)).tolist()
        return odd

    def missing(self, place: int) -> npt.NDArray[np.bool_]:
        """For each record whether its cell in a column is a missing value."""
        first = np.frombuffer(self._ascii_text, np.uint8)[self._begins(place)]
        numbers = (first >= ord("0")) & (first <= ord("9")) | (first == ord("-")) | (first == ord("."))
        missing = np.zeros(len(self), np.bool_)
        for record in np.flatnonzero(~numbers).tolist():
            missing[record] = is_missing(self.cells(record, place, place)[0])
        return missing

    def _begins(self, place: int) -> npt.NDArray[np.int32]:
        """Where the cell of a column begins in each record; of the one behind the last, where the next record does."""
        begins: npt.NDArray[np.int32] = self._marks[self._records * self._width + place] + 1
        return begins

    @cached_property
    def _plain(self) -> npt.NDArray[np.bool_]:
        """Whether each cell is a plain number or empty, by what follows what in it when digits are passed over."""
        marks = self._marks[1:]
        kinds = np.frombuffer(self._ascii_text.translate(_kinds(self._separator)), np.uint8)
        places = np.flatnonzero(kinds != _DIGIT)
        kinds = kinds[places]
        before = np.concatenate([np.full(1, _MARK, np.uint8), kinds[:-1]])
        after_digits = np.diff(places, prepend=-1) > 1
        wrong = places[~_MAY_FOLLOW[10 * before + 5 * after_digits + kinds]]
        plain = np.ones(len(marks), np.bool_)
        plain[np.searchsorted(marks, wrong)] = False
        return plain.reshape(-1, self._width)


def runs(places: Sequence[int], alone: Container[int] = ()) -> list[tuple[int, int]]:
    """The first and the last of columns that follow one another in the file, and of each that has to stay alone."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1 and place not in alone and place - 1 not in alone:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def _kinds(separator: str) -> bytes:
    """A kind for each character."""
    kinds = bytearray([_OTHER]) * 256
    kinds[ord("0") : ord("9") + 1] = bytes([_DIGIT]) * 10
    kinds[ord("\n")] = kinds[ord(separator)] = _MARK
    kinds[ord(".")], kinds[ord("-")] = _POINT, _MINUS
    return bytes(kinds)


def _followers() -> npt.NDArray[np.bool_]:
    """Whether in plain numbers and empty cells a kind may follow another, without or with digits between them."""
    allowed = np.zeros((5, 2, 5), np.bool_)
    for first, second in ((_MARK, _MARK), (_MARK, _POINT), (_MINUS, _MARK), (_MINUS, _POINT), (_POINT, _MARK)):
        allowed[first, 1, second] = True
    allowed[_MARK, 0, _MARK] = allowed[_MARK, 0, _MINUS] = True
    return allowed.ravel()


_MAY_FOLLOW = _followers()
