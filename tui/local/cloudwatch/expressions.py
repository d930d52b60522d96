"""The syntax of metric maths: an expression is parsed into a tree, never evaluated by Python itself.

expression := conjunction { ("OR" | "||") conjunction }
conjunction := comparison { ("AND" | "&&") comparison }
comparison := sum { ("<" | "<=" | ">" | ">=" | "==" | "!=") sum }
sum := product { ("+" | "-") product }
product := sign { ("*" | "/") sign }
sign := "-" sign | power
power := operand [ "^" sign ]
operand := number | text | id | keyword | function "(" [ arguments ] ")" | "(" expression ")" | "[" arguments "]"
arguments := expression { "," expression }
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<symbol><=|>=|==|!=|&&|\|\||[-+*/^<>()\[\],])
    )""",
    re.VERBOSE,
)

_DEEPEST = 50
"""How many parentheses, functions, signs and powers may stand inside each other."""

_LEVELS = (
    {"OR": "OR", "||": "OR"},
    {"AND": "AND", "&&": "AND"},
    {symbol: symbol for symbol in ("<", "<=", ">", ">=", "==", "!=")},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/"},
)
"""The operators that bind from left to right, from the weakest to the strongest."""


class ExpressionError(ValueError):
    """An expression that has no meaning; the text says why."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in the expression."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """The id of another query, or a keyword such as REPEAT."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Several values in square brackets."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """A value with its sign changed."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Operators of one strength, applied from left to right; flat, so that a long sum is not a deep tree."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


Node = Number | Text | Name | Call | Items | Negative | Chain


def parse(expression: str) -> Node:
    """The tree of an expression; raises ExpressionError for what is none."""
    parser = _Parser(expression)
    node = parser.expression()
    if parser.token:
        raise ExpressionError(f"Unexpected '{parser.token}'")
    return node


def names(node: Node) -> Iterator[str]:
    """The ids and keywords in a tree."""
    match node:
        case Name(name):
            yield name
        case Call(_, arguments):
            for argument in arguments:
                yield from names(argument)
        case Items(items):
            for item in items:
                yield from names(item)
        case Negative(operand):
            yield from names(operand)
        case Chain(first, rest):
            yield from names(first)
            for _, operand in rest:
                yield from names(operand)


class _Parser:
    """A recursive descent with one token of lookahead."""

    def __init__(self, expression: str) -> None:
        self._tokens = _tokens(expression)
        self._depth = 0
        self.token = ""
        """The next token; empty at the end."""
        self._kind = ""
        self._advance()

    def expression(self) -> Node:
        """Everything."""
        return self._level(0)

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._sign()
        first, rest = self._level(level + 1), []
        while (operator := _LEVELS[level].get(self.token)) is not None:
            self._advance()
            rest.append((operator, self._level(level + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def _sign(self) -> Node:
        self._enter()
        if self.token == "-":
            self._advance()
            node: Node = Negative(self._sign())
        else:
            node = self._operand()
            if self.token == "^":
                self._advance()
                node = Chain(node, (("^", self._sign()),))
        self._depth -= 1
        return node

    def _operand(self) -> Node:
        kind, token = self._kind, self.token
        self._advance()
        match kind, token:
            case "number", _:
                return Number(float(token))
            case "text", _:
                return Text(token[1:-1])
            case "name", _ if self.token == "(":
                self._advance()
                return Call(token, self._arguments(")"))
            case "name", _:
                return Name(token)
            case _, "(":
                node = self.expression()
                self._expect(")")
                return node
            case _, "[":
                return Items(self._arguments("]"))
            case _:
                raise ExpressionError(f"Unexpected '{token}'" if token else "The expression ends too early")

    def _arguments(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        if self.token != end:
            found.append(self.expression())
            while self.token == ",":
                self._advance()
                found.append(self.expression())
        self._expect(end)
        return tuple(found)

    def _expect(self, token: str) -> None:
        if self.token != token:
            found = f"'{self.token}'" if self.token else "the end"
            raise ExpressionError(f"'{token}' expected instead of {found}")
        self._advance()

    def _advance(self) -> None:
        self._kind, self.token = next(self._tokens, ("", ""))

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(f"More than {_DEEPEST} levels are nested")


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    """The kind and text of each token."""
    text = expression.rstrip()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"'{text[position:].lstrip()[0]}' has no meaning here")
        yield match.lastgroup, match[match.lastgroup]
        position = match.end()
