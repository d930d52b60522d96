"""The line at the bottom of a log view in which one types what to look for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from widgets.log_rows import StyleOf
from widgets.text import end, one_line

PromptKind = Literal["search", "filter", "exclude", "time", "save"]
"""What is asked for."""

LABELS: dict[PromptKind, str] = {
    "search": "/",
    "filter": "&",
    "exclude": "!",
    "time": "Go to time (HH:MM[:SS] or ISO, {zone}): ",
    "save": "",
}

MOST_EARLIER = 50
"""Answers of a kind that are remembered."""


@dataclass(slots=True)
class Prompt:
    """A typed line, and where in it the next character goes."""

    kind: PromptKind
    label: str
    text: str = ""
    at: int = 0
    earlier: list[str] = field(default_factory=list)
    """What was answered before, the oldest first; up and down go through it."""
    _back: int = 0
    """How many answers back the text is."""

    def __post_init__(self) -> None:
        if self.earlier and self.earlier[-1] == self.text:
            self._back = 1

    def keep(self) -> None:
        """Remember the text as an answer."""
        if self.text in self.earlier:
            self.earlier.remove(self.text)
        self.earlier[:] = [*self.earlier, self.text][-MOST_EARLIER:]

    def insert(self, text: str) -> None:
        """Put typed or pasted text in."""
        text = one_line(text)
        self.text = self.text[: self.at] + text + self.text[self.at :]
        self.at += len(text)

    def key(self, key: str) -> bool:
        """Act on a key that edits, and say whether it was one."""
        before, after = self.text[: self.at], self.text[self.at :]
        word = len(before.rstrip().rpartition(" ")[0])
        match key:
            case "left" | "right" | "home" | "ctrl+a" | "end" | "ctrl+e":
                moves = {"left": self.at - 1, "right": self.at + 1, "home": 0, "ctrl+a": 0}
                self.at = min(max(0, moves.get(key, len(self.text))), len(self.text))
            case "backspace" | "ctrl+h":
                self.text, self.at = before[:-1] + after, max(0, self.at - 1)
            case "delete" | "ctrl+d":
                self.text = before + after[1:]
            case "ctrl+u":
                self.text, self.at = after, 0
            case "ctrl+w":
                self.text, self.at = before[:word] + after, word
            case "ctrl+k":
                self.text = before
            case "up" | "down":
                self._back = min(max(0, self._back + (1 if key == "up" else -1)), len(self.earlier))
                self.text = self.earlier[-self._back] if self._back else ""
                self.at = len(self.text)
            case _:
                return False
        return True

    def draw(self, note: str, width: int, style_of: StyleOf) -> Strip:
        """The line with its caret, and a note at the right where there is room."""
        style = style_of("prompt")
        typed = [
            Segment(self.label + self.text[: self.at], style),
            Segment(self.text[self.at : self.at + 1] or " ", style + style_of("caret")),
            Segment(self.text[self.at + 1 :], style),
        ]
        left = max(0, cell_len(self.label + self.text[: self.at]) + 1 - width)
        strip = Strip([segment for segment in typed if segment.text]).crop(left, left + width)
        room = width - strip.cell_length - 2
        if note and room > 0:
            note = end(one_line(note), room)
            gap = Segment(" " * (1 + room - cell_len(note)), style)
            strip = Strip([*strip, gap, Segment(note, style_of("found")), Segment(" ", style)])
        return strip.adjust_cell_length(width, style)
