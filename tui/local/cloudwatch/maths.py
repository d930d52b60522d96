"""Metric maths: what the tree of an expression comes to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.local.cloudwatch.expressions import Call, Chain, ExpressionError, Items, Name, Negative, Node, Number, Text
from tui.local.cloudwatch.rollups import Window
from tui.local.cloudwatch.series import FUNCTIONS, Gap, Series, Value, choose, fill, negative, operate

_ANY = Text("")


@dataclass(frozen=True, slots=True)
class Calculation:
    """What expressions are evaluated with."""

    metrics: Mapping[str, Series]
    """The metrics of the request by their ids, for METRICS()."""

    values: Mapping[str, Value]
    """Everything that an id may stand for."""

    period: int
    """The seconds between the points of a series that an expression makes up."""

    window_of: Callable[[int], Window]
    """The time to look at, for a period."""

    def value(self, node: Node) -> Value:
        """What a tree comes to; raises ExpressionError for what makes no sense."""
        match node:
            case Number(number):
                return number
            case Name(name) if name in self.values:
                return self.values[name]
            case Name(name):
                raise ExpressionError(f"The id '{name}' is not defined")
            case Negative(operand):
                return negative(self.value(operand))
            case Chain(first, rest):
                result = self.value(first)
                for symbol, operand in rest:
                    result = operate(symbol, result, self.value(operand))
            case Items(items):
                result = [series for item in items for series in self._several(item)]
            case Call(function, arguments):
                result = self._called(function, arguments)
            case Text():
                raise ExpressionError("A text has no value")
        return result

    def _called(self, function: str, arguments: tuple[Node, ...]) -> Value:
        match function, arguments:
            case "METRICS", () | (Text(),):
                return self._metrics(*arguments)
            case "FILL", (given, gap):
                return fill(self.value(given), self._gap(gap), self._times)
            case "IF", (condition, met, *otherwise) if len(otherwise) <= 1:
                unmet = self.value(otherwise[0]) if otherwise else math.nan
                return choose(self.value(condition), self.value(met), unmet)
            case "TIME_SERIES", (number,):
                return self._constant(self._number(number))
            case _, (given,) if function in FUNCTIONS:
                return FUNCTIONS[function](self.value(given))
        if function in {*FUNCTIONS, "METRICS", "FILL", "IF", "TIME_SERIES"}:
            raise ExpressionError(f"{function} does not take these {len(arguments)} arguments")
        raise ExpressionError(f"The function {function} is not implemented by the embedded SageMaker")

    def _metrics(self, part: Node = _ANY) -> Value:
        """The metrics whose ids have that text in them."""
        return [series for name, series in self.metrics.items() if isinstance(part, Text) and part.value in name]

    def _several(self, node: Node) -> list[Series]:
        value = self.value(node)
        if isinstance(value, float):
            raise ExpressionError("An array holds time series, not numbers")
        return value if isinstance(value, list) else [value]

    def _number(self, node: Node) -> float:
        value = self.value(node)
        if not isinstance(value, float):
            raise ExpressionError("A number is expected instead of a time series")
        return value

    def _gap(self, node: Node) -> Gap:
        match node:
            case Name("REPEAT"):
                return "REPEAT"
            case Name("LINEAR"):
                return "LINEAR"
            case _:
                return self._number(node)

    def _constant(self, number: float) -> Series:
        return Series({}, self.period, "").with_points((time, number) for time in self._times(self.period))

    def _times(self, period: int) -> range:
        window = self.window_of(period)
        return range(window.start, window.end, period)
