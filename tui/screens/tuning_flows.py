"""The roads of tuning: from a data set to a search, from a search to its best model and to the next search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.panes.endpoint_messages import DeployWanted, ModelWanted
from tui.panes.job_messages import (
    BestWanted,
    CloneWanted,
    TrialsWanted,
    TuningCloneWanted,
    TuningDeleteWanted,
    TuningStopWanted,
    TuningWanted,
)
from tui.panes.transform_messages import TransformWanted
from tui.panes.trials import TrialsPane
from tui.panes.tune import TunePane
from tui.panes.wording import number
from tui.resources.algorithms import TrainingChoice, algorithm_request, clone_request, training_request
from tui.resources.models import TrainedModel
from tui.resources.tuning import TuningJobDetail, definitions_of
from tui.resources.tuning_advice import around
from tui.resources.tuning_choices import tuning_request
from tui.resources.tuning_ranges import Hyperparameters
from tui.screens.dialogs import Choose, Confirm, TypeName
from tui.screens.priced_form import PriceBook
from tui.screens.roads import choose_dataset, image_of, roles_of
from tui.screens.stage import Stage
from tui.screens.training_form import algorithm_named
from tui.screens.tuning_doors import JobTuningForm, NewTuningForm, TuningCloneForm
from tui.screens.tuning_fields import NO_PARENT, choice_of
from tui.screens.tuning_form import TuningForm


async def tune(stage: Stage, wish: TuningWanted) -> None:
    """Search the hyperparameters of a built-in algorithm on a data set, or those that a training job was given."""
    if wish.job:
        await _tune_job(stage, wish.job)
        return
    dataset = wish.dataset or await choose_dataset(stage, "Tune on which data set?")
    if dataset is None:
        return
    form = NewTuningForm(
        dataset,
        await roles_of(stage),
        _parents(stage),
        stage.service.tuning.list.names,
        stage.drafts,
        prices=PriceBook.of(stage.service.prices, "training"),
    )
    values = await stage.ask(form)
    if values is None:
        return
    training = training_request(
        TrainingChoice(
            name=values["name"],
            dataset=dataset,
            algorithm=(algorithm := algorithm_named(values["algorithm"])),
            image=await image_of(stage, algorithm),
            role_arn=values["role"],
            output_uri=f"s3://{dataset.bucket}/models",
            instance_type=values["instance_type"],
            instance_count=int(values["instance_count"]),
            max_runtime_seconds=int(values["max_runtime"]) * 60,
        )
    )
    await _submit(stage, form, values, training)


async def _tune_job(stage: Stage, name: str) -> None:
    detail = await stage.service.training.describe(name)
    taken, prices = stage.service.tuning.list.names, PriceBook.of(stage.service.prices, "training")
    form = JobTuningForm(detail, _parents(stage), taken, stage.drafts, prices=prices)
    values = await stage.ask(form)
    if values is not None:
        training = clone_request(detail.description, values["name"])
        await _submit(stage, form, values, with_machines(training, values))


async def clone(stage: Stage, wish: TuningCloneWanted) -> None:
    """Run a search again, with what a person changes."""
    await _again(stage, wish.detail, wish.detail.hyperparameters, NO_PARENT)


async def stop(stage: Stage, wish: TuningStopWanted) -> None:
    """Stop searches, after asking."""
    what = wish.names[0] if len(wish.names) == 1 else f"{len(wish.names)} tuning jobs"
    listed = "" if len(wish.names) == 1 else f" {', '.join(wish.names)}."
    detail = f"All its training jobs are stopped; what they have found so far stays.{listed}"
    if await stage.ask(Confirm(f"Stop {what}?", detail, "Stop")):
        for name in wish.names:
            await stage.service.tuning.stop(name)


async def delete(stage: Stage, wish: TuningDeleteWanted) -> None:
    """Delete the record of a search, after its name was typed."""
    detail = "Its record goes, its name becomes free. Its training jobs, their artifacts and logs stay."
    if await stage.ask(TypeName(wish.name, f"Delete the tuning job {wish.name}?", detail)):
        await stage.service.tuning.delete(wish.name)


async def show_trials(stage: Stage, wish: TrialsWanted) -> None:
    """Show every training job of a search."""
    service = stage.service
    detail = await service.tuning.describe(wish.name)
    await stage.open_pane(TrialsPane(service.training, service.tuning, detail, read_only=stage.read_only))


async def go_on_with_best(stage: Stage, wish: BestWanted) -> None:
    """Choose what becomes of the best training job."""
    detail = await stage.service.tuning.describe(wish.name)
    if not detail.best_trial:
        stage.say(f"{wish.name} has no best training job yet.", "warning")
        return
    best = await stage.service.training.describe(detail.best_trial)
    metric = detail.job.objective.metric if detail.job.objective else ""
    value = f" ({metric} {number(detail.job.best)})" if detail.job.best is not None else ""
    choices = (
        ("deploy it", "behind a new endpoint"),
        ("transform", "let it predict for a whole file: batch transform"),
        ("create a model", "of its artifact, to deploy or to transform with later"),
        ("train again", "with these values, e.g. on more data"),
        ("search on", "around these values: new tuning job, warm start"),
    )
    match await stage.ask(Choose(f"{detail.best_trial}{value}", choices)):
        case "deploy it":
            stage.screen.post_message(DeployWanted(jobs=(detail.best_trial,)))
        case "transform":
            stage.screen.post_message(TransformWanted(trained=TrainedModel.of(best)))
        case "create a model":
            stage.screen.post_message(ModelWanted(detail.best_trial))
        case "train again":
            stage.screen.post_message(CloneWanted(best))
        case "search on":
            tuned = detail.description["BestTrainingJob"].get("TunedHyperParameters", {})
            closer = Hyperparameters(detail.static, around(detail.ranges, tuned))
            await _again(stage, detail, closer, detail.job.name)


async def _again(stage: Stage, detail: TuningJobDetail, hyperparameters: Hyperparameters, parent: str) -> None:
    form = TuningCloneForm(
        detail,
        hyperparameters,
        _parents(stage),
        stage.service.tuning.list.names,
        stage.drafts,
        prices=PriceBook.of(stage.service.prices, "training"),
        warm_start=parent,
    )
    values = await stage.ask(form)
    if values is None:
        return
    definition = dict(definitions_of(detail.description)[0])
    definition["AlgorithmSpecification"] = algorithm_request(definition.get("AlgorithmSpecification", {}))
    await _submit(stage, form, values, with_machines(definition, values))


def with_machines(training: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A training request with the machines and the time limit of the form."""
    machines = {"InstanceType": values["instance_type"], "InstanceCount": int(values["instance_count"])}
    stopping = {"MaxRuntimeInSeconds": int(values["max_runtime"]) * 60}
    return training | {
        "ResourceConfig": training.get("ResourceConfig", {}) | machines,
        "StoppingCondition": training.get("StoppingCondition", {}) | stopping,
    }


async def _submit(stage: Stage, form: TuningForm, values: dict[str, str], training: dict[str, Any]) -> None:
    choice = choice_of(values, form.objective(values), training, tuple(training.get("Tags", ())))
    await stage.service.tuning.create(tuning_request(choice))
    form.forget_draft()
    await stage.show_pane("tune")
    stage.screen.query_one(TunePane).expect(values["name"])


def _parents(stage: Stage) -> tuple[str, ...]:
    """Tuning jobs that a new one can start from: those that are over and found something."""
    return tuple(job.name for job in stage.service.tuning.list.rows if not job.running and job.counters.completed)
