"""The pane of tuning jobs and the leaderboard of one of them."""

from __future__ import annotations

import pytest

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted import ScriptedTraining
from tests.panes.scripted_tuning import JOBS, ScriptedTuning, trials, tuning_detail
from tests.panes.test_golden import both_sizes
from tui.panes.job_messages import (
    BestWanted,
    CompareWanted,
    StopWanted,
    TrialsWanted,
    TuningCloneWanted,
    TuningDeleteWanted,
    TuningStopWanted,
    TuningWanted,
)
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.panes.trials import TrialsPane
from tui.panes.tune import TunePane
from tui.resources.tuning import TuningJobDetail

JOB = JOBS[0]


async def cost(detail: TuningJobDetail) -> str:
    return f"~${detail.cost(36.0):.2f}"


@pytest.fixture
def tuning() -> ScriptedTuning:
    return ScriptedTuning()


@both_sizes
async def test_tuning_jobs(tuning: ScriptedTuning, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with stage(TunePane(tuning, cost, read_only=False), size) as here:
        await here.sees("Asking for tuning jobs…")
        tuning.scripted_list.told.tell(())
        await here.sees("No tuning jobs yet.")
        tuning.scripted_list.told.tell(JOBS)
        tuning.told_details[JOB.name].tell(tuning_detail(JOB))
        tuning.told_trials[JOB.name].tell(trials(JOB))
        await here.sees("3 tuning jobs")
        if size == (120, 40):
            await here.sees("Best training job")
        await here.settled()
        golden.check(here.app, f"tune-list-{name}")
        await here.press("m")
        await here.sees("best validation:rmse by minute")
        await here.settled()
        golden.check(here.app, f"tune-pictures-{name}")


@both_sizes
async def test_the_leaderboard(tuning: ScriptedTuning, training: ScriptedTraining, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    pane = TrialsPane(training, tuning, tuning_detail(JOB), read_only=False)
    async with stage(pane, size) as here:
        await here.sees(f"Trials of {JOB.name}", "Asking for trials of")
        tuning.told_trials[JOB.name].tell(trials(JOB))
        await here.sees("12 training jobs")
        if size == (120, 40):
            await here.sees("best validation:rmse by minute")
        await here.settled()
        golden.check(here.app, f"trials-list-{name}")
    shown = [row.objective for row in pane.table.rows]
    known = [value for value in shown if value is not None]
    assert known == sorted(known)
    assert shown[len(known) :] == [None] * 4


async def test_keys_follow_what_can_be_done_with_the_tuning_job(tuning: ScriptedTuning) -> None:
    async with stage(TunePane(tuning, cost, read_only=False)) as here:
        tuning.scripted_list.told.tell(JOBS)
        tuning.told_details[JOB.name].tell(tuning_detail(JOB))
        await here.sees("3 tuning jobs", "Best training job")
        await here.until(lambda: here.dimmed == {"tune.delete", "list.older"}, "one that runs can be stopped")
        await here.press("enter", "b", "x", "n", "N", "down")
        await here.until(lambda: here.dimmed == {"tune.stop", "tune.why", "list.older"}, "nothing failed in this one")
        await here.press("ctrl+d", "down")
        await here.until(lambda: here.dimmed == {"tune.stop", "tune.best", "list.older"}, "one without a best has none")
        await here.press("W")
        wishes = here.app.wishes
        await here.until(lambda: len(wishes) == 7, "seven wishes")
        kinds = [
            TrialsWanted,
            BestWanted,
            TuningStopWanted,
            TuningWanted,
            TuningCloneWanted,
            TuningDeleteWanted,
            WhyWanted,
        ]
        assert sorted(map(type, wishes), key=kinds.index) == kinds
        assert next(wish for wish in wishes if isinstance(wish, TuningStopWanted)).names == (JOB.name,)


async def test_read_only_leaves_what_reads(tuning: ScriptedTuning) -> None:
    async with stage(TunePane(tuning, cost, read_only=True)) as here:
        tuning.scripted_list.told.tell(JOBS)
        await here.sees("3 tuning jobs")
        writes = {"tune.new", "tune.clone", "tune.stop", "tune.delete"}
        await here.until(lambda: here.dimmed == writes | {"list.older"}, "writes are dimmed")
        assert all(here.why_dimmed[name] == "this console is read-only" for name in writes)


async def test_a_dimmed_key_says_why(tuning: ScriptedTuning) -> None:
    async with stage(TunePane(tuning, cost, read_only=False)) as here:
        tuning.scripted_list.told.tell(JOBS)
        await here.sees("3 tuning jobs")
        assert here.why_dimmed == {"tune.delete": "stop it first", "list.older": "all of them are here"}
        await here.press("down")
        await here.until(lambda: here.why_dimmed.get("tune.stop") == "it does not run", "one that is over")
        assert here.why_dimmed["tune.why"] == "nothing failed"
        tuning.scripted_list.told.tell(())
        await here.sees("No tuning jobs yet.")
        assert here.why_dimmed["tune.clone"] == "it does not fit what is under the cursor"


async def test_a_paused_list_says_so_until_it_goes_on(tuning: ScriptedTuning) -> None:
    pane = TunePane(tuning, cost, read_only=False)
    async with stage(pane) as here:
        tuning.scripted_list.told.tell(JOBS)
        await here.sees("3 tuning jobs")
        pane.feed.paused = True
        await here.hide()
        await here.show()
        await here.sees("3 tuning jobs  paused (p goes on)")


async def test_the_leaderboard_follows_its_trials(tuning: ScriptedTuning, training: ScriptedTraining) -> None:
    pane = TrialsPane(training, tuning, tuning_detail(JOB), read_only=False)
    async with stage(pane) as here:
        first = trials(JOB)
        tuning.told_trials[JOB.name].tell(first[:2])
        await here.sees("2 training jobs", "★")
        tuning.told_trials[JOB.name].tell(first)
        await here.sees("12 training jobs", "no metric")
        best = min(trial.objective for trial in first if trial.objective is not None)
        await here.press("home")
        assert pane.table.cursor_row is not None
        assert pane.table.cursor_row.objective == best
        await here.press("space", "down", "space", "D", "l")
        await here.until(lambda: len(here.app.wishes) == 2, "two wishes")
        compare, logs = here.app.wishes
        assert isinstance(compare, CompareWanted)
        assert len(compare.names) == 2
        assert isinstance(logs, LogsWanted)
        await here.press("ctrl+backslash", "end", "x")
        await here.until(lambda: len(here.app.wishes) == 3, "a running trial can be stopped")
        stop = here.app.wishes[-1]
        assert isinstance(stop, StopWanted)
        assert [job.status for job in stop.jobs] == ["InProgress"]


async def test_750_trials_are_one_list(tuning: ScriptedTuning, training: ScriptedTraining) -> None:
    async with stage(TrialsPane(training, tuning, tuning_detail(JOB), read_only=False)) as here:
        tuning.told_trials[JOB.name].tell(trials(JOB, 750))
        await here.sees("750 training jobs")
