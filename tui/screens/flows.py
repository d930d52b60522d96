"""The roads that cross panes: from a file to a data set, from a data set to a job, and to a job's end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.panes.data import DataPane
from tui.panes.data_inspector import upload_line
from tui.panes.messages import (
    CloneWanted,
    DatasetWanted,
    DeleteWanted,
    SampleWanted,
    StopWanted,
    TrainingWanted,
    Wish,
)
from tui.panes.train import TrainPane
from tui.panes.wording import count, size
from tui.resources.algorithms import XGBOOST_VERSION
from tui.resources.datasets import DataError, SplitPlan, UploadedDataset
from tui.resources.samples import SAMPLES
from tui.resources.split_plans import default_plan
from tui.screens.dataset_form import DatasetForm, plan_of
from tui.screens.dialogs import Choose, Confirm, TypeName
from tui.screens.training_form import (
    CloneForm,
    NewTrainingForm,
    TrainingForm,
    algorithm_named,
    request_of_clone,
    request_of_new,
)
from tui.service.datasets import Making
from tui.service.errors import ServiceError

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

Request = Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]
"""From the values of a form to the members of CreateTrainingJob."""


async def fulfil(screen: MainScreen, wish: Wish) -> None:
    """Walk the road that a wish asks for; what goes wrong on it is said, and ends it."""
    try:
        match wish:
            case SampleWanted():
                await _write_sample(screen, wish.folder)
            case DatasetWanted():
                await _make_dataset(screen, wish)
            case TrainingWanted():
                await _train(screen, wish)
            case CloneWanted():
                await _clone(screen, wish)
            case StopWanted():
                await _stop(screen, wish.job.name)
            case DeleteWanted():
                await _delete(screen, wish.job.name)
    except (ServiceError, DataError) as error:
        screen.notify(str(error), severity="error", markup=False, timeout=12)


async def _write_sample(screen: MainScreen, folder: str) -> None:
    choices = tuple((sample.name, f"{sample.task}: {sample.sentence}") for sample in SAMPLES)
    name = await screen.app.push_screen_wait(Choose("Which sample shall be written into this folder?", choices))
    if name is None:
        return
    path = Path(await screen.service.datasets.write_sample(name, folder))
    screen.query_one(DataPane).show_folder(path.parent, cursor=path.name)
    screen.notify(f"Wrote {path.name}. n makes a data set of it.", markup=False)


async def _make_dataset(screen: MainScreen, wish: DatasetWanted) -> None:
    report, pane, datasets = wish.report, screen.query_one(DataPane), screen.service.datasets
    if report.errors:
        screen.notify(report.errors[0].sentence, severity="error", markup=False, timeout=12)
        return
    plan = default_plan(report)
    taken = frozenset(item.manifest.name for item in await _uploaded(screen))
    form = DatasetForm(report, plan, taken, screen.drafts)
    values = await screen.app.push_screen_wait(form)
    if values is None:
        return
    plan = plan_of(report, values)
    try:
        uploaded = await datasets.make(report.source.path, plan, lambda making: _show_making(pane, plan, making))
    finally:
        pane.activity = ""
    form.forget_draft()
    screen.notify(f"Uploaded {uploaded.manifest.name}: n trains on it.", markup=False)
    pane.show_uploaded(uploaded)


async def _train(screen: MainScreen, wish: TrainingWanted) -> None:
    dataset = wish.dataset or await _choose_dataset(screen)
    if dataset is None:
        return
    roles = await screen.service.identity.execution_roles()

    async def request(values: Mapping[str, str]) -> dict[str, Any]:
        algorithm = algorithm_named(values["algorithm"])
        version = XGBOOST_VERSION if algorithm == "xgboost" else "1"
        image = await screen.service.image_uri(algorithm, version)
        return request_of_new(values, dataset, image, f"s3://{dataset.bucket}/models")

    await _submit(screen, NewTrainingForm(dataset, roles, _job_names(screen), screen.drafts), request)


async def _clone(screen: MainScreen, wish: CloneWanted) -> None:
    async def request(values: Mapping[str, str]) -> dict[str, Any]:
        return request_of_clone(values, wish.detail)

    await _submit(screen, CloneForm(wish.detail, _job_names(screen), screen.drafts), request)


async def _submit(screen: MainScreen, form: TrainingForm, request: Request) -> None:
    """Start the job that the form describes; when that fails, what was typed is still in its draft."""
    values = await screen.app.push_screen_wait(form)
    if values is None:
        return
    await screen.service.training.create(await request(values))
    form.forget_draft()
    await screen.action_show("train")
    screen.query_one(TrainPane).expect(values["name"])


async def _choose_dataset(screen: MainScreen) -> UploadedDataset | None:
    found = await _uploaded(screen)
    if not found:
        message = "There is no data set yet: press 2 and make one of a CSV file."
        screen.notify(message, severity="warning", markup=False)
        return None
    choices = tuple(
        (item.manifest.name, f"{item.manifest.task}, {count(sum(item.manifest.rows.values()), 'row')}")
        for item in found
    )
    name = await screen.app.push_screen_wait(Choose("Train on which data set?", choices))
    return next((item for item in found if item.manifest.name == name), None)


async def _uploaded(screen: MainScreen) -> list[UploadedDataset]:
    return [item for item in await screen.service.datasets.list_uploaded() if isinstance(item, UploadedDataset)]


def _job_names(screen: MainScreen) -> frozenset[str]:
    return frozenset(job.name for job in screen.service.training.jobs.snapshot.value or ())


async def _stop(screen: MainScreen, name: str) -> None:
    question = Confirm(f"Stop {name}?", "It ends within two minutes and keeps the model it has so far.", "Stop")
    if await screen.app.push_screen_wait(question):
        await screen.service.training.stop(name)


async def _delete(screen: MainScreen, name: str) -> None:
    detail = "Its record goes, its name becomes free. Its artifact in S3 and its log stay."
    if await screen.app.push_screen_wait(TypeName(name, f"Delete the training job {name}?", detail)):
        await screen.service.training.delete(name)


def _show_making(pane: DataPane, plan: SplitPlan, making: Making) -> None:
    if making.uploading:
        pane.activity = upload_line(plan.name, making.uploading)
    elif making.reading:
        reading = making.reading
        pane.activity = f"{plan.name}: splitting, {size(reading.done_bytes)} of {size(reading.total_bytes)} (x cancels)"
