"""Judging the variants of an endpoint by a labelled test set, and finding the rows on which one of them is wrong."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError

from tui.resources.endpoint_answers import parse_predictions
from tui.resources.endpoint_invoking import Answer, Invocation, Latencies, Refusal
from tui.resources.endpoint_judging import (
    MOST_WORST,
    Comparison,
    Judgement,
    JudgeProgress,
    JudgeRequest,
    Measure,
    MistakeCursor,
    Score,
)
from tui.resources.scores import BinaryScores, Judged, MistakeRule, Prediction, RegressionScores
from tui.service.errors import ServiceError, ServiceFault
from tui.service.worker.comparing import Results, compare, measures, probabilities_of
from tui.service.worker.context import TaskContext
from tui.service.worker.invoking import SERVICE, Tally, send, translated
from tui.service.worker.labelled_rows import LabelledRow, batches, body_of, labelled_rows
from tui.service.worker.scoring import judge as scored
from tui.service.worker.scoring import mistakes

_REPORT_SECONDS = 0.2

_HOPELESS = 4
"""Invocations that failed, none having given a prediction, after which there is no sense in more."""

_CLASSES = range(1000)
"""Codes that a class may have."""

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
    context: TaskContext, request: JudgeRequest, variant: str, tolerance: float, cursor: MistakeCursor
) -> tuple[tuple[Judged, ...], MistakeCursor]:
    """The mistakes in the next batch that has any, and where to go on.

    Batches begin with one row and double, so that a model that is often wrong is not asked for much.

    Raises:
        DataError: The test set cannot be read.
        ServiceError: The variant does not give predictions.
    """
    rule = MistakeRule(request.test_set.task, request.threshold, tolerance)
    rows = labelled_rows(context, request.test_set, cursor)
    if request.limit is not None:
        rows = islice(rows, max(0, request.limit - cursor.row))
    size = 1
    while batch := next(batches(rows, size), None):
        context.check()
        found = tuple(mistakes(_judged(batch, _predicted(context, request, batch, variant)), rule))
        row, feature_bytes, label_bytes = batch[-1].after
        cursor = MistakeCursor(row, feature_bytes, label_bytes, cursor.mistakes + len(found))
        if found:
            return found, cursor
        size = min(2 * size, request.batch_rows)
    return (), replace(cursor, ended=True)


def _judged(batch: Batch, predictions: Sequence[Prediction]) -> Iterator[Judged]:
    for row, prediction in zip(batch, predictions, strict=True):
        yield Judged(row.number + 1, tuple(row.text.split(",")), prediction, row.label)


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
    task = request.test_set.task
    try:
        predictions = parse_predictions(outcome.body, outcome.content_type, len(batch), task)
        if task == "multiclass" and (odd := [one.value for one in predictions if one.value not in _CLASSES]):
            raise ValueError(f"{odd[0]:g} is no class.")
        return outcome, predictions
    except ValueError as problem:
        return ServiceFault(f"{outcome.variant} gave no predictions", str(problem), code="UnreadableAnswer")


def _no_predictions(request: JudgeRequest, reply: Refusal | ServiceError) -> ServiceError:
    if isinstance(reply, ServiceError):
        return reply
    return ServiceFault(f"{request.endpoint} gave no predictions", str(reply), "See its log", code="ModelError")


@dataclass(slots=True)
class _Columns:
    """What one variant has predicted so far, batch by batch."""

    rule: MistakeRule
    rows: list[int] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)
    worst: list[tuple[float, int, Judged]] = field(default_factory=list)
    """A heap of the `MOST_WORST` that are furthest off."""

    def add(self, batch: Batch, predictions: Sequence[Prediction]) -> None:
        """Take the predictions for some rows."""
        self.rows += [row.number for row in batch]
        self.labels += [row.label for row in batch]
        self.predictions += predictions
        for row in mistakes(_judged(batch, predictions), self.rule):
            off = abs(row.error) if self.rule.task == "regression" else _confidence(row.prediction)
            heapq.heappush(self.worst, (off, -row.number, row))
            if len(self.worst) > MOST_WORST:
                heapq.heappop(self.worst)

    def results(self) -> Results:
        """All of it, in the order of the rows."""
        order = np.argsort(self.rows)
        values = np.array([self.rule.says(prediction) for prediction in self.predictions])
        probabilities = probabilities_of(self._scores(), self.rule.task)
        return Results(
            np.array(self.rows)[order],
            np.array(self.labels)[order],
            values[order],
            None if probabilities is None else probabilities[order],
        )

    def _scores(self) -> Any:
        """The scores of all rows, a line each; empty when they have not all as many."""
        scores = [prediction.scores or (prediction.value,) for prediction in self.predictions]
        return np.array(scores) if len(set(map(len, scores))) == 1 else np.empty((0, 0))


def _confidence(prediction: Prediction) -> float:
    """How sure a classifier was."""
    return max(prediction.scores or (prediction.value, 1 - prediction.value))


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
        results = {name: columns.results() for name, columns in sorted(self._columns.items())}
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
            rule = MistakeRule(self._request.test_set.task, self._request.threshold)
            self._columns.setdefault(answer.variant, _Columns(rule)).add(batch, predictions)
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

    def _score(self, name: str, results: Results, latencies: Latencies | None) -> Score:
        columns = self._columns[name]
        task = self._request.test_set.task
        pairs = zip(columns.predictions, columns.labels, strict=True)
        figures = scored((Judged(0, (), prediction, label) for prediction, label in pairs), task)
        found: dict[Measure, float] = measures(results, task)
        if isinstance(figures, RegressionScores):
            found["R²"] = figures.r2
        elif isinstance(figures, BinaryScores) and figures.auc is not None:
            found["AUC"] = figures.auc
        worst = sorted(columns.worst, key=lambda one: one[:2], reverse=True)
        return Score(name, len(results.rows), found, figures, latencies, tuple(row for *_, row in worst))

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
