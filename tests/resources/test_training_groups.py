"""Training jobs of tuning jobs, folded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.resources.training import TrainingJob
from tui.resources.training_groups import TrainingGroup, grouped, tuning_job_of


def job(name: str, created: float, status: str = "Completed") -> TrainingJob:
    return TrainingJob(
        name, f"arn/{name}", status, created, created + 5, created + 5 if status == "Completed" else None
    )


TRIALS = tuple(job(f"tune-{number:03}-0000000{number}", 10.0 + number) for number in (3, 2, 1))


@pytest.mark.parametrize(
    ("name", "tuning"),
    [
        ("boston-tune-001-6b014c6d", "boston-tune"),
        ("t-017-a301f0d0", "t"),
        ("boston-001", ""),
        ("boston-001-6B014C6D", ""),
        ("001-6b014c6d", ""),
    ],
)
def test_whose_trial_it_is(name: str, tuning: str) -> None:
    assert tuning_job_of(name) == tuning


def test_trials_are_one_row_at_the_place_of_the_newest() -> None:
    jobs = (job("new", 50), *TRIALS, job("old", 1))
    rows = grouped(jobs, ())
    assert [row.name for row in rows] == ["new", "tune", "old"]
    group = rows[1]
    assert isinstance(group, TrainingGroup)
    assert group.jobs == TRIALS
    assert (group.status, group.created, group.ended, group.opened) == ("Completed", 11.0, 18.0, False)
    opened = grouped(jobs, {"tune"})
    assert [row.name for row in opened] == ["new", "tune", *(trial.name for trial in TRIALS), "old"]


def test_a_group_is_as_its_jobs_are() -> None:
    running = (*TRIALS, job("tune-004-00000004", 20, "InProgress"))
    (group,) = grouped(running, ())
    assert (group.status, group.running, group.ended) == ("InProgress", True, None)
    (group,) = grouped([replace(trial, status="Failed") for trial in TRIALS], ())
    assert group.status == "Failed"


def test_a_single_trial_stays_a_job() -> None:
    assert grouped(TRIALS[:1], ()) == TRIALS[:1]
