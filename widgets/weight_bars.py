"""How a whole is split among a few, before and after a change: numbers under a cursor, percentages, and bars."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.events import Key, Paste
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from widgets.cells import Bar, as_content
from widgets.text import cells, end, middle, one_line

_NAME = (10, 28)
_NUMBER = 9
_PERCENT = 8
_ARROW = " → "
_GAP = 2


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One of those among whom a whole is split."""

    name: str
    weight: str
    count: str
    before: float
    """Percent of the whole."""

    after: float
    note: str = ""
    """Said in place of the numbers of one that has no part in the split."""

    changed: bool = False


@dataclass(frozen=True, slots=True)
class WeightRows:
    """What there is to draw."""

    rows: tuple[WeightRow, ...] = ()
    cursor: tuple[int, int] = (0, 0)
    """Row, and 0 for the weight or 1 for the count."""

    typing: bool = False
    counts_title: str = "Instances"


class WeightBars(Widget, can_focus=True):
    """Draws the split; keys that type into a number are passed on as `Typed`, all others are somebody else's."""

    DEFAULT_CSS = """
    WeightBars { height: auto; color: $foreground; text-wrap: nowrap; }
    """

    shown: reactive[WeightRows] = reactive(WeightRows(), layout=True)

    class Typed(Message):
        """Characters for the number under the cursor; empty to rub one out."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is typed into the number: digits always, whatever else while one is being typed."""
        return self._is_typed(key, character)

    def on_key(self, event: Key) -> None:
        """Type into the number under the cursor."""
        if self._is_typed(event.key, event.character):
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed("" if event.key == "backspace" else event.character or ""))

    def on_paste(self, event: Paste) -> None:
        """Type what is pasted."""
        event.stop()
        self.post_message(self.Typed(one_line(event.text)))

    def _is_typed(self, key: str, character: str | None) -> bool:
        if self.shown.typing and (key == "backspace" or (character is not None and character.isprintable())):
            return True
        return character is not None and ((character.isascii() and character.isdigit()) or character == ".")

    def render(self) -> Content:
        """A heading and a line for each."""
        return Content("\n").join(weight_lines(self.shown, self.size.width, focused=self.has_focus))


def weight_lines(shown: WeightRows, width: int, *, focused: bool = True) -> list[Content]:
    """The lines, each at most `width` cells wide, from the headings down."""
    longest = max((cells(one_line(row.name)) for row in shown.rows), default=0)
    name = max(_NAME[0], min(_NAME[1], longest, width // 4))
    left = 2 + name + _GAP + 2 * (_NUMBER + 1) + _GAP
    bar = max(_PERCENT, (width - left - len(_ARROW)) // 2)
    heading = (
        "  "
        + "Variant".ljust(name + _GAP)
        + "Weight".rjust(_NUMBER)
        + " "
        + shown.counts_title.rjust(_NUMBER)
        + " " * (1 + _GAP)
        + "Before".ljust(bar + len(_ARROW))
        + "After"
    )
    lines = [Content.styled(end(heading, width), "$text-muted")]
    for place, row in enumerate(shown.rows):
        cursor = shown.cursor[1] if place == shown.cursor[0] else None
        lines.append(_line(row, (name, bar), cursor if focused else None, typing=shown.typing))
    return lines


def _line(row: WeightRow, widths: tuple[int, int], cursor: int | None, *, typing: bool) -> Content:
    name, bar = widths
    label = middle(one_line(row.name), name)
    label += " " * (name - cells(label) + _GAP)
    marker = "› " if cursor is not None else "  "
    if row.note:
        room = 2 * (_NUMBER + 1) + _GAP + 2 * bar + len(_ARROW)
        return Content.assemble((marker + label, "$text-muted"), (end(one_line(row.note), room), "$text-muted"))
    return Content.assemble(
        (marker, "bold $accent"),
        (label, "bold" if row.changed else ""),
        _number(row.weight, cursor == 0, typing),
        " ",
        _number(row.count, cursor == 1, typing),
        " " * (1 + _GAP),
        _share(row.before, bar, "foreground-muted"),
        _ARROW if row.changed or row.before != row.after else " " * len(_ARROW),
        _share(row.after, bar, "primary"),
    )


def _number(text: str, under_cursor: bool, typing: bool) -> Content:
    shown = end(one_line(text), _NUMBER - 1)
    if under_cursor:
        shown = f"{shown}▏" if typing else f"[{end(shown, _NUMBER - 2)}]"
    return Content.styled(" " * (_NUMBER - cells(shown)) + shown, "reverse" if under_cursor else "")


def _share(percent: float, width: int, token: str) -> Content:
    label = f"{percent:.1f} %".rjust(_PERCENT - 1)
    drawn = as_content(Bar(percent / 100, label, token), width)
    return Content.assemble(drawn, " " * max(0, width - drawn.cell_length))
