"""InvokeEndpoint in the worker: one request, or many at once, with every failure told from every other."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tui.resources.endpoint_invoking import MAX_SHOTS, Answer, Invocation, Latencies, Refusal, ShotError, Shots
from tui.resources.text import strip_controls
from tui.service.errors import InvalidRequest, ServiceError, translate
from tui.service.worker.context import TaskContext

SERVICE = "sagemaker-runtime"

_REPORT_SECONDS = 0.2

_HOPELESS = 10
"""Shots that the service refused, none having come through, after which there is no sense in more."""


def invoke(context: TaskContext, invocation: Invocation) -> Answer | Refusal:
    """Send one request.

    Raises:
        ServiceError: The service refused it, or there was no answer.
    """
    if problem := invocation.problem:
        raise InvalidRequest(f"{invocation.endpoint} was not invoked", problem)
    try:
        return send(context.client(SERVICE), invocation)
    except (ClientError, BotoCoreError) as error:
        raise translated(error) from error


def send(client: Any, invocation: Invocation) -> Answer | Refusal:
    """Send one request through a client that does not repeat it.

    Raises:
        ClientError: The service refused it.
        BotoCoreError: There was no answer, or not all of it.
    """
    request = {"EndpointName": invocation.endpoint, "Body": invocation.body, "ContentType": invocation.content_type}
    if invocation.accept:
        request["Accept"] = invocation.accept
    if invocation.variant:
        request["TargetVariant"] = invocation.variant
    at, began = time.time(), time.perf_counter()
    try:
        answer = client.invoke_endpoint(**request)
        body = answer["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ModelError":
            raise
        said = error.response
        return Refusal(
            status=said.get("OriginalStatusCode", 0),
            message=strip_controls(said.get("OriginalMessage", "")),
            log_stream=said.get("LogStreamArn", ""),
            variant=invocation.variant,
            latency_ms=(time.perf_counter() - began) * 1e3,
            at=at,
        )
    return Answer(
        body=body,
        content_type=strip_controls(answer.get("ContentType", "")),
        variant=strip_controls(answer.get("InvokedProductionVariant", "")),
        latency_ms=(time.perf_counter() - began) * 1e3,
        at=at,
    )


def translated(error: ClientError | BotoCoreError) -> ServiceError:
    """A failed invocation as an error for people."""
    return translate(error, SERVICE, "InvokeEndpoint")


class Tally:
    """Latencies by variant and failures by kind, gathered from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latencies: dict[str, list[float]] = {}
        self._errors: dict[tuple[str, int | None], list[Any]] = {}
        self.failed = 0
        self.answered = 0

    def answer(self, answer: Answer) -> None:
        """One more answer."""
        with self._lock:
            self.answered += 1
            self._latencies.setdefault(answer.variant, []).append(answer.latency_ms)

    def failure(self, kind: str, status: int | None, message: str) -> None:
        """One more failure; the first message of a kind is kept."""
        with self._lock:
            self.failed += 1
            kept = self._errors.setdefault((kind, status), [message, 0])
            kept[1] += 1

    def refusal(self, refusal: Refusal) -> None:
        """One more answer of a container that is an error."""
        self.failure("ModelError", refusal.status, refusal.message)

    @property
    def latencies(self) -> dict[str, Latencies]:
        """How long each variant took."""
        with self._lock:
            copies = {variant: list(values) for variant, values in sorted(self._latencies.items())}
        return {variant: Latencies.of(values) for variant, values in copies.items()}

    @property
    def errors(self) -> tuple[ShotError, ...]:
        """The kinds of failures, the most frequent first."""
        with self._lock:
            found = [ShotError(*key, *kept) for key, kept in self._errors.items()]
        return tuple(sorted(found, key=lambda error: -error.count))


def shoot(context: TaskContext, invocations: Sequence[Invocation], count: int, concurrency: int) -> Shots:
    """Send requests in turn until there were `count`, reporting `Shots` at most five times a second.

    Raises:
        ServiceError: The service refused the first ones, so that the rest was not sent.
    """
    if problem := next(filter(None, (invocation.problem for invocation in invocations)), ""):
        raise InvalidRequest(f"{invocations[0].endpoint} was not invoked", problem)
    shooting = _Shooting(context.client(SERVICE), invocations, min(count, MAX_SHOTS))
    threads = [threading.Thread(target=shooting.run, daemon=True) for _ in range(min(concurrency, shooting.total))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(_REPORT_SECONDS)
                context.check()
                if thread.is_alive():
                    context.report(shooting.shots())
    finally:
        shooting.over.set()
    if shooting.hopeless:
        raise shooting.hopeless
    return shooting.shots()


class _Shooting:
    """The threads' common work."""

    def __init__(self, client: Any, invocations: Sequence[Invocation], total: int) -> None:
        self.total = total
        self.over = threading.Event()
        self.hopeless: ServiceError | None = None
        self._client = client
        self._invocations = invocations
        self._numbers = itertools.count()
        self._tally = Tally()
        self._began = time.perf_counter()

    def run(self) -> None:
        """Send requests until all numbers are taken."""
        while not self.over.is_set() and (number := next(self._numbers)) < self.total:
            try:
                outcome = send(self._client, self._invocations[number % len(self._invocations)])
            except (ClientError, BotoCoreError) as error:
                self._failed(translated(error))
            else:
                if isinstance(outcome, Answer):
                    self._tally.answer(outcome)
                else:
                    self._tally.refusal(outcome)

    def shots(self) -> Shots:
        """What is known so far."""
        tally, seconds = self._tally, time.perf_counter() - self._began
        latencies, errors = tally.latencies, tally.errors
        done = sum(one.count for one in latencies.values()) + sum(error.count for error in errors)
        return Shots(self.total, done, seconds, latencies, errors)

    def _failed(self, error: ServiceError) -> None:
        self._tally.failure(error.code, None, error.why)
        if self._tally.failed >= min(_HOPELESS, self.total) and not self._tally.answered:
            self.hopeless = error
            self.over.set()
