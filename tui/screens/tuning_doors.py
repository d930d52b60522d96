"""The doors to a tuning job: a data set, a training job, another tuning job."""

from __future__ import annotations

from tui.drafts import Drafts
from tui.resources.algorithms import ALGORITHMS, algorithm_of, default_hyperparameters, free_name
from tui.resources.datasets import UploadedDataset
from tui.resources.training import TrainingJobDetail
from tui.resources.tuning import NAME_LIMIT, TuningJobDetail, definitions_of
from tui.resources.tuning_advice import SOURCE, objectives, starting_point
from tui.resources.tuning_ranges import Hyperparameters
from tui.screens.form import Field
from tui.screens.priced_form import PriceBook
from tui.screens.training_form import algorithm_named, machine_fields, role_field
from tui.screens.tuning_fields import NO_PARENT, search_fields
from tui.screens.tuning_form import TuningForm


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
        prices: PriceBook,
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
            prices=prices,
        )

    def changed(self, key: str) -> None:
        """Another algorithm has other hyperparameters and metrics."""
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
        prices: PriceBook,
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
            prices=prices,
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
        prices: PriceBook,
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
            prices=prices,
        )
