"""Files and folders whose data is made into data sets again whenever it changes, kept on disk as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from tui.resources.datasets import SPLITS, DatasetManifest, UploadedDataset

RUNS_KEPT = 50
"""Results that a watch remembers."""

_VERSION = 1

Outcome = Literal["uploaded", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class WatchRun:
    """What came of one change."""

    at: float
    """Seconds since the epoch."""

    file: str
    """The file's name."""

    outcome: Outcome
    """`refused`: the file is not fit to train on. `failed`: the way to S3 broke, and it is tried again."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Watch:
    """A file, or a folder with its CSV files, that is watched."""

    path: str
    where: str
    """The account and region that it belongs to: data made for one must never end up in another."""

    values: Mapping[str, str] = field(default_factory=dict)
    """What a person said about the split; empty for a folder, whose files are split as is proposed."""

    train_again: str = ""
    """A training job that is run again on the new data, under another name; empty for none."""

    seen: Mapping[str, str] = field(default_factory=dict)
    """What each file was like when it was last made into a data set."""

    known: bool = False
    """The files that were there at the beginning are among those seen."""

    runs: tuple[WatchRun, ...] = ()
    """The newest last."""

    def with_run(self, run: WatchRun) -> Watch:
        """The watch after one more run."""
        return replace(self, runs=(*self.runs, run)[-RUNS_KEPT:])

    def owns(self, file: str) -> bool:
        """Whether a file is the watched one, or in the watched folder."""
        return file == self.path or file.rpartition("/")[0] == self.path.rstrip("/")


@dataclass(frozen=True, slots=True)
class WatchStatus:
    """A watch and what it is doing."""

    watch: Watch
    doing: str
    """`watching`, or what is under way, in words."""

    @property
    def last(self) -> WatchRun | None:
        """The newest result."""
        return self.watch.runs[-1] if self.watch.runs else None


@dataclass(frozen=True, slots=True)
class FileMark:
    """What a file is like: another mark, another content."""

    path: str
    mark: str


def to_json(watches: tuple[Watch, ...]) -> str:
    """The watches as they are kept."""
    return json.dumps({"format": "sagedeck-watches", "version": _VERSION, "watches": [asdict(one) for one in watches]})


def from_json(text: str) -> tuple[Watch, ...]:
    """The watches that were kept.

    Raises:
        ValueError: The text is none of ours.
    """
    try:
        kept = json.loads(text)
        if kept["version"] != _VERSION:
            raise ValueError(f"version {kept['version']}")
        return tuple(Watch(**one | {"runs": tuple(WatchRun(**run) for run in one["runs"])}) for one in kept["watches"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError("it is not the list of watches") from error


def request_on(request: dict[str, Any], dataset: UploadedDataset) -> dict[str, Any]:
    """A CreateTrainingJob request on the files of a data set, whatever it was on before."""
    channels = [_channel_on(channel, dataset) for channel in request.get("InputDataConfig", ())]
    hyperparameters = dict(request.get("HyperParameters", {})) | _shape_of(
        dataset.manifest, request.get("HyperParameters", {})
    )
    return request | {"InputDataConfig": channels} | ({"HyperParameters": hyperparameters} if hyperparameters else {})


def _channel_on(channel: Mapping[str, Any], dataset: UploadedDataset) -> dict[str, Any]:
    uris: dict[str, str] = {split: dataset.uri(split) for split in SPLITS if split in dataset.manifest.rows}
    uri = uris.get(channel.get("ChannelName", ""))
    source = channel.get("DataSource", {})
    if uri is None or "S3DataSource" not in source:
        return dict(channel)
    return {**channel, "DataSource": {**source, "S3DataSource": {**source["S3DataSource"], "S3Uri": uri}}}


def _shape_of(manifest: DatasetManifest, given: Mapping[str, str]) -> dict[str, str]:
    """The hyperparameters that say what the data is like, where the job had them."""
    shape = {"feature_dim": str(len(manifest.columns) - 1)}
    if len(manifest.classes) > 2:
        shape |= {"num_class": str(len(manifest.classes)), "num_classes": str(len(manifest.classes))}
    return {name: value for name, value in shape.items() if name in given}
