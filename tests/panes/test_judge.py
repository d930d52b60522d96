"""The pane of a judgement, and the walk from mistake to mistake."""

from __future__ import annotations

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted_invoking import CHURN, DIABETES, ScriptedInvoking, judged, judgement
from tests.panes.test_golden import both_sizes
from tui.panes.endpoint_messages import JudgeWanted, MistakesWanted, PromoteWanted
from tui.panes.judge import JudgePane
from tui.panes.mistakes import MistakesPane
from tui.resources.endpoint_judging import JudgeProgress, JudgeRequest, TestSet
from tui.service.errors import ServiceFault


def pane_of(invoking: ScriptedInvoking, test_set: TestSet = DIABETES, *, read_only: bool = False) -> JudgePane:
    request = JudgeRequest("shop", test_set, ("XGB-Model", "Linear"))
    return JudgePane(invoking, request, "diabetes", read_only=read_only)


@both_sizes
async def test_a_regression(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking), size) as here:
        invoking.told_judgements.put_nowait(JudgeProgress(33, 66, 2.0, 1))
        await here.sees("33 of 66 rows, 16/s, 2s to go, 1 failed")
        await here.settled()
        golden.check(here.app, f"judge-progress-{name}")
        invoking.told_judgements.put_nowait(judgement())
        await here.sees("XGB-Model is better by 0.41 RMSE (95 %: 0.22 to 0.6).", "★ 57.17")
        await here.settled()
        golden.check(here.app, f"judge-regression-{name}")
        await here.press("enter")
        await here.sees("How well it predicts", "RMSE         57.17")
        await here.settled()
        golden.check(here.app, f"judge-regression-one-{name}")


@both_sizes
async def test_a_classification(size: tuple[int, int]) -> None:
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking, CHURN), size) as here:
        invoking.told_judgements.put_nowait(judgement(CHURN))
        await here.sees("No difference between XGB-Model and Linear shown yet", "about 420 more rows needed")
        await here.press("enter", "greater_than_sign")
        await here.sees("Threshold    0.6: goes from this score on")
        await here.settled()
        golden.check(here.app, f"judge-binary-one-{size[0]}x{size[1]}")


async def test_it_goes_on_when_it_is_left() -> None:
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking)) as here:
        invoking.told_judgements.put_nowait(JudgeProgress(33, 66, 2.0, 0))
        await here.sees("33 of 66 rows")
        await here.hide()
        invoking.told_judgements.put_nowait(judgement())
        await here.until(invoking.told_judgements.empty, "it is told")
        await here.show()
        await here.sees("XGB-Model is better by 0.41 RMSE")


async def test_it_is_cancelled() -> None:
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking)) as here:
        nothing_yet = {"judge.new", "judge.mistakes", "judge.promote", "judge.stricter", "judge.milder"}
        await here.until(lambda: here.dimmed == nothing_yet, "it is under way")
        assert here.why_dimmed["judge.new"] == "the judgement is under way"
        assert here.why_dimmed["judge.mistakes"] == "no variant has a score yet"
        await here.press("x")
        await here.sees("Cancelled; n judges again.")
        await here.until(lambda: here.why_dimmed.get("judge.cancel") == "nothing is judged now", "nothing to cancel")
        await here.press("n")
        await here.until(lambda: len(here.app.wishes) == 1, "a wish")
        assert isinstance(here.app.wishes[0], JudgeWanted)


async def test_why_it_failed_is_said() -> None:
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking)) as here:
        invoking.told_judgements.put_nowait(ServiceFault("shop gave no predictions", "The model answered 415"))
        await here.sees("shop gave no predictions. The model answered 415.")


async def test_what_follows_from_it() -> None:
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking)) as here:
        invoking.told_judgements.put_nowait(judgement())
        await here.sees("★ 57.17")
        await here.press("down", "M", "less_than_sign", "M", "P")
        await here.until(lambda: len(here.app.wishes) == 3, "three wishes")
        kinds = {type(wish): wish for wish in here.app.wishes}
        assert set(kinds) == {MistakesWanted, PromoteWanted}
        first, second = (wish for wish in here.app.wishes if isinstance(wish, MistakesWanted))
        # The twenty largest errors of 40, 39, 38, ... are mistakes; then those that are a quarter of the RMSE smaller.
        assert (first.variant, first.tolerance, second.tolerance) == ("Linear", 20.0, 20.0 - 57.58 / 4)
        promote = kinds[PromoteWanted]
        assert isinstance(promote, PromoteWanted)
        assert (promote.endpoint, promote.variant) == ("shop", "Linear")


async def test_read_only_promotes_nothing() -> None:
    invoking = ScriptedInvoking()
    async with stage(pane_of(invoking, read_only=True)) as here:
        invoking.told_judgements.put_nowait(judgement())
        await here.sees("★ 57.17")
        assert here.why_dimmed["judge.promote"] == "this console is read-only"


@both_sizes
async def test_mistakes_one_at_a_time(size: tuple[int, int]) -> None:
    invoking = ScriptedInvoking()
    invoking.found = [judged(3, 151.0, 233.5), judged(17, 75.0, 12.25)]
    pane = MistakesPane(invoking, JudgeRequest("shop", DIABETES, ("XGB-Model",)), "XGB-Model", 60.0)
    async with stage(pane, size) as here:
        await here.sees("number 1, off by more than 60", "Row          3 of 66", "+82.5", "bmi")
        assert invoking.asked == 1, "no further than it must"
        await here.settled()
        golden.check(here.app, f"mistakes-regression-{size[0]}x{size[1]}")
        await here.press("n")
        await here.sees("number 2", "-62.75")
        await here.press("n")
        await here.sees("2 mistakes in all")
        no_more = "there is no other mistake that way"
        await here.until(lambda: here.why_dimmed.get("mistakes.next") == no_more, "there is no more")
        await here.press("N")
        await here.sees("number 1 of 2", "+82.5")
        assert invoking.asked == 2


async def test_mistakes_of_a_classifier() -> None:
    invoking = ScriptedInvoking()
    invoking.found = [judged(5, 0.0, 0.9)]
    pane = MistakesPane(invoking, JudgeRequest("shop", CHURN, ("XGB-Model",)), "XGB-Model", 0.0)
    async with stage(pane) as here:
        await here.sees("Label        stays", "Prediction   goes", "0.9000 (class 1 from 0.5)", "calls")


async def test_no_mistakes() -> None:
    pane = MistakesPane(ScriptedInvoking(), JudgeRequest("shop", CHURN, ("XGB-Model",)), "XGB-Model", 0.0)
    async with stage(pane) as here:
        await here.sees("0 mistakes in all", "There is no mistake among these rows.")
