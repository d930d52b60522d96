"""The roads to endpoints that cost something for nothing, and to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from tui.panes.endpoint_messages import IdleWanted, ShutDownWanted
from tui.panes.endpoint_summary import money
from tui.panes.idle import IdlePane
from tui.panes.wording import count
from tui.resources.endpoint_deployments import Resource, ShutDownPlan
from tui.resources.prices import total
from tui.screens.shut_down import ShutDownScreen, Ticks
from tui.screens.stage import Ending, Stage
from tui.screens.steps import Step, StepsScreen
from tui.service.errors import ServiceError

Work = Callable[[], Awaitable[None]]

_NAMED = 5
"""Resources that a sentence names before it says how many more there are."""


async def show_idle(stage: Stage, wish: IdleWanted) -> None:
    """Show the endpoints that nobody has invoked for a while."""
    await stage.open_pane(IdlePane(stage.service.endpoints, wish.hours, read_only=stage.read_only))


async def shut_down(stage: Stage, wish: ShutDownWanted) -> None:
    """Delete endpoints with what is ticked, after their name was typed."""
    plans = await asyncio.gather(*map(stage.service.shutting_down.plan, wish.endpoints))
    ticks = await stage.ask(ShutDownScreen(plans, _saved(stage, wish.endpoints)))
    if ticks is None:
        return
    screen = StepsScreen(f"Shutting down {_said(plans)}", "")
    work: Work = partial(_shut_down, stage, plans, ticks, screen)
    stage.screen.run_worker(work, group=f"shut down {' '.join(wish.endpoints)}")
    await stage.ask(screen)


def _saved(stage: Stage, names: Sequence[str]) -> str:
    rows = [row for row in stage.service.endpoints.list.rows if row.name in names]
    rate = total([row.rate for row in rows], billed=stage.service.prices.billed)
    return f"{'Saves' if rate.billed else 'At AWS this would save'} {money(replace(rate, billed=True))}."


async def _shut_down(stage: Stage, plans: Sequence[ShutDownPlan], ticks: Ticks, screen: StepsScreen) -> None:
    """With ticks one after the other: what several endpoints share can go only with the last of them."""
    stayed: dict[Resource, str] = {}
    waiting = [resource for plan in plans for resource in _wanted(plan, ticks)]
    runs = [partial(_shut_one_down, stage, plan, ticks, screen, stayed, waiting=waiting) for plan in plans]
    try:
        with stage.ending(partial(_ending_of, plans, waiting)):
            if ticks == Ticks():
                await asyncio.gather(*(run() for run in runs))
            else:
                for run in runs:
                    await run()
    except ServiceError as error:
        if screen.is_attached:
            screen.fail(str(error), offered=False)
        else:
            stage.say(str(error), "error")
        return
    if screen.is_attached:
        screen.finish(leave=not stayed)
        if stayed:
            return
    names = ", ".join(plan.endpoint for plan in plans)
    kept = "".join(f" The {resource} stays. {why}" for resource, why in stayed.items())
    stage.say(f"Shut down: {names}.{kept}")


def _wanted(plan: ShutDownPlan, ticks: Ticks) -> list[Resource]:
    """What is to go with an endpoint, and itself."""
    config = [plan.config.resource] if plan.config and ticks.config else []
    models = [one.resource for one in plan.models if one.resource.name in ticks.models]
    return [Resource("endpoint", plan.endpoint), *config, *models]


def _ending_of(plans: Sequence[ShutDownPlan], waiting: Sequence[Resource]) -> Ending | None:
    """Nothing is lost once everything was asked to go, though it may take minutes to be gone."""
    if not waiting:
        return None
    more = f" and {len(waiting) - _NAMED:,} more" if len(waiting) > _NAMED else ""
    stays = f"ends: there stays {', '.join(map(str, waiting[:_NAMED]))}{more}"
    return Ending(f"shutting down of {_said(plans)}", stays)


def _said(plans: Sequence[ShutDownPlan]) -> str:
    return plans[0].endpoint if len(plans) == 1 else count(len(plans), "endpoint")


async def _shut_one_down(
    stage: Stage,
    plan: ShutDownPlan,
    ticks: Ticks,
    screen: StepsScreen,
    stayed: dict[Resource, str],
    *,
    waiting: list[Resource],
) -> None:
    run = stage.service.shutting_down.run(plan, config=ticks.config, models=ticks.models, scaling=ticks.scaling)
    async for step in run:
        if step.resource in waiting and (step.resource.kind == "endpoint" or step.state != "deleting"):
            waiting.remove(step.resource)
        match step.state:
            case "deleting":
                screen.tell(Step(str(step.resource), "doing"))
            case "deleted":
                screen.tell(Step(str(step.resource), "done", "deleted"))
                stayed.pop(step.resource, None)
            case "stays":
                screen.tell(Step(str(step.resource), "stays", step.why))
                stayed[step.resource] = step.why
