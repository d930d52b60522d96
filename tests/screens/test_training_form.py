"""The forms of training jobs: what their machines cost, before anything is spent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.panes.scripted import JOBS, detail, uploaded
from tests.screens.forms import TOLD, given, hourly, shown
from tui.drafts import Drafts
from tui.screens.priced_form import PriceBook
from tui.screens.training_form import CloneForm, NewTrainingForm

ROLE = "arn:aws:iam::123456789012:role/service-role/Execution"
DONE = JOBS[1]


@pytest.fixture
async def prices() -> PriceBook:
    """Prices that have been asked for."""
    book = PriceBook(hourly, billed=True)
    await book.learn(["ml.m5.large", "ml.m4.xlarge"])
    return book


def new(prices: PriceBook, folder: Path) -> NewTrainingForm:
    return NewTrainingForm(uploaded("diabetes"), (ROLE,), frozenset(), Drafts(folder), prices=prices)


def clone(prices: PriceBook, folder: Path, **members: Any) -> CloneForm:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2} | members.pop("ResourceConfig", {})
    of = detail(
        DONE,
        **{"BillableTimeInSeconds": 100, "StoppingCondition": {"MaxRuntimeInSeconds": 86400}} | members,
        ResourceConfig=resources,
    )
    return CloneForm(of, frozenset({DONE.name}), Drafts(folder), prices=prices)


async def test_a_new_job_asks_for_its_price_and_says_it(tmp_path: Path) -> None:
    async with shown(new(PriceBook(hourly, billed=False), tmp_path)) as (app, _):
        await app.says("instance_count", f"Costs nothing here. At AWS: $0.115/h, at most $0.12 in all. {TOLD}")
        app.form.set_value("max_runtime", "90")
        await app.says("instance_count", "At AWS: $0.115/h, at most $0.18 in all.")
        app.form.set_value("instance_count", "3")
        await app.says("instance_count", "At AWS: $0.345/h, at most $0.52 in all.")
        app.form.set_value("instance_type", "ml.m4.xlarge")
        await app.says("instance_count", "Costs nothing here. At AWS: the price is n/a.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"$0.115/h, at most $0.12 in all. {TOLD}"),
        ({"instance_count": "20", "max_runtime": "40320"}, f"$2.30/h, at most $1,545.60 in all. {TOLD}"),
        ({"instance_type": "ml.m4.xlarge"}, "The price is n/a."),
        ({"instance_type": "ml.c5.large"}, "Asking for the price …"),
        ({"instance_type": "ml.m5"}, ""),
        ({"instance_count": "many"}, ""),
        ({"max_runtime": ""}, ""),
    ],
)
def test_the_price_of_a_new_job(prices: PriceBook, tmp_path: Path, changes: dict[str, str], said: str) -> None:
    form = new(prices, tmp_path)
    assert form.notes(given(form, **changes))["instance_count"] == said


@pytest.mark.parametrize(
    ("members", "changes", "said"),
    [
        ({}, {}, f"$0.23/h, at most $5.52 in all. {DONE.name} ran for 1m 40s: about $0.0064. {TOLD}"),
        (
            {"BillableTimeInSeconds": 1},
            {},
            f"$0.23/h, at most $5.52 in all. {DONE.name} ran for 1s: less than $0.0001.",
        ),
        ({"BillableTimeInSeconds": None}, {}, f"$0.23/h, at most $5.52 in all. {TOLD}"),
        ({}, {"instance_count": "1"}, f"$0.115/h, at most $2.76 in all. {TOLD}"),
        ({}, {"instance_type": "ml.m4.xlarge"}, "The price is n/a."),
        (
            {"EnableManagedSpotTraining": True},
            {"instance_count": "1"},
            f"$0.115/h, at most $2.76 in all. {TOLD} "
            "It is managed spot, which costs less: AWS lists no price for that.",
        ),
        (
            {"ResourceConfig": {"KeepAlivePeriodInSeconds": 1800}},
            {"instance_count": "1", "max_runtime": "30"},
            f"$0.115/h, at most $0.12 in all. {TOLD} That counts the 30 minutes for which it keeps its machines.",
        ),
    ],
)
def test_the_price_of_the_same_again(
    prices: PriceBook, tmp_path: Path, members: dict[str, Any], changes: dict[str, str], said: str
) -> None:
    form = clone(prices, tmp_path, **members)
    assert form.notes(given(form, **changes))["instance_count"].startswith(said)
