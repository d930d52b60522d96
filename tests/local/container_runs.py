"""Runs a training container's host in a forked process, on a folder that is laid out like `/opt/ml`."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.waiting import until
from tui.local.algorithms import PRELOAD
from tui.local.algorithms.catalog import find, image_uri

DEADLINE = 60.0

os.environ["OMP_NUM_THREADS"] = "1"
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(list(PRELOAD))


@dataclass
class Host:
    """One running host; `wait` for it, then look at what it left."""

    root: Path
    image: str
    hyperparameters: Mapping[str, str]
    process: ForkServerProcess

    @property
    def lines(self) -> list[str]:
        """The log as CloudWatch stores it."""
        path = self.root / "stdout"
        return path.read_text("utf-8").replace("\t", "#011").splitlines() if path.exists() else []

    @property
    def failure(self) -> str:
        return (self.root / "output" / "failure").read_text("utf-8")

    def wait(self) -> int:
        self.process.join(DEADLINE)
        code = self.process.exitcode
        if code is None:
            self.process.kill()
        assert code is not None, "the host is still running:\n" + "\n".join(self.lines[-20:])
        return code

    def wait_for_line(self, text: str) -> None:
        """Wait until the log of the running host has a line with a text."""

        def logged(lines: list[str]) -> bool:
            assert self.process.is_alive(), lines[-20:]
            return any(text in line for line in lines)

        until(lambda: self.lines, f"a line with {text!r}", holds=logged)

    def metrics(self) -> dict[str, list[float]]:
        """Every metric's values, as the service reads them out of the log."""
        algorithm = find(self.image)
        assert algorithm is not None
        values: dict[str, list[float]] = {}
        for definition in algorithm.metric_definitions(self.hyperparameters):
            pattern = re.compile(definition.regex)
            found = [match[1] for line in self.lines if (match := pattern.search(line))]
            if found:
                values[definition.name] = [float(value) for value in found]
        return values


def start(
    root: Path,
    algorithm: str,
    version: str,
    hyperparameters: Mapping[str, object],
    data: Mapping[str, str | bytes | Mapping[str, str | bytes]],
    content_type: str | None = "text/csv",
    host: str = "algo-1",
    hosts: Sequence[str] = ("algo-1",),
) -> Host:
    """Start a host on channels given as file content, or as several files by name."""
    strings = {name: str(value) for name, value in hyperparameters.items()}
    channel: dict[str, Any] = {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }
    if content_type is not None:
        channel["ContentType"] = content_type
    for name, files in data.items():
        folder = root / "input" / "data" / name
        folder.mkdir(parents=True)
        for file, content in (files if isinstance(files, Mapping) else {f"{name}.csv": files}).items():
            (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    config = root / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(strings), "utf-8")
    (config / "inputdataconfig.json").write_text(json.dumps(dict.fromkeys(data, channel)), "utf-8")
    (config / "resourceconfig.json").write_text(json.dumps({"current_host": host, "hosts": list(hosts)}), "utf-8")
    image = image_uri(algorithm, version, "us-east-1")
    process = _FORKS.Process(target=_host, args=(root, image))
    process.start()
    return Host(root, image, strings, process)


def run(root: Path, algorithm: str, version: str, hyperparameters: Mapping[str, object], **rest: Any) -> Host:
    """Start a host and wait until it ends."""
    host = start(root, algorithm, version, hyperparameters, **rest)
    host.wait()
    return host


def _host(root: Path, image: str) -> None:
    output = os.open(root / "stdout", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    from tui.local.algorithms.container import run as run_container

    sys.exit(run_container(root, image))


@dataclass(frozen=True)
class Split:
    """A bundled data set, shuffled and split into two thirds and one third."""

    train_x: Any
    train_y: Any
    validation_x: Any
    validation_y: Any

    @property
    def channels(self) -> dict[str, str]:
        return {"train": csv(self.train_x, self.train_y), "validation": csv(self.validation_x, self.validation_y)}


def bundled(name: str, seed: int = 0) -> Split:
    """One of scikit-learn's bundled data sets: `diabetes`, `breast_cancer`, `wine`."""
    import numpy as np
    from sklearn import datasets

    features, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    features, labels = features[order].astype(np.float32), labels[order].astype(np.float32)
    cut = len(labels) * 2 // 3
    return Split(features[:cut], labels[:cut], features[cut:], labels[cut:])


def csv(features: Any, labels: Any) -> str:
    """Headerless CSV with the label first; every float32 survives the round trip."""
    rows = (",".join(f"{value:.9g}" for value in (label, *row)) for row, label in zip(features, labels, strict=True))
    return "\n".join(rows) + "\n"
