"""Judging the variants of an endpoint by a labelled test set, and finding the rows on which one of them is wrong."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError

from tui.resources.endpoint_answers import Prediction, parse_predictions
from tui.resources.endpoint_invoking import Answer, Invocation, Refusal
from tui.resources.endpoint_judging import (
    MOST_POINTS,
    MOST_WORST,
    Comparison,
    Judgement,
    JudgeProgress,
    JudgeRequest,
    Mistake,
    MistakeCursor,
    Score,
)
from tui.service.errors import ServiceError, ServiceFault
from tui.service.worker.context import TaskContext
from tui.service.worker.invoking import SERVICE, Tally, send, translated
from tui.service.worker.labelled_rows import LabelledRow, batches, body_of, labelled_rows
from tui.service.worker.scores import Results, compare, confusion, measures, probabilities_of

_REPORT_SECONDS = 0.2

_HOPELESS = 4
"""Invocations that failed, none having given a prediction, after which there is no sense in more."""

Batch = Sequence[LabelledRow]
Reply = tuple[Answer, tuple[Prediction, ...]] | Refusal | ServiceError


def judge(context: TaskContext, request: JudgeRequest) -> Judgement:
    """Send labelled rows to variants, reporting `JudgeProgress` at most five times a second, and score the answers.

    Raises:
        DataError: The test set cannot be read.
        ServiceError: The endpoint gives no predictions.
    """
    return _Judging(context, request).run()


def next_mistakes(
    context: TaskContext, request: JudgeRequest, variant: str, least_residual: float, cursor: MistakeCursor
) -> tuple[tuple[Mistake, ...], MistakeCursor]:
    """The mistakes in the next batch that has any, and where to go on.

    Batches begin with one row and double, so that a model that is often wrong is not asked for much.

    Raises:
        DataError: The test set cannot be read.
        ServiceError: The variant does not give predictions.
    """
    rows = labelled_rows(context, request.test_set, cursor)
    if request.limit is not None:
        rows = islice(rows, max(0, request.limit - cursor.row))
    size = 1
    while batch := next(batches(rows, size), None):
        context.check()
        found = mistakes(batch, _predicted(context, request, batch, variant), request, least_residual)
        row, feature_bytes, label_bytes = batch[-1].after
        cursor = MistakeCursor(row, feature_bytes, label_bytes, cursor.mistakes + len(found))
        if found:
            return found, cursor
        size = min(2 * size, request.batch_rows)
    return (), replace(cursor, ended=True)


def mistakes(
    batch: Batch, predictions: Sequence[Prediction], request: JudgeRequest, least_residual: float
) -> tuple[Mistake, ...]:
    """The rows of a batch whose predictions are wrong, in order."""
    found = []
    for row, prediction in zip(batch, predictions, strict=True):
        value = prediction.value(request.test_set.task, request.threshold)
        wrong = abs(value - row.label) > least_residual if request.test_set.task == "regression" else value != row.label
        if wrong:
            found.append(_mistake(row, prediction, value))
    return tuple(found)


def _mistake(row: LabelledRow, prediction: Prediction, value: float) -> Mistake:
    return Mistake(row.number, tuple(row.text.split(",")), row.label, value, prediction)


def _predicted(context: TaskContext, request: JudgeRequest, batch: Batch, variant: str) -> tuple[Prediction, ...]:
    reply = _ask(context.client(SERVICE), request, batch, variant)
    if isinstance(reply, Refusal | ServiceError):
        raise _no_predictions(request, reply)
    return reply[1]


def _ask(client: Any, request: JudgeRequest, batch: Batch, variant: str) -> Reply:
    """What a variant says to some rows, or why it does not; an empty name lets the weights decide."""
    invocation = Invocation(request.endpoint, body_of(batch), accept=request.accept, variant=variant)
    try:
        outcome = send(client, invocation)
    except (ClientError, BotoCoreError) as error:
        return translated(error)
    if isinstance(outcome, Refusal):
        return outcome
    try:
        return outcome, parse_predictions(outcome.body, outcome.content_type, len(batch))
    except ValueError as problem:
        return ServiceFault(f"{outcome.variant} gave no predictions", str(problem), code="UnreadableAnswer")


def _no_predictions(request: JudgeRequest, reply: Refusal | ServiceError) -> ServiceError:
    if isinstance(reply, ServiceError):
        return reply
    return ServiceFault(f"{request.endpoint} gave no predictions", str(reply), "See its log", code="ModelError")


@dataclass(slots=True)
class _Columns:
    """What one variant has predicted so far, batch by batch."""

    rows: list[int]
    labels: list[float]
    values: list[float]
    scores: list[tuple[float, ...]]
    worst: list[tuple[float, int, Mistake]]
    """A heap of the `MOST_WORST` largest, by how far off."""

    def add(self, batch: Batch, predictions: Sequence[Prediction], request: JudgeRequest) -> None:
        task = request.test_set.task
        for row, prediction in zip(batch, predictions, strict=True):
            value = prediction.value(task, request.threshold)
            self.rows.append(row.number)
            self.labels.append(row.label)
            self.values.append(value)
            self.scores.append(prediction.scores)
            off = abs(value - row.label) if task == "regression" else _confidence(prediction) * (value != row.label)
            if off > 0 and (len(self.worst) < MOST_WORST or off > self.worst[0][0]):
                heapq.heappush(self.worst, (off, -row.number, _mistake(row, prediction, value)))
                if len(self.worst) > MOST_WORST:
                    heapq.heappop(self.worst)

    def results(self, request: JudgeRequest) -> Results:
        order = np.argsort(self.rows)
        widths = {len(scores) for scores in self.scores}
        scores = np.array(self.scores, dtype=float) if len(widths) == 1 else np.empty((0, 0))
        probabilities = probabilities_of(scores, request.test_set.task)
        return Results(
            np.array(self.rows)[order],
            np.array(self.labels)[order],
            np.array(self.values)[order],
            None if probabilities is None else probabilities[order],
        )


def _confidence(prediction: Prediction) -> float:
    """How sure a classifier was, above 0."""
    if len(prediction.scores) > 1:
        return max(prediction.scores)
    return max(prediction.scores[0], 1 - prediction.scores[0])


class _Judging:
    """One judgement while it is made."""

    def __init__(self, context: TaskContext, request: JudgeRequest) -> None:
        self._context = context
        self._request = request
        self._targets = request.variants if request.mode == "each variant" else ("",)
        self._columns: dict[str, _Columns] = {}
        self._tally = Tally()
        self._began = time.perf_counter()
        self._reported = self._began
        self._done = 0
        self._failure: ServiceError | None = None

    def run(self) -> Judgement:
        """Read, ask, score."""
        with ThreadPoolExecutor(self._request.concurrency) as pool, closing(self._answered(pool)) as answered:
            for batch, replies in answered:
                for reply in replies:
                    self._take(batch, reply)
                self._done += len(batch)
                self._report()
        if self._failure and not self._columns:
            raise self._failure
        results = {name: columns.results(self._request) for name, columns in sorted(self._columns.items())}
        latencies = self._tally.latencies
        scores = {name: self._score(name, found, latencies.get(name)) for name, found in results.items()}
        unpaired = Judgement(self._request, self._done, 0.0, scores, (), self._tally.errors)
        comparisons = self._comparisons(unpaired.best, results)
        return replace(unpaired, seconds=time.perf_counter() - self._began, comparisons=comparisons)

    def _answered(self, pool: ThreadPoolExecutor) -> Generator[tuple[Batch, list[Reply]], None, None]:
        """The batches in order with what the variants said, a few of them asked ahead."""
        client = self._context.client(SERVICE)
        rows = islice(labelled_rows(self._context, self._request.test_set, MistakeCursor()), self._request.limit)
        waiting: deque[tuple[Batch, list[Future[Reply]]]] = deque()
        try:
            for batch in batches(rows, self._request.batch_rows):
                self._context.check()
                waiting.append((batch, [pool.submit(_ask, client, self._request, batch, one) for one in self._targets]))
                if len(waiting) > self._request.concurrency:
                    yield self._settled(waiting.popleft())
            while waiting:
                self._context.check()
                yield self._settled(waiting.popleft())
        finally:
            for _, futures in waiting:
                for future in futures:
                    future.cancel()

    def _settled(self, asked: tuple[Batch, list[Future[Reply]]]) -> tuple[Batch, list[Reply]]:
        batch, futures = asked
        return batch, [future.result() for future in futures]

    def _take(self, batch: Batch, reply: Reply) -> None:
        if isinstance(reply, tuple):
            answer, predictions = reply
            self._tally.answer(answer)
            columns = self._columns.setdefault(answer.variant, _Columns([], [], [], [], []))
            columns.add(batch, predictions, self._request)
            return
        if isinstance(reply, Refusal):
            self._tally.refusal(reply)
        else:
            self._tally.failure(reply.code, None, reply.why)
        self._failure = _no_predictions(self._request, reply)
        if not self._columns and self._tally.failed >= _HOPELESS:
            raise self._failure

    def _report(self) -> None:
        now = time.perf_counter()
        if now - self._reported >= _REPORT_SECONDS:
            self._reported = now
            counted = [number for number in (self._request.test_set.rows, self._request.limit) if number is not None]
            total = min(counted, default=None)
            self._context.report(JudgeProgress(self._done, total, now - self._began, self._tally.failed))

    def _score(self, name: str, results: Results, latencies: Any) -> Score:
        task = self._request.test_set.task
        codes, table = ((), ()) if task == "regression" else confusion(results)
        step = max(1, len(results.rows) // MOST_POINTS)
        points = zip(results.labels[::step].tolist(), results.values[::step].tolist(), strict=True)
        return Score(
            variant=name,
            rows=len(results.rows),
            measures=measures(results, task),
            confusion=table,
            codes=codes,
            latencies=latencies,
            worst=tuple(mistake for _, _, mistake in sorted(self._columns[name].worst, reverse=True)),
            points=tuple(points)[:MOST_POINTS],
        )

    def _comparisons(self, best: str | None, results: dict[str, Results]) -> tuple[Comparison, ...]:
        request = self._request
        paired = request.mode == "each variant"
        return tuple(
            comparison
            for name in results
            if best is not None and name != best
            for comparison in compare(
                (best, name), (results[best], results[name]), request.test_set.task, paired, self._context.check
            )
        )
