"""What a person searches a log for: a pattern, found in whole segments at once and marked in single lines.

A pattern is literal text, or a regular expression when it begins with `re:`. It tells upper from lower case only when
it has a capital itself. It is looked for in a line as it is shown: without escape sequences, tabs expanded, of a
progress bar the last state.

Whatever looks for a regular expression may raise `TooSlow`: a few characters can ask for years.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

from widgets.cpu_limit import cpu_limit
from widgets.log_segment import Segment
from widgets.log_text import RANK, displayed, level

REGEX_PREFIX = "re:"

_AROUND = 256
"""Characters beside what is visible in which a match to be marked may begin or end."""

_SECONDS_PER_ROW = 0.01
"""What marking may cost in each of the rows on the screen."""


_FRAME = re.compile(rf'{RANK}\s*File "')


class Finder(Protocol):
    """Something to look for in lines."""

    def matches(self, shown: str) -> bool:
        """Whether a line is meant, by the text it is shown with."""

    def plain(self, segment: Segment, start: int, stop: int) -> Iterator[int]:
        """The lines from `start` up to `stop` that are meant, ascending; what it says of odd lines does not count."""


def found(finder: Finder, segment: Segment, start: int, stop: int) -> list[int]:
    """The lines of the segment from `start` up to `stop` that are meant, ascending."""
    odd = segment.odd[bisect_left(segment.odd, start) : bisect_left(segment.odd, stop)]
    if not odd:
        return list(finder.plain(segment, start, stop))
    passed = set(odd)
    hits = [index for index in finder.plain(segment, start, stop) if index not in passed]
    return sorted(hits + [index for index in odd if finder.matches(whole(segment.line_text(index)))])


def whole(text: str) -> str:
    """The whole line as shown."""
    return displayed(text, len(text))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as typed, ready to be looked for."""

    source: str
    regex: re.Pattern[str]
    literal: bool

    @classmethod
    def parse(cls, source: str) -> Pattern:
        """Understand what was typed.

        Raises:
            ValueError: If it is a regular expression with a mistake in it; the text says which, for a person.
        """
        literal = not source.startswith(REGEX_PREFIX)
        expression = re.escape(source) if literal else source.removeprefix(REGEX_PREFIX)
        letters = source if literal else re.sub(r"\\.", "", expression)
        try:
            return cls(source, re.compile(expression, 0 if letters != letters.lower() else re.IGNORECASE), literal)
        except (re.error, OverflowError) as error:
            raise ValueError(f"not a regular expression: {error}") from None

    def matches(self, shown: str) -> bool:
        """Whether it stands in the line."""
        if self.literal:
            # Case folding knows two letters beyond ASCII that equal a letter within; a buffer of ASCII does not.
            return self.regex.search(shown) is not None and (self.source.isascii() or not shown.isascii())
        with cpu_limit():
            return self.regex.search(shown) is not None

    def spans(self, shown: str, start: int, stop: int) -> list[tuple[int, int]]:
        """Where it stands in the line, between two indices."""
        matches = self.regex.finditer(shown, max(0, start - _AROUND), stop + _AROUND)
        with nullcontext() if self.literal else cpu_limit(_SECONDS_PER_ROW):
            spans = [match.span() for match in matches]
        return [(first, end) for first, end in spans if end > max(start, first) and first < stop]

    def plain(self, segment: Segment, start: int, stop: int) -> Iterator[int]:
        """The lines it stands in."""
        if not self.literal:
            texts, search = segment.texts(start, stop), self.regex.search
            with cpu_limit():
                return iter([index for index, text in enumerate(texts, start) if search(text)])
        if not self.source.isascii():
            return iter(())
        part = segment.part(start, stop)
        return lines_with(
            segment, part.lower() if self.regex.flags & re.IGNORECASE else part, self.source.encode(), start
        )


def lines_with(segment: Segment, part: bytes | bytearray, needle: bytes, start: int) -> Iterator[int]:
    """The lines in whose bytes the needle stands, when the part begins with the line `start`."""
    offsets = segment.offsets
    base = offsets[start]
    place = part.find(needle)
    while place >= 0:
        index = bisect_right(offsets, base + place) - 1
        yield index
        place = part.find(needle, offsets[index + 1] - base)


@dataclass(frozen=True, slots=True)
class Both:
    """What both mean, or, with `but`, what the first means and the second does not."""

    first: Finder | None
    second: Finder
    but: bool = False

    def matches(self, shown: str) -> bool:
        """Whether a line is meant."""
        return (self.first is None or self.first.matches(shown)) and self.second.matches(shown) != self.but

    def plain(self, segment: Segment, start: int, stop: int) -> Iterator[int]:
        """The lines that are meant."""
        first = range(start, stop) if self.first is None else self.first.plain(segment, start, stop)
        second = set(self.second.plain(segment, start, stop))
        return (index for index in first if (index in second) != self.but)


class Errors:
    """Lines that say something went wrong: what is coloured as an error, and of a traceback its head and its end."""

    _WORDS = (
        *(b"ERROR", b"CRITICAL", b"FATAL", b"Segmentation fault", b"Check failed", b"terminate called", b" error: "),
        *(b"Traceback (most", b"Error:", b"Exception:", b"xit", b"XIT"),
    )

    def matches(self, shown: str) -> bool:
        """Whether it is such a line."""
        return level(shown) == "error" or (level(shown) == "traceback" and not _FRAME.match(shown))

    def plain(self, segment: Segment, start: int, stop: int) -> Iterator[int]:
        """The lines that are such."""
        part = segment.part(start, stop)
        candidates = {index for word in self._WORDS for index in lines_with(segment, part, word, start)}
        return (index for index in sorted(candidates) if self.matches(segment.line_text(index)))
