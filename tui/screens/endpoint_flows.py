"""The road to a new endpoint, and what endpoints and models are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from tui.panes.endpoint_messages import DeployWanted
from tui.panes.endpoints import EndpointsPane
from tui.resources.endpoint_deployments import DeploymentPlan
from tui.resources.models import TrainedModel
from tui.resources.variant_lines import models_in, read_variants
from tui.screens.endpoint_form import Deployable, DeployForm
from tui.screens.priced_form import PriceBook
from tui.screens.source_picker import Source, SourcePicker
from tui.screens.stage import Ending, Stage
from tui.screens.steps import Step, StepsScreen
from tui.service.endpoint_deploying import Deployment
from tui.service.errors import InvalidRequest, ServiceError

Work = Callable[[], Awaitable[None]]


async def deploy(stage: Stage, wish: DeployWanted) -> None:
    """Deploy models and training jobs behind a new endpoint."""
    sources = await _deployable(stage, wish)
    if sources is None:
        return
    endpoints = stage.service.endpoints
    for listed in (endpoints.list, endpoints.configs.list):
        with suppress(ServiceError):  # a name that is taken is then refused later
            await listed.first()
    name = await endpoints.free_name(sources.names[0] if len(sources.names) == 1 else f"{sources.names[0]}-ab")
    while True:
        form = DeployForm(
            sources,
            name,
            await endpoints.configs.free_name(name),
            prices=PriceBook.of(stage.service.prices, "hosting"),
            drafts=stage.drafts,
            taken=endpoints.list.names,
            taken_configs=endpoints.configs.list.names,
        )
        values = await stage.ask(form)
        if values is None:
            return
        try:
            plan = form.plan(values, await _trained(stage, sources, values))
        except ServiceError as error:  # what was typed is still in the draft
            stage.say(str(error), "error")
            continue
        break
    await stage.show_pane("endpoints")
    stage.screen.query_one(EndpointsPane).expect(plan.endpoint)
    await _run_deployment(stage, plan, form)


async def _deployable(stage: Stage, wish: DeployWanted) -> Deployable | None:
    """What a wish names, or what a person chooses; None when there is nothing, which is said."""
    jobs, models = wish.jobs, wish.models
    if not (jobs or models):
        chosen = await _choose_sources(stage)
        jobs = tuple(source.name for source in chosen if source.kind == "training job")
        models = tuple(source.name for source in chosen if source.kind == "model")
        if not chosen:
            return None
    return Deployable(models, tuple([await trained_model(stage, job) for job in jobs]))


async def _choose_sources(stage: Stage) -> tuple[Source, ...]:
    sources = [Source("model", model.name, model.created) for model in await stage.service.models.list.first()]
    sources += await completed_jobs(stage)
    if not sources:
        stage.say("There is neither a model nor a completed training job to deploy: press 3 and train one.", "warning")
        return ()
    return await stage.ask(SourcePicker("Deploy what?", tuple(sources), several=True)) or ()


async def completed_jobs(stage: Stage) -> list[Source]:
    """The training jobs of the list that have left an artifact."""
    jobs = await stage.service.training.list.first()
    return [Source("training job", job.name, job.created) for job in jobs if job.status == "Completed"]


async def trained_model(stage: Stage, job: str) -> TrainedModel:
    """What a training job has left.

    Raises:
        InvalidRequest: Nothing.
    """
    trained = TrainedModel.of(await stage.service.training.describe(job))
    if trained is None:
        raise InvalidRequest(f"{job} cannot be deployed", "it has left no artifact")
    return trained


async def _trained(stage: Stage, sources: Deployable, values: Mapping[str, str]) -> dict[str, TrainedModel]:
    """What the training jobs among the variants' models have left; a name that was typed is looked up."""
    known = {one.job: one for one in sources.trained}
    for name in models_in(read_variants(values["variants"])):
        if name not in known and name not in sources.models and await stage.service.models.find(name) is None:
            known[name] = await trained_model(stage, name)
    return known


async def _run_deployment(stage: Stage, plan: DeploymentPlan, form: DeployForm) -> None:
    """Deploy in the background, shown step by step; what was made is removed if the person wants that after all."""
    deployment = stage.service.deploying.start(plan)
    screen = StepsScreen(f"Deploying {plan.endpoint}", "remove what was made")
    work: Work = partial(_deploy, stage, deployment, screen, form)
    stage.screen.run_worker(work, group=f"deploy {plan.endpoint}")
    if await stage.ask(screen):
        remove: Work = partial(_remove, stage, deployment)
        stage.screen.run_worker(remove, group=f"remove {plan.endpoint}")


async def _deploy(stage: Stage, deployment: Deployment, screen: StepsScreen, form: DeployForm) -> None:
    name = deployment.plan.endpoint
    models = 0
    try:
        with stage.ending(partial(_ending_of, stage, deployment)):
            async for step in deployment.run():
                models += step.resource.kind == "model" and step.state == "doing"
                key = f"model {models}" if step.resource.kind == "model" else ""
                words = "there already" if step.state == "there already" else step.words
                screen.tell(Step(str(step.resource), "doing" if step.state == "doing" else "done", words, key))
    except ServiceError as error:
        made = ", ".join(map(str, deployment.created))
        problem = f"{error} Made so far: {made}." if made else str(error)
        if deployment.uncertain:
            problem += f" Nobody knows whether the {deployment.uncertain} was made: look for it."
        if screen.is_attached:
            screen.fail(problem, offered=bool(made))
        else:
            stage.say(f"{name} was not deployed. {problem}", "error")
    else:
        form.forget_draft()
        if screen.is_attached:
            screen.finish(leave=True)
        stage.say(f"{name} is in service.")


def _ending_of(stage: Stage, deployment: Deployment) -> Ending | None:
    """Once the endpoint was asked for AWS goes on to make it; the embedded SageMaker does not without the console."""
    name = deployment.plan.endpoint
    what = f"deployment of {name}"
    made = [str(resource) for resource in deployment.created]
    if f"endpoint {name}" in made:
        costs = "goes on without the console, and the endpoint costs money until it is shut down (press 6)"
        fails = "ends with the embedded SageMaker: the endpoint fails, and is to be deleted and deployed again"
        return Ending(what, costs if stage.service.prices.billed else fails)
    stays = f"ends: there stays {', '.join(made)}, the rest is not made" if made else "ends before anything is made"
    return Ending(what, stays)


async def _remove(stage: Stage, deployment: Deployment) -> None:
    def ending() -> Ending:
        there = ", ".join(map(str, deployment.created))
        return Ending(f"removal of {deployment.plan.endpoint}", f"ends: of {there} stays what is not deleted by then")

    try:
        with stage.ending(ending):
            gone = [str(resource) async for resource in deployment.remove()]
    except ServiceError as error:
        left = ", ".join(map(str, deployment.created))
        stage.say(f"{error} There remain: {left}.", "error")
    else:
        stage.say(f"Removed: {', '.join(gone)}.")
