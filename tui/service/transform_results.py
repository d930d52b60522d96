"""The results of transform jobs: read a page at a time, judged, compared with the training data, downloaded."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence

from tui.resources.datasets import UploadedDataset
from tui.resources.drift import Drift
from tui.resources.results import (
    Cursor,
    DownloadProgress,
    JobResults,
    Mistake,
    Origin,
    Reading,
    ReadingProgress,
    ResultPage,
    artifact_job,
    dataset_at,
    labels_of,
    task_of,
)
from tui.resources.scores import MistakeRule, Scores
from tui.resources.training import TrainingJobDetail
from tui.resources.transforms import TransformFile, TransformFiles, TransformJobDetail
from tui.service.datasets import Datasets
from tui.service.errors import NotFound
from tui.service.gateway import Gateway
from tui.service.models import Models
from tui.service.training import Training

PAGE_ROWS = 200


class TransformResults:
    """Reads what transform jobs have written."""

    def __init__(self, gateway: Gateway, models: Models, training: Training, datasets: Callable[[], Datasets]) -> None:
        self._gateway = gateway
        self._models = models
        self._training = training
        self._datasets = datasets

    async def of(self, detail: TransformJobDetail, files: TransformFiles) -> JobResults:
        """What a job has written, with everything that is known about its model and its labels."""
        datasets = await self.datasets()
        origin = await self.origin(detail.job.model, datasets)
        reading = Reading.of(detail, origin.task if origin else None, labels_of(detail, datasets))
        return JobResults(detail, files, reading, origin)

    async def datasets(self) -> tuple[UploadedDataset, ...]:
        """The data sets of this console that can be read."""
        found = await self._datasets().list_uploaded()
        return tuple(item for item in found if isinstance(item, UploadedDataset))

    async def origin(self, model: str, datasets: tuple[UploadedDataset, ...]) -> Origin | None:
        """What a model learnt from; None where its training job is not known or does not say what kind of model it is.

        Raises:
            ServiceError: It cannot be asked for.
        """
        try:
            detail = await self._models.describe(model)
            training = await self._training_of(detail.data_url)
        except NotFound:  # models and training jobs can be deleted, what they have predicted stays
            return None
        return None if training is None else origin_of(training, datasets)

    async def origin_of_job(self, job: str, datasets: tuple[UploadedDataset, ...]) -> Origin | None:
        """What a training job learnt from; None where it does not say."""
        return origin_of(await self._training.describe(job), datasets)

    async def training_with(self, results: JobResults) -> TrainingJobDetail:
        """The training job of the model as it would be with the job's input among its training data.

        A manifest beside the job's output then names both; no data is copied.

        Raises:
            ServiceError: The training job or its data is gone, or the manifest cannot be written.
        """
        origin = results.origin
        assert origin is not None, "without training data there is nothing to add to"
        uri = f"{results.detail.data.output_uri.rstrip('/')}/train-again.manifest"
        training = await self._training.describe(origin.job)
        keys = [file.key for file in results.written]
        await self._gateway.task("write_training_manifest", uri=uri, train_uri=origin.train_uri, keys=keys)
        return with_training_data(training, {"S3DataType": "ManifestFile", "S3Uri": uri})

    async def _training_of(self, artifact: str) -> TrainingJobDetail | None:
        job = artifact_job(artifact)
        if not job:
            return None
        detail = await self._training.describe(job)
        return detail if detail.artifact == artifact else None

    async def page(self, file: TransformFile, reading: Reading, cursor: Cursor) -> ResultPage:
        """The next rows of a file."""
        page: ResultPage = await self._gateway.task(
            "result_page", file=file, reading=reading, cursor=cursor, count=PAGE_ROWS
        )
        return page

    async def judge(
        self, files: Sequence[TransformFile], reading: Reading, on_progress: Callable[[ReadingProgress], None]
    ) -> Scores:
        """The figures of all rows that have a label."""
        scores: Scores = await self._gateway.task(
            "judge_results", files=files, reading=reading, on_progress=on_progress
        )
        return scores

    async def find_mistake(
        self, files: Sequence[TransformFile], reading: Reading, rule: MistakeRule, place: int, cursor: Cursor
    ) -> Mistake | None:
        """The first wrong prediction from a place on."""
        mistake: Mistake | None = await self._gateway.task(
            "find_mistake", files=files, reading=reading, rule=rule, place=place, cursor=cursor
        )
        return mistake

    async def drift(
        self,
        origin: Origin,
        files: Sequence[TransformFile],
        reading: Reading,
        on_progress: Callable[[ReadingProgress], None],
    ) -> Drift:
        """How far the input is from what the model learnt from."""
        drift: Drift = await self._gateway.task(
            "measure_drift",
            train_uri=origin.train_uri,
            files=files,
            reading=reading,
            names=origin.features,
            on_progress=on_progress,
        )
        return drift

    async def download(
        self, files: Sequence[TransformFile], folder: str, on_progress: Callable[[DownloadProgress], None]
    ) -> int:
        """Write the outputs below a local folder; how many there were."""
        count: int = await self._gateway.task("download_results", files=files, folder=folder, on_progress=on_progress)
        return count


def with_training_data(training: TrainingJobDetail, source: Mapping[str, str]) -> TrainingJobDetail:
    """A training job whose channel `train` reads other data."""
    description = copy.deepcopy(dict(training.description))
    for channel in description["InputDataConfig"]:
        if channel["ChannelName"] == "train":
            channel["DataSource"]["S3DataSource"] |= source
    return TrainingJobDetail.from_description(description)


def origin_of(training: TrainingJobDetail, datasets: tuple[UploadedDataset, ...]) -> Origin | None:
    """What a training job learnt from; None where it does not say what kind of model it makes."""
    task = task_of(training)
    channels = {
        channel["ChannelName"]: channel.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri", "")
        for channel in training.description.get("InputDataConfig", ())
    }
    uri = channels.get("train", "")
    if task is None or not uri:
        return None
    dataset = dataset_at(uri, datasets)
    if dataset is None:
        return Origin(training.job.name, task, uri)
    manifest = dataset.manifest
    return Origin(training.job.name, task, uri, manifest.columns[1:], manifest.classes, manifest.name)
