"""The roads of batch transform: from a model and data to a job, to its results, and to the same again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tui.panes.batch import BatchPane
from tui.panes.transform_messages import TransformCloneWanted, TransformStopWanted, TransformWanted
from tui.panes.wording import count
from tui.resources.algorithms import algorithm_of, free_name
from tui.resources.datasets import SplitName, UploadedDataset
from tui.resources.models import TrainedModel
from tui.resources.results import Origin
from tui.resources.training_groups import tuning_job_of
from tui.resources.transform_choices import NAME_LIMIT, TransformChoice, clone_request, transform_request
from tui.resources.transforms import TransformJobDetail
from tui.screens.dialogs import Choose, Confirm
from tui.screens.priced_form import EarlierJob, PriceBook
from tui.screens.roads import uploaded
from tui.screens.stage import Stage
from tui.screens.transform_fields import accepted_by, choice_of
from tui.screens.transform_form import Container, TransformForm
from tui.service.errors import ServiceError

OFFERED = 40
"""Models, and training jobs, that are offered to choose from."""

ELSEWHERE = "other data"


@dataclass(frozen=True, slots=True)
class _Source:
    """What shall predict: a model, or a training job of which one is made when the form is submitted."""

    name: str
    image: str
    origin: Origin | None
    """None where it is not known what it learnt from."""

    trained: TrainedModel | None = None

    @property
    def features(self) -> int:
        """How many it was trained with; 0 where that is not known."""
        return len(self.origin.features) if self.origin else 0

    def own_first(self, datasets: list[UploadedDataset]) -> list[UploadedDataset]:
        """Data sets, beginning with the one that it learnt from."""
        return sorted(datasets, key=lambda item: self.origin is None or item.manifest.name != self.origin.dataset)


async def transform(stage: Stage, wish: TransformWanted) -> None:
    """Let a model predict for a whole file or prefix."""
    source = await _source(stage, wish)
    if source is None:
        return
    datasets = [wish.dataset] if wish.dataset else source.own_first(await uploaded(stage))
    place = await _choose_input(stage, datasets)
    if place is None:
        return
    algorithm = algorithm_of(source.image)
    taken = stage.service.transforms.list.names
    name = free_name(f"{source.name[: NAME_LIMIT - 14]}-transform", taken, NAME_LIMIT)
    bucket = datasets[0].bucket if datasets else await stage.service.datasets.bucket()
    choice = accepted_by(algorithm, TransformChoice(name, source.name, place, f"s3://{bucket}/transform/{name}"))
    form = TransformForm(
        f"Transform with {source.name}",
        choice,
        Container(algorithm, source.features),
        peek=stage.service.transforms.peek,
        prices=PriceBook.of(stage.service.prices, "transform"),
        taken=taken,
        draft=f"transform {source.name} {place}",
        drafts=stage.drafts,
    )
    values = await stage.ask(form)
    if values is None:
        return
    model = (await stage.service.models.of(source.trained))[0] if source.trained else source.name
    await _start(stage, form, transform_request(choice_of(values, model)))


async def clone(stage: Stage, wish: TransformCloneWanted) -> None:
    """Run a job again, with what a person changes."""
    detail = wish.detail
    model = await stage.service.models.find(detail.job.model)
    if model is None:
        stage.say(f"The model {detail.job.model} does not exist any more; n starts with another one.", "error")
        return
    taken = stage.service.transforms.list.names | {detail.job.name}
    name = free_name(detail.job.name, taken, NAME_LIMIT)
    form = TransformForm(
        f"Run {detail.job.name} again",
        _choice_of_job(detail, name),
        Container(algorithm_of(model.image)),
        peek=stage.service.transforms.peek,
        prices=PriceBook.of(stage.service.prices, "transform"),
        taken=taken,
        draft=f"transform again {detail.job.name}",
        drafts=stage.drafts,
        propose=False,
        earlier=_earlier(detail),
    )
    values = await stage.ask(form)
    if values is not None:
        await _start(stage, form, clone_request(choice_of(values, detail.job.model), detail.description))


async def stop(stage: Stage, wish: TransformStopWanted) -> None:
    """Stop jobs, after asking."""
    what = wish.names[0] if len(wish.names) == 1 else f"{len(wish.names)} transform jobs"
    listed = "" if len(wish.names) == 1 else f" {', '.join(wish.names)}."
    if await stage.ask(Confirm(f"Stop {what}?", f"The outputs of files that are done stay.{listed}", "Stop")):
        for name in wish.names:
            await stage.service.transforms.stop(name)


async def _source(stage: Stage, wish: TransformWanted) -> _Source | None:
    if wish.trained:
        return await _of_training(stage, wish.trained)
    if wish.model:
        return await _of_model(stage, wish.model)
    return await _choose_source(stage)


async def _choose_source(stage: Stage) -> _Source | None:
    service = stage.service
    models, searches, jobs = await asyncio.gather(
        service.models.list.first(), service.tuning.list.first(), service.training.list.first()
    )
    names = {model.name for model in models[:OFFERED]}
    best = {f"best of {search.name}": search.name for search in searches if search.counters.completed}
    choices = [(model.name, "model") for model in models[:OFFERED]]
    choices += [(key, "tuning job: a model is made of its best training job") for key in best][:OFFERED]
    # What a tuning job has trained is offered as its best: it would bury the others.
    finished = (job for job in jobs if job.status == "Completed" and not tuning_job_of(job.name))
    choices += [(job.name, "training job: a model is made of it") for job in finished if job.name not in names][
        :OFFERED
    ]
    if not choices:
        stage.say("There is no model and no finished training job yet: press 3 and train one.", "warning")
        return None
    chosen = await stage.ask(Choose("Which model shall predict?", tuple(choices)))
    if chosen is None:
        return None
    if chosen in names:
        return await _of_model(stage, chosen)
    job = (await service.tuning.describe(best[chosen])).best_trial if chosen in best else chosen
    trained = TrainedModel.of(await service.training.describe(job)) if job else None
    if trained is None:
        stage.say(f"{job or best[chosen]} has left no model.", "warning")
        return None
    return await _of_training(stage, trained)


async def _of_model(stage: Stage, name: str) -> _Source:
    detail = await stage.service.models.describe(name)
    try:
        origin = await stage.service.transform_results.origin(name, tuple(await uploaded(stage)))
    except ServiceError:  # the form then does not know how many features the model wants
        origin = None
    return _Source(name, detail.image, origin)


async def _of_training(stage: Stage, trained: TrainedModel) -> _Source:
    origin = await stage.service.transform_results.origin_of_job(trained.job, tuple(await uploaded(stage)))
    return _Source(trained.job, trained.image, origin, trained)


async def _choose_input(stage: Stage, datasets: list[UploadedDataset]) -> str | None:
    """A place in S3: a split of a data set, or one that the form asks for."""
    splits: tuple[SplitName, ...] = ("test", "validation")
    places = {
        f"{item.manifest.name} {split}": (item.uri(split), item.manifest.rows[split])
        for item in datasets
        for split in splits
        if item.manifest.rows.get(split)
    }
    if not places:
        return "s3://"
    choices = tuple((key, count(rows, "row")) for key, (_, rows) in places.items())
    chosen = await stage.ask(Choose("Transform which data?", (*choices, (ELSEWHERE, "any prefix in S3"))))
    if chosen is None:
        return None
    return places[chosen][0] if chosen in places else "s3://"


async def _start(stage: Stage, form: TransformForm, request: dict[str, Any]) -> None:
    """Start the job; when that fails, what was typed is still in its draft."""
    name = request["TransformJobName"]
    await stage.service.transforms.create(request)
    form.forget_draft()
    await stage.show_pane("batch")
    stage.screen.query_one(BatchPane).expect(name)
    telling: Callable[[], Awaitable[None]] = partial(_tell_end, stage, name)
    stage.screen.run_worker(telling, group="transform ends")


async def _tell_end(stage: Stage, name: str) -> None:
    detail = await stage.service.transforms.ended(name)
    job = detail.job
    if job.status == "Failed":
        stage.say(f"{name} failed: {job.failure_reason.rstrip('.')}. W says which files, and why.", "error")
    else:
        stage.say(f"{name} is {job.status.lower()}: Enter shows its results.")


def _earlier(detail: TransformJobDetail) -> EarlierJob | None:
    """What the job was billed for; None while it goes on, and when it never had instances."""
    seconds = detail.billed_seconds(time.time()) if detail.job.ended else None
    if seconds is None:
        return None
    return EarlierJob(detail.job.name, detail.instance_type, detail.instance_count, seconds)


def _choice_of_job(detail: TransformJobDetail, name: str) -> TransformChoice:
    client = detail.description.get("ModelClientConfig", {})
    folder, _, last = detail.data.output_uri.rstrip("/").rpartition("/")
    return TransformChoice(
        name=name,
        model=detail.job.model,
        input_uri=detail.data.input_uri,
        # Beside the output of the other job, so that neither overwrites what the other has written.
        output_uri=f"{folder}/{name}" if last == detail.job.name else f"{detail.data.output_uri.rstrip('/')}/{name}",
        content_type=detail.content_type,
        accept=detail.accept,
        data_type=detail.data.data_type,
        compression="Gzip" if detail.compressed else "None",
        split=detail.split,
        strategy=detail.strategy,
        assemble=detail.description.get("TransformOutput", {}).get("AssembleWith", "None"),
        max_payload=detail.max_payload if detail.max_payload is not None else 6,
        max_concurrent=detail.max_concurrent or 0,
        input_filter=detail.input_filter,
        output_filter=detail.output_filter,
        join=detail.joined,
        timeout_seconds=client.get("InvocationsTimeoutInSeconds", 600),
        retries=client.get("InvocationsMaxRetries", 3),
        instance_type=detail.instance_type,
        instance_count=detail.instance_count,
    )
