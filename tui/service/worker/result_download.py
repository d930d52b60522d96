"""Downloading what a transform job has written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from tui.resources.datasets import DataError
from tui.resources.results import DownloadProgress
from tui.resources.transforms import TransformFile
from tui.service.worker.context import TaskContext

_BLOCK_BYTES = 1 << 20
_REPORT_SECONDS = 0.2


def download_results(context: TaskContext, files: Sequence[TransformFile], folder: str) -> int:
    """Write the outputs of some files below a folder, each whole or not at all; how many there were.

    `DownloadProgress` is sent at most five times a second.

    Raises:
        DataError: The folder cannot be written, or a name leads out of it.
    """
    base = Path(folder).expanduser().resolve()
    written = [(file, file.output_size) for file in files if file.output_size is not None]
    meter = _Meter(context, sum(size for _, size in written))
    try:
        for file, _ in written:
            _fetch(context, file, _inside(base, f"{file.name}.out"), meter)
    except OSError as error:
        raise DataError(
            f"Cannot write to '{base}'", str(error.strerror or error), "Make room or choose another."
        ) from error
    return len(written)


def _fetch(context: TaskContext, file: TransformFile, path: Path, meter: _Meter) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    meter.file = file.name
    body = context.client("s3").get_object(Bucket=file.output_bucket, Key=file.output_key)["Body"]
    try:
        with part.open("wb") as target:
            while block := body.read(_BLOCK_BYTES):
                target.write(block)
                meter.advance(len(block))
        part.replace(path)
    finally:
        body.close()
        part.unlink(missing_ok=True)


def _inside(base: Path, name: str) -> Path:
    path = (base / name).resolve()
    if not path.is_relative_to(base):
        raise DataError(
            f"'{name}' was not downloaded", "its name leads out of the folder", "Fetch it with the AWS CLI."
        )
    return path


class _Meter:
    """Says how far the download is, and ends it when nobody waits any more."""

    def __init__(self, context: TaskContext, total: int) -> None:
        self.file = ""
        self._context = context
        self._total = total
        self._done = 0
        self._started = self._reported = time.monotonic()

    def advance(self, count: int) -> None:
        self._done += count
        self._context.check()
        now = time.monotonic()
        if now - self._reported >= _REPORT_SECONDS:
            self._reported = now
            rate = self._done / max(now - self._started, 1e-6)
            self._context.report(DownloadProgress(self._done, self._total, rate, self.file))
