"""How one raw log line becomes what a person reads: safe, cut to what is visible, its level and time told apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal
from zlib import crc32

from rich.cells import cell_len, chop_cells, set_cell_size, split_text

from widgets.text import clean

Timestamps = Literal["off", "relative", "utc", "local"]
"""How times are shown: not at all, since the first line, or as the time of day."""

Level = Literal["", "info", "warning", "error", "traceback"]
"""What kind of line it is; empty when the line does not say."""

TAB_SIZE = 8

_SLACK = 8
"""Characters looked at beyond the visible cut, so that an escape cut in two never shows."""

_LINE_BREAKS = str.maketrans(dict.fromkeys("\n\v\f\x85\u2028\u2029", "↵"))

_LEVEL = re.compile(r"\b(?:(ERROR|CRITICAL|FATAL)|(WARN(?:ING)?)|(INFO|DEBUG|NOTICE))\b")
_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\):|\s+File \".*\", line \d+|(?:\w+\.)*\w*(?:Error|Exception):"
)
_LEVEL_WITHIN = 300
"""A level word stands near the start of its line; looking further costs time and finds other people's words."""


def displayed(raw: str, cells: int) -> str:
    """The line as shown, or, when it is long, the start of it that is at least `cells` wide.

    CloudWatch's `#011` is a tab, and of a run of progress reports, which `#015` or carriage returns separate, the last
    one is shown.
    """
    if "#015" in raw or "\r" in raw:
        raw = raw.replace("#015", "\r").rstrip("\r\n").rpartition("\r")[2]
    take = cells + _SLACK
    while True:
        piece = raw[:take]
        whole = take >= len(raw)
        if not whole and "\x1b" in piece:
            piece = piece[: piece.rfind("\x1b")]
        if not piece.isprintable() or "#011" in piece:
            plain = piece.replace("#011", "\t").rstrip("\r\n").translate(_LINE_BREAKS)
            piece = clean(plain).expandtabs(TAB_SIZE)
        if whole or cell_len(piece) >= cells + _SLACK:
            return piece
        take *= 2


def cut(text: str, start: int, width: int) -> tuple[int, str]:
    """The cells from `start` on, cut or padded to `width` cells, and the index of the first character in them."""
    if start and cell_len(text) <= start:
        return len(text), " " * width
    rest = split_text(text, start)[1]
    return len(text) - len(rest), set_cell_size(rest, width)


@lru_cache(maxsize=32)
def wrapped(raw: str, width: int) -> tuple[str, ...]:
    """The line as shown, in rows of at most `width` cells; an empty line is one empty row.

    Cached, because a line of many thousand characters stays in view while a person pages through it.
    """
    return tuple(chop_cells(displayed(raw, len(raw)), max(2, width))) or ("",)


def level(text: str) -> Level:
    """The level a line declares by its first level word, or that it belongs to a Python traceback."""
    if _TRACEBACK.match(text, 0, _LEVEL_WITHIN):
        return "traceback"
    found = _LEVEL.search(text, 0, _LEVEL_WITHIN)
    if found is None:
        return ""
    error, warning, _ = found.groups()
    return "error" if error else "warning" if warning else "info"


def stamp(timestamp_ms: int, mode: Timestamps, first_ms: int, *, dated: bool) -> str:
    """The time of a line: `+1:02:03` since the first one, or `13:06:02`, `13:06:02Z` in UTC, dated `11-23 13:06:02`."""
    if mode == "off":
        return ""
    if mode == "relative":
        minutes, seconds = divmod((timestamp_ms - first_ms) // 1000, 60)
        return f"+{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    try:
        moment = datetime.fromtimestamp(timestamp_ms // 1000, UTC)
        if mode == "local":
            moment = moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return "no date"
    return moment.strftime("%m-%d " * dated + "%H:%M:%S" + "Z" * (mode == "utc"))


def host_color(host: str, colors: int) -> int:
    """Which of so many colours a host has: by the number its name ends with, so that it is the same in every run."""
    number = re.search(r"(\d+)$", host)
    return (int(number[1][-9:]) if number else crc32(host.encode("utf-8", "surrogatepass"))) % colors
