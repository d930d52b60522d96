"""Whether one model is shown to be better than another by what they predicted: the bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tui.resources.csv_reports import Task
from tui.resources.endpoint_judging import Comparison, Measure

CONFIDENCE = 0.95

_RESAMPLES = 2_000
_FEWEST_RESAMPLES = 400
_WORK = 100_000_000
"""Values that one comparison may draw; with very many rows fewer resamples tell as much."""

_SLICE = 2_000_000
"""Values drawn at once."""

_DETECTED = 1.959964 + 0.841621
"""Standard errors that a difference must be away from 0 to be shown at 95 % four times out of five."""

_MOST_ROWS = 10_000_000


@dataclass(frozen=True, slots=True)
class Results:
    """What one variant predicted, in columns of NumPy."""

    rows: Any
    """Places in the test set, each once and rising."""

    labels: Any
    values: Any
    """What the predictions come to: numbers, or codes of classes."""

    probabilities: Any | None
    """Of the classes, a column for each; None where the model does not give them."""

    def of(self, rows: Any) -> Results:
        """The results on some of the rows, all of which are there."""
        places = np.searchsorted(self.rows, rows)
        probabilities = None if self.probabilities is None else self.probabilities[places]
        return Results(rows, self.labels[places], self.values[places], probabilities)


def probabilities_of(scores: Any, task: Task) -> Any | None:
    """The probability of each class, from the scores of all rows (a line each); None where they are none."""
    if task == "regression" or scores.size == 0 or scores.min() < 0 or scores.max() > 1:
        return None
    if scores.shape[1] > 1:
        return scores if np.allclose(scores.sum(axis=1), 1, atol=1e-3) else None
    return np.hstack([1 - scores, scores]) if task == "binary" else None


def measures(results: Results, task: Task) -> dict[Measure, float]:
    """The measures that are means over rows."""
    return {name: float(finish(values.mean())) for name, (values, finish) in _losses(results, task).items()}


def compare(
    names: tuple[str, str],
    both: tuple[Results, Results],
    task: Task,
    paired: bool,
    check: Callable[[], None] = lambda: None,
) -> tuple[Comparison, ...]:
    """One variant against another by every measure that is a mean over rows, by the bootstrap.

    Paired variants are compared on the rows that both answered, and the same resample is drawn of both. `check` is
    called between the slices of the work.
    """
    first, second = both
    if paired:
        common = np.intersect1d(first.rows, second.rows, assume_unique=True)
        first, second = first.of(common), second.of(common)
    if min(len(first.rows), len(second.rows)) < 2:
        return ()
    one, other = _losses(first, task), _losses(second, task)
    shared = [measure for measure in one if measure in other]
    rows = len(first.rows) if paired else len(first.rows) + len(second.rows)
    drawn = _resampled_means([one[name][0] for name in shared], [other[name][0] for name in shared], paired, check)
    return tuple(
        _comparison(measure, names, (one[measure], other[measure]), means, rows=rows, paired=paired)
        for measure, means in zip(shared, drawn, strict=True)
    )


_Loss = tuple[Any, Callable[[Any], Any]]
"""A value for each row, and what makes the measure of their mean."""


def _losses(results: Results, task: Task) -> Mapping[Measure, _Loss]:
    labels, values = results.labels, results.values
    if task == "regression":
        errors = values - labels
        return {"RMSE": (errors**2, np.sqrt), "MAE": (np.abs(errors), _same)}
    found: dict[Measure, _Loss] = {"accuracy": ((values == labels).astype(float), _same)}
    probabilities = results.probabilities
    codes = labels.astype(int)
    if probabilities is not None and codes.min() >= 0 and codes.max() < probabilities.shape[1]:
        tiny = np.finfo(probabilities.dtype).eps
        given = np.clip(probabilities, tiny, 1 - tiny)[np.arange(len(codes)), codes]
        found["log loss"] = (-np.log(given), _same)
    return found


def _same(mean: Any) -> Any:
    return mean


def _resampled_means(first: list[Any], second: list[Any], paired: bool, check: Callable[[], None]) -> list[Any]:
    """For each measure the means of resamples: an array of two lines, the first's and the second's."""
    sizes = len(first[0]), len(second[0])
    resamples = int(np.clip(_WORK // max(sizes), _FEWEST_RESAMPLES, _RESAMPLES))
    numbers = np.random.default_rng(0)  # the same rows give the same verdict
    step = max(1, _SLICE // max(sizes))
    parts: list[list[Any]] = [[] for _ in first]
    for start in range(0, resamples, step):
        check()
        count = min(step, resamples - start)
        draw = numbers.integers(0, sizes[0], (count, sizes[0]))
        other_draw = draw if paired else numbers.integers(0, sizes[1], (count, sizes[1]))
        for part, one, other in zip(parts, first, second, strict=True):
            part.append(np.stack([one[draw].mean(axis=1), other[other_draw].mean(axis=1)]))
    return [np.concatenate(part, axis=1) for part in parts]


def _comparison(
    measure: Measure,
    names: tuple[str, str],
    losses: tuple[_Loss, _Loss],
    means: Any,
    *,
    rows: int,
    paired: bool,
) -> Comparison:
    (one, finish), (other, _) = losses
    difference = float(finish(one.mean()) - finish(other.mean()))
    differences = finish(means[0]) - finish(means[1])
    low, high = np.quantile(differences, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Comparison(
        measure=measure,
        first=names[0],
        second=names[1],
        difference=difference,
        low=float(low),
        high=float(high),
        rows=rows,
        paired=paired,
        more_rows=_more_rows(rows, difference, float(differences.std())),
        confidence=CONFIDENCE,
    )


def _more_rows(rows: int, difference: float, error: float) -> int | None:
    """How many more rows would probably show this difference, if it is real: errors shrink with the root of rows."""
    if difference == 0 or error == 0:
        return None
    needed = rows * (_DETECTED * error / abs(difference)) ** 2
    if needed > _MOST_ROWS:
        return None
    more = max(1, math.ceil(needed - rows))
    digits = int(10 ** max(0, len(str(more)) - 2))
    return math.ceil(more / digits) * digits
