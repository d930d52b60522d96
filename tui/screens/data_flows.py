"""The roads of data: from a sample to a file, from a file to a data set."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui.panes.data import DataPane
from tui.panes.data_inspector import upload_line
from tui.panes.data_messages import DatasetWanted, PreviewWanted, RepairWanted, SampleWanted
from tui.panes.wording import count, size
from tui.resources.algorithms import free_name
from tui.resources.csv_repairs import new_name
from tui.resources.csv_reports import ReadProgress
from tui.resources.datasets import SplitPlan
from tui.resources.samples import SAMPLES
from tui.resources.split_plans import default_plan, plan_by
from tui.screens.data_preview import PreviewScreen
from tui.screens.dataset_form import DatasetForm
from tui.screens.dialogs import Choose
from tui.screens.doctor import DoctorScreen
from tui.screens.roads import uploaded
from tui.screens.stage import Ending, Stage
from tui.service.datasets import Making


async def write_sample(stage: Stage, wish: SampleWanted) -> None:
    """Write one of the sample data sets into a folder."""
    choices = tuple((sample.name, f"{sample.task}: {sample.sentence}") for sample in SAMPLES)
    name = await stage.ask(Choose("Which sample shall be written into this folder?", choices))
    if name is None:
        return
    path = Path(await stage.service.datasets.write_sample(name, wish.folder))
    stage.screen.query_one(DataPane).show_folder(path.parent, cursor=path.name)
    stage.say(f"Wrote {path.name}. n makes a data set of it.")


async def preview(stage: Stage, wish: PreviewWanted) -> None:
    """Show the rows of a file or an object."""
    datasets = stage.service.datasets
    await stage.ask(PreviewScreen(await datasets.preview(wish.where), datasets))


async def repair(stage: Stage, wish: RepairWanted) -> None:
    """Let the doctor write a new file."""
    pane, report = stage.screen.query_one(DataPane), wish.report
    folder = Path(report.source.path).parent
    taken = frozenset(path.stem for path in folder.glob("*.csv"))
    name = free_name(Path(new_name(report.source.path)).stem, taken, limit=200) + ".csv"
    plan = await stage.ask(DoctorScreen(report, name, _target_problem))
    if plan is None:
        return

    def show(reading: ReadProgress) -> None:
        far = f"{size(reading.done_bytes)} of {size(reading.total_bytes)}"
        pane.activity = f"{Path(plan.target).name}: writing, {far} (x cancels)"

    pane.activity = f"{Path(plan.target).name}: writing (x cancels)"
    ending = Ending(f"repair of {Path(report.source.path).name}", "ends: nothing is written, and f begins anew")
    try:
        with stage.ending(lambda: ending):
            repaired = await stage.service.datasets.repair(plan, show)
    except asyncio.CancelledError:
        _say_cancelled(stage, pane, f"{Path(plan.target).name} is not written")
        raise
    finally:
        pane.activity = ""
    written, changed = count(repaired.rows, "row"), count(repaired.cells_changed, "cell")
    told = f"{written}, {repaired.rows_left_out:,} left out, {changed} changed"
    stage.say(f"Wrote {Path(repaired.path).name}: {told}.")
    pane.show_folder(Path(repaired.path).parent, cursor=Path(repaired.path).name)


def _say_cancelled(stage: Stage, pane: DataPane, left: str) -> None:
    if pane.is_attached:  # else the console is being left
        stage.say(f"Cancelled: {left}.")


def _target_problem(path: str) -> str:
    target = Path(path)
    if target.name in ("", "..") or target.exists():
        return f"There is {target.name or 'a folder'} already; nothing is ever overwritten."
    return "" if target.parent.is_dir() else f"There is no folder {target.parent}."


async def make_dataset(stage: Stage, wish: DatasetWanted) -> None:
    """Split a CSV file and upload it as a data set."""
    report, pane, datasets = wish.report, stage.screen.query_one(DataPane), stage.service.datasets
    if report.errors:
        stage.say(f"{report.errors[0].sentence} Press f for the doctor.", "error")
        return
    plan = default_plan(report)
    taken = frozenset(item.manifest.name for item in await uploaded(stage))
    form = DatasetForm(report, plan, taken, stage.drafts)
    values = await stage.ask(form)
    if values is None:
        return
    plan = plan_by(report, values)
    last = Making()

    def show(making: Making) -> None:
        nonlocal last
        last = making
        _show_making(pane, plan, making)

    try:
        with stage.ending(lambda: _ending_of(plan, Path(report.source.path).name, last)):
            made = await datasets.make(report.source.path, plan, show)
    except asyncio.CancelledError:
        _say_cancelled(stage, pane, f"of {plan.name} nothing is left, neither here nor in S3")
        raise
    finally:
        pane.activity = ""
    form.forget_draft()
    stage.say(f"Uploaded {made.manifest.name}: n trains on it.")
    pane.uploads.add(made)


def _ending_of(plan: SplitPlan, file: str, last: Making) -> Ending:
    """What becomes of a data set in the making, going by what was heard last."""
    if arrived := last.uploading:
        far = f"{size(arrived.done_bytes)} of {size(arrived.total_bytes)}"
        then = f"ends after {far}: n on {file} goes on with the rest, under the same name"
        return Ending(f"upload of {plan.name}", then)
    return Ending(f"splitting of {file}", "ends: nothing of it is left, and n begins anew")


def _show_making(pane: DataPane, plan: SplitPlan, making: Making) -> None:
    if making.uploading:
        pane.activity = upload_line(plan.name, making.uploading)
    elif making.reading:
        reading = making.reading
        pane.activity = f"{plan.name}: splitting, {size(reading.done_bytes)} of {size(reading.total_bytes)} (x cancels)"
