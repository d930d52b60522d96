"""The roads of training: from a data set to a job, from a job to the same again, to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tui.panes.compare import ComparePane
from tui.panes.job_messages import CloneWanted, CompareWanted, DeleteWanted, StopWanted, TrainingWanted
from tui.panes.train import TrainPane
from tui.screens.dialogs import Confirm, TypeName
from tui.screens.priced_form import PriceBook
from tui.screens.roads import choose_dataset, image_of, roles_of
from tui.screens.stage import Stage
from tui.screens.training_form import (
    CloneForm,
    NewTrainingForm,
    TrainingForm,
    algorithm_named,
    request_of_clone,
    request_of_new,
)

Request = Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]
"""From the values of a form to the members of CreateTrainingJob."""


async def train(stage: Stage, wish: TrainingWanted) -> None:
    """Train a built-in algorithm on a data set."""
    dataset = wish.dataset or await choose_dataset(stage, "Train on which data set?")
    if dataset is None:
        return

    async def request(values: Mapping[str, str]) -> dict[str, Any]:
        image = await image_of(stage, algorithm_named(values["algorithm"]))
        return request_of_new(values, dataset, image, f"s3://{dataset.bucket}/models")

    form = NewTrainingForm(
        dataset,
        await roles_of(stage),
        stage.service.training.list.names,
        stage.drafts,
        prices=PriceBook.of(stage.service.prices, "training"),
    )
    await _submit(stage, form, request)


async def clone(stage: Stage, wish: CloneWanted) -> None:
    """Run a job again, with what a person changes."""

    async def request(values: Mapping[str, str]) -> dict[str, Any]:
        return request_of_clone(values, wish.detail)

    prices = PriceBook.of(stage.service.prices, "training")
    form = CloneForm(wish.detail, stage.service.training.list.names, stage.drafts, prices=prices)
    await _submit(stage, form, request)


async def _submit(stage: Stage, form: TrainingForm, request: Request) -> None:
    """Start the job that the form describes; when that fails, what was typed is still in its draft."""
    values = await stage.ask(form)
    if values is None:
        return
    await stage.service.training.create(await request(values))
    form.forget_draft()
    await stage.show_pane("train")
    stage.screen.query_one(TrainPane).expect(values["name"])


async def stop(stage: Stage, wish: StopWanted) -> None:
    """Stop jobs, after asking."""
    names = tuple(job.name for job in wish.jobs)
    what = names[0] if len(names) == 1 else f"{len(names)} jobs"
    listed = "" if len(names) == 1 else f" {', '.join(names)}."
    detail = f"Stopping takes up to two minutes and keeps the model it has so far.{listed}"
    if await stage.ask(Confirm(f"Stop {what}?", detail, "Stop")):
        for name in names:
            await stage.service.training.stop(name)


async def delete(stage: Stage, wish: DeleteWanted) -> None:
    """Delete the record of a job, after its name was typed."""
    name = wish.job.name
    detail = "Its record goes, its name becomes free. Its artifact in S3 and its log stay."
    if await stage.ask(TypeName(name, f"Delete the training job {name}?", detail)):
        await stage.service.training.delete(name)


async def compare(stage: Stage, wish: CompareWanted) -> None:
    """Put jobs side by side."""
    service = stage.service
    details = await asyncio.gather(*map(service.training.describe, wish.names))
    types = {detail.instance_type for detail in details if detail.instance_type}
    prices = {name: await service.prices.hourly(name, "training") for name in types}
    await stage.open_pane(ComparePane(service.training, details, prices))
