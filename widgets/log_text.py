"""How one raw log line becomes what a person reads: safe, cut to what is visible, its level and time told apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Literal
from zlib import crc32

from rich.cells import cell_len, chop_cells, set_cell_size, split_text

from widgets.log_bars import last_state, rewrites
from widgets.text import clean

Timestamps = Literal["off", "relative", "utc", "local"]
"""How times are shown: not at all, since the first line, or as the time of day."""

Level = Literal["", "info", "warning", "error", "traceback"]
"""What kind of line it is; empty when the line does not say."""

TAB_SIZE = 8

_SLACK = 8
"""Characters looked at beyond the visible cut, so that an escape cut in two never shows."""

_LINE_BREAKS = str.maketrans(dict.fromkeys("\n\v\f\x85\u2028\u2029", "↵"))

_LEVEL = re.compile(
    r"\b(?:(ERROR|CRITICAL|FATAL|Segmentation fault|Check failed|terminate called|(?<= )error(?=: ))"
    r"|(WARN(?:ING)?)|(INFO|DEBUG|NOTICE))\b"
)
RANK = r"(?:\[[^\]]{1,40}\](?:<std(?:out|err)>)?:\s?)?"
"""What mpirun and torchrun may put before a line: the rank of the process that wrote it."""

_TRACEBACK = re.compile(
    rf"{RANK}(?:Traceback \(most recent call last\):|\s+File \".*\", line \d+|(?:\w+\.)*\w*(?:Error|Exception):)"
)
_EXIT = re.compile(r"\bexit(?:ed)?[ _]?(?:with )?(?:exit )?(?:code|status)\b\W{0,3}(?:is )?[1-9]", re.IGNORECASE)
_LEVEL_WITHIN = 300
"""A level word stands near the start of its line; looking further costs time and finds other people's words."""


def displayed(raw: str, cells: int) -> str:
    """The line as shown, or, when it is long, the start of it that is at least `cells` wide.

    CloudWatch's `#011` is a tab, and of a run of progress reports, which `#015` or carriage returns separate, the last
    one is shown.
    """
    raw = prepared(raw)
    take = cells + _SLACK
    while True:
        piece = raw[:take]
        whole = take >= len(raw)
        if not whole and "\x1b" in piece:
            piece = piece[: piece.rfind("\x1b")]
        if not piece.isprintable() or "#011" in piece:
            piece = shown_part(piece, 0)
        if whole or cell_len(piece) >= cells + _SLACK:
            return piece
        take *= 2


def prepared(raw: str) -> str:
    """The line with what CloudWatch writes for an escape character undone, and of progress reports the last one."""
    if "#033[" in raw:
        raw = raw.replace("#033[", "\x1b[")
    return last_state(raw) if rewrites(raw) else raw


def shown_part(text: str, column: int) -> str:
    """A part of a prepared line as shown, when it begins at this column."""
    plain = clean(text.replace("#011", "\t").rstrip("\r\n").translate(_LINE_BREAKS))
    indent = column % TAB_SIZE
    return (" " * indent + plain).expandtabs(TAB_SIZE)[indent:]


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
    """The level a line declares by its first level word; or that it tells of a bad exit, or belongs to a traceback."""
    if _TRACEBACK.match(text, 0, _LEVEL_WITHIN):
        return "traceback"
    found = _LEVEL.search(text, 0, _LEVEL_WITHIN)
    if ("xit" in text or "XIT" in text) and _EXIT.search(text, 0, _LEVEL_WITHIN):
        return "error"
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


def parse_time(text: str, near_ms: int, *, local: bool) -> int:
    """Milliseconds since the epoch of a time of day (`13:06`, `13:06:02`) on the day of another, or of an ISO date.

    Times that do not say it themselves are in UTC, or local.

    Raises:
        ValueError: If it is neither; the text is for a person.
    """
    text = text.strip()
    zone = None if local else UTC
    try:
        if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text):
            day = datetime.fromtimestamp(near_ms // 1000, UTC).astimezone(zone).date()
            moment = datetime.combine(day, time.fromisoformat(text.zfill(8 if text.count(":") == 2 else 5)))
        else:
            moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.astimezone() if local else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is not a time: write 13:06, 13:06:02 or 2026-11-23T13:06") from None


def host_color(host: str, colors: int) -> int:
    """Which of so many colours a host has: by the number its name ends with, so that it is the same in every run."""
    number = re.search(r"(\d+)$", host)
    return (int(number[1][-9:]) if number else crc32(host.encode("utf-8", "surrogatepass"))) % colors
