"""Conditions of filter patterns: on the properties of a JSON message, and on the fields of a space-delimited one."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import NamedTuple, TypeGuard

from tui.local.errors import AwsError
from tui.local.log_literals import QUOTED, REGEX, bad_term, compile_regex, compile_wildcard, unquote

_TOKEN = re.compile(
    rf"(?P<quoted>{QUOTED})"
    rf"|(?P<regex>{REGEX})"
    r"|(?P<selector>\$(?:\.?\[(?:\d+|\*|'[^']*'|\"[^\"]*\")\]|\.(?:[\w-]+|\*))+)"
    r"|(?P<symbol>&&|\|\||!=|<=|>=|\.\.\.|[=<>(),])"
    r"|(?P<word>[\w.*+-]+)"
    r"|(?P<bad>\S)"
)
_STEP = re.compile(r"\[(?P<index>\d+)\]|\[['\"](?P<key>[^'\"]*)['\"]\]|(?P<any>\[\*\]|\.\*)|\.(?P<name>[\w-]+)")
_FIELD = re.compile(r'\[(?P<bracketed>[^\]]*)\]|"(?P<quoted>[^"]*)"|(?P<plain>\S+)')
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_STATES = {"NULL": None, "TRUE": True, "FALSE": False}

_MAX_DEPTH = 50
"""How deeply parentheses may nest, far above any pattern a person writes."""

_MAX_REGEXES = 2
"""The service's quota for one pattern."""

_Test = Callable[[object], bool]
"""A test of what a pattern is applied to: the parsed JSON of a message, or the text of one field."""


class _Token(NamedTuple):
    kind: str
    text: str


def compile_json(source: str) -> Callable[[str], bool]:
    """A test for the conditions between the braces of a JSON pattern; what is no JSON object never matches."""
    test = _Conditions(_tokens(source), "").parse()

    def matches(message: str) -> bool:
        if not message.lstrip().startswith("{"):
            return False
        try:
            document = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return test(document)

    return matches


def compile_fields(source: str) -> Callable[[str], bool]:
    """A test for the field list between the brackets of a space-delimited pattern.

    A message needs a field for each one named, `...` stands for any number of them. Without `...` the last field
    holds the rest of the message.
    """
    fields: list[list[_Token]] = [[]]
    for token in _tokens(source):
        if token == ("symbol", ","):
            fields.append([])
        else:
            fields[-1].append(token)
    ellipsis = [index for index, field in enumerate(fields) if field == [("symbol", "...")]]
    if len(ellipsis) > 1:
        raise bad_term("...")
    head = [_field_test(field) for field in (fields[: ellipsis[0]] if ellipsis else fields)]
    tail = [_field_test(field) for field in (fields[ellipsis[0] + 1 :] if ellipsis else [])]

    def matches(message: str) -> bool:
        spans = list(_FIELD.finditer(message))
        if len(spans) < len(head) + len(tail):
            return False
        values = [span[span.lastgroup or 0] for span in spans]
        if not ellipsis and len(spans) > len(head):
            values[len(head) - 1] = message[spans[len(head) - 1].start() :]
        return all(test(value) for test, value in zip(head, values, strict=False)) and all(
            test(value) for test, value in zip(reversed(tail), reversed(values), strict=False)
        )

    return matches


def _field_test(field: list[_Token]) -> _Test:
    """The test of one field: a name alone, or nothing, takes any value."""
    if not field:
        return lambda value: True
    name = next((token.text for token in field if token != ("symbol", "(")), "(")
    if field == [("word", name)]:
        return lambda value: True
    return _Conditions(field, name).parse()


def _tokens(source: str) -> list[_Token]:
    tokens = [_Token(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(source)]
    for token in tokens:
        if token.kind == "bad":
            raise bad_term(token.text)
    if sum(token.kind == "regex" for token in tokens) > _MAX_REGEXES:
        message = f"Invalid filter pattern: at most {_MAX_REGEXES} regular expressions are allowed"
        raise AwsError("InvalidParameterException", message)
    return tokens


class _Conditions:
    """A recursive descent over `$.a = 1 && ($.b != "x" || $.c > 2)`, in which `&&` binds tighter than `||`.

    With a field name the left side of every condition is that name, without one it is a property selector.
    """

    def __init__(self, tokens: list[_Token], field: str) -> None:
        self._tokens = tokens
        self._field = field
        self._next = 0
        self._depth = 0

    def parse(self) -> _Test:
        """The test of all tokens."""
        test = self._any_of()
        if self._next < len(self._tokens):
            raise bad_term(self._tokens[self._next].text)
        return test

    def _take(self) -> _Token:
        if self._next == len(self._tokens):
            raise AwsError("InvalidParameterException", "Invalid filter pattern: it ends where a condition is expected")
        self._next += 1
        return self._tokens[self._next - 1]

    def _accept(self, symbol: str) -> bool:
        accepted = self._tokens[self._next : self._next + 1] == [("symbol", symbol)]
        self._next += accepted
        return accepted

    def _any_of(self) -> _Test:
        tests = [self._all_of()]
        while self._accept("||"):
            tests.append(self._all_of())
        return lambda value: any(test(value) for test in tests)

    def _all_of(self) -> _Test:
        tests = [self._condition()]
        while self._accept("&&"):
            tests.append(self._condition())
        return lambda value: all(test(value) for test in tests)

    def _condition(self) -> _Test:
        if not self._accept("("):
            return self._field_condition() if self._field else self._json_condition()
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise bad_term("(")
        test = self._any_of()
        if not self._accept(")"):
            raise AwsError("InvalidParameterException", "Invalid filter pattern: a parenthesis is not closed")
        self._depth -= 1
        return test

    def _field_condition(self) -> _Test:
        name = self._take()
        if name != ("word", self._field):
            raise bad_term(name.text)
        return self._comparison(self._take())

    def _json_condition(self) -> _Test:
        selector = self._take()
        if selector.kind != "selector":
            raise bad_term(selector.text)
        select = _compile_selector(selector.text)
        verb = self._take()
        if verb == ("word", "IS"):
            state = self._take().text
            if state not in _STATES:
                raise bad_term(state)
            wanted = _STATES[state]
            return lambda document: any(node is wanted for node in select(document))
        if verb == ("word", "NOT"):
            exists = self._take().text
            if exists != "EXISTS":
                raise bad_term(exists)
            return lambda document: not select(document)
        test = self._comparison(verb)
        return lambda document: any(test(node) for node in select(document))

    def _comparison(self, verb: _Token) -> _Test:
        compare = _COMPARISONS.get(verb.text) if verb.kind == "symbol" else None
        if compare is None:
            raise bad_term(verb.text)
        literal = self._take()
        if literal.kind == "word" and _NUMBER.fullmatch(literal.text):
            return _number_test(verb.text, compare, literal.text)
        if verb.text not in {"=", "!="} or literal.kind in {"selector", "symbol"}:
            raise bad_term(literal.text)
        return _text_test(literal, wanted=verb.text == "=")


def _number_test(verb: str, compare: Callable[[float, float], bool], literal: str) -> _Test:
    """Compare numbers as numbers; a text that is no number only ever differs."""
    limit = float(literal)

    def test(value: object) -> bool:
        if isinstance(value, str):
            return compare(float(value), limit) if _NUMBER.fullmatch(value) else verb == "!="
        return _is_number(value) and compare(value, limit)

    return test


def _text_test(literal: _Token, *, wanted: bool) -> _Test:
    """Compare strings and numbers as texts; other values neither equal a text nor differ from it."""
    same = _text_matcher(literal)

    def test(value: object) -> bool:
        return (isinstance(value, str) or _is_number(value)) and same(str(value)) == wanted

    return test


def _text_matcher(literal: _Token) -> Callable[[str], bool]:
    if literal.kind == "regex":
        search = compile_regex(literal.text).search
        return lambda text: search(text) is not None
    return compile_wildcard(unquote(literal.text) if literal.kind == "quoted" else literal.text)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _compile_selector(selector: str) -> Callable[[object], list[object]]:
    """The nodes that a selector such as `$.users[0].id`, `$.tags[*]` or `$.['cluster.name']` points to."""
    steps: list[str | int | None] = []
    for step in _STEP.finditer(selector):
        index, name = step["index"], step["name"] or step["key"]
        steps.append(None if step["any"] else int(index) if index else name)
    if steps.count(None) > 1:
        raise bad_term(selector)

    def select(document: object) -> list[object]:
        nodes: list[object] = [document]
        for step in steps:
            nodes = [child for node in nodes for child in _children(node, step)]
        return nodes

    return select


def _children(node: object, step: str | int | None) -> list[object]:
    """What one step leads to; the step None, a wildcard, leads to every element or property."""
    if isinstance(node, list):
        if step is None:
            return node
        return [node[step]] if isinstance(step, int) and step < len(node) else []
    if isinstance(node, dict):
        if step is None:
            return list(node.values())
        return [node[step]] if step in node else []
    return []
