"""From a data set to the best of twenty models, by the keys of the console alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.journeys.driver import Console, client_of, console, local_config
from tests.journeys.test_train_from_csv import make_a_data_set_of_the_sample
from tui.panes.trials import TrialsPane

TUTORIAL = (
    "eta = 0.05 .. 0.5\nmax_depth = 3 .. 12\nmin_child_weight = 2 .. 8\ngamma = 4\nsubsample = 0.8\n"
    "objective = reg:squarederror\neval_metric = rmse\nnum_round = 20"
)


async def test_the_tutorials_tuning_job(folder: Path) -> None:
    async with console(local_config(folder), seconds=500) as desk:
        await desk.sees("No training jobs yet.")
        await make_a_data_set_of_the_sample(desk)
        await desk.press("4")
        await desk.sees("No tuning jobs yet.")
        await begin_tuning(desk, TUTORIAL)
        await desk.sees_match(r"diabetes-tune +▶ InProgress")
        await desk.press("enter")
        await desk.sees("Trials of diabetes-tune", "↓ validation:rmse")
        await desk.sees("20 training jobs", deadline=120)
        await desk.until(lambda: all(not trial.running for trial in trials(desk)), "every trial has ended", 120)
        described = best_first(desk, "diabetes-tune")
        shown = [(trial.name, trial.objective) for trial in trials(desk)]
        assert sorted(shown, key=lambda item: item[0]) == sorted(described, key=lambda item: item[0])
        assert [value for _, value in shown] == [value for _, value in described]
        await desk.sees("★", "best validation:rmse by minute", "Rank correlation with the objective")

        await desk.press("home", "space", "down", "space", "D")
        await desk.sees("Compare 2 training jobs", "validation:rmse (m:", "hyperparameter  eta")
        await desk.press("escape")
        await desk.sees("Trials of diabetes-tune")
        await desk.press("ctrl+backslash", "home", "l")
        await desk.sees(f"Log of {described[0][0]}", "validation-rmse:")

        await desk.press("4")
        await desk.sees_match(r"diabetes-tune +✓ Completed +█+ 20/20")
        await desk.press("3")
        await desk.sees("▸ diabetes-tune (20)", "20/20")
        await desk.press("enter")
        await desk.sees("▾ diabetes-tune (20)", described[0][0][-8:])

        await desk.press("4", "b")
        await desk.sees(described[0][0], "batch transform")
        await desk.press("down", "enter")
        await desk.sees("Transform which data?", "diabetes test")
        await desk.press("enter")
        await desk.sees(f"Transform with {described[0][0]}", "the first is test.csv, 10 columns")
        await desk.press("f2")
        await desk.sees_match(r"✓ Completed +1 of 1")
        await desk.press("enter")
        await desk.sees("test.csv: 66 rows", "RMSE", "predicted (up) against actual (across)")

        await desk.press("4", "b")
        await desk.sees(described[0][0], "around these values")
        await desk.press("end", "enter")
        await desk.sees("Tune around the best of diabetes-tune", "diabetes-tune-2")
        await desk.press("f2")
        await desk.sees_match(r"diabetes-tune-2 +▶ InProgress")
        second = client_of(desk, "sagemaker").describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="diabetes-tune-2"
        )
        parents = second["WarmStartConfig"]["ParentHyperParameterTuningJobs"]
        assert parents == [{"HyperParameterTuningJobName": "diabetes-tune"}]
        narrower = second["HyperParameterTuningJobConfig"]["ParameterRanges"]["ContinuousParameterRanges"][0]
        assert float(narrower["MaxValue"]) - float(narrower["MinValue"]) < 0.45

        await desk.press("x")
        await desk.sees("Stop diabetes-tune-2?")
        await desk.press("y")
        await desk.sees_match(r"diabetes-tune-2 +■ Stopped")
        await desk.press("ctrl+d")
        await desk.sees("Delete the tuning job diabetes-tune-2?")
        await desk.types("diabetes-tune-2")
        await desk.press("enter")
        await desk.sees_no("diabetes-tune-2")


async def test_a_search_that_cannot_be_is_refused_while_it_is_typed(folder: Path) -> None:
    async with console(local_config(folder), size=(80, 24)) as small:
        await small.sees("No training jobs yet.")
        await small.press("2", "b")
        await small.sees("Which sample")
        await small.press("enter")
        await small.sees("Wrote diabetes.csv")
        await small.press("enter")
        await small.sees("442 rows × 11 columns")
        await small.press("escape", "n")
        await small.sees("Split and upload (F2)")
        await small.press("f2")
        await small.sees("Uploaded diabetes")
        await small.press("4", "n")
        await small.sees("Tune on which data set?")
        await small.press("enter")
        await small.sees("Tune on diabetes", "13 of 32 characters.")
        await small.types("x" * 20)
        await small.sees("The name has 33 characters, 32 are allowed.")
        await small.press("f2")
        await small.sees("The name has 33 characters, 32 are allowed.")
        await small.press("backspace")
        await small.sees("32 of 32 characters.")
        await small.press("tab", "tab", "f7")
        await small.types("eta = 0 .. 1 log")
        await small.sees("Line 1, eta: logarithmic scaling needs a lower bound", "above 0; it is 0.")
        await small.press("escape")
        await small.sees("No tuning jobs yet.")
        assert (
            client_of(small, "sagemaker").list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []
        )


async def begin_tuning(desk: Console, hyperparameters: str) -> None:
    await desk.press("n")
    await desk.sees("Tune on which data set?")
    await desk.press("enter")
    await desk.sees(
        "Tune on diabetes: predict progression", "13 of 32 characters.", "20 training jobs on 1 × ml.m5.large"
    )
    await desk.press("tab", "tab", "f7")
    for number, line in enumerate(hyperparameters.splitlines()):
        if number:
            await desk.press("enter")
        await desk.types(line)
    await desk.sees("num_round = 20", "Computed with these hyperparameters: validation:rmse.")
    await desk.press("f2")


def trials(desk: Console) -> tuple[Any, ...]:
    """The rows of the leaderboard in their order."""
    return tuple(desk.app.screen.query_one(TrialsPane).table.rows)


def best_first(desk: Console, name: str) -> list[tuple[str, float | None]]:
    """Name and objective of every trial by plain boto3, the best first."""
    pages = (
        client_of(desk, "sagemaker")
        .get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
        .paginate(HyperParameterTuningJobName=name)
    )
    found = [
        (job["TrainingJobName"], job.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"))
        for page in pages
        for job in page["TrainingJobSummaries"]
    ]
    return sorted(found, key=lambda item: (item[1] is None, item[1] or 0.0))
