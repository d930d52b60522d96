"""Pages of a bucket's keys: prefix, delimiter and common prefixes, by keyset and never by offset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.local.s3.records import ObjectInfo

END = b"\xff"
"""Behind every key: no UTF-8 text starts with this byte."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    objects: list[ObjectInfo]
    prefixes: list[str]
    """Common prefixes, each standing for all keys that start with it."""

    resume: bytes | None
    """Where the next page starts, None on the last."""

    last: str
    """The last key or common prefix of the page, V1's NextMarker; empty on an empty page."""


def behind_key(key: str) -> bytes:
    """The first position behind a key."""
    return key.encode("utf-8") + b"\x00"


def behind_prefix(prefix: str) -> bytes:
    """The first position behind all keys that start with the prefix."""
    encoded = prefix.encode("utf-8")
    return encoded[:-1] + bytes([encoded[-1] + 1]) if encoded else END


def common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix a key is rolled up into, if any."""
    cut = key.find(delimiter, len(prefix)) if delimiter else -1
    return None if cut < 0 else key[: cut + len(delimiter)]


def read_page(
    scan: Callable[[bytes, bytes], Iterator[ObjectInfo]], prefix: str, delimiter: str, start: bytes, limit: int
) -> Page:
    """Read one page of at most `limit` objects and common prefixes together.

    `scan(first, end)` yields objects in key order from `first` on, before `end`. It is asked anew behind each common
    prefix, so that a page of folders costs one index seek a folder however much they hold.
    """
    objects: list[ObjectInfo] = []
    prefixes: list[str] = []
    last = ""
    end = behind_prefix(prefix)
    position: bytes | None = max(start, prefix.encode("utf-8"))
    while position is not None:
        begin, position = position, None
        for found in scan(begin, end):
            if len(objects) + len(prefixes) == limit:
                return Page(objects, prefixes, found.key.encode("utf-8"), last)
            folder = common_prefix(found.key, prefix, delimiter)
            if folder is None:
                objects.append(found)
                last = found.key
            else:
                prefixes.append(folder)
                last = folder
                position = behind_prefix(folder)
                break
    return Page(objects, prefixes, None, last)
