"""How inspectors write down what they know: facts with their labels, headings, whole descriptions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from textual.content import Content

from widgets.text import content

LABEL_WIDTH = 12


def heading(text: str) -> Content:
    """The title of a section."""
    return Content.styled(content(text).plain, "bold")


def fact(name: str, value: str | Content, width: int = LABEL_WIDTH) -> Content:
    """A label and what there is to say, on one line."""
    said = content(value) if isinstance(value, str) else value
    return Content.assemble((content(name).plain.ljust(width), "$text-muted"), " ", said)


def as_json(description: Any) -> str:
    """An answer of the service as JSON, times in UTC."""
    return json.dumps(_readable(description), indent=2, ensure_ascii=False)


def _readable(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _readable(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, float) and name.endswith(("Time", "Timestamp")):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
    return value
