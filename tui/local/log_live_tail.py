"""Live Tail of CloudWatch Logs: a stream of the events that come in while somebody watches."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.responses import StreamingResponse

from tui.local.errors import AwsError
from tui.local.event_stream import MEDIA_TYPE, event, exception
from tui.local.log_filter import compile_pattern
from tui.local.log_groups import Request, group_arn, invalid
from tui.local.logs import Arrival, Logs
from tui.local.model import service_model
from tui.local.protocol import read_body
from tui.local.validation import validated

OPERATION = "StartLiveTail"

EVENTS_PER_UPDATE = 500
"""The most events of one update; of more, a sample is sent."""

SESSION_SECONDS = 3 * 3600.0

_SESSIONS = 15
"""Sessions that may run at once."""

_KEPT = 5000
"""Events that wait for a slow reader; beyond those the oldest are lost."""


class LiveTail:
    """Serves `StartLiveTail`, the one operation of CloudWatch Logs whose answer goes on for hours."""

    def __init__(
        self,
        logs: Logs,
        *,
        session_seconds: float = SESSION_SECONDS,
        update_seconds: float = 1.0,
        seed: int | None = None,
    ) -> None:
        self._logs = logs
        self._session_seconds = session_seconds
        self._update_seconds = update_seconds
        self._random = random.Random(seed)
        self._running = 0

    async def handle(self, request: HttpRequest, request_id: str) -> HttpResponse:
        """The answer to a request, as long as its client stays.

        Raises:
            AwsError: for a session that does not begin.
        """
        accepted = _validated(await read_body(request))
        session = await asyncio.to_thread(_Session, self._logs, accepted)
        if self._running >= _SESSIONS:
            raise AwsError("LimitExceededException", f"At most {_SESSIONS} Live Tail sessions may run at once.")
        headers = {"x-amzn-RequestId": request_id}
        return StreamingResponse(self._stream(session, request_id), headers=headers, media_type=MEDIA_TYPE)

    async def _stream(self, session: _Session, request_id: str) -> AsyncIterator[bytes]:
        self._running += 1
        try:
            with session.watching():
                yield event("initial-response", {})
                yield event("sessionStart", session.description(request_id))
                ends = time.monotonic() + self._session_seconds
                due = time.monotonic()
                while (due := max(due + self._update_seconds, time.monotonic())) <= ends:
                    await asyncio.sleep(due - time.monotonic())
                    yield event("sessionUpdate", self._update(session.taken()))
                yield exception("SessionTimeoutException", "The Live Tail session has ended after three hours.")
        finally:
            self._running -= 1

    def _update(self, arrived: Sequence[dict[str, Any]]) -> dict[str, Any]:
        sampled = len(arrived) > EVENTS_PER_UPDATE
        if sampled:
            chosen = sorted(self._random.sample(range(len(arrived)), EVENTS_PER_UPDATE))
            arrived = [arrived[place] for place in chosen]
        return {"sessionMetadata": {"sampled": sampled}, "sessionResults": arrived}


class _Session:
    """What one client watches, and what has come in for it since its last update."""

    def __init__(self, logs: Logs, request: Request) -> None:
        self._logs = logs
        self._request = request
        self._groups = {_group_of(identifier): identifier for identifier in request["logGroupIdentifiers"]}
        self._names = frozenset(request.get("logStreamNames", ()))
        self._prefixes = tuple(request.get("logStreamNamePrefixes", ()))
        self._matches = compile_pattern(request.get("logEventFilterPattern", ""))
        if self._names and self._prefixes:
            raise invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.")
        if (self._names or self._prefixes) and len(self._groups) > 1:
            raise invalid("Log streams can be specified only with exactly one log group.")
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        for group in self._groups:
            logs.check_exists(group)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take in what arrives, for the length of the block."""
        unsubscribe = self._logs.subscribe(tuple(self._groups), self._arrived)
        try:
            yield
        finally:
            unsubscribe()

    def description(self, request_id: str) -> dict[str, Any]:
        """The members of `sessionStart`."""
        return {
            "requestId": request_id,
            "sessionId": str(uuid4()),
            "logStreamNames": [],
            "logStreamNamePrefixes": [],
        } | (self._request)

    def taken(self) -> list[dict[str, Any]]:
        """The events that wait, which then wait no more."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def _arrived(self, arrival: Arrival) -> None:
        """Keep what this client watches; called by whichever thread has stored it."""
        stream = arrival.stream
        watched = stream in self._names or stream.startswith(self._prefixes)
        if not watched and (self._names or self._prefixes):
            return
        identifier = self._groups[arrival.group]
        self._waiting.extend(
            {
                "logStreamName": stream,
                "logGroupIdentifier": identifier,
                "message": message,
                "timestamp": timestamp,
                "ingestionTime": arrival.ingested,
            }
            for timestamp, message in arrival.events
            if self._matches(message)
        )


def _validated(body: bytes) -> Request:
    try:
        given = json.loads(body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", f"The request is not JSON: {error}") from error
    return validated(service_model("logs"), OPERATION, given, "InvalidParameterException")


def _group_of(identifier: str) -> str:
    """The name of the group of an ARN."""
    prefix = group_arn("")
    if not identifier.startswith(prefix):
        raise invalid(f"{identifier} is not the ARN of a log group of this account and region: {prefix}NAME.")
    return identifier.removeprefix(prefix)
