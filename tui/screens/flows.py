"""The roads that cross panes: from a file to a data set, from a data set to a job, and to a job's end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.screen import Screen

from tui.panes.data import DataPane
from tui.panes.data_inspector import upload_line
from tui.panes.messages import (
    CancelWanted,
    CloneWanted,
    DatasetWanted,
    DeleteWanted,
    SampleWanted,
    StopWanted,
    TrainingWanted,
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
from tui.service.sagemaker import SageMaker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui.drafts import Drafts

_Errors = (ServiceError, DataError)


class Flows(Screen[None]):
    """What the main screen does with the panes' wishes; each road is one worker."""

    service: SageMaker
    drafts: Drafts

    async def action_show(self, name: str) -> None:
        """Show a pane."""
        raise NotImplementedError

    def complain(self, error: Exception) -> None:
        """Say what went wrong, long enough to be read."""
        self.notify(str(error), severity="error", markup=False, timeout=12)

    @on(SampleWanted)
    @work(group="sample", exclusive=True)
    async def _write_sample(self, message: SampleWanted) -> None:
        choices = tuple((sample.name, f"{sample.task}: {sample.sentence}") for sample in SAMPLES)
        name = await self.app.push_screen_wait(Choose("Which sample shall be written into this folder?", choices))
        if name is None:
            return
        try:
            path = Path(await self.service.datasets.write_sample(name, message.folder))
        except _Errors as error:
            self.complain(error)
            return
        self.query_one(DataPane).show_folder(path.parent, cursor=path.name)
        self.notify(f"Wrote {path.name}. n makes a data set of it.", markup=False)

    @on(DatasetWanted)
    @work(group="make", exclusive=True)
    async def _make_dataset(self, message: DatasetWanted) -> None:
        report = message.report
        pane = self.query_one(DataPane)
        if report.errors:
            self.notify(report.errors[0].sentence, severity="error", markup=False, timeout=12)
            return
        try:
            plan = default_plan(report)
            taken = frozenset(
                item.manifest.name
                for item in await self.service.datasets.list_uploaded()
                if isinstance(item, UploadedDataset)
            )
            form = DatasetForm(report, plan, taken, self.drafts)
            values = await self.app.push_screen_wait(form)
            if values is None:
                return
            plan = plan_of(report, values)
            uploaded = await self.service.datasets.make(
                report.source.path, plan, lambda making: _show_making(pane, plan, making)
            )
        except _Errors as error:
            self.complain(error)
            return
        finally:
            pane.activity = ""
        form.forget_draft()
        self.notify(f"Uploaded {uploaded.manifest.name}: n trains on it.", markup=False)
        pane.show_uploaded(uploaded)

    @on(CancelWanted)
    def _cancel_making(self) -> None:
        self.workers.cancel_group(self, "make")
        self.notify("Cancelled; nothing half-made is left.", markup=False)

    @on(TrainingWanted)
    @work(group="train", exclusive=True)
    async def _train(self, message: TrainingWanted) -> None:
        try:
            dataset = message.dataset or await self._choose_dataset()
            if dataset is None:
                return
            roles = await self.service.identity.execution_roles()
        except _Errors as error:
            self.complain(error)
            return
        form = NewTrainingForm(dataset, roles, self._job_names(), self.drafts)

        async def request(values: Mapping[str, str]) -> dict[str, Any]:
            image = await self.service.image_uri(*_image_of(values["algorithm"]))
            return request_of_new(values, dataset, image, f"s3://{dataset.bucket}/models")

        await self._submit(form, request)

    @on(CloneWanted)
    @work(group="train", exclusive=True)
    async def _clone(self, message: CloneWanted) -> None:
        async def request(values: Mapping[str, str]) -> dict[str, Any]:
            return request_of_clone(values, message.detail)

        await self._submit(CloneForm(message.detail, self._job_names(), self.drafts), request)

    async def _submit(
        self, form: TrainingForm, request: Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]
    ) -> None:
        values = await self.app.push_screen_wait(form)
        if values is None:
            return
        try:
            await self.service.training.create(await request(values))
        except _Errors as error:
            self.complain(error)  # what was typed is still in the draft
            return
        form.forget_draft()
        await self.action_show("train")
        self.query_one(TrainPane).expect(values["name"])

    async def _choose_dataset(self) -> UploadedDataset | None:
        found = [item for item in await self.service.datasets.list_uploaded() if isinstance(item, UploadedDataset)]
        if not found:
            self.notify(
                "There is no data set yet: press 2 and make one of a CSV file.", severity="warning", markup=False
            )
            return None
        choices = tuple(
            (item.manifest.name, f"{item.manifest.task}, {count(sum(item.manifest.rows.values()), 'row')}")
            for item in found
        )
        name = await self.app.push_screen_wait(Choose("Train on which data set?", choices))
        return next((item for item in found if item.manifest.name == name), None)

    def _job_names(self) -> frozenset[str]:
        return frozenset(job.name for job in self.service.training.jobs.snapshot.value or ())

    @on(StopWanted)
    @work(group="stop", exclusive=True)
    async def _stop(self, message: StopWanted) -> None:
        name = message.job.name
        question = Confirm(f"Stop {name}?", "It ends within two minutes and keeps the model it has so far.", "Stop")
        if await self.app.push_screen_wait(question):
            try:
                await self.service.training.stop(name)
            except _Errors as error:
                self.complain(error)

    @on(DeleteWanted)
    @work(group="delete", exclusive=True)
    async def _delete(self, message: DeleteWanted) -> None:
        name = message.job.name
        detail = "Its record goes, its name becomes free. Its artifact in S3 and its log stay."
        if await self.app.push_screen_wait(TypeName(name, f"Delete the training job {name}?", detail)):
            try:
                await self.service.training.delete(name)
            except _Errors as error:
                self.complain(error)


def _image_of(algorithm: str) -> tuple[Any, str]:
    name = algorithm_named(algorithm)
    return name, XGBOOST_VERSION if name == "xgboost" else "1"


def _show_making(pane: DataPane, plan: SplitPlan, making: Making) -> None:
    if making.uploading:
        pane.activity = upload_line(plan.name, making.uploading)
    elif making.reading:
        reading = making.reading
        pane.activity = f"{plan.name}: splitting, {size(reading.done_bytes)} of {size(reading.total_bytes)} (x cancels)"
