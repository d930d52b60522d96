"""Names, reasons and descriptions of endpoints and models are characters and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from tests.panes.host import PaneScreen, stage
from tests.panes.scripted_endpoints import (
    ScriptedEndpoints,
    ScriptedModels,
    ScriptedShuttingDown,
    model,
    model_detail,
    row,
    traffic,
)
from tests.panes.test_hostile_text import HOSTILE, nothing_foreign_in
from tests.resources.endpoints import configure, configured, describe, serving
from tests.screens.forms import hourly
from tui.drafts import Drafts
from tui.panes.endpoints import EndpointsPane
from tui.panes.idle import IdlePane
from tui.panes.models import ModelsPane
from tui.resources.endpoint_deployments import Belonging, Resource, ShutDownPlan
from tui.resources.endpoint_metrics import LAST_HOUR, Idle
from tui.resources.endpoint_scaling import ScalingBounds
from tui.resources.endpoints import Endpoint, EndpointDetail
from tui.resources.models import TrainedModel
from tui.screens.endpoint_form import Deployable, DeployForm
from tui.screens.model_flows import ModelForm
from tui.screens.priced_form import PriceBook
from tui.screens.shut_down import ShutDownScreen
from tui.screens.source_picker import Source, SourcePicker
from tui.screens.steps import Step, StepsScreen
from tui.screens.update_form import UpdateForm
from tui.service.errors import ServiceFault

every_text = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def hostile_detail(text: str) -> EndpointDetail:
    """An endpoint in which every text is hostile, with an update under way."""
    config = configure(text, configured(text, text, InstanceType=text), configured("B", text))
    return describe(
        config,
        configure(text, configured(text, text)),
        EndpointName=text,
        EndpointStatus=text,
        FailureReason=text,
        ProductionVariants=[
            serving(text, VariantStatus=[{"Status": text, "StatusMessage": text}]),
            serving("B"),
        ],
        PendingDeploymentSummary={"EndpointConfigName": text, "ProductionVariants": [serving(text)]},
        DataCaptureConfig={"DestinationS3Uri": text, "CurrentSamplingPercentage": 1, "EnableCapture": True},
    )


def hostile_row(text: str) -> Endpoint:
    """Its row in the list."""
    return replace(hostile_detail(text).endpoint, arn=text, status="InService", idle=Idle(0.0, at_least=True))


@every_text
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_endpoints_pane(text: str, size: tuple[int, int]) -> None:
    endpoints = ScriptedEndpoints()
    async with stage(EndpointsPane(endpoints, read_only=False), size) as here:
        endpoints.scripted_scaling.told = (ScalingBounds(f"endpoint/x/variant/{text}", text, 1, 2),)
        endpoints.scripted_list.told.tell((hostile_row(text), replace(row(text), status=text, arn="other")))
        endpoints.told_details[text].tell(hostile_detail(text))
        shown = traffic()
        first, second = shown.variants
        told = replace(shown, variants=(replace(first, variant=text), second))
        endpoints.told_traffic[text, LAST_HOUR].tell(told)
        await here.sees("2 endpoints")
        for key in ("d", "m", "y"):
            await here.press(key)
            await here.settled()
        await here.until(lambda: endpoints.told_details[text].untold == 0, "the detail was taken")
        endpoints.scripted_list.told.tell(ServiceFault(text, text, text))
        endpoints.told_details[text].tell(ServiceFault(text, text, text))
        endpoints.told_traffic[text, LAST_HOUR].tell(ServiceFault(text, text, text))
        await here.press("escape")
        await here.sees("as of")
        nothing_foreign_in(here)


@every_text
async def test_the_idle_pane(text: str) -> None:
    endpoints = ScriptedEndpoints()
    async with stage(IdlePane(endpoints, 1.0, read_only=False)) as here:
        endpoints.scripted_list.told.tell((hostile_row(text),))
        await here.sees("1 idle endpoint")
        nothing_foreign_in(here)


@every_text
async def test_the_models_pane(text: str) -> None:
    models, users = ScriptedModels(), ScriptedShuttingDown()
    users.users = (text, f"endpoint {text}")
    async with stage(ModelsPane(models, users, read_only=False)) as here:
        models.scripted_list.told.tell((model(text),))
        container = {"Image": text, "ModelDataUrl": text, "Environment": {text: text}}
        models.told_details[text].tell(model_detail(model(text), ExecutionRoleArn=text, PrimaryContainer=container))
        await here.sees("1 model", "Used by")
        await here.press("y")
        await here.settled()
        nothing_foreign_in(here)


def deploy_form(text: str, folder: Path) -> Screen[Any]:
    trained = TrainedModel(text, text, text, text)
    book = PriceBook(hourly, billed=True)
    return DeployForm(Deployable((f"{text}2",), (trained,)), text, text, prices=book, drafts=Drafts(folder))


def update_form(text: str, folder: Path) -> Screen[Any]:
    async def find(name: str) -> None:
        return None

    book = PriceBook(hourly, billed=True)
    return UpdateForm(hostile_detail(text), (f"{text}2",), text, find=find, prices=book, drafts=Drafts(folder))


def shut_down_question(text: str, _: Path) -> Screen[Any]:
    config = Belonging(Resource("endpoint configuration", text), (text,))
    models = (Belonging(Resource("model", text)), Belonging(Resource("model", f"{text}2"), (), text))
    scaling = (ScalingBounds(f"endpoint/x/variant/{text}", text, 1, 2),)
    return ShutDownScreen([ShutDownPlan(text, config, models, scaling, (text,))], text)


def steps(text: str, _: Path) -> Screen[Any]:
    screen = StepsScreen(text, text)
    screen.tell(Step(text, "doing", text))
    screen.fail(text, offered=True)
    return screen


DIALOGS: dict[str, Callable[[str, Path], Screen[Any]]] = {
    "deploy": deploy_form,
    "update": update_form,
    "shut down": shut_down_question,
    "steps": steps,
    "sources": lambda text, _: SourcePicker(text, (Source("model", text, 1.0),), several=True),
    "model": lambda text, folder: ModelForm(TrainedModel(text, text, text, text), Drafts(folder), ()),
}


@every_text
async def test_dialogs_and_forms(text: str, tmp_path: Path) -> None:
    async with stage(EndpointsPane(ScriptedEndpoints(), read_only=False), size=(80, 24)) as here:
        for kind, made in DIALOGS.items():
            here.app.push_screen(made(text, tmp_path))
            await here.settled()
            await here.press("tab", "a", "tab")
            await here.settled()
            assert not isinstance(here.app.screen, PaneScreen), kind
            here.app.pop_screen()
            await here.settled()
        nothing_foreign_in(here)
