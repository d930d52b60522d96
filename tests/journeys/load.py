"""A client that invokes an endpoint all the while, in a process of its own: the console has this one to itself."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tui.service.wire import Connection

_SPAWN = multiprocessing.get_context("spawn")
_PAUSE_SECONDS = 0.01
_DEADLINE_SECONDS = 60


@dataclass(slots=True)
class Load:
    """What has become of the invocations."""

    _failed: Synchronized[int]
    answers: Counter[str]
    """By who answered; filled when the load has ended."""

    @property
    def failed(self) -> int:
        """Invocations that failed so far."""
        return self._failed.value


@contextmanager
def load(connection: Connection, endpoint: str, body: bytes) -> Iterator[Load]:
    """Invoke an endpoint without retries for the length of the block."""
    failed: Any = _SPAWN.Value("i", 0)
    stop, counted = _SPAWN.Event(), _SPAWN.Queue()
    client = _SPAWN.Process(target=_invoke_on, args=(connection, endpoint, body, stop, failed, counted), daemon=True)
    found = Load(failed, Counter())
    client.start()
    try:
        yield found
    finally:
        stop.set()
        found.answers.update(counted.get(timeout=_DEADLINE_SECONDS))
        client.join(_DEADLINE_SECONDS)


def _invoke_on(
    connection: Connection,
    endpoint: str,
    body: bytes,
    stop: Event,
    failed: Synchronized[int],
    counted: Queue[Counter[str]],
) -> None:
    session: Any = boto3.session.Session()
    runtime = session.client(
        "sagemaker-runtime",
        endpoint_url=connection.endpoint_url,
        aws_access_key_id=connection.access_key_id,
        aws_secret_access_key=connection.secret_access_key,
        region_name=connection.region,
        config=Config(retries={"total_max_attempts": 1}),
    )
    answers: Counter[str] = Counter()
    while not stop.wait(_PAUSE_SECONDS):
        try:
            answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=body)
        except ClientError:
            failed.value += 1
        else:
            answer["Body"].read()
            answers[answer["InvokedProductionVariant"]] += 1
    counted.put(answers)
