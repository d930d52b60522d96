"""Algorithm metrics: read from a job's log lines by the regular expressions of its metric definitions."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tui.local.algorithms.catalog import find
from tui.local.jobs.table import Sample

_Find = Callable[[str], "re.Match[str] | None"]


def metric_definitions(request: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """The `MetricDefinitions` of a training request's algorithm; shared by the callers, so not to be changed."""
    hyperparameters = tuple(sorted(request.get("HyperParameters", {}).items()))
    return _definitions(request["AlgorithmSpecification"]["TrainingImage"], hyperparameters)


@lru_cache(maxsize=1024)
def _definitions(image: str, hyperparameters: tuple[tuple[str, str], ...]) -> Sequence[Mapping[str, str]]:
    algorithm = find(image)
    if algorithm is None:
        return []
    return [
        {"Name": metric.name, "Regex": metric.regex} for metric in algorithm.metric_definitions(dict(hyperparameters))
    ]


class MetricParser:
    """Applies `MetricDefinitions`, whose regular expressions have one group, to log messages."""

    def __init__(self, definitions: Iterable[Mapping[str, str]]) -> None:
        self._finders: Sequence[tuple[str, _Find]] = [
            (definition["Name"], _finder(definition["Regex"])) for definition in definitions
        ]

    def samples(self, timestamp: float, message: str) -> list[Sample]:
        """The metrics that a message reports, at a time in epoch seconds."""
        samples = []
        for name, search in self._finders:
            if (found := search(message)) is not None and (value := _number(found[1])) is not None:
                samples.append(Sample(name, timestamp, value))
        return samples


def _finder(regex: str) -> _Find:
    pattern = re.compile(regex)
    # A leading `.*` finds the same from the start of a line as from anywhere in it, but searching from every
    # position takes quadratic time on a long line.
    return pattern.match if regex.startswith(".*") else pattern.search


def _number(text: str) -> float | None:
    """The value as the service keeps it, a 32-bit float; None for what is not a finite number."""
    try:
        value = ctypes.c_float(float(text)).value
    except ValueError:
        return None
    return value if math.isfinite(value) else None
