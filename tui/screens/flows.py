"""The roads that cross panes: from a file to a data set, from a data set to a job, and to a job's end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from textual.notifications import SeverityLevel
from textual.screen import Screen

from tui.drafts import Drafts
from tui.panes.data import DataPane
from tui.panes.data_inspector import upload_line
from tui.panes.logs import LogsPane
from tui.panes.messages import (
    CloneWanted,
    DatasetWanted,
    DeleteWanted,
    LiveTailWanted,
    LogsWanted,
    SampleWanted,
    StopWanted,
    StreamsWanted,
    TrainingWanted,
    WhyWanted,
    Wish,
)
from tui.panes.train import TrainPane
from tui.panes.wording import count, size
from tui.resources.algorithms import XGBOOST_VERSION
from tui.resources.datasets import DataError, SplitPlan, UploadedDataset
from tui.resources.logs import training_log
from tui.resources.samples import SAMPLES
from tui.resources.split_plans import default_plan
from tui.screens.dataset_form import DatasetForm, plan_of
from tui.screens.dialogs import Choose, Confirm, TypeName
from tui.screens.stream_picker import StreamPicker
from tui.screens.training_form import (
    CloneForm,
    NewTrainingForm,
    TrainingForm,
    algorithm_named,
    request_of_clone,
    request_of_new,
)
from tui.screens.why import WhyScreen
from tui.service.datasets import Making
from tui.service.errors import AccessDenied, ServiceError
from tui.service.sagemaker import SageMaker

LIVE_TAIL_PRICE = "billed per session minute; 1,800 minutes a month are free, then about $0.01 a minute (2026-11)."

Answer = TypeVar("Answer")

Request = Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]
"""From the values of a form to the members of CreateTrainingJob."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a road needs of the main screen."""

    screen: Screen[None]
    service: SageMaker
    drafts: Drafts
    show_pane: Callable[[str], Awaitable[None]]

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        """Put a form or a question before the person; what they answered."""
        return await self.screen.app.push_screen_wait(dialog)

    def say(self, message: str, severity: SeverityLevel = "information") -> None:
        """Tell the person; an error stays long enough to be read."""
        self.screen.notify(message, severity=severity, markup=False, timeout=12 if severity == "error" else 5)


async def fulfil(stage: Stage, wish: Wish) -> None:
    """Walk the road that a wish asks for; what goes wrong on it is said, and ends it."""
    try:
        match wish:
            case SampleWanted():
                await _write_sample(stage, wish.folder)
            case DatasetWanted():
                await _make_dataset(stage, wish)
            case TrainingWanted():
                await _train(stage, wish)
            case CloneWanted():
                await _clone(stage, wish)
            case WhyWanted():
                await _explain(stage, wish)
            case StopWanted():
                await _stop(stage, tuple(job.name for job in wish.jobs))
            case DeleteWanted():
                await _delete(stage, wish.job.name)
            case StreamsWanted():
                await _choose_streams(stage, wish)
            case LiveTailWanted():
                await _begin_live_tail(stage, wish)
    except (ServiceError, DataError) as error:
        stage.say(str(error), "error")


async def _write_sample(stage: Stage, folder: str) -> None:
    choices = tuple((sample.name, f"{sample.task}: {sample.sentence}") for sample in SAMPLES)
    name = await stage.ask(Choose("Which sample shall be written into this folder?", choices))
    if name is None:
        return
    path = Path(await stage.service.datasets.write_sample(name, folder))
    stage.screen.query_one(DataPane).show_folder(path.parent, cursor=path.name)
    stage.say(f"Wrote {path.name}. n makes a data set of it.")


async def _make_dataset(stage: Stage, wish: DatasetWanted) -> None:
    report, pane, datasets = wish.report, stage.screen.query_one(DataPane), stage.service.datasets
    if report.errors:
        stage.say(report.errors[0].sentence, "error")
        return
    plan = default_plan(report)
    taken = frozenset(item.manifest.name for item in await _uploaded(stage))
    form = DatasetForm(report, plan, taken, stage.drafts)
    values = await stage.ask(form)
    if values is None:
        return
    plan = plan_of(report, values)
    try:
        uploaded = await datasets.make(report.source.path, plan, lambda making: _show_making(pane, plan, making))
    finally:
        pane.activity = ""
    form.forget_draft()
    stage.say(f"Uploaded {uploaded.manifest.name}: n trains on it.")
    pane.show_uploaded(uploaded)


async def _train(stage: Stage, wish: TrainingWanted) -> None:
    dataset = wish.dataset or await _choose_dataset(stage)
    if dataset is None:
        return
    try:
        roles = await stage.service.identity.execution_roles()
    except AccessDenied:
        roles = ()  # the form then takes an ARN that is typed

    async def request(values: Mapping[str, str]) -> dict[str, Any]:
        algorithm = algorithm_named(values["algorithm"])
        version = XGBOOST_VERSION if algorithm == "xgboost" else "1"
        image = await stage.service.image_uri(algorithm, version)
        return request_of_new(values, dataset, image, f"s3://{dataset.bucket}/models")

    await _submit(stage, NewTrainingForm(dataset, roles, _job_names(stage), stage.drafts), request)


async def _clone(stage: Stage, wish: CloneWanted) -> None:
    async def request(values: Mapping[str, str]) -> dict[str, Any]:
        return request_of_clone(values, wish.detail)

    await _submit(stage, CloneForm(wish.detail, _job_names(stage), stage.drafts), request)


async def _submit(stage: Stage, form: TrainingForm, request: Request) -> None:
    """Start the job that the form describes; when that fails, what was typed is still in its draft."""
    values = await stage.ask(form)
    if values is None:
        return
    await stage.service.training.create(await request(values))
    form.forget_draft()
    await stage.show_pane("train")
    stage.screen.query_one(TrainPane).expect(values["name"])


async def _choose_dataset(stage: Stage) -> UploadedDataset | None:
    found = await _uploaded(stage)
    if not found:
        stage.say("There is no data set yet: press 2 and make one of a CSV file.", "warning")
        return None
    choices = tuple(
        (item.manifest.name, f"{item.manifest.task}, {count(sum(item.manifest.rows.values()), 'row')}")
        for item in found
    )
    name = await stage.ask(Choose("Train on which data set?", choices))
    return next((item for item in found if item.manifest.name == name), None)


async def _uploaded(stage: Stage) -> list[UploadedDataset]:
    return [item for item in await stage.service.datasets.list_uploaded() if isinstance(item, UploadedDataset)]


def _job_names(stage: Stage) -> frozenset[str]:
    return frozenset(job.name for job in stage.service.training.jobs.snapshot.value or ())


async def _explain(stage: Stage, wish: WhyWanted) -> None:
    if await stage.ask(WhyScreen(wish.job, stage.service.training)):
        stage.screen.post_message(LogsWanted(training_log(wish.job.name)))


async def _stop(stage: Stage, names: tuple[str, ...]) -> None:
    what = names[0] if len(names) == 1 else f"{len(names)} jobs"
    listed = "" if len(names) == 1 else f" {', '.join(names)}."
    detail = f"Stopping takes up to two minutes and keeps the model it has so far.{listed}"
    if await stage.ask(Confirm(f"Stop {what}?", detail, "Stop")):
        for name in names:
            await stage.service.training.stop(name)


async def _choose_streams(stage: Stage, wish: StreamsWanted) -> None:
    streams = tuple(await stage.service.logs.streams(wish.source))
    if not streams:
        stage.say(f"{wish.source.label} has no log streams yet.", "warning")
        return
    chosen = await stage.ask(StreamPicker(wish.source.label, streams, wish.chosen))
    pane = stage.screen.query_one(LogsPane)
    if chosen is not None and pane.source == wish.source:
        pane.choose(chosen)


async def _begin_live_tail(stage: Stage, wish: LiveTailWanted) -> None:
    price = (
        LIVE_TAIL_PRICE if stage.service.logs.billed else f"n/a on the embedded SageMaker. On AWS: {LIVE_TAIL_PRICE}"
    )
    pane = stage.screen.query_one(LogsPane)
    if await stage.ask(Confirm("Begin Live Tail?", f"Price: {price}", "Begin")) and pane.source == wish.source:
        pane.begin_live_tail()


async def _delete(stage: Stage, name: str) -> None:
    detail = "Its record goes, its name becomes free. Its artifact in S3 and its log stay."
    if await stage.ask(TypeName(name, f"Delete the training job {name}?", detail)):
        await stage.service.training.delete(name)


def _show_making(pane: DataPane, plan: SplitPlan, making: Making) -> None:
    if making.uploading:
        pane.activity = upload_line(plan.name, making.uploading)
    elif making.reading:
        reading = making.reading
        pane.activity = f"{plan.name}: splitting, {size(reading.done_bytes)} of {size(reading.total_bytes)} (x cancels)"
