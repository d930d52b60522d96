"""The road of an endpoint to another configuration, and of following it there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from tui.panes.endpoint_messages import EndpointUpdateWanted
from tui.panes.wording import duration
from tui.resources.endpoint_configs import config_request
from tui.screens.dialogs import Confirm
from tui.screens.priced_form import PriceBook
from tui.screens.stage import Ending, Stage
from tui.screens.update_form import KEEP, NEW, UpdateForm
from tui.service.errors import ServiceError


async def update(stage: Stage, wish: EndpointUpdateWanted) -> None:
    """Move an endpoint to another configuration, after its differences were looked at."""
    endpoints = stage.service.endpoints
    detail = await endpoints.describe(wish.endpoint)
    with suppress(ServiceError):  # a new one can be made all the same
        await endpoints.configs.list.first()
    new_name = await endpoints.configs.free_name(detail.config_name or wish.endpoint)
    while True:
        form = UpdateForm(
            detail,
            tuple(config.name for config in endpoints.configs.list.rows),
            new_name,
            find=endpoints.configs.find,
            prices=PriceBook.of(stage.service.prices, "hosting"),
            drafts=stage.drafts,
            taken=endpoints.configs.list.names,
        )
        values = await stage.ask(form)
        if values is None:
            return
        await form.prices.learn(form.prices.unknown(form.machines(values)))
        if await stage.ask(Confirm(f"Update {wish.endpoint}?", _difference(form, values), "Update")):
            break
    config = values["to"]
    if config == NEW:
        config = values["config"]
    # Once the service has taken the update, the endpoint comes there without the console.
    then = f"may not have begun: it serves what it serves now, and the configuration {config} stays"
    ending = Ending(f"update of {wish.endpoint}", then)
    if values["to"] == NEW:
        capture = detail.config.capture if detail.config else None
        request = config_request(config, form.variants(values), capture, detail.config)
        with stage.ending(lambda: ending):
            await endpoints.configs.create(request)
    try:
        with stage.ending(lambda: ending):
            await endpoints.update(wish.endpoint, config, form.policy(values), keep_live=values["live"] == KEEP)
    except ServiceError as error:
        if values["to"] == NEW:
            await _offer_to_remove(stage, config, error)
            return
        raise
    form.forget_draft()
    stage.say(f"{wish.endpoint} is on its way to {config}; it serves all the while.")
    follow: Callable[[], Awaitable[None]] = partial(_follow_update, stage, wish.endpoint, config)
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
    back = f", rolled back on {', '.join(policy.alarms)}" if policy.alarms else ""
    lines += [f"Traffic moves: {policy.kind}{steps}{back}.", form.prices.of_variants(form.variants(values))]
    return "\n".join(line for line in lines if line)


async def _offer_to_remove(stage: Stage, config: str, error: ServiceError) -> None:
    """An update was refused for which a configuration had been made."""
    detail = f"{error}\nThe configuration {config}, made for it, serves nobody."
    if await stage.ask(Confirm("The update was refused. Delete its configuration?", detail, "Delete")):
        await stage.service.endpoints.configs.delete(config)


async def _follow_update(stage: Stage, name: str, config: str) -> None:
    seconds = 0.0
    try:
        async for progress in stage.service.endpoints.until_in_service(name, lambda it: it.config_name == config):
            seconds = progress.seconds
    except ServiceError as error:
        stage.say(str(error), "error")
    else:
        stage.say(f"{name} serves {config} after {duration(seconds)}.")
