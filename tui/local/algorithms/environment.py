"""What a training container finds under `/opt/ml` when it starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Environment:
    """One host of a training job: its configuration and its folders."""

    root: Path
    """The folder that stands for `/opt/ml`."""

    hyperparameters: Mapping[str, str]
    channels: Mapping[str, Mapping[str, Any]]
    """The content of `inputdataconfig.json`: `ContentType`, `TrainingInputMode`, … for each channel."""

    current_host: str
    hosts: tuple[str, ...]

    @classmethod
    def read(cls, root: Path) -> Environment:
        """Read the three configuration files under `root/input/config`."""
        config = root / "input" / "config"
        resources = _json(config / "resourceconfig.json")
        return cls(
            root=root,
            hyperparameters=_json(config / "hyperparameters.json"),
            channels=_json(config / "inputdataconfig.json"),
            current_host=resources["current_host"],
            hosts=tuple(sorted(resources["hosts"])),
        )

    @property
    def model_folder(self) -> Path:
        """Where the model goes; it becomes `model.tar.gz`."""
        return self.root / "model"

    @property
    def shared_folder(self) -> Path:
        """A folder that all hosts of the job see; they find each other through it."""
        return self.root.parent / "shared"

    @property
    def rank(self) -> int:
        """The number of this host; 0 is the master."""
        return self.hosts.index(self.current_host)

    def content_type(self, channel: str, default: str) -> str:
        """The media type a channel was declared with."""
        declared: str | None = self.channels[channel].get("ContentType")
        return declared or default

    def data_files(self, channel: str) -> list[Path]:
        """The files of a channel, in a fixed order; none for a channel without data."""
        folder = self.root / "input" / "data" / channel
        return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 0)

    def shown(self, path: Path) -> str:
        """A path as the container sees it."""
        return str(Path("/opt/ml") / path.relative_to(self.root))


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content
