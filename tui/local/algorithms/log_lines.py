"""The ways a line gets into a training job's log."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def emit(line: str) -> None:
    """Write a line to standard output, which is the log of a container, at once."""
    print(line, flush=True)  # noqa: T201


@contextmanager
def warnings_in_log() -> Iterator[None]:
    """Log the first line of each warning; the rest shows where the library stands on this machine."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        first_line = str(message).strip().partition("\n")[0]
        emit(first_line if first_line.startswith("[") else f"WARNING: {first_line}")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield
