"""The rows of a test set that are sent to an endpoint one after the other, read no further than they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tui.resources.endpoint_judging import TestRow, TestSet


class SentRows:
    """Rows of a test set, and which of them is sent now."""

    def __init__(self, name: str, test_set: TestSet, source: AsyncIterator[TestRow]) -> None:
        self.name = name
        """Of the data set."""

        self.test_set = test_set
        self._source = source
        self._read: list[TestRow] = []
        self._place = -1

    @property
    def current(self) -> TestRow | None:
        """The row that is sent; None before the first."""
        return self._read[self._place] if self._place >= 0 else None

    @property
    def text(self) -> str:
        """What is sent."""
        return self.current.text if self.current else ""

    @property
    def has_before(self) -> bool:
        """Whether there is a row before this one."""
        return self._place > 0

    async def forward(self) -> bool:
        """Go on to the next row; whether there is one.

        Raises:
            DataError: It cannot be read.
        """
        if self._place + 1 == len(self._read):
            try:
                self._read.append(await anext(self._source))
            except StopAsyncIteration:
                return False
        self._place += 1
        return True

    def back(self) -> None:
        """Go back to the row before."""
        self._place -= 1

    def __str__(self) -> str:
        """Which row of how many, and what it should be answered with."""
        row, total = self.current, self.test_set.rows
        if row is None:
            return f"rows of {self.name}"
        of = f" of {total:,}" if total else ""
        return f"row {row.row + 1:,}{of} of {self.name}, label {self.test_set.class_name(row.label)}"
