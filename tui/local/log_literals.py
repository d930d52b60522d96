"""The literals that all forms of a filter pattern share: quoted strings, `%regular expressions%` and wildcard texts."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.local.errors import AwsError

QUOTED = r'"(?:[^"\\]|\\.)*"'
"""What a quoted string looks like, as the source of a regular expression."""

REGEX = r"%(?:[^%\\]|\\.)*%"
"""What a regular expression looks like within a pattern, as the source of a regular expression."""

_REGEX_CHARACTERS = re.compile(r"[A-Za-z0-9 :_#=@/;,\-^$?\[\]{}|\\*+.]+")


def bad_term(term: str) -> AwsError:
    """The service's answer to a term it cannot read."""
    return AwsError("InvalidParameterException", f"Invalid character(s) in term '{term}'")


def unquote(literal: str) -> str:
    """The text of a quoted string, its backslash escapes resolved."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL)


def compile_regex(literal: str) -> re.Pattern[str]:
    """The expression between two `%`, in the subset the service supports: ASCII, no groups."""
    source = literal[1:-1]
    if not _REGEX_CHARACTERS.fullmatch(source):
        raise bad_term(literal)
    try:
        return re.compile(source, re.ASCII)
    except re.error as error:
        raise bad_term(literal) from error


def compile_wildcard(text: str) -> Callable[[str], bool]:
    """A test for equality in which a `*` at either end stands for anything; one in the middle is a character."""
    core = text.removeprefix("*").removesuffix("*")
    match text.startswith("*"), text.endswith("*"):
        case True, True:
            return lambda value: core in value
        case True, False:
            return lambda value: value.endswith(core)
        case False, True:
            return lambda value: value.startswith(core)
    return lambda value: value == core
