"""Algorithm metrics: read from a job's log lines by the regular expressions of its metric definitions."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tui.local.algorithms.catalog import find
from tui.local.algorithms.metric_definitions import MetricDefinition
from tui.local.jobs.table import Sample

_Find = Callable[[str], "re.Match[str] | None"]


def metric_definitions(request: Mapping[str, Any]) -> tuple[MetricDefinition, ...]:
    """The metrics that the algorithm of a training request reports."""
    hyperparameters = tuple(sorted(request.get("HyperParameters", {}).items()))
    return _definitions(request["AlgorithmSpecification"]["TrainingImage"], hyperparameters)


@lru_cache(maxsize=1024)
def _definitions(image: str, hyperparameters: tuple[tuple[str, str], ...]) -> tuple[MetricDefinition, ...]:
    algorithm = find(image)
    return () if algorithm is None else algorithm.metric_definitions(dict(hyperparameters))


class MetricParser:
    """Applies metric definitions, whose regular expressions have one group, to log messages."""

    def __init__(self, definitions: Iterable[MetricDefinition]) -> None:
        self._finders: Sequence[tuple[str, _Find]] = [
            (definition.name, _finder(definition.regex)) for definition in definitions
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
