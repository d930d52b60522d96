"""The quick form of a tuning job, whatever it is tuned on."""

from __future__ import annotations

from collections.abc import Mapping

from tui.drafts import Drafts
from tui.resources.algorithms import AlgorithmName
from tui.resources.tuning import NAME_LIMIT, Objective
from tui.resources.tuning_advice import objectives
from tui.resources.tuning_choices import (
    early_stopping_problem,
    grid_size,
    hyperparameters_problem,
    jobs_problem,
    objective_problem,
    parallel_problem,
    resource_problem,
    tuning_name_problem,
)
from tui.resources.tuning_ranges import Hyperparameters, as_number
from tui.screens.form import Field
from tui.screens.priced_form import PriceBook, PricedForm
from tui.screens.training_form import algorithm_named, machine_problems
from tui.screens.tuning_fields import not_improving_problem, read_hyperparameters, resource_bounds, strategy_named


class TuningForm(PricedForm):
    """What every door to a tuning job asks: what to vary, what to optimise, and how much it may take."""

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        draft: str,
        drafts: Drafts,
        *,
        taken: frozenset[str],
        algorithm: AlgorithmName | None,
        prices: PriceBook,
        maximize: bool = False,
    ) -> None:
        self._taken = taken
        self.prices = prices
        self._algorithm = algorithm
        self._maximize = maximize
        """Where better lies for a metric that is not known."""
        super().__init__(title, fields, "Tune", draft, drafts)

    def algorithm(self, values: Mapping[str, str]) -> AlgorithmName | None:
        """The built-in algorithm that is tuned; None for an image whose metrics are not known."""
        return algorithm_named(values["algorithm"]) if "algorithm" in values else self._algorithm

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        strategy = strategy_named(values["strategy"])
        found = read_hyperparameters(values["hyperparameters"])
        problems = {
            "name": tuning_name_problem(values["name"], self._taken),
            "hyperparameters": hyperparameters_problem(values["hyperparameters"], strategy),
            "objective": self._objective_problem(values, found),
            "jobs": jobs_problem(values["jobs"], strategy, found),
            "parallel": parallel_problem(values["parallel"], values["jobs"]),
            "early_stopping": early_stopping_problem(values["early_stopping"] == "Auto", strategy),
            "resource": resource_problem(*resource_bounds(values["resource"]), strategy),
            "target": ""
            if not values["target"] or as_number(values["target"]) is not None
            else "A number, or nothing.",
            "not_improving": not_improving_problem(values["not_improving"]),
            **machine_problems(values),
        }
        return {key: problem for key, problem in problems.items() if problem}

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """How much of the name's length is used, and what will happen."""
        notes = {"name": f"{len(values['name'])} of {NAME_LIMIT} characters."}
        found = read_hyperparameters(values["hyperparameters"])
        algorithm = self.algorithm(values)
        if found and algorithm:
            offered = [objective.metric for objective in objectives(algorithm, found.static)]
            notes["objective"] = f"Computed with these hyperparameters: {', '.join(offered) or 'nothing'}."
        if found and strategy_named(values["strategy"]) == "Grid":
            notes["jobs"] = f"The lists have {grid_size(found):,} combinations."
        if values["jobs"].isdecimal() and values["max_runtime"].isdecimal():
            notes["max_runtime"] = self.forecast(values)
        return notes

    def forecast(self, values: Mapping[str, str]) -> str:
        """What will happen, and what it may cost, in a sentence."""
        jobs, minutes = int(values["jobs"]), int(values["max_runtime"])
        machines = int(values["instance_count"]) if values["instance_count"].isdecimal() else 1
        parallel = int(values["parallel"]) if values["parallel"].isdecimal() else 1
        hours = jobs * minutes / 60 * machines
        return (
            f"{jobs:,} training jobs on {values['instance_count']} × {values['instance_type']}, {parallel} at a time, "
            f"at most {minutes:,} minutes each: at the very most {hours:,.1f} instance-hours. "
            f"{self.prices.of_job(values['instance_type'], min(parallel, jobs) * machines, hours=hours)}"
        ).rstrip()

    def objective(self, values: Mapping[str, str]) -> Objective:
        """What is optimised, and in which direction."""
        algorithm, found = self.algorithm(values), read_hyperparameters(values["hyperparameters"])
        offered = objectives(algorithm, found.static) if algorithm and found else ()
        known = {objective.metric: objective for objective in offered}
        return known.get(values["objective"]) or Objective(values["objective"], self._maximize)

    def _objective_problem(self, values: Mapping[str, str], found: Hyperparameters | None) -> str:
        if not values["objective"]:
            return "Which metric shall be optimised? E.g. validation:rmse."
        algorithm = self.algorithm(values)
        if algorithm is None or found is None:
            return ""
        return objective_problem(values["objective"], objectives(algorithm, found.static))
