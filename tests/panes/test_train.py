"""The pane of training jobs."""

from __future__ import annotations

import time

import pytest

from tests.panes.host import stage
from tests.panes.scripted import ARN, JOBS, NOW, ScriptedTraining, curve, detail, job
from tui.panes import list_pane
from tui.panes.job_messages import CloneWanted, CompareWanted, DeleteWanted, StopWanted, TrainingWanted
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import CopyWanted
from tui.panes.train import TrainPane
from tui.resources.training import Progress
from tui.service.errors import NotFound, Throttled


async def test_it_says_that_it_is_asking_and_then_that_there_is_nothing(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        await here.sees("Asking for training jobs…")
        assert here.dimmed >= {"train.logs", "train.stop", "train.clone", "train.delete", "list.copy"}
        training.told_jobs.tell(())
        await here.sees("No training jobs yet.", "Press 2 for your data")
        await here.sees_no("Asking")


async def test_an_error_before_any_answer_stands_in_place_of_rows(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(NotFound("sagemaker ListTrainingJobs did not succeed", "no [/x] such", "Try again"))
        await here.sees("ListTrainingJobs did not succeed. No [/x] such.")
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs", "diabetes-xgboost-2")
        await here.sees_no("did not succeed")


async def test_an_error_leaves_the_rows_and_says_how_old_they_are(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs")
        training.told_jobs.tell(Throttled("sagemaker ListTrainingJobs did not succeed", "Rate exceeded"))
        await here.sees("Rate exceeded.", "as of 14:13:20", "diabetes-xgboost-2", "4 jobs")
        training.told_jobs.tell(JOBS)
        await here.sees_no("Rate exceeded", "as of")


async def test_a_job_with_a_progress_bar_shows_its_percentage(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell((job("with-a-bar", "InProgress", 95, progress=Progress(42, 100, "%")),))
        await here.sees("with-a-bar", "Training 42%")


async def test_what_runs_grows_older_without_news(training: ScriptedTraining, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_pane, "AGE_SECONDS", 0.02)
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell((job("running", "InProgress", 95), job("done")))
        await here.sees("1m 35s", "1m 05s")
        polls = training.told_jobs.polls
        monkeypatch.setattr(time, "time", lambda: NOW + 10)
        await here.sees("1m 45s", "1m 05s")
        assert training.told_jobs.polls == polls


async def test_news_keeps_the_cursor_on_its_job(training: ScriptedTraining) -> None:
    pane = TrainPane(training, read_only=False)
    async with stage(pane) as here:
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs")
        await here.press("down")
        assert pane.table.cursor_row == JOBS[1]
        training.told_jobs.tell((job("brand-new", "InProgress", 1), *JOBS))
        await here.sees("5 jobs", "brand-new")
        assert pane.table.cursor_row == JOBS[1]
        await here.press("end")
        training.told_jobs.tell(JOBS[:3])
        await here.sees("3 jobs")
        assert pane.table.cursor_row == JOBS[2]


async def test_a_job_that_was_just_started_gets_the_cursor(training: ScriptedTraining) -> None:
    pane = TrainPane(training, read_only=False)
    async with stage(pane) as here:
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs")
        await here.press("end")
        pane.expect("brand-new")
        training.told_jobs.tell((job("brand-new", "InProgress", 1), *JOBS))
        await here.sees("brand-new")
        assert pane.table.cursor_row is not None
        assert pane.table.cursor_row.name == "brand-new"


async def test_keys_follow_what_can_be_done_with_the_job_under_the_cursor(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs")
        await here.until(
            lambda: (
                here.dimmed
                == {"train.why", "train.delete", "train.compare", "train.deploy", "train.transform", "list.older"}
            ),
            "a job that runs can be stopped",
        )
        await here.press("down")
        await here.until(
            lambda: here.dimmed == {"train.why", "train.stop", "train.compare", "list.older"},
            "one that is over can be deleted",
        )
        wrong = {"train.stop", "train.compare", "list.older"}
        await here.press("down")
        await here.until(
            lambda: here.dimmed == wrong | {"train.deploy", "train.transform"}, "one that failed is explained"
        )
        await here.press("down")
        await here.until(lambda: here.dimmed == wrong, "one that was stopped has left what it had")
        stopping = job("stopping", "Stopping", 10, ended=None)
        training.told_jobs.tell((stopping,))
        await here.until(
            lambda: (
                here.dimmed
                == {
                    "train.why",
                    "train.stop",
                    "train.delete",
                    "train.compare",
                    "train.deploy",
                    "train.transform",
                    "list.older",
                }
            ),
            "one that stops can be neither",
        )


async def test_read_only_leaves_what_reads(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=True)) as here:
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs")
        writes = {
            "train.new",
            "train.tune",
            "train.clone",
            "train.stop",
            "train.delete",
            "train.deploy",
            "train.transform",
        }
        await here.until(
            lambda: here.dimmed == writes | {"train.why", "train.compare", "list.older"}, "writes are dimmed"
        )
        await here.press("n", "N", "x", "ctrl+d")
        await here.settled()
        assert here.app.wishes == []


async def test_keys_say_what_is_wished(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
        await here.sees("4 jobs", "Learning")
        await here.press("n", "x", "l", "c", "C", "N", "down")
        await here.until(lambda: "train.delete" not in here.dimmed, "a job that is over")
        await here.press("ctrl+d")
        await here.until(lambda: len(here.app.wishes) == 7, "seven wishes")
        kinds = [type(wish) for wish in here.app.wishes]
        assert kinds == [TrainingWanted, StopWanted, LogsWanted, CopyWanted, CopyWanted, CloneWanted, DeleteWanted]
        copied = [wish.text for wish in here.app.wishes if isinstance(wish, CopyWanted)]
        assert copied == [JOBS[0].name, ARN + JOBS[0].name]


async def test_the_inspector_follows_the_cursor(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        failed = detail(JOBS[2], FailureReason="AlgorithmError: [/x] eta is not a number")
        training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
        training.told_details[JOBS[2].name].tell(failed)
        await here.sees("Learning", "ml.m5.large")
        await here.press("down", "down")
        await here.sees("AlgorithmError: [/x] eta is not a number")
        assert "Learning" in here.text


async def test_moving_through_the_list_asks_for_no_detail_until_the_cursor_rests(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(tuple(job(f"job-{number:03}", age=number) for number in range(30)))
        await here.sees("30 jobs")
        await here.press(*["down"] * 20)
        training.told_details["job-020"].tell(detail(job("job-020")))
        await here.sees("sagemaker-xgboost:1.7-1")
        asked = [name for name, told in training.told_details.items() if told.polls]
        assert len(asked) <= 3, asked
        assert "job-020" in asked


async def test_the_metrics_of_a_job_are_drawn(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS[1:])
        training.told_details[JOBS[1].name].tell(detail(JOBS[1]))
        training.told_points[JOBS[1].name] = curve("validation:rmse")
        await here.sees("Artifact")
        await here.press("m")
        await here.sees("● validation:rmse", "┤", "57.1722")
        await here.press("y")
        await here.sees('"TrainingJobName": "diabetes-xgboost"', '"CreationTime": "2026-09-21T13:13:20.000+00:00"')


async def test_on_a_narrow_screen_the_inspector_takes_the_place_of_the_list(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False), size=(80, 24)) as here:
        training.told_jobs.tell(JOBS)
        training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
        await here.sees("Progress", "round 40 of 200")
        assert not training.told_details[JOBS[0].name].polls, "what is not shown is not asked for"
        await here.press("enter")
        await here.sees("Timeline", "Learning")
        assert "round 40 of 200" not in here.text
        await here.press("escape")
        await here.sees("round 40 of 200")


async def test_a_hidden_pane_asks_nothing(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
        await here.sees("4 jobs", "Learning")
        await here.hide()
        await here.settled()
        training.told_jobs.tell(JOBS[:1])
        training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
        await here.settled()
        assert training.told_jobs.untold == 1
        assert training.told_details[JOBS[0].name].untold == 1
        await here.show()
        await here.sees("1 job", "diabetes-xgboost-2")
        assert training.told_jobs.untold == 0


async def test_polls_without_news_write_nothing_to_the_terminal(training: ScriptedTraining) -> None:
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
        await here.sees("4 jobs", "Learning")
        await here.settled()
        before, polls = len(here.written), training.told_jobs.polls
        for _ in range(5):
            training.told_jobs.tell(tuple(JOBS))
            training.told_details[JOBS[0].name].tell(detail(JOBS[0]))
            await here.settled()
        assert training.told_jobs.polls == polls + 5
        assert here.written[before:] == []


async def test_older_jobs_are_offered_while_there_are_any(training: ScriptedTraining) -> None:
    training.scripted_list.older_pages = 1
    async with stage(TrainPane(training, read_only=False)) as here:
        training.told_jobs.tell(JOBS)
        await here.sees("4 jobs and older ones (o)")
        assert "list.older" not in here.dimmed
        await here.press("o")
        await here.until(lambda: "list.older" in here.dimmed, "there is no older page any more")


async def test_trials_of_a_tuning_job_are_folded_and_unfolded(training: ScriptedTraining) -> None:
    pane = TrainPane(training, read_only=False)
    trials = tuple(job(f"tune-{number:03}-0000000{number}", "Completed", 50 + number) for number in (1, 2, 3))
    async with stage(pane) as here:
        training.told_jobs.tell((*trials, *JOBS))
        await here.sees("5 jobs", "▸ tune (3)", "3/3")
        await here.sees_no("tune-001-00000001")
        await here.press("home")
        await here.until(lambda: "train.logs" in here.dimmed, "a group has no log")
        assert "train.compare" not in here.dimmed
        await here.press("enter")
        await here.sees("8 jobs", "▾ tune (3)", "tune-001-00000001")
        await here.press("D", "enter")
        await here.sees_no("tune-001-00000001")
        (wish,) = here.app.wishes
        assert isinstance(wish, CompareWanted)
        assert wish.names == tuple(trial.name for trial in trials)
