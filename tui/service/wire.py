"""What travels on the pipe between the console and its worker: length-prefixed pickles of these values.

Both ends are our own processes of the same version, started by one another, which is what makes pickle safe here.
A request is answered by any number of `Progress` and then one `Done` or `Failed`. The worker sends at most
`WINDOW` unacknowledged `Progress` values for a request, so that a flood waits in the worker and not in the console.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass, field
from typing import Any

HEADER = struct.Struct("!I")
"""The length of the frame that follows, in bytes."""

WINDOW = 4
"""Progress values of one request that may be on their way at once."""

RESUMED = frozenset({"upload_dataset", "upload_paths", "download_s3"})
"""Tasks that go on where they broke off when they are begun again, unless they were cancelled: that takes them back."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How the worker reaches AWS; what is None is left to the AWS settings of the machine."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """The first message to a worker, and the one that changes profile or region."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS operation, e.g. `sagemaker` `ListTrainingJobs`."""

    id: int
    service: str
    operation: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One function of the worker, e.g. `inspect_csv`."""

    id: int
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for request `id` any more."""

    id: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The console has taken one `Progress` of request `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """An intermediate value of a task."""

    id: int
    value: Any


@dataclass(frozen=True, slots=True)
class Done:
    """The answer of a request."""

    id: int
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The error that ended a request."""

    id: int
    error: Exception


ToWorker = Connect | Call | Task | Cancel | Taken
ToConsole = Progress | Done | Failed


def frame(message: ToWorker | ToConsole) -> bytes:
    """A message as bytes for the pipe."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body
