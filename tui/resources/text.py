"""Text at the door of the service layer: what AWS, a file or a log says, without control characters."""

from __future__ import annotations

import re
from typing import Any

_CONTROLS = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and movements
    r"|\x1b[]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)"  # titles, links and other strings for the terminal
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def strip_controls(text: str) -> str:
    """The text without terminal sequences and control characters; tabs and newlines stay."""
    return _CONTROLS.sub("", text) if not text.isprintable() else text


def strip_controls_within(value: Any) -> Any:
    """The same answer with every string in it stripped, keys included; dicts and lists are copied."""
    if isinstance(value, str):
        return strip_controls(value)
    if isinstance(value, dict):
        return {strip_controls_within(key): strip_controls_within(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strip_controls_within(item) for item in value]
    return value
