"""Text from outside, made safe to show: no markup, no control characters, no direction marks."""

from __future__ import annotations

import re

from rich.cells import cell_len, split_text
from rich.text import Text
from textual.content import Content

_HOSTILE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI sequences, colours among them
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, clipboard, links
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC strings
    r"|\x1b."
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # C0 and C1 controls except tab and newline
    r"|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"  # direction marks, line separators, the byte order mark
    r"|[\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f]"  # joiners and variation selectors: terminals disagree on their width
    r"|[\ud800-\udfff]"  # lone surrogates cannot be encoded to the terminal
)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def clean(text: str) -> str:
    """The text without anything a terminal would act on; tabs and newlines stay."""
    return text if _is_plain(text) else _HOSTILE.sub("", text)


def one_line(text: str) -> str:
    """The cleaned text on a single line, every run of tabs and newlines folded into one space."""
    return text if _is_plain(text) else re.sub(r"[\t\n]+", " ", clean(text))


def content(text: str, style: str = "") -> Content:
    """Untrusted text as Content: brackets in it are characters, never markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def rich_text(text: str, style: str = "") -> Text:
    """Untrusted text as a Rich Text, for the places that take nothing else."""
    return Text(clean(text), style=style, end="")


def cells(text: str) -> int:
    """How many cells of the screen the cleaned text takes."""
    return len(text) if text.isascii() else cell_len(text)


def middle(text: str, width: int) -> str:
    """A long name cut in the middle, where names of one family differ least, to at most `width` cells."""
    length = cells(text)
    if length <= width:
        return text
    if width <= 1:
        return "…"[: max(width, 0)]
    tail = (width - 1) // 2
    return split_text(text, width - 1 - tail)[0] + "…" + split_text(text, length - tail)[1]


def end(text: str, width: int) -> str:
    """A text that reads from its start, cut at the end to at most `width` cells."""
    if cells(text) <= width:
        return text
    return split_text(text, width - 1)[0] + "…" if width > 0 else ""
