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

RUNNING, OVER = job("boston", "InProgress", NOW), job("old", "Completed", NOW)
COSTS = row("shop", rate=Rate(0.23))
PLAN = CanaryPlan("shop", "new", "old", (VariantWeight("old", 1.0, 1), VariantWeight("new", 0.0, 1)))
SECOND = (
    CanaryState(PLAN, PLAN.weights(-1)).arrived().observed(Counts(200, 0, 0, 9.0), Counts(900, 0, 0, 9.0)).waited(300)
)
CLIMBING = SECOND.observed(Counts(200, 0, 0, 9.0), Counts(900, 0, 0, 9.0)).asking()


@pytest.mark.parametrize("embedded", [True, False])
def test_nothing_speaks_against_leaving(embedded: bool) -> None:
    assert last_question((OVER,), (), (), embedded=embedded) is None


def test_jobs_end_with_the_embedded_sagemaker_only() -> None:
    assert last_question((RUNNING,), (), (), embedded=False) is None
    fails = "The embedded SageMaker ends with the console, and a job that runs then fails."
    assert last_question((RUNNING, OVER), (), (), embedded=True) == ("Quit while boston runs?", fails)
    assert last_question((RUNNING,), (), (COSTS,), embedded=True) == (
        "Quit while boston runs?",
        f"{fails}\nIts endpoints rest until it is started again.",
    )
    assert last_question((), (), (COSTS,), embedded=True) is None


def test_a_canary_says_where_it_would_end() -> None:
    question, said = last_question((), (SECOND,), (), embedded=True) or ("", "")
    assert question == "Quit while the canary of shop runs?"
    assert said == "The canary of shop ends at step 1 of 4; its traffic stays at old 95 %, new 5 %, unwatched."
    _, said = last_question((), (CLIMBING,), (), embedded=True) or ("", "")
    assert "at step 2 of 4; its traffic stays at old 95 %, new 5 %, or new 25 %: not known yet" in said
    _, said = last_question((), (SECOND.back("Asked."),), (), embedded=True) or ("", "")
    assert said.startswith("The canary of shop ends on its way back; its traffic stays at old 95 %, new 5 %")


def test_everything_is_said_at_once() -> None:
    question, said = last_question((RUNNING,), (SECOND,), (COSTS,), embedded=True) or ("", "")
    assert question == "Quit while boston and the canary of shop run?"
    assert [line.partition(" ")[0] for line in said.split("\n")] == ["The", "Its", "The"]
    question, said = last_question((RUNNING,), (SECOND,), (COSTS,), embedded=False) or ("", "")
    assert question == "Quit while the canary of shop runs?"
    assert "Until shut down (press 6): $0.23/h, $168 a month" in said
    assert last_question((), (), (COSTS,), embedded=False) == (
        "Quit while 1 endpoint goes on?",
        "Until shut down (press 6): $0.23/h, $168 a month, whether anybody uses them or not.\nshop",
    )
