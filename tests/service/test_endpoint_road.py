"""Endpoints on the embedded SageMaker by the service layer: deploy, split the traffic, update, shut down."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from tests.local import endpoints as local
from tests.local.server import LocalServer
from tests.local.training import XGBOOST, role_arn
from tests.service.endpoint_road import DEADLINE_SECONDS, Road, variant
from tui.resources.config_differences import config_difference
from tui.resources.endpoint_configs import Capture, ConfigVariant, config_request
from tui.resources.endpoint_deployments import DeploymentPlan, DeployStep, DeployVariant, Resource
from tui.resources.endpoint_invoking import Answer, Invocation
from tui.resources.endpoint_metrics import LAST_HOUR
from tui.resources.endpoint_updates import DeploymentPolicy, resets
from tui.resources.endpoint_weights import VariantWeight, weights_of, weights_reached
from tui.resources.models import TrainedModel
from tui.service.errors import InvalidRequest, ServiceFault
from tui.service.gateway import Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROW = local.ROW


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def road(embedded: Gateway, server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Road:
    await asyncio.to_thread(local.make_models, server)
    return Road(embedded, tmp_path_factory.mktemp("prices"))


async def test_models_of_training_jobs_are_deployed_step_by_step(road: Road, server: LocalServer) -> None:
    artifact = f"s3://{local.BUCKET}/{local.MODEL}/model.tar.gz"
    trained = TrainedModel("road-job", XGBOOST, artifact, role_arn())
    one, other = ConfigVariant("One", "", "ml.m5.large", 2), variant("Two", local.LINEAR_MODEL)
    capture = Capture(f"s3://{local.BUCKET}/captured")
    plan = DeploymentPlan("road-steps", "road-steps", (DeployVariant(one, trained), DeployVariant(other)), capture)
    deployment = road.deploying.start(plan)

    steps = await road.run(deployment)

    model, config, endpoint = (
        Resource("model", "road-job"),
        Resource("endpoint configuration", "road-steps"),
        Resource("endpoint", "road-steps"),
    )
    assert deployment.created == (model, config, endpoint)
    assert steps[:5] == [
        DeployStep(model, "doing"),
        DeployStep(model, "done"),
        DeployStep(config, "doing"),
        DeployStep(config, "done"),
        DeployStep(endpoint, "doing"),
    ]
    assert {step.words.partition(":")[0] for step in steps[5:-1]} <= {"Creating", "InService"}
    assert steps[-1] == DeployStep(endpoint, "done")
    detail = await road.endpoints.describe("road-steps")
    assert [(one.name, one.model, one.instance_type, one.count) for one in detail.variants] == [
        ("One", "road-job", "ml.m5.large", 2),
        ("Two", local.LINEAR_MODEL, "ml.m5.large", 1),
    ]
    assert detail.capture is not None
    assert (detail.capture.uri, detail.capture.percent) == (capture.uri, 100)
    rate = detail.endpoint.rate
    assert rate is not None
    assert (round(rate.hourly, 3), rate.known, rate.billed) == (0.345, True, False)

    gone = [resource async for resource in deployment.remove()]
    assert gone == [endpoint, config, model]
    assert await road.endpoints.find("road-steps") is None
    assert await road.models.find("road-job") is None
    assert not deployment.created


async def test_a_deployment_that_fails_says_what_it_made_and_takes_it_back(road: Road) -> None:
    plan = DeploymentPlan("road-broken", "road-broken", (DeployVariant(variant("Only", local.BROKEN_MODEL)),))
    deployment = road.deploying.start(plan)
    with pytest.raises(ServiceFault, match=r"road-broken is Failed\. .*variant Only"):
        await road.run(deployment)
    assert [str(one) for one in deployment.created] == ["endpoint configuration road-broken", "endpoint road-broken"]
    assert [one.kind async for one in deployment.remove()] == ["endpoint", "endpoint configuration"]
    assert await road.endpoints.find("road-broken") is None
    assert await road.endpoints.configs.find("road-broken") is None
    assert await road.models.find(local.BROKEN_MODEL) is not None  # it was there before


async def test_a_plan_with_a_problem_is_not_begun(road: Road) -> None:
    deployment = road.deploying.start(DeploymentPlan("road_x", "c", (DeployVariant(variant("A")),)))
    with pytest.raises(InvalidRequest, match="letters, digits and dashes"):
        await anext(aiter(deployment.run()))
    assert not deployment.created


async def test_weights_are_set_reached_and_restored(road: Road) -> None:
    await road.deploy("road-weights", variant("X"), variant("L", local.LINEAR_MODEL))
    assert road.endpoints.previous_weights("road-weights") is None
    with pytest.raises(InvalidRequest, match="has not changed them before"):
        await road.endpoints.restore_weights("road-weights")
    wanted = (VariantWeight("X", 3.0), VariantWeight("L", 1.0, 2))

    await road.endpoints.set_weights("road-weights", wanted)
    seen = await road.settled("road-weights", lambda detail: weights_reached(detail, wanted))
    assert seen[-1].detail.endpoint.status == "InService"
    assert weights_of(seen[-1].detail) == (VariantWeight("X", 3.0, 1), VariantWeight("L", 1.0, 2))

    invocation = Invocation("road-weights", ROW, accept="text/csv")
    shots = await road.invoking.shots([invocation], 400, 4)
    assert (shots.done, shots.failed) == (400, 0)
    assert abs(shots.variants["X"].count - 300) <= 5 * (400 * 0.75 * 0.25) ** 0.5

    restored = await road.endpoints.restore_weights("road-weights")
    assert restored == (VariantWeight("X", 1.0, 1), VariantWeight("L", 1.0, 1))
    seen = await road.settled("road-weights", lambda detail: weights_reached(detail, restored))
    assert weights_of(seen[-1].detail) == restored
    again = road.endpoints.previous_weights("road-weights")
    assert again == (VariantWeight("X", 3.0, 1), VariantWeight("L", 1.0, 2))


async def test_weights_that_cannot_be_are_not_sent(road: Road) -> None:
    await road.deploy("road-nonsense", variant("X"), variant("L", local.LINEAR_MODEL))
    before = len(road.gateway.budget.mutations)
    for wanted, why in (
        ((VariantWeight("X", 0.0), VariantWeight("L", 0.0)), "All weights are 0"),
        ((VariantWeight("X", -1.0), VariantWeight("L", 1.0)), "not a number from 0 on"),
        ((VariantWeight("X", 1.0),), "the endpoint has X, L now"),
        ((VariantWeight("X", 1.0, 2), VariantWeight("L", 1.0, 3)), "one variant at a time"),
    ):
        with pytest.raises(InvalidRequest, match=why):
            await road.endpoints.set_weights("road-nonsense", wanted)
    assert len(road.gateway.budget.mutations) == before
    assert road.endpoints.previous_weights("road-nonsense") is None


async def test_an_update_keeps_live_weights_and_is_followed_to_its_end(road: Road) -> None:
    await road.deploy("road-update", variant("X"), variant("L", local.LINEAR_MODEL))
    await road.endpoints.set_weights("road-update", (VariantWeight("X", 5.0, 2), VariantWeight("L", 1.0)))
    await road.settled("road-update")
    old = await road.endpoints.configs.find("road-update")
    assert old is not None
    new_name = await road.endpoints.configs.free_name("road-update")
    assert new_name == "road-update-2"
    request = config_request(new_name, [variant("X", local.LINEAR_MODEL), old.variants[1]], like=old)
    await road.endpoints.configs.create(request)
    new = await road.endpoints.configs.find(new_name)
    assert new is not None
    assert [str(one) for one in config_difference(old, new)] == [
        f"variant X: model: {local.MODEL} → {local.LINEAR_MODEL}"
    ]
    detail = await road.endpoints.describe("road-update")
    assert [str(one) for one in resets(detail, new)] == [
        "weight of X: 5 live, 1 in the configuration",
        "instances of X: 2 live, 1 in the configuration",
    ]

    await road.endpoints.update("road-update", new_name, DeploymentPolicy("canary", step_percent=50, wait_seconds=0))
    seen = await road.settled("road-update", lambda detail: detail.config_name == new_name)
    during = [progress.detail for progress in seen if progress.detail.pending]
    assert all(one.config_name == "road-update" and one.variants[0].model == local.MODEL for one in during)
    after = seen[-1].detail
    assert (after.config_name, after.pending) == (new_name, None)
    assert [(one.name, one.model, one.weight, one.count) for one in after.variants] == [
        ("X", local.LINEAR_MODEL, 5.0, 2),
        ("L", local.LINEAR_MODEL, 1.0, 1),
    ]


async def test_an_update_that_is_rolled_back_says_why(road: Road) -> None:
    await road.deploy("road-back", variant("X"))
    await road.endpoints.configs.create(config_request("road-back-2", [variant("X", local.BROKEN_MODEL)]))
    await road.endpoints.update("road-back", "road-back-2")
    with pytest.raises(ServiceFault, match=r"road-back is in service as it was before\. .*variant X"):
        await road.settled("road-back", lambda detail: detail.config_name == "road-back-2")
    assert isinstance(await road.invoking.invoke(Invocation("road-back", ROW)), Answer)


async def test_the_list_learns_what_the_service_does_not_list(road: Road) -> None:
    await road.deploy("road-list", variant("X", count=3))
    await road.invoking.shots([Invocation("road-list", ROW)], 20)

    async with asyncio.timeout(DEADLINE_SECONDS):
        async for snapshot in road.endpoints.list.feed.watch():
            row = next((row for row in snapshot.value or () if row.name == "road-list"), None)
            if row and row.traffic and row.traffic.invocations == 20:
                break
    assert row is not None
    assert (row.config, [(one.name, one.count) for one in row.variants]) == ("road-list", [("X", 3)])
    assert row.rate is not None
    assert round(row.rate.hourly, 3) == 0.345
    assert row.traffic is not None
    assert row.traffic.errors_5xx == 0
    assert 0 < (row.traffic.p50_ms or 0) <= (row.traffic.p99_ms or 0)
    assert row.idle is not None
    assert not row.idle.at_least

    traffic = await road.endpoints.traffic("road-list", LAST_HOUR)
    (x,) = traffic.variants
    assert x.total == 20
    assert len(x.invocations) == len(traffic.times) == 60
    assert x.invocations.count(None) >= 57  # a gap is not a 0
    assert (x.share_5xx, x.errors_4xx[-1] in (0, None)) == (0.0, True)


async def test_shutting_down_spares_what_others_use(road: Road) -> None:
    await road.deploy("road-one", variant("X"), variant("L", local.LINEAR_MODEL))
    await road.endpoints.create("road-twin", "road-one")
    plan = await road.shutting_down.plan("road-one")
    assert plan.config is not None
    assert plan.config.why_it_stays == "It is used by endpoint road-twin."
    assert [str(one.resource) for one in plan.models] == [f"model {local.MODEL}", f"model {local.LINEAR_MODEL}"]
    assert all(one.used_by for one in plan.models)
    await road.settled("road-twin")
    async with asyncio.timeout(DEADLINE_SECONDS):
        steps = [step async for step in road.shutting_down.run(plan, config=True, models=(local.MODEL,))]
    assert [(str(step.resource), step.state) for step in steps] == [
        ("endpoint road-one", "deleting"),
        ("endpoint configuration road-one", "stays"),
        (f"model {local.MODEL}", "stays"),
        ("endpoint road-one", "deleted"),
    ]
    assert await road.endpoints.find("road-one") is None
    assert await road.endpoints.configs.find("road-one") is not None


async def test_shutting_down_takes_everything_that_nobody_else_needs(road: Road) -> None:
    artifact = f"s3://{local.BUCKET}/{local.MODEL}/model.tar.gz"
    name, _ = await road.models.of(TrainedModel("road-own", XGBOOST, artifact, role_arn()))
    await road.deploy("road-all", variant("X", name))
    plan = await road.shutting_down.plan("road-all")
    async with asyncio.timeout(DEADLINE_SECONDS):
        steps = [step async for step in road.shutting_down.run(plan, config=True, models=("road-own",))]
    assert [(step.resource.kind, step.state) for step in steps if step.state != "deleting"] == [
        ("endpoint configuration", "deleted"),
        ("model", "deleted"),
        ("endpoint", "deleted"),
    ]
    assert await road.endpoints.configs.find("road-all") is None
    assert await road.models.find("road-own") is None
