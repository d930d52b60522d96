"""The roads of endpoints: up, to another configuration, down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial

from tui.panes.endpoint_messages import DeployWanted, EndpointUpdateWanted
from tui.panes.endpoints import EndpointsPane
from tui.panes.wording import duration
from tui.resources.endpoint_configs import config_request
from tui.resources.endpoint_deployments import DeploymentPlan
from tui.resources.models import TrainedModel
from tui.resources.variant_lines import models_in, read_variants
from tui.screens.dialogs import Confirm
from tui.screens.endpoint_form import Deployable, DeployForm, PriceBook
from tui.screens.source_picker import Source, SourcePicker
from tui.screens.stage import Stage
from tui.screens.steps import Step, StepsScreen
from tui.screens.update_form import KEEP, NEW, UpdateForm
from tui.service.endpoint_deploying import Deployment
from tui.service.errors import InvalidRequest, ServiceError
from tui.service.live_list import LiveList, R

Work = Callable[[], Awaitable[None]]


async def deploy(stage: Stage, wish: DeployWanted) -> None:
    """Deploy models and training jobs behind a new endpoint."""
    sources = await _deployable(stage, wish)
    if sources is None:
        return
    endpoints = stage.service.endpoints
    await asyncio.gather(_listed(endpoints.list), _listed(endpoints.configs))
    name = await endpoints.free_name(sources.names[0] if len(sources.names) == 1 else f"{sources.names[0]}-ab")
    while True:
        form = DeployForm(
            sources,
            name,
            await endpoints.free_config_name(name),
            prices=_price_book(stage),
            drafts=stage.drafts,
            taken=_names(endpoints.list),
            taken_configs=_names(endpoints.configs),
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
    await _listed(stage.service.models.list)
    sources = [
        Source("model", model.name, model.created) for model in stage.service.models.list.feed.snapshot.value or ()
    ]
    sources += await completed_jobs(stage)
    if not sources:
        stage.say("There is neither a model nor a completed training job to deploy: press 3 and train one.", "warning")
        return ()
    return await stage.ask(SourcePicker("Deploy what?", tuple(sources), several=True)) or ()


async def completed_jobs(stage: Stage) -> list[Source]:
    """The training jobs of the list that have left an artifact."""
    await _listed(stage.service.training.list)
    jobs = stage.service.training.jobs.snapshot.value or ()
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
        async for step in deployment.run():
            models += step.resource.kind == "model" and step.state == "doing"
            key = f"model {models}" if step.resource.kind == "model" else ""
            words = "there already" if step.state == "there already" else step.words
            screen.tell(Step(str(step.resource), "doing" if step.state == "doing" else "done", words, key))
    except ServiceError as error:
        made = _and([str(resource) for resource in deployment.created])
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


async def _remove(stage: Stage, deployment: Deployment) -> None:
    try:
        gone = [str(resource) async for resource in deployment.remove()]
    except ServiceError as error:
        left = _and([str(resource) for resource in deployment.created])
        stage.say(f"{error} There remain: {left}.", "error")
    else:
        stage.say(f"Removed: {_and(gone)}.")


async def update(stage: Stage, wish: EndpointUpdateWanted) -> None:
    """Move an endpoint to another configuration, after its differences were looked at."""
    endpoints = stage.service.endpoints
    detail = await endpoints.describe(wish.endpoint)
    await _listed(endpoints.configs)
    known = _names(endpoints.configs)
    new_name = await endpoints.free_config_name(detail.config_name or wish.endpoint)
    while True:
        form = UpdateForm(
            detail,
            tuple(config.name for config in endpoints.configs.feed.snapshot.value or ()),
            new_name,
            find=endpoints.find_config,
            prices=_price_book(stage),
            drafts=stage.drafts,
            taken=known,
        )
        values = await stage.ask(form)
        if values is None:
            return
        if await stage.ask(Confirm(f"Update {wish.endpoint}?", _difference(form, values), "Update")):
            break
    config = values["to"]
    if config == NEW:
        config = values["config"]
        capture = detail.config.capture if detail.config else None
        request = config_request(config, form.variants(values), capture, detail.config)
        await endpoints.create_config(request)
    try:
        await endpoints.update(wish.endpoint, config, form.policy(values), keep_live=values["live"] == KEEP)
    except ServiceError as error:
        if values["to"] == NEW:
            await _offer_to_remove(stage, config, error)
            return
        raise
    form.forget_draft()
    stage.say(f"{wish.endpoint} is on its way to {config}; it serves all the while.")
    follow: Work = partial(_follow_update, stage, wish.endpoint, config)
    stage.screen.run_worker(follow, group=f"update {wish.endpoint}", exclusive=True)


def _difference(form: UpdateForm, values: Mapping[str, str]) -> str:
    """What is about to happen, line by line."""
    policy = form.policy(values)
    lines = [f"To {values['to'] or values['config']}:"]
    lines += [f"  {difference}" for difference in form.differences(values)] or ["  no difference that is known"]
    if found := form.resets(values):
        kept = "Live settings that are kept:" if values["live"] == KEEP else "Live settings that are reset:"
        lines += [kept, *(f"  {reset}" for reset in found)]
    steps = "" if policy.kind == "all at once" else f", {policy.step_percent} % each {policy.wait_seconds} s"
    back = f", rolled back on {_and(policy.alarms)}" if policy.alarms else ""
    lines += [f"Traffic moves: {policy.kind}{steps}{back}.", form.prices.sentence(form.variants(values))]
    return "\n".join(line for line in lines if line)


async def _offer_to_remove(stage: Stage, config: str, error: ServiceError) -> None:
    """An update was refused for which a configuration had been made."""
    detail = f"{error}\nThe configuration {config}, made for it, serves nobody."
    if await stage.ask(Confirm("The update was refused. Delete its configuration?", detail, "Delete")):
        await stage.service.endpoints.delete_config(config)


async def _follow_update(stage: Stage, name: str, config: str) -> None:
    seconds = 0.0
    try:
        async for progress in stage.service.endpoints.until_in_service(name, lambda it: it.config_name == config):
            seconds = progress.seconds
    except ServiceError as error:
        stage.say(str(error), "error")
    else:
        stage.say(f"{name} serves {config} after {duration(seconds)}.")


def _price_book(stage: Stage) -> PriceBook:
    prices = stage.service.prices
    return PriceBook(prices.hourly, billed=prices.billed)


async def _listed(live: LiveList[R]) -> None:
    """Wait for the first answer of a list that nobody may have looked at yet, good or bad."""
    if live.feed.snapshot.value is None:
        async with aclosing(live.feed.watch()) as snapshots:
            await anext(snapshots)


def _names(live: LiveList[R]) -> frozenset[str]:
    return frozenset(row.name for row in live.feed.snapshot.value or ())


def _and(words: Sequence[str]) -> str:
    return ", ".join(words)
