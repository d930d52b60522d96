"""The roads of an endpoint's traffic: weights, a canary, invocations, a judgement and what follows from it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tui.panes.canary import CanaryPane
from tui.panes.endpoint_messages import (
    CanaryWanted,
    InvokeWanted,
    JudgeWanted,
    MistakesWanted,
    NewCanaryWanted,
    PayloadWanted,
    PromoteWanted,
    RowWanted,
    WeightsWanted,
)
from tui.panes.endpoints import EndpointsPane
from tui.panes.invoke import InvokePane
from tui.panes.judge import JudgePane
from tui.panes.log_messages import LogsAtWanted
from tui.panes.logs import LogsPane
from tui.panes.mistakes import MistakesPane
from tui.panes.weights import WeightsPane
from tui.resources.config_differences import config_difference
from tui.resources.datasets import UploadedDataset
from tui.resources.endpoint_configs import EndpointConfig, config_request
from tui.resources.endpoint_judging import TestSet
from tui.resources.endpoint_updates import keeps_no_traffic
from tui.resources.endpoint_weights import VariantWeight, weights_reached
from tui.resources.endpoints import SERVING, EndpointDetail
from tui.resources.invoke_settings import InvokeSettings
from tui.screens.canary_form import CanaryForm
from tui.screens.dialogs import Choose, Confirm
from tui.screens.invoke_form import InvokeForm, JudgeForm, draft_of
from tui.screens.roads import choose_dataset
from tui.screens.stage import Stage

_LINES_SECONDS = 10.0
"""How long the first lines of a log are waited for before one goes to a time in it."""


async def edit_weights(stage: Stage, wish: WeightsWanted) -> None:
    """Edit the weights of an endpoint's variants."""
    if (detail := await _serving(stage, wish.endpoint)) is not None:
        await stage.open_pane(WeightsPane(stage.service.endpoints, detail, read_only=stage.read_only))


async def canary(stage: Stage, wish: CanaryWanted) -> None:
    """Look at the last canary of an endpoint, or begin its first."""
    ladder = stage.service.canaries.of(wish.endpoint)
    if ladder is None:
        await begin_canary(stage, wish)
    else:
        await stage.open_pane(CanaryPane(ladder))


async def begin_canary(stage: Stage, wish: CanaryWanted | NewCanaryWanted) -> None:
    """Move traffic to a variant step by step."""
    detail = await _serving(stage, wish.endpoint)
    if detail is None:
        return
    if len(detail.production) < 2:
        stage.say(f"{wish.endpoint} has one variant only; a canary takes two.", "warning")
        return
    form = CanaryForm(detail, stage.drafts)
    values = await stage.ask(form)
    if values is None:
        return
    ladder = stage.service.canaries.start(form.plan(values))
    form.forget_draft()
    await stage.open_pane(CanaryPane(ladder))


async def invoke(stage: Stage, wish: InvokeWanted) -> None:
    """Send requests to an endpoint."""
    service = stage.service
    if (detail := await _serving(stage, wish.endpoint)) is not None:
        settings = InvokeSettings.of(stage.drafts.load(draft_of(wish.endpoint)))
        if settings.variant and detail.variant(settings.variant) is None:
            settings = replace(settings, variant="")
        await stage.open_pane(InvokePane(service.endpoints, service.invoking, detail, settings))


async def edit_payload(stage: Stage, wish: PayloadWanted) -> None:
    """Type what is sent to an endpoint, and how; it is remembered."""
    detail = await stage.service.endpoints.describe(wish.endpoint)
    values = await stage.ask(InvokeForm(detail, InvokeSettings(), stage.drafts))
    if values is not None:
        stage.screen.query_one(InvokePane).use(InvokeSettings.of(values))


async def choose_rows(stage: Stage, wish: RowWanted) -> None:
    """Choose the data set whose test rows are sent to an endpoint."""
    if chosen := await _test_set(stage, f"Which rows are sent to {wish.endpoint}?"):
        dataset, test_set = chosen
        stage.screen.query_one(InvokePane).use_rows(dataset.manifest.name, test_set)


async def show_logs_at(stage: Stage, wish: LogsAtWanted) -> None:
    """Show a log at a moment."""
    await stage.show_pane("logs")
    pane = stage.screen.query_one(LogsPane)
    pane.source = wish.source
    view = pane.view
    # CloudWatch takes a moment to show a line: without any there is nowhere to go.
    for _ in range(int(_LINES_SECONDS / 0.1)):
        if view.line_count:
            break
        await asyncio.sleep(0.1)
    moment = datetime.fromtimestamp(int(wish.at), UTC)
    local = moment.astimezone() if view.timestamps == "local" else moment
    view.go_to_time(local.strftime("%Y-%m-%d %H:%M:%S"))


async def judge(stage: Stage, wish: JudgeWanted) -> None:
    """Judge an endpoint's variants on the test split of a data set."""
    detail = await _serving(stage, wish.endpoint)
    if detail is None:
        return
    if (chosen := await _test_set(stage, f"Judge {wish.endpoint} on which data set?")) is None:
        return
    dataset, test_set = chosen
    form = JudgeForm(detail, dataset.manifest.name, test_set, stage.drafts)
    values = await stage.ask(form)
    if values is None:
        return
    form.forget_draft()
    pane = JudgePane(stage.service.invoking, form.request(values), dataset.manifest.name, read_only=stage.read_only)
    await stage.open_pane(pane)


async def show_mistakes(stage: Stage, wish: MistakesWanted) -> None:
    """Step through the mistakes of a variant."""
    await stage.open_pane(MistakesPane(stage.service.invoking, wish.request, wish.variant, wish.tolerance))


async def promote(stage: Stage, wish: PromoteWanted) -> None:
    """Give a variant all the traffic of its endpoint, by weights or by a configuration with it alone."""
    detail = await stage.service.endpoints.describe(wish.endpoint)
    winner = detail.variant(wish.variant)
    if winner is None or winner.shadow:
        stage.say(f"{wish.endpoint} has no variant {wish.variant} any more.", "warning")
        return
    others = ", ".join(variant.name for variant in detail.production if variant.name != wish.variant)
    choices = (
        ("weights", f"all traffic to it; {others} stays, is paid for, and can be given traffic again"),
        ("config", f"a new configuration with it alone; {others} and its instances go"),
    )
    road = await stage.ask(Choose(f"Promote {wish.variant} on {wish.endpoint}", choices))
    if road == "weights":
        await _promote_by_weights(stage, detail, wish.variant)
    elif road == "config":
        await _promote_by_config(stage, detail, wish.variant)


async def _promote_by_weights(stage: Stage, detail: EndpointDetail, winner: str) -> None:
    endpoints, name = stage.service.endpoints, detail.endpoint.name
    wanted = tuple(VariantWeight(one.name, 1.0 if one.name == winner else 0.0) for one in detail.production)
    told = "One call changes all weights; the endpoint serves all the while. In the weights (=), u takes it back."
    if not await stage.ask(Confirm(f"Send all traffic of {name} to {winner}?", told, "Promote")):
        return
    await endpoints.set_weights(name, wanted)
    await _show_endpoint(stage, name)
    async for _ in endpoints.until_in_service(name, lambda detail: weights_reached(detail, wanted)):
        pass
    stage.say(f"{winner} has all the traffic of {name}.")


async def _promote_by_config(stage: Stage, detail: EndpointDetail, winner: str) -> None:
    """Move to a configuration with the winner alone, as many instances as it has now."""
    endpoints, name = stage.service.endpoints, detail.endpoint.name
    old = detail.config
    configured, live = old.variant(winner) if old else None, detail.variant(winner)
    if old is None or configured is None or live is None:
        stage.say(f"The configuration {detail.config_name} is gone: make one, and update to it (U).", "warning")
        return
    alone = replace(configured, weight=1.0, count=live.desired_count or configured.count)
    config_name = await endpoints.configs.free_name(f"{name}-{winner}")
    request = config_request(config_name, [alone], old.capture, old)
    new = EndpointConfig.from_description(_as_described(request, old))
    # With its live weight 0 a variant that is alone would get nothing.
    keep_live = not keeps_no_traffic(detail, new)
    lines = [f"A new configuration {config_name} is made:", *(f"- {one}" for one in config_difference(old, new))]
    lines += ["A second fleet comes up beside the first and takes all traffic at once: no request is lost."]
    if not keep_live:
        lines += [f"{winner} has weight 0 now; it gets weight 1."]
    lines += [f"The configuration {old.name} and the models stay."]
    if not await stage.ask(Confirm(f"Let {name} serve {winner} alone?", "\n".join(lines), "Promote")):
        return
    await endpoints.configs.create(request)
    await endpoints.update(name, config_name, keep_live=keep_live)
    await _show_endpoint(stage, name)
    async for _ in endpoints.until_in_service(name, lambda detail: detail.config_name == config_name):
        pass
    stage.say(f"{name} serves {winner} alone.")


def _as_described(request: dict[str, Any], like: EndpointConfig) -> dict[str, Any]:
    """A configuration that does not exist yet as the service would describe it."""
    return request | {"EndpointConfigArn": like.arn, "CreationTime": like.created}


async def _show_endpoint(stage: Stage, name: str) -> None:
    await stage.show_pane("endpoints")
    stage.screen.query_one(EndpointsPane).expect(name)


async def _serving(stage: Stage, name: str) -> EndpointDetail | None:
    """An endpoint that has variants to be told apart; None when it has not, which is said."""
    detail = await stage.service.endpoints.describe(name)
    if detail.endpoint.status in SERVING and detail.production:
        return detail
    stage.say(f"{name} is {detail.endpoint.status}: it serves nothing.", "warning")
    return None


async def _test_set(stage: Stage, question: str) -> tuple[UploadedDataset, TestSet] | None:
    """A data set with its test split; None when none is chosen, or it has none, which is said."""
    dataset = await choose_dataset(stage, question)
    if dataset is None:
        return None
    if (test_set := TestSet.of(dataset)) is None:
        stage.say(f"{dataset.manifest.name} has no test split: make a data set with one (press 2).", "warning")
        return None
    return dataset, test_set
