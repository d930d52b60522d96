"""The question before endpoints are deleted, and the page of steps."""

from __future__ import annotations

from typing import Any

import pytest
from textual.screen import Screen

from tests.panes.host import Stage, stage
from tests.panes.scripted_endpoints import ScriptedEndpoints
from tui.panes.endpoints import EndpointsPane
from tui.resources.endpoint_deployments import Belonging, Resource, ShutDownPlan
from tui.resources.endpoint_scaling import INSTANCES, ScalingBounds, scaling_id
from tui.screens.shut_down import ShutDownScreen, Ticks, options_of
from tui.screens.steps import Step, StepsScreen

SHARED = Belonging(Resource("model", "shared"), ("endpoint configuration other",))
SCALING = (ScalingBounds(scaling_id("boston", "A"), INSTANCES, 1, 3),)


def plan(name: str, *models: Belonging, config: bool = True, scaling: tuple[ScalingBounds, ...] = ()) -> ShutDownPlan:
    """What shutting an endpoint down means."""
    belonging = Belonging(Resource("endpoint configuration", f"{name}-config"))
    return ShutDownPlan(name, belonging if config else None, models, scaling, ("its log.", "its alarms"))


def own(name: str) -> Belonging:
    """A model that nothing else uses."""
    return Belonging(Resource("model", name))


async def asked(here: Stage, screen: Screen[Any]) -> list[object]:
    """Show a question; what it is left with is in the list."""
    answers: list[object] = []
    here.app.push_screen(screen, answers.append)
    await here.settled()
    return answers


def test_several_endpoints_are_ticked_by_kind() -> None:
    options = options_of([plan("a", own("m"), SHARED), plan("b", own("m")), plan("c", config=False)])
    assert [option.label for option in options] == [
        "2 endpoint configurations, each unless something else uses it by then",
        "2 models, each unless something else uses it by then",
    ]
    assert [option.ticks for option in options] == [Ticks(config=True), Ticks(models=frozenset({"m", "shared"}))]
    assert options_of([plan("c", config=False)]) == ()


async def test_nothing_is_ticked_at_first_and_what_others_use_cannot_be() -> None:
    async with stage(EndpointsPane(ScriptedEndpoints(), read_only=False), (80, 24)) as here:
        screen = ShutDownScreen([plan("boston", own("m"), SHARED, scaling=SCALING)], "Saves $0.23/h.")
        answers = await asked(here, screen)
        await here.sees("Shut down the endpoint boston?", "Saves $0.23/h.", "[ ] endpoint configuration boston-config")
        await here.sees("■  model shared", "stays: It is used by", "auto scaling of A: 1 to 3 instances")
        await here.press("tab", *"boston", "enter")
        await here.until(lambda: answers == [Ticks()], "an answer")
        answers = await asked(here, ShutDownScreen([plan("boston", own("m"), SHARED, scaling=SCALING)], ""))
        await here.press("a", "j", "space", "tab", *"boston", "enter")
        await here.until(lambda: answers == [Ticks(config=True, scaling=True)], "all but the model that was unticked")


@pytest.mark.parametrize(("typed", "said"), [("bosto", "That is not it"), ("", "nothing was deleted")])
async def test_another_name_deletes_nothing(typed: str, said: str) -> None:
    async with stage(EndpointsPane(ScriptedEndpoints(), read_only=False), (80, 24)) as here:
        answers = await asked(here, ShutDownScreen([plan("boston", config=False)], ""))
        await here.press(*typed, "enter")
        await here.sees(said)
        assert answers == []
        await here.press("escape")
        await here.until(lambda: answers == [None], "cancelled")


async def test_several_are_confirmed_by_their_number() -> None:
    async with stage(EndpointsPane(ScriptedEndpoints(), read_only=False), (120, 40)) as here:
        answers = await asked(here, ShutDownScreen([plan("a", own("m")), plan("b", own("n"))], ""))
        await here.sees("Shut down 2 endpoints?", "a, b", "Type shut down 2 to delete")
        await here.press("space", "space", "enter", *"shut", "space", *"down", "space", "2", "enter")
        await here.until(lambda: answers == [Ticks(config=True, models=frozenset("mn"))], "an answer")


async def test_steps_are_told_and_what_was_made_can_be_removed() -> None:
    async with stage(EndpointsPane(ScriptedEndpoints(), read_only=False), (80, 24)) as here:
        screen = StepsScreen("Deploying boston", "remove what was made")
        answers = await asked(here, screen)
        screen.tell(Step("model of job", "doing", key="model 1"))
        await here.sees("▶ model of job", "Esc leaves this page; it goes on.")
        screen.tell(Step("model job-2", "done", key="model 1"))
        screen.tell(Step("endpoint boston", "doing", "Creating"))
        await here.sees("✓ model job-2", "▶ endpoint boston  Creating")
        await here.sees_no("model of job")
        await here.press("r")
        assert answers == []
        screen.fail("It did not pass the ping health check.", offered=True)
        await here.sees("✗ endpoint boston", "ping health check", "r: remove what was made")
        await here.press("r")
        await here.until(lambda: answers == [True], "it is to be removed")


async def test_steps_that_are_done_leave_by_themselves_unless_there_is_something_to_read() -> None:
    async with stage(EndpointsPane(ScriptedEndpoints(), read_only=False), (80, 24)) as here:
        screen = StepsScreen("Shutting down", "")
        answers = await asked(here, screen)
        screen.finish(leave=True)
        await here.until(lambda: answers == [False], "it leaves")
        screen = StepsScreen("Shutting down", "")
        answers = await asked(here, screen)
        screen.tell(Step("model m", "stays", "It is used by endpoint b."))
        screen.finish(leave=False)
        await here.sees("■ model m  It is used by endpoint b.", "Esc leaves this page.")
        await here.press("escape")
        await here.until(lambda: answers == [False], "it leaves")
