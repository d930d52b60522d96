"""The regular expressions of the service models: written for Java, matched by Python."""

from __future__ import annotations

import functools
import re
import unicodedata

_UNICODE_CLASS = re.compile(r"\\p\{([A-Z])\}")
_SURROGATES = re.compile(r"\\u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_QUANTIFIED_END = re.compile(r"(?<!\\)\$\{\d+,\d+\}")
_CLASSES = {r"\p{Alnum}": "a-zA-Z0-9", r"\p{Print}": " -~", r"\p{ASCII}": r"[\x00-\x7f]", r"\z": r"\Z"}
"""What Java has and Python has not; ASCII stands outside brackets in the models, the others inside."""

_DASH_AFTER_CLASS = re.compile(r"(\\w)-(?=[^\]])")


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value matches a pattern of a service model, as the service would match it."""
    categorised = "".join(sorted(set(value))) if _UNICODE_CLASS.search(pattern) else ""
    return _compiled(pattern, categorised).fullmatch(value) is not None


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str, categorised: str) -> re.Pattern[str]:
    r"""The pattern in Python's syntax.

    Python knows no `\p{L}`. As a class stands only inside brackets, it is replaced by those characters of the value
    (`categorised`) that belong to the Unicode category.
    """
    translated = _SURROGATES.sub(_code_point, pattern)
    translated = _QUANTIFIED_END.sub("$", translated)
    translated = _DASH_AFTER_CLASS.sub(r"\1\\-", translated)
    for java, python in _CLASSES.items():
        translated = translated.replace(java, python)
    translated = _UNICODE_CLASS.sub(lambda match: _members(match[1], categorised), translated)
    return re.compile(translated, re.ASCII)


def _code_point(pair: re.Match[str]) -> str:
    """Two escaped UTF-16 surrogates as the one code point they stand for."""
    high, low = int(pair[1], 16), int(pair[2], 16)
    return f"\\U{0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00):08x}"


def _members(category: str, characters: str) -> str:
    """Those of the characters that are in the Unicode category, escaped to stand inside brackets."""
    return re.escape("".join(character for character in characters if unicodedata.category(character)[0] == category))
