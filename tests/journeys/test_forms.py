"""What is typed into a form outlives a dropped line; what cannot be changed is refused before anything is typed."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.driver import client_of, console, local_config


async def test_a_draft_outlives_the_console_and_is_forgotten_once_submitted(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as lost:
        await lost.sees("older", "newer")
        await lost.press("N")
        await lost.sees("Run newer again", "newer-2")
        await lost.types("-better")
        await lost.press("tab", *["down"] * 9, "end", "enter")
        await lost.types("eta = 0.25")
        await lost.sees("newer-2-better", "eta = 0.25")

    async with console(local_config(used_folder)) as again:
        await again.sees("older", "newer")
        await again.press("N")
        await again.sees("newer-2-better", "eta = 0.25")
        await again.press("f2")
        await again.sees_match(r"newer-2-better +✓ Completed")
        job = client_of(again, "sagemaker").describe_training_job(TrainingJobName="newer-2-better")
        assert job["HyperParameters"]["eta"] == "0.25"
        await again.press("down")
        await again.sees_match(r"(?m)▏ newer$")
        await again.press("N")
        await again.sees("Run newer again")
        assert "eta = 0.25" not in again.text


async def test_read_only_says_so_and_dims_what_would_change_something(used_folder: Path) -> None:
    async with console(local_config(used_folder, read_only=True)) as reader:
        await reader.sees("older", "newer", "read-only")
        await reader.press("N", "n", "ctrl+d")
        assert "Run newer again" not in reader.text
        assert "Delete the training job" not in reader.text
        await reader.command("clone")
        await reader.sees("Run again is not possible now")
        await reader.press("l")
        await reader.sees("Log of newer", "complete")
        await reader.press("2", "b")
        await reader.sees("Which sample")
        await reader.press("enter")
        await reader.sees("diabetes.csv", "442 rows × 11 columns")
        await reader.press("n")
        assert "New data set" not in reader.text
        assert list(reader.app.service.budget.mutations) == []
        jobs = client_of(reader, "sagemaker").list_training_jobs()["TrainingJobSummaries"]
        assert {job["TrainingJobName"] for job in jobs} == {"older", "newer"}


async def test_a_csv_that_nobody_can_train_on_is_refused_with_its_sentence(folder: Path) -> None:
    (folder / "work" / "ragged.csv").write_text("a,b,label\n1,2,3\n4,5\n6,7,8,9\n")
    (folder / "work" / "one.csv").write_text("label\n1\n2\n3\n")
    async with console(local_config(folder)) as desk:
        await desk.press("2")
        await desk.sees("ragged.csv", "one.csv")
        await desk.press("slash")
        await desk.types("ragged")
        await desk.press("enter")
        await desk.sees("✗")
        await desk.press("n")
        await desk.sees_match(r"▌ .*\w")
        assert "New data set" not in desk.text
