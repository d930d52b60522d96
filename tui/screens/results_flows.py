"""The roads from the results of a transform job: to what is true of them, to the disk, and back to training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.panes.job_messages import CloneWanted
from tui.panes.results import ResultsPane
from tui.panes.transform_messages import DownloadWanted, LabelsWanted, ResultsWanted, TrainWithWanted
from tui.panes.wording import count, size
from tui.resources.csv_reports import Task
from tui.resources.results import DownloadProgress, Labels
from tui.resources.transform_filters import columns
from tui.screens.dialogs import Choose, Confirm
from tui.screens.stage import Ending, Stage


async def show_results(stage: Stage, wish: ResultsWanted) -> None:
    """Show what a job has written."""
    detail = await stage.service.transforms.describe(wish.name)
    files = await stage.service.transforms.list_files(detail)
    results = await stage.service.transform_results.of(detail, files)
    if wish.reading:
        results = replace(results, reading=wish.reading)
    await stage.open_pane(ResultsPane(stage.service.transform_results, results, read_only=stage.read_only))


async def choose_labels(stage: Stage, wish: LabelsWanted) -> None:
    """Say which column of the input holds what is true, and judge the results by it."""
    known = wish.results.reading.labels
    choices = [("none", "not judged")]
    for place, cell in enumerate(columns(wish.record)):
        now = "  (as it is now)" if known == Labels("column", place) else ""
        choices.append((f"column {place + 1}", f"e.g. {cell}{now}"))
    chosen = await stage.ask(Choose("Which column of the input is the label?", tuple(choices)))
    if chosen is None:
        return
    labels = Labels() if chosen == "none" else Labels("column", int(chosen.removeprefix("column ")) - 1)
    task = wish.results.reading.task or (await _choose_task(stage) if labels.kind == "column" else None)
    reading = replace(wish.results.reading, labels=labels, task=task)
    results = replace(wish.results, reading=reading)
    await stage.open_pane(ResultsPane(stage.service.transform_results, results, read_only=stage.read_only))


async def train_with(stage: Stage, wish: TrainWithWanted) -> None:
    """Train the model again, with the labelled input of the job among its training data."""
    training = await stage.service.transform_results.training_with(wish.results)
    stage.say(f"The training data is that of {training.job.name} and {count(len(wish.results.written), 'new file')}.")
    stage.screen.post_message(CloneWanted(training))


async def download(stage: Stage, wish: DownloadWanted) -> None:
    """Download what a job has written into a folder of its name."""
    written, name = wish.results.written, wish.results.detail.job.name
    total = sum(file.output_size or 0 for file in written)
    detail = f"{count(len(written), 'file')}, {size(total)}. What is there by the same names is replaced."
    if not await stage.ask(Confirm(f"Download into ./{name}?", detail, "Download")):
        return
    pane = stage.screen.query_one(ResultsPane)

    def show(progress: DownloadProgress) -> None:
        far = f"{size(progress.done_bytes)} of {size(total)}, {size(progress.rate)}/s"
        pane.activity = f"downloading {far}: {progress.file}"

    ending = Ending(f"download of {name}", "ends: the files that are whole stay, and w fetches all of them anew")
    try:
        with stage.ending(lambda: ending):
            fetched = await stage.service.transform_results.download(written, name, show)
    finally:
        pane.activity = ""
    stage.say(f"Downloaded {count(fetched, 'file')} into ./{name}.")


async def _choose_task(stage: Stage) -> Task | None:
    tasks: Mapping[str, Task] = {"regression": "regression", "binary": "binary", "multiclass": "multiclass"}
    says = {
        "regression": "numbers",
        "binary": "the score of one of two classes",
        "multiclass": "one of several classes",
    }
    chosen = await stage.ask(Choose("What does the model predict?", tuple(says.items())))
    return tasks[chosen] if chosen else None
