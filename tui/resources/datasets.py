"""Data sets: the plan that makes one from a CSV file, the manifest that says what it is, and where it was uploaded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from tui.resources.csv_reports import CsvDialect, Task

SplitName = Literal["train", "validation", "test"]

SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
MANIFEST = "manifest.json"
"""The file beside the splits; where it is, the data set is complete."""

MANIFEST_VERSION = 1
LABELS_FILE = "test/test-labels.csv"


class DataError(Exception):
    """Data that cannot be used, or work on it that could not be done, in words for the person at the keyboard."""

    def __init__(self, what: str, why: str, what_next: str = "") -> None:
        super().__init__(what, why, what_next)
        self.what = what
        self.why = why
        self.what_next = what_next

    def __str__(self) -> str:
        return f"{self.what}: {self.why}. {self.what_next}".rstrip()


class ConnectionBroke(DataError):
    """The way to S3 failed: what was under way can go on where it ended."""


@dataclass(frozen=True, slots=True)
class Fractions:
    """The shares of the rows, together 1; without a validation or test share that split is not made."""

    train: float = 0.7
    validation: float = 0.15
    test: float = 0.15

    def __iter__(self) -> Iterator[float]:
        return iter((self.train, self.validation, self.test))


EncodingKind = Literal["one-hot", "codes"]
ENCODINGS: tuple[EncodingKind, ...] = ("one-hot", "codes")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a feature that is not a number becomes numbers: a column of 0 and 1 per value, or one column of codes."""

    column: str
    kind: EncodingKind


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Everything that decides what the split files hold: the same plan and source give the same bytes."""

    name: str
    dialect: CsvDialect
    columns: tuple[str, ...]
    """All columns of the source in their order."""

    label: str
    task: Task
    features: tuple[str, ...]
    """The columns that are kept, in the order of the files; the label is not among them."""

    encodings: tuple[Encoding, ...] = ()
    """One for every feature that is not a number."""

    fractions: Fractions = Fractions()
    seed: int = 42
    stratify: bool = False
    """Keep the shares of the classes in every split; for the classification tasks."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One file of a data set."""

    size: int
    """Bytes."""

    sha256: str


@dataclass(frozen=True, slots=True)
class DatasetManifest:
    """What a data set is, so that later steps need not guess; kept as JSON beside its files."""

    name: str
    source: str
    source_sha256: str
    task: Task
    label: str
    classes: tuple[str, ...]
    """The label's values; a class is coded as its place here. Empty for a regression."""

    columns: tuple[str, ...]
    """The columns of the train and validation files, the label first."""

    categories: Mapping[str, tuple[str, ...]]
    """The values of each encoded text column, in the order of their codes."""

    one_hot: tuple[str, ...]
    """The encoded columns that became a column per value; the others are columns of codes."""

    rows: Mapping[str, int]
    rows_without_label: int
    seed: int
    fractions: Fractions
    stratified: bool
    files: Mapping[str, FileInfo]
    """By path below the data set, with forward slashes."""

    created: str
    """ISO 8601, UTC."""

    repeated_across: int | None = None
    """Rows of the validation and test files that an earlier split has as well, so that a model knows them already; None
    when they were not looked for."""

    @property
    def size(self) -> int:
        """Bytes of all files, the manifest not counted."""
        return sum(info.size for info in self.files.values())

    def to_json(self) -> str:
        """The manifest as it is stored."""
        return json.dumps({"format": "sagedeck-dataset", "version": MANIFEST_VERSION, **asdict(self)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> DatasetManifest:
        """Read a stored manifest.

        Raises:
            ValueError: It is none, or of a newer version; the message says which.
        """
        try:
            values = json.loads(text)
            if values.pop("format") != "sagedeck-dataset":
                raise ValueError("it was not written by sagedeck")
            if (version := values.pop("version")) != MANIFEST_VERSION:
                raise ValueError(f"it has version {version}, this sagedeck reads version {MANIFEST_VERSION}")
            manifest = cls(
                **values
                | {
                    "classes": tuple(values["classes"]),
                    "columns": tuple(values["columns"]),
                    "one_hot": tuple(values["one_hot"]),
                    "categories": {name: tuple(kept) for name, kept in values["categories"].items()},
                    "fractions": Fractions(**values["fractions"]),
                    "files": {name: FileInfo(**info) for name, info in values["files"].items()},
                    "rows": {name: int(count) for name, count in values["rows"].items()},
                }
            )
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise ValueError("it is not a data set's manifest") from error
        return manifest


@dataclass(frozen=True, slots=True)
class SplitResult:
    """A finished split: where it is and what it holds."""

    folder: str
    manifest: DatasetManifest


@dataclass(frozen=True, slots=True)
class UploadedDataset:
    """A data set in S3, found by its manifest."""

    bucket: str
    prefix: str
    """The key prefix of this data set, ending in a slash."""

    manifest: DatasetManifest

    def uri(self, split: SplitName) -> str:
        """The S3 URI of a split's file: an object's key is also a prefix that matches only it."""
        return f"s3://{self.bucket}/{self.prefix}{split_file(split)}"

    @property
    def labels_uri(self) -> str:
        """The S3 URI of the test rows' labels."""
        return f"s3://{self.bucket}/{self.prefix}{LABELS_FILE}"


@dataclass(frozen=True, slots=True)
class UnreadableDataset:
    """A folder of S3 that looks like a data set and is none that can be used."""

    uri: str
    reason: str


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far an upload, or another transfer, is."""

    done_bytes: int
    total_bytes: int
    rate: float
    """Bytes a second since the start."""

    remaining_seconds: float | None
    """None while there is no rate yet."""

    file: str
    kept_bytes: int = 0
    """Of those that are done, bytes that an attempt before had brought there already."""

    files_done: int = 0
    """Files that are there whole."""

    files: int = 1


def split_file(split: SplitName) -> str:
    """The path of a split's file below the data set, e.g. `train/train.csv`."""
    return f"{split}/{split}.csv"


def default_bucket(region: str, account: str) -> str:
    """The name of SageMaker's default bucket."""
    return f"sagemaker-{region}-{account}"
