"""Colours that a program wrote into its log as escape sequences, as styles; the sequences themselves never pass."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.ansi import AnsiDecoder
from rich.style import Style

from widgets.log_text import prepared, shown_part

_SGR = re.compile(r"(\x1b\[[\d;:]*m)")
_WITHIN = 20_000
"""Characters of a line in which colours are looked for."""

_HONEST = Style(blink=False, blink2=False, conceal=False)
"""What a log may not do: blink, or hide its text."""

Span = tuple[int, int, Style]
"""From one index of a shown line up to another, and how it is drawn."""


@lru_cache(maxsize=256)
def colored(raw: str) -> tuple[Span, ...]:
    """The coloured parts of a line, by indices of the line as shown."""
    text = prepared(raw)[:_WITHIN]
    if "\x1b[" not in text:
        return ()
    decoder = AnsiDecoder()
    spans: list[Span] = []
    column = 0
    for part in _SGR.split(text):
        if _SGR.fullmatch(part):
            decoder.decode_line(part.replace(":", ";"))
            continue
        end = column + len(shown_part(part, column))
        if end > column and decoder.style:
            spans.append((column, end, decoder.style + _HONEST))
        column = end
    return tuple(spans)
