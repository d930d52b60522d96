"""The quick form of a tuning job: on a data set, as a copy of another one, or around the best of another one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from tui.drafts import Drafts
from tui.resources.algorithms import (
    ALGORITHMS,
    AlgorithmName,
    algorithm_of,
    default_hyperparameters,
    free_name,
)
from tui.resources.datasets import UploadedDataset
from tui.resources.prices import Price
from tui.resources.training import TrainingJobDetail
from tui.resources.tuning import NAME_LIMIT, Objective, TuningJobDetail, definitions_of
from tui.resources.tuning_advice import SOURCE, objectives, starting_point
from tui.resources.tuning_choices import (
    FEWEST_NOT_IMPROVING,
    STRATEGIES,
    Strategy,
    TuningChoice,
    early_stopping_problem,
    grid_size,
    hyperparameters_problem,
    jobs_problem,
    objective_problem,
    parallel_problem,
    resource_problem,
    tuning_name_problem,
)
from tui.resources.tuning_ranges import Hyperparameters, LineError, as_number, read_lines
from tui.screens.form import Field, Form
from tui.screens.training_form import algorithm_named, machine_fields, machine_problems, role_field

Hourly = Callable[[str], Awaitable[Price | None]]
"""What an instance type costs an hour; None where nobody tells."""

SETTLE_SECONDS = 0.3
"""How long an instance type stands unchanged before its price is asked for."""

NO_PARENT = ""
_WARM_STARTS = (("None", NO_PARENT),)


class TuningForm(Form):
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
        hourly: Hourly,
        maximize: bool = False,
    ) -> None:
        self._taken = taken
        self._hourly = hourly
        self._prices: dict[str, Price | None] = {}
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
        found = _read(values["hyperparameters"])
        problems = {
            "name": tuning_name_problem(values["name"], self._taken),
            "hyperparameters": hyperparameters_problem(values["hyperparameters"], strategy),
            "objective": self._objective_problem(values, found),
            "jobs": jobs_problem(values["jobs"], strategy, found),
            "parallel": parallel_problem(values["parallel"], values["jobs"]),
            "early_stopping": early_stopping_problem(values["early_stopping"] == "Auto", strategy),
            "resource": resource_problem(*_bounds(values["resource"]), strategy),
            "target": ""
            if not values["target"] or as_number(values["target"]) is not None
            else "A number, or nothing.",
            "not_improving": _not_improving_problem(values["not_improving"]),
            **machine_problems(values),
        }
        return {key: problem for key, problem in problems.items() if problem}

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """How much of the name's length is used, and what will happen."""
        notes = {"name": f"{len(values['name'])} of {NAME_LIMIT} characters."}
        found = _read(values["hyperparameters"])
        algorithm = self.algorithm(values)
        if found and algorithm:
            offered = [objective.metric for objective in objectives(algorithm, found.static)]
            notes["objective"] = f"Computed with these hyperparameters: {', '.join(offered) or 'nothing'}."
        if found and strategy_named(values["strategy"]) == "Grid":
            notes["jobs"] = f"The lists have {grid_size(found):,} combinations."
        if values["jobs"].isdecimal() and values["max_runtime"].isdecimal():
            notes["max_runtime"] = self.forecast(values)
        return notes

    def on_mount(self) -> None:
        """Check what stands in the fields, and ask what its machines cost."""
        super().on_mount()
        self._ask_price()

    def changed(self, key: str) -> None:
        """Another machine has another price."""
        if key == "instance_type":
            self._ask_price()

    def _ask_price(self) -> None:
        asking: Callable[[], Awaitable[None]] = partial(self._learn_price, self.values["instance_type"])
        self.run_worker(asking, group="price", exclusive=True)

    async def _learn_price(self, instance_type: str) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        self._prices[instance_type] = await self._hourly(instance_type)
        self.check()

    def forecast(self, values: Mapping[str, str]) -> str:
        """What will happen, and what it may cost, in a sentence."""
        jobs, minutes = int(values["jobs"]), int(values["max_runtime"])
        machines = int(values["instance_count"]) if values["instance_count"].isdecimal() else 1
        hours = jobs * minutes / 60 * machines
        price = self._prices.get(values["instance_type"])
        money = "price n/a" if price is None else f"${hours * price.hourly:,.2f} at {price}"
        return (
            f"{jobs:,} training jobs on {values['instance_count']} × {values['instance_type']}, at most {minutes:,} "
            f"minutes each: at the very most {hours:,.1f} instance-hours, {money}."
        )

    def objective(self, values: Mapping[str, str]) -> Objective:
        """What is optimised, and in which direction."""
        algorithm, found = self.algorithm(values), _read(values["hyperparameters"])
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


class NewTuningForm(TuningForm):
    """Tunes a built-in algorithm on a data set."""

    def __init__(
        self,
        dataset: UploadedDataset,
        roles: tuple[str, ...],
        parents: tuple[str, ...],
        taken: frozenset[str],
        drafts: Drafts,
        *,
        hourly: Hourly,
    ) -> None:
        manifest = dataset.manifest
        self._dataset = dataset
        start = starting_point("xgboost", default_hyperparameters("xgboost", manifest))
        choices = tuple((title, key) for key, title in ALGORITHMS.items())
        super().__init__(
            f"Tune on {manifest.name}: predict {manifest.label} ({manifest.task})",
            (
                Field("name", "Name", free_name(f"{manifest.name[:20]}-tune", taken, NAME_LIMIT)),
                Field("algorithm", "Algorithm", "xgboost", choices),
                Field("hyperparameters", "Values and ranges", str(start), lines=True, note=SOURCE),
                *search_fields(objectives("xgboost", start.static)[0].metric, parents),
                *machine_fields("ml.m5.large", "1", "60"),
                role_field(roles),
            ),
            f"tune on {dataset.bucket} {manifest.name}",
            drafts,
            taken=taken,
            algorithm="xgboost",
            hourly=hourly,
        )

    def changed(self, key: str) -> None:
        """Another algorithm has other hyperparameters and metrics."""
        super().changed(key)
        if key != "algorithm":
            return
        algorithm = algorithm_named(self.values["algorithm"])
        starts = {
            name: starting_point(name, default_hyperparameters(name, self._dataset.manifest)) for name in ALGORITHMS
        }
        # What a person typed for this algorithm stays; what stands there for another one goes.
        if self.values["hyperparameters"] in (str(start) for name, start in starts.items() if name != algorithm):
            self.set_value("hyperparameters", str(starts[algorithm]))
            self.set_value("objective", objectives(algorithm, starts[algorithm].static)[0].metric)


class TuningCloneForm(TuningForm):
    """Runs a search again, with what a person changes."""

    def __init__(
        self,
        detail: TuningJobDetail,
        hyperparameters: Hyperparameters,
        parents: tuple[str, ...],
        taken: frozenset[str],
        drafts: Drafts,
        *,
        hourly: Hourly,
        warm_start: str = NO_PARENT,
    ) -> None:
        definition = definitions_of(detail.description)[0]
        resources = definition.get("ResourceConfig", {})
        config = detail.description["HyperParameterTuningJobConfig"]
        hyperband = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
        criteria = config.get("TuningJobCompletionCriteria", {})
        objective = detail.job.objective
        around = f"around the best of {detail.job.name}" if warm_start else f"{detail.job.name} again"
        super().__init__(
            f"Tune {around}",
            (
                Field("name", "Name", free_name(detail.job.name, taken, NAME_LIMIT)),
                Field("hyperparameters", "Values and ranges", str(hyperparameters), lines=True),
                *search_fields(
                    objective.metric if objective else "",
                    parents,
                    strategy=detail.job.strategy,
                    jobs=str(detail.job.limit or 20),
                    parallel=str(detail.parallel),
                    early_stopping="Auto" if detail.early_stopping else "Off",
                    resource=f"{hyperband['MinResource']} .. {hyperband['MaxResource']}" if hyperband else "",
                    target=str(criteria.get("TargetObjectiveMetricValue", "")),
                    not_improving=str(
                        criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving", "")
                    ),
                    warm_start=warm_start,
                ),
                *machine_fields(
                    resources.get("InstanceType", "ml.m5.large"),
                    str(resources.get("InstanceCount", 1)),
                    str(max(1, definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86400) // 60)),
                ),
            ),
            f"tune {around}",
            drafts,
            taken=taken,
            algorithm=algorithm_of(definition.get("AlgorithmSpecification", {}).get("TrainingImage", "")),
            hourly=hourly,
            maximize=objective is not None and objective.maximize,
        )


class JobTuningForm(TuningForm):
    """Searches around what a training job was given."""

    def __init__(
        self,
        detail: TrainingJobDetail,
        parents: tuple[str, ...],
        taken: frozenset[str],
        drafts: Drafts,
        *,
        hourly: Hourly,
    ) -> None:
        algorithm = algorithm_of(detail.image)
        given = {name: value for name, value in detail.hyperparameters if not name.startswith("_")}
        start = starting_point(algorithm, given) if algorithm else Hyperparameters(given, {})
        offered = objectives(algorithm, start.static) if algorithm else ()
        stopping = detail.description.get("StoppingCondition", {})
        super().__init__(
            f"Tune what {detail.job.name} was given",
            (
                Field("name", "Name", free_name(f"{detail.job.name[:26]}-tune", taken, NAME_LIMIT)),
                Field("hyperparameters", "Values and ranges", str(start), lines=True, note=SOURCE if algorithm else ""),
                *search_fields(offered[0].metric if offered else "", parents),
                *machine_fields(
                    detail.instance_type or "ml.m5.large",
                    str(detail.instance_count or 1),
                    str(max(1, stopping.get("MaxRuntimeInSeconds", 86400) // 60)),
                ),
            ),
            f"tune job {detail.job.name}",
            drafts,
            taken=taken,
            algorithm=algorithm,
            hourly=hourly,
        )


def search_fields(
    objective: str,
    parents: tuple[str, ...],
    *,
    strategy: str = "Bayesian",
    jobs: str = "20",
    parallel: str = "3",
    early_stopping: str = "Off",
    resource: str = "",
    target: str = "",
    not_improving: str = "",
    warm_start: str = NO_PARENT,
) -> tuple[Field, ...]:
    """What is asked about the search itself."""
    return (
        Field("objective", "Objective metric", objective),
        Field("strategy", "Strategy", strategy, tuple((name, name) for name in STRATEGIES)),
        Field("jobs", "Training jobs", jobs),
        Field("parallel", "At once", parallel),
        Field("early_stopping", "Early stopping", early_stopping, (("Off", "Off"), ("Auto: median rule", "Auto"))),
        Field("resource", "Hyperband rounds", resource, note="Only for Hyperband: least .. most rounds or epochs."),
        Field("target", "Good enough at", target, note="Ends when the objective is this good; empty: never."),
        Field("not_improving", "Patience", not_improving, note="Ends after so many jobs without a better one."),
        Field("parent", "Warm start from", warm_start, (*_WARM_STARTS, *((name, name) for name in parents))),
    )


def choice_of(
    values: Mapping[str, str],
    objective: Objective,
    training: Mapping[str, Any],
    tags: tuple[Mapping[str, str], ...] = (),
) -> TuningChoice:
    """The tuning job that the values of the form mean; `training` is the request that each trial repeats."""
    low, high = _bounds(values["resource"])
    strategy = strategy_named(values["strategy"])
    return TuningChoice(
        name=values["name"],
        training=training,
        hyperparameters=read_lines(values["hyperparameters"]),
        objective=objective,
        strategy=strategy,
        jobs=int(values["jobs"]),
        parallel=int(values["parallel"]),
        early_stopping=values["early_stopping"] == "Auto",
        resource=(int(low), int(high)) if strategy == "Hyperband" else None,
        target=float(values["target"]) if values["target"] else None,
        not_improving=int(values["not_improving"]) if values["not_improving"] else None,
        parents=(values["parent"],) if values["parent"] else (),
        tags=tags,
    )


def strategy_named(name: str) -> Strategy:
    """The strategy behind a choice of the form."""
    return next((strategy for strategy in STRATEGIES if strategy == name), "Bayesian")


def _read(text: str) -> Hyperparameters | None:
    try:
        return read_lines(text)
    except LineError:
        return None


def _bounds(text: str) -> tuple[str, str]:
    low, _, high = text.partition("..")
    return low.strip(), high.strip()


def _not_improving_problem(text: str) -> str:
    if not text or (text.isdecimal() and int(text) >= FEWEST_NOT_IMPROVING):
        return ""
    return f"A whole number from {FEWEST_NOT_IMPROVING}, or nothing."
