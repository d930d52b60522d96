"""An endpoint's answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from tests.panes.scripted import NOW
from tui.resources.endpoint_invoking import Answer, Invocation, Latencies, Refusal, ShotError, Shots
from tui.resources.endpoint_judging import (
    Comparison,
    Judgement,
    JudgeProgress,
    JudgeRequest,
    Score,
    TestRow,
    TestSet,
)
from tui.resources.scores import AtThreshold, BinaryScores, Judged, Prediction, RegressionScores
from tui.service.errors import ServiceError
from tui.service.invoking import Invoking

DIABETES = TestSet("s3://b/test.csv", "s3://b/labels.csv", "regression", ("age", "sex", "bmi"), rows=66)
CHURN = TestSet("s3://b/test.csv", "s3://b/labels.csv", "binary", ("age", "calls"), ("stays", "goes"), rows=200)


class ScriptedInvoking(Invoking):
    """Says what it is told, and keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[Invocation] = []
        self.outcome: Answer | Refusal | ServiceError = answer()
        self.told_shots: asyncio.Queue[Shots] = asyncio.Queue()
        self.told_judgements: asyncio.Queue[JudgeProgress | Judgement | ServiceError] = asyncio.Queue()
        self.found: list[Judged] = []
        self.asked = 0
        """Mistakes that were asked for."""

    async def invoke(self, invocation: Invocation) -> Answer | Refusal:
        self.sent.append(invocation)
        if isinstance(self.outcome, ServiceError):
            raise self.outcome
        return self.outcome

    async def shots(
        self,
        invocations: Sequence[Invocation],
        count: int,
        concurrency: int = 1,
        on_progress: Callable[[Shots], None] | None = None,
    ) -> Shots:
        self.sent += invocations
        while (shots := await self.told_shots.get()).done < shots.total:
            assert on_progress is not None
            on_progress(shots)
        return shots

    async def judge(
        self, request: JudgeRequest, on_progress: Callable[[JudgeProgress], None] | None = None
    ) -> Judgement:
        while isinstance(told := await self.told_judgements.get(), JudgeProgress):
            assert on_progress is not None
            on_progress(told)
        if isinstance(told, ServiceError):
            raise told
        return told

    async def mistakes(self, request: JudgeRequest, variant: str, tolerance: float = 0.0) -> AsyncIterator[Judged]:
        for mistake in self.found:
            self.asked += 1
            yield mistake

    async def rows(self, test_set: TestSet) -> AsyncIterator[TestRow]:
        for row in range(2):
            yield TestRow(row, f"0.{row},1,0.5", 151.0 + row)


def answer(body: bytes = b"152.25\n", content_type: str = "text/csv; charset=utf-8") -> Answer:
    return Answer(body, content_type, "XGB-2", 12.34, NOW)


def shots(done: int, *errors: ShotError) -> Shots:
    """So many of 200, three quarters of the answers by one variant."""
    quarter = max(1, done // 4)
    variants = {
        "XGB-1": Latencies.of([8 + place % 30 / 4 for place in range(3 * quarter)]),
        "XGB-2": Latencies.of([20 + place % 20 for place in range(quarter)]),
    }
    return Shots(200, done, done / 50, variants, errors)


def judged(number: int, actual: float, predicted: float) -> Judged:
    return Judged(number, ("0.038", "1", f"0.{number}"), Prediction(predicted), actual)


def regression(variant: str, rmse: float) -> Score:
    points = tuple((float(place), place + rmse * (place % 7 - 3) / 2) for place in range(40, 300, 4))
    worst = tuple(judged(row, 150.0, 150.0 + 40 - row) for row in range(30))
    figures = RegressionScores(66, rmse, rmse * 0.8, 0.45, points)
    measures = {"RMSE": rmse, "MAE": rmse * 0.8, "R²": 0.45}
    return Score(variant, 66, measures, figures, Latencies.of([4.5, 5.5, 9.25]), worst)  # type: ignore[arg-type]


def binary(variant: str, accuracy: float) -> Score:
    tried = tuple(AtThreshold(place / 10, 80 - place, 20 - place, 80 + place, 20 + place) for place in range(1, 10))
    measures = {"accuracy": accuracy, "AUC": 0.87, "log loss": 0.41}
    latencies = Latencies.of([4.5, 5.5])
    return Score(variant, 200, measures, BinaryScores(200, 0.87, tried), latencies, ())  # type: ignore[arg-type]


def judgement(test_set: TestSet = DIABETES) -> Judgement:
    """Two variants, of which one is shown to be better."""
    request = JudgeRequest("shop", test_set, ("XGB-Model", "Linear"))
    if test_set.task == "regression":
        comparison = Comparison("RMSE", "XGB-Model", "Linear", -0.41, -0.60, -0.22, 66, True, None)
        scores = [regression("XGB-Model", 57.17), regression("Linear", 57.58)]
    else:
        comparison = Comparison("accuracy", "XGB-Model", "Linear", 0.01, -0.02, 0.04, 200, True, 420)
        scores = [binary("XGB-Model", 0.81), binary("Linear", 0.8)]
    return Judgement(request, 66, 1.5, {score.variant: score for score in scores}, (comparison,), ())
