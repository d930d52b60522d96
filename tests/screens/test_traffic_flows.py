"""The roads of traffic, with a person whose answers are known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from textual.notifications import SeverityLevel
from textual.screen import Screen

from tests.panes.scripted_traffic import Aws, endpoints_of, live
from tui.drafts import Drafts
from tui.panes.endpoint_messages import CanaryWanted, PromoteWanted, WeightsWanted
from tui.panes.pane import Pane
from tui.screens import traffic_flows
from tui.screens.stage import Answer, Stage
from tui.service.sagemaker import SageMaker


@dataclass(frozen=True, slots=True)
class Person(Stage):
    """Answers questions in turn, and remembers what they were told and shown."""

    answers: list[Any] = field(default_factory=list)
    asked: list[Screen[Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    opened: list[Pane] = field(default_factory=list)

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        self.asked.append(dialog)
        return cast("Answer | None", self.answers.pop(0))

    def say(self, message: str, severity: SeverityLevel = "information") -> None:
        self.told.append(message)


def person(aws: Aws, *answers: Any) -> Person:
    opened: list[Pane] = []

    async def show(name: str) -> None: ...

    async def open_pane(pane: Pane) -> None:
        opened.append(pane)

    endpoints = endpoints_of(aws)
    service = cast(SageMaker, SimpleNamespace(endpoints=endpoints, canaries=SimpleNamespace(of=lambda name: None)))
    listed = SimpleNamespace(expect=lambda name: None)
    screen = cast("Screen[None]", SimpleNamespace(query_one=lambda kind: listed))
    return Person(screen, service, cast(Drafts, None), False, show, open_pane, [], list(answers), opened=opened)


async def test_the_winner_gets_all_traffic_by_weights() -> None:
    aws = Aws([live("XGB", 3.0), live("Linear")])
    here = person(aws, "weights", True)
    await traffic_flows.promote(here, PromoteWanted("shop", "Linear"))
    assert [one["CurrentWeight"] for one in aws.variants] == [0.0, 1.0]
    assert here.told == ["Linear has all the traffic of shop."]
    assert here.service.endpoints.previous_weights("shop") is not None, "u takes it back"


@pytest.mark.parametrize(("weight", "keeps_live"), [(3.0, True), (0.0, False)])
async def test_the_winner_alone_in_a_new_configuration(weight: float, keeps_live: bool) -> None:
    aws = Aws([live("XGB", weight, 2), live("Linear")])
    here = person(aws, "config", True)
    await traffic_flows.promote(here, PromoteWanted("shop", "XGB"))
    create, update = aws.requests
    (alone,) = create["ProductionVariants"]
    assert (alone["VariantName"], alone["InitialInstanceCount"], alone["InitialVariantWeight"]) == ("XGB", 2, 1.0)
    assert update["EndpointConfigName"] == create["EndpointConfigName"] == "shop-XGB"
    assert update["RetainAllVariantProperties"] is keeps_live, "with weight 0 it would serve nobody"
    assert here.told == ["shop serves XGB alone."]


@pytest.mark.parametrize("answers", [(None,), ("weights", False), ("config", False)])
async def test_nothing_is_promoted_without_a_yes(answers: tuple[Any, ...]) -> None:
    aws = Aws([live("XGB"), live("Linear")])
    here = person(aws, *answers)
    await traffic_flows.promote(here, PromoteWanted("shop", "XGB"))
    assert (aws.requests, here.told) == ([], [])


async def test_what_cannot_be_promoted_is_said() -> None:
    aws = Aws([live("XGB"), live("Linear")], [live("Shadow")])
    here = person(aws)
    await traffic_flows.promote(here, PromoteWanted("shop", "Shadow"))
    assert here.told == ["shop has no variant Shadow any more."]


async def test_what_serves_nothing_has_no_traffic_to_edit() -> None:
    here = person(Aws([live("XGB")], status="Failed"))
    await traffic_flows.edit_weights(here, WeightsWanted("shop"))
    assert here.told == ["shop is Failed: it serves nothing."]
    assert here.opened == []


async def test_a_canary_takes_two_variants() -> None:
    here = person(Aws([live("XGB")], [live("Shadow")]))
    await traffic_flows.canary(here, CanaryWanted("shop"))
    assert here.told == ["shop has one variant only; a canary takes two."]
    assert here.asked == []
