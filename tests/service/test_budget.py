"""Token buckets, rates, and the call log."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.virtual_time import now, play
from tests.waiting import turn
from tui.service.budget import Budget, Rates, TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(2.0, 3.0, clock := Clock())
    assert [bucket.reserve() for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    clock.now += 1.0  # which pays for the two that are owed
    assert bucket.reserve() == 0.5


def test_a_bucket_saves_no_more_than_its_burst() -> None:
    bucket = TokenBucket(10.0, 2.0, clock := Clock())
    clock.now += 3600
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 0.1]


@given(st.floats(0.1, 50), st.floats(1, 100), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_window_of_time_admits_more_than_burst_and_rate(rate: float, burst: float, pauses: list[float]) -> None:
    bucket = TokenBucket(rate, burst, clock := Clock())
    admitted = []
    for pause in pauses:
        clock.now += pause
        admitted.append(clock.now + bucket.reserve())
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            assert last - first + 1 <= burst + rate * (admitted[last] - admitted[first]) + 1 + 1e-6


def admitted_at(budget: Budget, *calls: tuple[str, str]) -> list[float]:
    """When each of some calls made at once may be sent, in seconds."""

    async def one(service: str, operation: str) -> float:
        await budget.admit(service, operation)
        return now()

    async def all_at_once() -> list[float]:
        return list(await asyncio.gather(*(one(*call) for call in calls)))

    return play(all_at_once())


def budget_of(rates: Rates) -> Budget:
    """A budget by the clock of the loop it is used in."""
    return Budget(rates, clock=now)


@pytest.mark.parametrize(
    ("service", "operation", "rate"),
    [
        ("sagemaker", "ListTrainingJobs", 1),
        ("sagemaker", "Search", 1),
        ("sagemaker", "DescribeTrainingJob", 4),
        ("sagemaker", "StopTrainingJob", 8),
        ("logs", "GetLogEvents", 2),
        ("logs", "DescribeLogStreams", 2),
    ],
)
def test_each_kind_of_operation_has_its_rate(service: str, operation: str, rate: int) -> None:
    budget = budget_of(Rates(listing=1, describing=4, logs=2, other=8))
    burst = max(2, rate * 2)
    times = admitted_at(budget, *[(service, operation)] * (burst + 3))
    assert times == pytest.approx([0.0] * burst + [n / rate for n in (1, 2, 3)])


def test_operations_do_not_wait_for_one_another() -> None:
    busy = [("sagemaker", "ListTrainingJobs")] * 10
    assert admitted_at(budget_of(Rates()), *busy, ("sagemaker", "ListModels"))[-1] == 0.0


def test_what_is_cancelled_while_it_waits_costs_nothing() -> None:
    async def hurry() -> float:
        budget = budget_of(Rates(describing=1.0))
        for _ in range(50):  # down through a list with the key held
            describing = asyncio.create_task(budget.admit("sagemaker", "DescribeTrainingJob"))
            await turn()
            describing.cancel()
            await asyncio.wait([describing])
        before = now()
        await budget.admit("sagemaker", "DescribeTrainingJob")
        return now() - before

    assert play(hurry()) == pytest.approx(1.0)


def test_calls_per_second_are_those_of_the_last_minute() -> None:
    budget = Budget(clock=(clock := Clock()))
    for _ in range(30):
        play(budget.admit("sagemaker", "StopTrainingJob"))
        clock.now += 1
    assert budget.calls_per_second() == 0.5
    clock.now += 45
    assert budget.calls_per_second() == 0.25
    clock.now += 60
    assert budget.calls_per_second() == 0.0


def test_the_call_log_keeps_the_newest() -> None:
    budget = Budget()
    for number in range(600):
        budget.record(f"aws {number}", "done")
    assert [call.command for call in budget.mutations] == [f"aws {number}" for number in range(100, 600)]
