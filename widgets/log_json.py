"""The JSON in a log line, laid out for reading."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import islice

from widgets.log_pattern import whole
from widgets.text import clean

_LONGEST = 1 << 20
"""Characters of a line that is worth laying out."""

_MOST_TRIES = 20
"""Brackets in a line that may turn out not to begin any JSON."""

_BRACKET = re.compile(r"[\[{]")


@lru_cache(maxsize=32)
def laid_out(raw: str) -> tuple[str, ...]:
    """The first JSON object or list in a line, a row for each value; nothing when there is none."""
    if len(raw) > _LONGEST:
        return ()
    text = whole(raw)
    decoder = json.JSONDecoder()
    for bracket in islice(_BRACKET.finditer(text), _MOST_TRIES):
        try:
            value, _ = decoder.raw_decode(text, bracket.start())
        except (ValueError, RecursionError):
            continue
        if value and isinstance(value, dict | list) and not _is_tag(value):
            return tuple(clean(json.dumps(value, indent=2, ensure_ascii=False)).split("\n"))
    return ()


def _is_tag(value: object) -> bool:
    """Whether it is a single bare value in brackets: `[3]` is a word of the line, not data."""
    return isinstance(value, list) and len(value) == 1 and not isinstance(value[0], dict | list)
