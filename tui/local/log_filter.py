"""The filter pattern language of CloudWatch Logs: `compile_pattern` turns a pattern into a test for a message.

Three forms, told apart by their first character: terms (`ERROR -retry`, `?WARN ?ERROR`, `"a phrase"`, `%[45]\\d\\d%`),
conditions on a JSON message (`{ $.level = "error" && $.took > 3 }`) and conditions on the fields of a
space-delimited message (`[ip, user, ..., status = 5*]`). A malformed pattern is an `InvalidParameterException`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.local.errors import AwsError
from tui.local.log_conditions import compile_fields, compile_json
from tui.local.log_literals import QUOTED, REGEX, bad_term, compile_regex, unquote

_TERM = re.compile(rf"(?P<sign>[-?]?)(?P<body>{QUOTED}|{REGEX}|\w+)(?!\S)|(?P<bad>\S+)")


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test that is true for the messages the filter pattern matches; the empty pattern matches all."""
    pattern = pattern.strip()
    for opening, closing, compile_inner in (("{", "}", compile_json), ("[", "]", compile_fields)):
        if pattern.startswith(opening):
            if len(pattern) < 2 or not pattern.endswith(closing):
                message = f"If a filter pattern starts with '{opening}' it must end with '{closing}'"
                raise AwsError("InvalidParameterException", message)
            return compile_inner(pattern[1:-1])
    return _compile_terms(pattern)


def _compile_terms(pattern: str) -> Callable[[str], bool]:
    included: list[Callable[[str], bool]] = []
    excluded: list[Callable[[str], bool]] = []
    optional: list[Callable[[str], bool]] = []
    by_sign = {"": included, "-": excluded, "?": optional}
    for term in _TERM.finditer(pattern):
        if term["bad"]:
            raise bad_term(term["bad"])
        by_sign[term["sign"]].append(_compile_term(term["body"]))

    # The service ignores the ?terms of a pattern that has terms of another kind.
    if optional and not included and not excluded:
        return lambda message: any(test(message) for test in optional)
    return lambda message: all(test(message) for test in included) and not any(test(message) for test in excluded)


def _compile_term(body: str) -> Callable[[str], bool]:
    if body.startswith("%"):
        search = compile_regex(body).search
        return lambda message: search(message) is not None
    text = unquote(body) if body.startswith('"') else body
    if not text:
        raise bad_term(body)
    # The service's own way to say "everything" is a quoted blank, whether or not the message has one.
    if text.isspace():
        return lambda message: True
    return lambda message: text in message
