"""The results of a transform job as values: records and answers side by side, and what is known to be true of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tui.resources.csv_reports import Task
from tui.resources.datasets import UploadedDataset, split_file
from tui.resources.scores import Judged, Prediction
from tui.resources.training import TrainingJobDetail
from tui.resources.transform_filters import CSV, JSON, JSON_LINES
from tui.resources.transforms import (
    TransformFile,
    TransformFiles,
    TransformJobDetail,
    bucket_and_key,
    media_type,
)

_TRAIN = re.compile(r"/train(/.*)?$")
"""What is behind the folder of a data set in the place of its training data."""

SHOWN = 2000
"""Characters of a record, and of its answer, that are shown."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Where it is written what is true."""

    kind: Literal["none", "column", "file"] = "none"
    column: int = 0
    """Place of the label in a record of the input, from 0."""

    uri: str = ""
    """S3 URI of a file with the label of each record on its line."""

    key: str = ""
    """Key of the one input object whose labels are in that file."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a model learnt from: enough to name the features of its input and to compare new data with."""

    job: str
    task: Task
    train_uri: str
    features: tuple[str, ...] = ()
    """Names; empty where the training data is not a data set of this console."""

    classes: tuple[str, ...] = ()
    dataset: str = ""
    """Name of the data set; empty where it is none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the lines of a job's input and output are understood."""

    content_type: str
    accept: str
    compressed: bool
    input_filter: str
    output_filter: str
    joined: bool
    task: Task | None
    labels: Labels = Labels()

    @classmethod
    def of(cls, detail: TransformJobDetail, task: Task | None, labels: Labels) -> Reading:
        """How a job's output is read."""
        return cls(
            media_type(detail.content_type),
            media_type(detail.accept),
            detail.compressed,
            detail.input_filter,
            detail.output_filter,
            detail.joined,
            task,
            labels,
        )


@dataclass(frozen=True, slots=True)
class JobResults:
    """What a job has written, and how it is read."""

    detail: TransformJobDetail
    files: TransformFiles
    reading: Reading
    origin: Origin | None
    """None where it is not known what the model learnt from."""

    @property
    def written(self) -> tuple[TransformFile, ...]:
        """The files that have an output."""
        return tuple(file for file in self.files.files if file.output_size is not None)

    @property
    def lost(self) -> tuple[TransformFile, ...]:
        """The files without one."""
        return tuple(file for file in self.files.files if file.output_size is None)

    @property
    def can_be_judged(self) -> bool:
        """Whether it is known what is true, and what kind of model it is."""
        return self.reading.task is not None and self.reading.labels.kind != "none" and bool(self.written)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two records: how many came before, and the bytes before it in each of the files."""

    row: int = 0
    input: int = 0
    output: int = 0
    labels: int = 0


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A record and its answer, side by side."""

    number: int
    """From 1."""

    record: str
    answer: str
    """The line of the output file."""

    prediction: Prediction | None = None
    actual: float | None = None


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some rows of a file, and where the next ones begin."""

    rows: tuple[ResultRow, ...]
    next: Cursor | None
    """None at the end of the file."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was predicted wrongly, and where to look for the next one."""

    file: str
    row: Judged
    place: int
    """Of its file among those that are judged, from 0."""

    next: Cursor


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How far a reading of all results is."""

    rows: int
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is."""

    done_bytes: int
    total_bytes: int
    rate: float
    """Bytes a second since the start."""

    file: str


def side_by_side_problem(detail: TransformJobDetail) -> str:
    """Why records and answers cannot be put side by side; empty when they can."""
    if detail.split != "Line":
        return (
            f"The input was not split by line (SplitType {detail.split}), so an answer belongs to a whole file: "
            "w downloads them."
        )
    accept = media_type(detail.accept)
    if accept == JSON and detail.strategy != "SingleRecord" and not detail.joined:
        return (
            "Each JSON document in the output answers many records: for one answer a line, run again (N) with "
            f"{JSON_LINES}, or SingleRecord; w downloads them as they are."
        )
    if accept not in (CSV, JSON, JSON_LINES, ""):
        return f"The output is {accept}, which is no text: w downloads it."
    return ""


def retraining_problem(results: JobResults) -> str:
    """Why a model cannot be trained again with a job's input among its training data; empty when it can."""
    origin, reading, data = results.origin, results.reading, results.detail.data
    if origin is None:
        return "it is not known what the model learnt from"
    siblings = _TRAIN.sub("", origin.train_uri)
    rules = (
        (
            reading.labels != Labels("column", 0) or reading.input_filter != "$[1:]",
            "only rows with their label in the first column can be learnt from",
        ),
        (reading.content_type != CSV or reading.compressed, "only plain CSV can be put beside the training data"),
        (not results.written, "there is no output, so that the rows may be faulty"),
        (
            bucket_and_key(origin.train_uri)[0] != bucket_and_key(data.input_uri)[0],
            "the training data is in another bucket, and a manifest names one bucket only",
        ),
        (
            siblings != origin.train_uri and data.input_uri.startswith(f"{siblings}/"),
            "these rows belong to the data set of the model, which must not learn from what it is judged by",
        ),
    )
    return next((problem for holds, problem in rules if holds), "")


def task_of(training: TrainingJobDetail) -> Task | None:
    """What kind of model a training job made, by its hyperparameters; None where they do not say."""
    values = dict(training.hyperparameters)
    predictor = values.get("predictor_type", "")
    objective = values.get("objective", "")
    if predictor == "binary_classifier" or objective.startswith("binary:"):
        return "binary"
    if predictor == "multiclass_classifier" or objective.startswith("multi:"):
        return "multiclass"
    if predictor == "regressor" or objective.startswith(("reg:", "count:")):
        return "regression"
    return None


def labels_of(detail: TransformJobDetail, datasets: tuple[UploadedDataset, ...]) -> Labels:
    """Where the labels of a job's input are, if it is a split of a data set of this console."""
    for dataset in datasets:
        place = f"s3://{dataset.bucket}/{dataset.prefix}"
        if detail.data.input_uri.startswith(f"{place}test"):
            return Labels("file", uri=dataset.labels_uri, key=f"{dataset.prefix}{split_file('test')}")
        if detail.data.input_uri.startswith((f"{place}train", f"{place}validation")):
            return Labels("column", 0)
    return Labels()


def dataset_at(uri: str, datasets: tuple[UploadedDataset, ...]) -> UploadedDataset | None:
    """The data set that a place in S3 belongs to."""
    return next((item for item in datasets if uri.startswith(f"s3://{item.bucket}/{item.prefix}")), None)


def artifact_job(artifact: str) -> str:
    """The training job that left an artifact, by where it lies; empty where that does not say."""
    parts = artifact.removeprefix("s3://").split("/")
    return parts[-3] if len(parts) > 3 and parts[-2:] == ["output", "model.tar.gz"] else ""
