"""Endpoints by a scripted AWS: what is asked how often, what is remembered, and how failures are told."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.service import polling
from tests.service.endpoint_account import QUICK, Account, opened
from tests.service.stub_aws import Refused, StubAws
from tests.waiting import eventually, turn
from tui.resources.endpoint_metrics import LAST_HOUR
from tui.resources.endpoint_weights import VariantWeight, weights_of
from tui.resources.endpoints import Endpoint, EndpointDetail
from tui.service.endpoint_learning import DESCRIBED
from tui.service.endpoints import Endpoints, Weights
from tui.service.errors import InvalidRequest, NotFound, ServiceFault, Unreachable
from tui.service.gateway import Gateway
from tui.service.pace import Pace

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def account(aws: StubAws) -> Account:
    return Account(aws)


@pytest.fixture
def endpoints(gateway: Gateway, tmp_path: Path) -> Endpoints:
    return opened(gateway, tmp_path, QUICK)


async def polled(endpoints: Endpoints) -> dict[str, Endpoint]:
    """The rows by name after one more poll of the list."""
    return {row.name: row for row in await polling.polled(endpoints.list.feed)}


def described(aws: StubAws) -> list[str]:
    return [asked["EndpointName"] for asked in aws.asked("DescribeEndpoint")]


async def test_a_row_is_described_again_when_it_was_modified(
    endpoints: Endpoints, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)
    row = (await polled(endpoints))["boston"]
    assert (row.config, [one.instance_type for one in row.variants]) == ("boston", ["ml.m5.large"] * 2)
    assert row.rate is not None
    assert (row.rate.hourly, row.rate.billed) == (0.23, False)
    count = len(described(aws))
    await polled(endpoints)
    assert len(described(aws)) == count
    account.add_config("next", 2, "better")
    account.endpoints["boston"] |= {"EndpointConfigName": "next", "LastModifiedTime": 3.0}
    row = (await polled(endpoints))["boston"]
    assert (row.config, [one.model for one in row.variants]) == ("next", ["better", ""])


async def test_an_endpoint_that_was_made_anew_is_another_one(endpoints: Endpoints, account: Account) -> None:
    account.add("boston", 1)
    assert (await polled(endpoints))["boston"].created == 1
    account.add("boston", 5, "Creating", ProductionVariants=[])
    row = (await polled(endpoints))["boston"]
    assert (row.created, row.status, row.variants) == (5, "Creating", ())


async def test_what_changes_is_described_first_and_always(endpoints: Endpoints, account: Account, aws: StubAws) -> None:
    for number in range(DESCRIBED + 2):
        account.add(f"e{number:02}", number)
    account.endpoints["e00"]["EndpointStatus"] = "Updating"
    rows = await polled(endpoints)
    assert "e00" in described(aws)
    assert sum(bool(row.variants) for row in rows.values()) == DESCRIBED
    rows = await polled(endpoints)
    assert all(row.variants for row in rows.values())
    assert described(aws).count("e00") == 2


async def test_traffic_of_the_whole_list_is_one_request(endpoints: Endpoints, account: Account, aws: StubAws) -> None:
    account.metrics = {"Invocations": [5.0], "ModelLatency": [2000.0], "Invocation5XXErrors": [1.0]}
    account.add("busy", 1)
    account.add("other", 2)
    account.add("failed", 3, "Failed")
    async with asyncio.timeout(60):
        while not (rows := await polled(endpoints))["busy"].idle or not rows["busy"].traffic:
            pass
    hour, two_weeks = sorted(aws.asked("GetMetricData")[:2], key=lambda one: one["EndTime"] - one["StartTime"])
    assert (len(hour["MetricDataQueries"]), len(two_weeks["MetricDataQueries"])) == (20, 4)
    traffic = rows["busy"].traffic
    assert traffic is not None
    assert (traffic.invocations, traffic.p99_ms, traffic.errors_5xx, traffic.errors_4xx) == (10.0, 2.0, 2.0, None)
    assert rows["failed"].traffic is None


async def test_who_only_counts_the_money_is_not_told_about_traffic(
    endpoints: Endpoints, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)
    async with asyncio.timeout(60), aclosing(endpoints.list.feed.watch(lambda _: 600.0)) as snapshots:
        async for snapshot in snapshots:
            if snapshot.value and snapshot.value[0].idle:
                break
    (idle,) = aws.asked("GetMetricData")
    assert idle["EndTime"] - idle["StartTime"] > 13 * 86400
    assert len(aws.asked("ListEndpoints")) == 2, "once more with what was learnt"


async def test_without_the_right_to_read_metrics_there_is_a_list(
    gateway: Gateway, tmp_path: Path, account: Account, aws: StubAws
) -> None:
    endpoints = opened(gateway, tmp_path, Pace(listing=600, changing=600))

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized to perform: cloudwatch:GetMetricData")

    aws.answers["GetMetricData"] = refuse
    account.add("boston", 1)
    row = (await polled(endpoints))["boston"]
    assert (row.traffic, row.idle, len(row.variants)) == (None, None, 2)
    assert endpoints.list.feed.snapshot.error is None
    await eventually(lambda: len(aws.asked("GetMetricData")) == 2, "two requests for metrics")
    await polled(endpoints)
    await polled(endpoints)
    assert len(aws.asked("GetMetricData")) == 2  # it is not tried at every poll


async def test_an_endpoint_whose_configuration_is_gone(endpoints: Endpoints, account: Account) -> None:
    account.add("orphan", 1)
    del account.configs["orphan"]
    detail = await endpoints.describe("orphan")
    assert (detail.config, detail.config_name) == (None, "orphan")
    assert detail.endpoint.rate is not None
    assert (detail.endpoint.rate.hourly, detail.endpoint.rate.unknown) == (0.0, 2)


async def test_both_fleets_are_paid_for_during_an_update(endpoints: Endpoints, account: Account) -> None:
    account.add("boston", 1)
    account.add_config("next", 2)
    pending = {"EndpointConfigName": "next", "ProductionVariants": [{"VariantName": "A", "CurrentInstanceCount": 3}]}
    account.endpoints["boston"] |= {"EndpointStatus": "Updating", "PendingDeploymentSummary": pending}
    detail = await endpoints.describe("boston")
    assert detail.endpoint.rate is not None
    assert detail.endpoint.rate.hourly == pytest.approx(5 * 0.115)
    account.endpoints["boston"]["EndpointStatus"] = "Deleting"
    rate = (await endpoints.describe("boston")).endpoint.rate
    assert rate is not None
    assert rate.hourly == 0


async def test_metrics_are_asked_for_in_one_call_for_old_and_new_variants(
    endpoints: Endpoints, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)
    pending = {"EndpointConfigName": "next", "ProductionVariants": [{"VariantName": "New"}]}
    account.endpoints["boston"]["PendingDeploymentSummary"] = pending
    account.metrics = {"Invocations": [7.0]}
    traffic = await endpoints.traffic("boston", LAST_HOUR)
    assert [(one.variant, one.total) for one in traffic.variants] == [("A", 7.0), ("B", 7.0), ("New", 7.0)]
    (asked,) = aws.asked("GetMetricData")
    assert len(asked["MetricDataQueries"]) == 21
    assert asked["EndTime"] - asked["StartTime"] == 3600
    assert endpoints.metrics("boston") is endpoints.metrics("boston", LAST_HOUR)


async def test_refused_weights_leave_the_memory_alone_and_a_lost_answer_does_not(
    endpoints: Endpoints, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)
    wanted = (VariantWeight("A", 3.0), VariantWeight("B", 1.0))
    before = (VariantWeight("A", 1.0, 1), VariantWeight("B", 1.0, 1))

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("ValidationException", 'Cannot update in-progress endpoint "arn".')

    accepted = aws.answers["UpdateEndpointWeightsAndCapacities"]
    aws.answers["UpdateEndpointWeightsAndCapacities"] = refuse
    with pytest.raises(InvalidRequest, match="in-progress"):
        await endpoints.set_weights("boston", wanted)
    assert endpoints.previous_weights("boston") is None
    aws.answers["UpdateEndpointWeightsAndCapacities"] = accepted
    await endpoints.set_weights("boston", wanted)
    assert endpoints.previous_weights("boston") == before
    aws.answers["UpdateEndpointWeightsAndCapacities"] = refuse
    with pytest.raises(InvalidRequest):
        await endpoints.set_weights("boston", wanted)
    assert endpoints.previous_weights("boston") == before
    (first, *_) = aws.asked("UpdateEndpointWeightsAndCapacities")
    assert first["DesiredWeightsAndCapacities"] == [
        {"VariantName": "A", "DesiredWeight": 3.0},
        {"VariantName": "B", "DesiredWeight": 1.0},
    ]


async def test_who_changes_weights_says_what_takes_that_back(endpoints: Endpoints, account: Account) -> None:
    account.add("boston", 1)
    wanted, earlier = ((VariantWeight("A", weight), VariantWeight("B", 1.0)) for weight in (3.0, 2.0))
    await endpoints.set_weights("boston", wanted, lambda _: earlier)
    assert endpoints.previous_weights("boston") == earlier
    assert await endpoints.restore_weights("boston") == earlier
    await endpoints.set_weights("boston", wanted, lambda _: None)
    assert endpoints.previous_weights("boston") is None
    with pytest.raises(InvalidRequest, match="has not changed them before"):
        await endpoints.restore_weights("boston")


async def test_weights_whose_answer_never_came_can_be_restored(
    endpoints: Endpoints, gateway: Gateway, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)
    aws.answers["UpdateEndpointWeightsAndCapacities"] = aws.never

    def undo(detail: EndpointDetail) -> Weights:
        gateway.timeout = 0.3  # for the update, which is asked for next
        return weights_of(detail)

    with pytest.raises(Unreachable):
        await endpoints.set_weights("boston", (VariantWeight("A", 3.0), VariantWeight("B", 1.0)), undo)
    assert endpoints.previous_weights("boston") == (VariantWeight("A", 1.0, 1), VariantWeight("B", 1.0, 1))


async def test_weights_of_other_variants_are_not_restored(endpoints: Endpoints, account: Account) -> None:
    account.add("boston", 1)
    await endpoints.set_weights("boston", (VariantWeight("A", 3.0), VariantWeight("B", 1.0)))
    del account.endpoints["boston"]["ProductionVariants"][1]
    with pytest.raises(InvalidRequest, match="the endpoint has A now"):
        await endpoints.restore_weights("boston")


async def test_a_new_endpoint_may_not_be_seen_at_once(endpoints: Endpoints, account: Account) -> None:
    looking = endpoints.until_in_service("new")
    first = asyncio.ensure_future(anext(looking))
    await turn()
    account.add("new", 1, "Creating")
    assert (await first).detail.endpoint.status == "Creating"
    account.endpoints["new"] |= {"EndpointStatus": "Failed", "FailureReason": "did not pass the ping health check."}
    with pytest.raises(ServiceFault, match=r"new is Failed\. Did not pass the ping health check\. .* delete it\."):
        async for _ in looking:
            pass
    with pytest.raises(NotFound):
        async for _ in endpoints.until_in_service("nobody"):
            pass


async def test_what_is_in_service_and_not_as_wanted_gets_some_time(endpoints: Endpoints, account: Account) -> None:
    account.add("boston", 1)
    looks = 0

    def reached(_: Any) -> bool:
        nonlocal looks
        looks += 1
        return looks == 2

    async with asyncio.timeout(60):
        assert len([one async for one in endpoints.until_in_service("boston", reached)]) == 2
    with pytest.raises(ServiceFault, match=r"in service as it was before\. The change was rolled back"):
        async for _ in endpoints.until_in_service("boston", lambda _: False):
            pass


async def test_names_that_are_free(endpoints: Endpoints, account: Account) -> None:
    account.add("boston", 1)
    account.add("boston-2", 1)
    assert await endpoints.free_name("boston") == "boston-3"
    assert await endpoints.free_name("new") == "new"
    assert await endpoints.configs.free_name("boston") == "boston-3"
