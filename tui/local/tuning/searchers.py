"""Which values to try next: the strategies Bayesian, Random and Grid; Hyperband suggests as Random does.

Bayesian search is optuna's tree-structured Parzen estimator: it looks at all hyperparameters together and counts
training jobs in progress as bad ones, so that several at a time do not try the same. optuna is imported when the first
tuning job starts: it takes 0.4 seconds.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from tui.local.tuning.definitions import Definition
from tui.local.tuning.ranges import CategoricalRange, IntegerRange, Range
from tui.local.tuning.warm_start import Experience

_DRAWS = 50
"""How often values are drawn again that have been tried before, where ranges have few."""

_TRANSFERRED = 3
"""How many of the parents' best combinations are tried first when their results can't be compared."""

_RANDOM_FIRST = 5
"""Training jobs whose values are drawn at random before Bayesian search looks at results; parents' jobs count."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Values to try."""

    values: Mapping[str, str]
    """The tuned hyperparameters, as text."""

    trial: Any = None
    """What the searcher knows it by."""


class Searcher(Protocol):
    """Suggests values; used by one thread."""

    def suggest(self) -> Suggestion | None:
        """The next values to try; None when there are no more."""

    def report(self, suggestion: Suggestion, value: float | None) -> None:
        """The objective that the values led to; None when the training job had none."""


class GridSearcher:
    """Every combination of categorical values, once."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        names = [one.name for one in ranges]
        self._points: Iterator[Suggestion] = (
            Suggestion(dict(zip(names, values, strict=True)))
            for values in itertools.product(*(one.samples for one in ranges))
        )

    def suggest(self) -> Suggestion | None:
        """The next combination; None after the last."""
        return next(self._points, None)

    def report(self, suggestion: Suggestion, value: float | None) -> None:
        """Nothing to learn."""


class SamplingSearcher:
    """Values from one of optuna's samplers; the same seed and results lead to the same values."""

    def __init__(self, ranges: Sequence[Range], *, maximize: bool, bayesian: bool, seed: int | None) -> None:
        optuna = _optuna()
        sampler = optuna.samplers.RandomSampler(seed=seed)
        if bayesian:
            sampler = optuna.samplers.TPESampler(
                n_startup_trials=_RANDOM_FIRST, multivariate=True, constant_liar=True, seed=seed
            )
        self._study = optuna.create_study(sampler=sampler, direction="maximize" if maximize else "minimize")
        self._ranges = ranges
        self._distributions = {one.name: _distribution(one) for one in ranges}
        self._tried: set[tuple[str, ...]] = set()

    def learn(self, values: Mapping[str, str], objective: float) -> None:
        """Take a training job of another tuning job for one of these; left out when a value is not in its range."""
        if (parameters := self._parameters(values)) is not None:
            self._study.add_trial(
                _optuna().trial.create_trial(params=parameters, distributions=self._distributions, value=objective)
            )

    def propose(self, values: Mapping[str, str]) -> None:
        """Have values suggested before any others, unless one of them is not in its range."""
        if (parameters := self._parameters(values)) is not None:
            self._study.enqueue_trial(parameters)

    def suggest(self) -> Suggestion | None:
        """The next values, new ones as far as a number of draws finds any."""
        suggestion = self._draw()
        for _ in range(_DRAWS):
            if tuple(suggestion.values.values()) not in self._tried:
                break
            self.report(suggestion, None)
            suggestion = self._draw()
        self._tried.add(tuple(suggestion.values.values()))
        return suggestion

    def report(self, suggestion: Suggestion, value: float | None) -> None:
        """Learn from a result, or that there is none."""
        if value is None:
            self._study.tell(suggestion.trial, state=_optuna().trial.TrialState.FAIL)
        else:
            self._study.tell(suggestion.trial, value)

    def _draw(self) -> Suggestion:
        trial = self._study.ask(self._distributions)
        return Suggestion({one.name: _text(one, trial.params[one.name]) for one in self._ranges}, trial)

    def _parameters(self, values: Mapping[str, str]) -> dict[str, Any] | None:
        parsed = {one.name: one.parse(values.get(one.name, "")) for one in self._ranges}
        if None in parsed.values():
            return None
        return {one.name: _reversed(one, parsed[one.name]) for one in self._ranges}


@cache
def _optuna() -> Any:
    import optuna  # noqa: PLC0415  # takes 0.4 s, which a server that does not tune need not spend

    optuna.logging.disable_default_handler()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # Multivariate sampling has been called experimental for years.
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna


def _distribution(range_: Range) -> Any:
    distributions = _optuna().distributions
    match range_:
        case CategoricalRange():
            return distributions.CategoricalDistribution(range_.samples)
        case IntegerRange():
            return distributions.IntDistribution(range_.low, range_.high, log=range_.scaling == "Logarithmic")
        case _ if range_.scaling == "ReverseLogarithmic":
            return distributions.FloatDistribution(1 - range_.high, 1 - range_.low, log=True)
        case _:
            return distributions.FloatDistribution(range_.low, range_.high, log=range_.scaling == "Logarithmic")


def _text(range_: Range, parameter: Any) -> str:
    if isinstance(range_, CategoricalRange):
        return range_.text(parameter)
    value = _reversed(range_, parameter)
    return range_.text(min(max(value, range_.low), range_.high))


def _reversed(range_: Range, value: Any) -> Any:
    """A value as its distribution has it, or the other way around: a reverse logarithmic scale counts from one down."""
    reverse = not isinstance(range_, CategoricalRange) and range_.scaling == "ReverseLogarithmic"
    return 1 - value if reverse else value


def searcher_for(
    strategy: str, definition: Definition, *, seed: int | None, experiences: Sequence[Experience], identical: bool
) -> Searcher:
    """The searcher of a strategy, started with what parents tried.

    Where data and algorithm are the same, Bayesian search takes the parents' results for its own; otherwise their
    objectives say nothing here, and the best of what they tried is tried first.
    """
    if strategy == "Grid":
        return GridSearcher(definition.ranges)
    maximize = definition.objective.maximize
    searcher = SamplingSearcher(definition.ranges, maximize=maximize, bayesian=strategy == "Bayesian", seed=seed)
    if identical:
        for experience in experiences:
            searcher.learn(experience.values, experience.objective)
    else:
        for experience in sorted(experiences, key=lambda one: one.objective, reverse=maximize)[:_TRANSFERRED]:
            searcher.propose(experience.values)
    return searcher
