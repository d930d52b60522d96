"""Invoking endpoints: once, many times, with every row of a labelled test set, and from mistake to mistake."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from tui.resources.endpoint_invoking import Answer, Invocation, Refusal, Shots
from tui.resources.endpoint_judging import Judgement, JudgeProgress, JudgeRequest, MistakeCursor, TestRow, TestSet
from tui.resources.scores import Judged
from tui.service.gateway import Gateway


class Invoking:
    """The runtime side of endpoints."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def invoke(self, invocation: Invocation) -> Answer | Refusal:
        """One request, sent once; a `Refusal` is what the model's container answered with an error.

        Raises:
            ServiceError: The service refused it, or there was no answer.
        """
        outcome: Answer | Refusal = await self._gateway.task("invoke", invocation=invocation)
        return outcome

    async def shots(
        self,
        invocations: Sequence[Invocation],
        count: int,
        concurrency: int = 1,
        on_progress: Callable[[Shots], None] | None = None,
    ) -> Shots:
        """Send requests in turn until there were so many, so many at a time; failures are counted, not repeated.

        Raises:
            ServiceError: Nothing could be sent.
        """
        shots: Shots = await self._gateway.task(
            "shoot",
            invocations=tuple(invocations),
            count=count,
            concurrency=concurrency,
            on_progress=on_progress,
        )
        return shots

    async def judge(
        self, request: JudgeRequest, on_progress: Callable[[JudgeProgress], None] | None = None
    ) -> Judgement:
        """Send labelled rows to variants and see who is right.

        Raises:
            DataError: The test set cannot be read.
            ServiceError: The endpoint answers nothing that could be judged.
        """
        judgement: Judgement = await self._gateway.task("judge", request=request, on_progress=on_progress)
        return judgement

    async def mistakes(self, request: JudgeRequest, variant: str, tolerance: float = 0.0) -> AsyncIterator[Judged]:
        """The rows on which a variant is wrong, in the order of the test set, found as they are asked for.

        A classification is wrong when it names another class, a regression when it is off by more than
        `tolerance`. No row is read, and none is sent, behind the small batch in which the next mistake lies.
        """
        cursor = MistakeCursor()
        found: deque[Judged] = deque()
        while True:
            while found:
                yield found.popleft()
            if cursor.ended:
                return
            more, cursor = await self._gateway.task(
                "next_mistakes", request=request, variant=variant, tolerance=tolerance, cursor=cursor
            )
            found.extend(more)

    async def rows(self, test_set: TestSet) -> AsyncIterator[TestRow]:
        """The rows of a test set in their order, read as they are asked for.

        Raises:
            DataError: The test set cannot be read.
        """
        cursor = MistakeCursor()
        while not cursor.ended:
            rows, cursor = await self._gateway.task("next_rows", test_set=test_set, cursor=cursor)
            for row in rows:
                yield row
