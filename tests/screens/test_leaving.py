"""What a person who leaves is asked."""

from __future__ import annotations

import pytest

from tests.panes.scripted import NOW, job
from tests.panes.scripted_endpoints import row
from tui.resources.canary import CanaryState
from tui.resources.canary_plan import CanaryPlan, Counts
from tui.resources.endpoint_weights import VariantWeight
from tui.resources.prices import Rate
from tui.screens.leaving import last_question
from tui.screens.stage import Ending

RUNNING, OVER = job("boston", "InProgress", NOW), job("old", "Completed", NOW)
COSTS = row("shop", rate=Rate(0.23))
PLAN = CanaryPlan("shop", "new", "old", (VariantWeight("old", 1.0, 1), VariantWeight("new", 0.0, 1)))
SECOND = (
    CanaryState(PLAN, PLAN.weights(-1)).arrived().observed(Counts(200, 0, 0, 9.0), Counts(900, 0, 0, 9.0)).waited(300)
)
CLIMBING = SECOND.observed(Counts(200, 0, 0, 9.0), Counts(900, 0, 0, 9.0)).asking()
UPLOAD = Ending("upload of houses", "ends after 1 of 3 files: those stay")


@pytest.mark.parametrize("embedded", [True, False])
def test_nothing_speaks_against_leaving(embedded: bool) -> None:
    assert last_question((OVER,), (), (), (), (), embedded=embedded) is None


def test_jobs_end_with_the_embedded_sagemaker_only() -> None:
    assert last_question((RUNNING,), (), (), (), (), embedded=False) is None
    fails = "The embedded SageMaker ends with the console, and a job that runs then fails."
    assert last_question((RUNNING, OVER), (), (), (), (), embedded=True) == ("Quit while boston runs?", fails)
    assert last_question((RUNNING,), (), (), (), (COSTS,), embedded=True) == (
        "Quit while boston runs?",
        f"{fails}\nIts endpoints rest until it is started again.",
    )
    assert last_question((), (), (), (), (COSTS,), embedded=True) is None


def test_a_canary_says_where_it_would_end() -> None:
    question, said = last_question((), (SECOND,), (), (), (), embedded=True) or ("", "")
    assert question == "Quit while the canary of shop runs?"
    assert said == "The canary of shop ends at step 1 of 4; its traffic stays at old 95 %, new 5 %, unwatched."
    _, said = last_question((), (CLIMBING,), (), (), (), embedded=True) or ("", "")
    assert "at step 2 of 4; its traffic stays at old 95 %, new 5 %, or new 25 %: not known yet" in said
    _, said = last_question((), (SECOND.back("Asked."),), (), (), (), embedded=True) or ("", "")
    assert said.startswith("The canary of shop ends on its way back; its traffic stays at old 95 %, new 5 %")


@pytest.mark.parametrize("embedded", [True, False])
def test_what_a_road_would_lose_is_said(embedded: bool) -> None:
    assert last_question((OVER,), (), (), (UPLOAD,), (), embedded=embedded) == (
        "Quit while the upload of houses runs?",
        "The upload of houses ends after 1 of 3 files: those stay.",
    )


def test_watches_rest() -> None:
    until = "until the console is started again; what has changed by then is uploaded then."
    assert last_question((), (), ("/data/houses.csv",), (), (), embedded=False) == (
        "Quit while the watch on houses.csv runs?",
        f"A watch rests {until}",
    )
    assert last_question((), (), ("/data/houses.csv", "/data"), (), (), embedded=False) == (
        "Quit while 2 watches run?",
        f"Watches rest {until}",
    )


def test_everything_is_said_at_once() -> None:
    question, said = last_question((RUNNING,), (SECOND,), ("/data",), (UPLOAD,), (COSTS,), embedded=True) or ("", "")
    assert question == "Quit while boston, the canary of shop, the upload of houses and the watch on data run?"
    assert [line.partition(" ")[0] for line in said.split("\n")] == ["The", "Its", "The", "The", "A"]
    question, said = last_question((RUNNING,), (SECOND,), (), (), (COSTS,), embedded=False) or ("", "")
    assert question == "Quit while the canary of shop runs?"
    assert "Until shut down (press 6): $0.23/h, $168 a month" in said
    assert last_question((), (), (), (), (COSTS,), embedded=False) == (
        "Quit while 1 endpoint goes on?",
        "Until shut down (press 6): $0.23/h, $168 a month, whether anybody uses them or not.\nshop",
    )


def test_of_many_things_some_are_named() -> None:
    jobs = [job(f"job-{number}", "InProgress", NOW) for number in range(9)]
    question, _ = last_question(jobs, (), (), (UPLOAD,), (), embedded=True) or ("", "")
    assert question == "Quit while job-0, job-1, job-2, job-3 and 6 more run?"
