"""The roads of watches: from a file or a folder to data sets that follow it, and to the end of that."""

from __future__ import annotations

from tui.panes.data_messages import FileWatchWanted, FolderWatchWanted, UnwatchWanted, WatchRunWanted
from tui.resources.split_plans import default_plan
from tui.resources.watches import Watch
from tui.screens.dataset_form import DatasetForm, Purpose
from tui.screens.dialogs import Confirm
from tui.screens.form import Field
from tui.screens.stage import Stage

_AGAIN = "again"


async def watch_file(stage: Stage, wish: FileWatchWanted) -> None:
    """Ask how a file is split, and whether a job is run again, whenever it changes."""
    report, watching = wish.report, stage.service.watching
    if report.errors:
        stage.say(f"{report.errors[0].sentence} Press f for the doctor.", "error")
        return
    jobs = tuple((job.name, job.name) for job in stage.service.training.list.rows)
    note = "A job to run again on the new data, under a new name. On AWS that costs what the job costs, every time."
    again = Field(_AGAIN, "Train again", "", (("no", ""), *jobs), note=note)
    purpose = Purpose("Watch", "Watch", "watch", (again,))
    form = DatasetForm(report, default_plan(report), frozenset(), stage.drafts, purpose)
    values = await stage.ask(form)
    if values is None:
        return
    train_again = values.pop(_AGAIN)
    watching.add(Watch(report.source.path, await watching.where(), values, train_again))
    form.forget_draft()
    stage.say(f"From now on {values['name']} is made again whenever the file changes, while this console runs.")


async def watch_folder(stage: Stage, wish: FolderWatchWanted) -> None:
    """Watch a folder, after saying what that means."""
    detail = (
        "Every CSV file in it that changes or is new is checked, split as the console proposes and uploaded under its "
        "name, while this console runs."
    )
    if await stage.ask(Confirm(f"Watch {wish.path}?", detail, "Watch")):
        watching = stage.service.watching
        watching.add(Watch(wish.path, await watching.where()))


async def run_now(stage: Stage, wish: WatchRunWanted) -> None:
    """Make the data sets of a watch now."""
    stage.service.watching.run_now(wish.path)


async def unwatch(stage: Stage, wish: UnwatchWanted) -> None:
    """End a watch, after asking: its history goes with it."""
    if await stage.ask(Confirm(f"Watch {wish.path} no more?", "Its history goes; its data sets stay.", "End")):
        stage.service.watching.remove(wish.path)
