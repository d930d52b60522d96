"""A line of a container's output as the log agent of the service stores it."""

from __future__ import annotations

_ESCAPES = str.maketrans({"\t": "#011", "\r": "#015"})


def message_of(line: str) -> str:
    """The message of a line's event; empty for a line that the service would not store."""
    return line.rstrip("\r").translate(_ESCAPES)
