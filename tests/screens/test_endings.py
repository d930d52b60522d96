"""What the roads say of themselves to whoever leaves the console meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from textual.screen import Screen

from tests.screens.test_traffic_flows import Person
from tests.waiting import eventually
from tui.drafts import Drafts
from tui.panes.endpoint_messages import ShutDownWanted
from tui.panes.pane import Pane
from tui.resources.csv_reports import ReadProgress
from tui.resources.datasets import SplitPlan, UploadProgress
from tui.resources.endpoint_configs import ConfigVariant
from tui.resources.endpoint_deployments import (
    Belonging,
    DeploymentPlan,
    DeployStep,
    DeployVariant,
    Resource,
    ShutDownPlan,
    ShutDownStep,
)
from tui.screens import data_flows, endpoint_flows, s3_flows, shut_down_flows
from tui.screens.shut_down import Ticks
from tui.screens.stage import Ending
from tui.service.datasets import Making
from tui.service.sagemaker import SageMaker

MODEL, CONFIG, ENDPOINT = Resource("model", "m"), Resource("endpoint configuration", "c"), Resource("endpoint", "shop")


class Script:
    """Steps of a road that are taken when a test says so, and the work that goes on behind it."""

    def __init__(self) -> None:
        self.steps: asyncio.Queue[Any] = asyncio.Queue()
        self.working: list[asyncio.Task[None]] = []

    def run_worker(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        async def begin() -> None:
            await work()

        self.working.append(asyncio.create_task(begin()))

    async def run(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
        """The steps; None is the last."""
        while (step := await self.steps.get()) is not None:
            yield step

    async def takes(self, *steps: Any) -> None:
        """Wait until all steps were taken."""
        for step in steps:
            self.steps.put_nowait(step)
        await eventually(self.steps.empty, "the steps to be taken")


def person(script: Script, service: SimpleNamespace, *answers: Any) -> Person:
    """Somebody whose screen shows nothing."""

    async def show(_: str) -> None: ...

    async def open_pane(_: Pane) -> None: ...

    screen = cast("Screen[None]", SimpleNamespace(run_worker=script.run_worker))
    return Person(screen, cast(SageMaker, service), cast(Drafts, None), False, show, open_pane, [], list(answers))


def endings(here: Person) -> list[Ending]:
    return [ending for now in here.endings if (ending := now())]


@pytest.mark.parametrize("billed", [True, False])
async def test_what_a_deployment_has_made_stays_and_its_endpoint_goes_on_at_aws(billed: bool) -> None:
    script = Script()
    plan = DeploymentPlan("shop", "c", (DeployVariant(ConfigVariant("A", "", "ml.m5.large", 1)),))
    deployment = SimpleNamespace(plan=plan, created=(), run=script.run, uncertain=None)
    service = SimpleNamespace(
        deploying=SimpleNamespace(start=lambda _: deployment), prices=SimpleNamespace(billed=billed)
    )
    here = person(script, service, False)
    await endpoint_flows._run_deployment(here, plan, cast(Any, SimpleNamespace(forget_draft=lambda: None)))
    await script.takes(DeployStep(MODEL, "doing"))
    assert endings(here) == [Ending("deployment of shop", "ends before anything is made")]
    deployment.created = (MODEL, CONFIG)
    stays = "ends: there stays model m, endpoint configuration c, the rest is not made"
    assert endings(here) == [Ending("deployment of shop", stays)]
    deployment.created = (MODEL, CONFIG, ENDPOINT)
    goes_on = "goes on without the console, and the endpoint costs money until it is shut down (press 6)"
    fails = "ends with the embedded SageMaker: the endpoint fails, and is to be deleted and deployed again"
    assert endings(here) == [Ending("deployment of shop", goes_on if billed else fails)]
    await script.takes(None)
    await asyncio.gather(*script.working)
    assert here.endings == []
    assert here.told == ["shop is in service."]


def test_what_becomes_of_a_data_set_in_the_making() -> None:
    plan = cast(SplitPlan, SimpleNamespace(name="houses"))
    splitting = data_flows._ending_of(plan, "houses.csv", Making(reading=ReadProgress(5, 100, 200)))
    assert splitting == Ending("splitting of houses.csv", "ends: nothing of it is left, and n begins anew")
    arrived = UploadProgress(1_000_000, 3_000_000, 1e6, 2.0, "train/train.csv")
    uploading = data_flows._ending_of(plan, "houses.csv", Making(uploading=arrived))
    goes_on = "ends after 1.0 MB of 3.0 MB: n on houses.csv goes on with the rest, under the same name"
    assert uploading == Ending("upload of houses", goes_on)


@pytest.mark.parametrize(
    ("verb", "then"),
    [
        ("Download", "ends after 2 of 9 files: those stay, and f goes on with the rest"),
        ("Move", "ends after 2 of 9 files: those are in both places"),
        ("Delete", "ends after 2 of 9 files: the others stay"),
    ],
)
def test_what_becomes_of_a_transfer(verb: str, then: str) -> None:
    assert s3_flows._ending_of(verb, UploadProgress(20, 90, 1.0, 70.0, "c", files_done=2, files=9)).then == then


async def test_what_a_shut_down_has_not_asked_to_go_stays() -> None:
    script = Script()
    plan = ShutDownPlan("shop", Belonging(CONFIG), (Belonging(MODEL),), (), ())

    async def plan_of(_: str) -> ShutDownPlan:
        return plan

    service = SimpleNamespace(
        shutting_down=SimpleNamespace(plan=plan_of, run=script.run),
        endpoints=SimpleNamespace(list=SimpleNamespace(rows=())),
        prices=SimpleNamespace(billed=True),
    )
    here = person(script, service, Ticks(config=True, models=frozenset({"m"})), False)
    await shut_down_flows.shut_down(here, ShutDownWanted(("shop",)))
    await eventually(lambda: here.endings, "the work to begin")
    what = "shutting down of shop"
    assert endings(here) == [Ending(what, "ends: there stays endpoint shop, endpoint configuration c, model m")]
    await script.takes(ShutDownStep(ENDPOINT, "deleting"), ShutDownStep(CONFIG, "deleting"))
    assert endings(here) == [Ending(what, "ends: there stays endpoint configuration c, model m")]
    await script.takes(ShutDownStep(CONFIG, "deleted"), ShutDownStep(MODEL, "stays", "It is used."))
    assert endings(here) == [], "all that can go was asked to go"
    await script.takes(ShutDownStep(ENDPOINT, "deleted"), None)
    await asyncio.gather(*script.working)
    assert here.endings == []
