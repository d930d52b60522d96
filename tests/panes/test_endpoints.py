"""The pane of endpoints, those that are idle, and the pane of models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted import NOW
from tests.panes.scripted_endpoints import (
    ROWS,
    ScriptedEndpoints,
    ScriptedModels,
    ScriptedShuttingDown,
    endpoint_detail,
    model,
    model_detail,
    row,
    traffic,
    updating,
)
from tests.panes.test_golden import both_sizes
from tui.panes.endpoint_messages import (
    CanaryWanted,
    DeployWanted,
    EndpointUpdateWanted,
    InvokeWanted,
    JudgeWanted,
    ModelDeleteWanted,
    ModelWanted,
    ShutDownWanted,
    WeightsWanted,
)
from tui.panes.endpoints import EndpointsPane
from tui.panes.idle import IdlePane
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.panes.models import ModelsPane
from tui.panes.transform_messages import TransformWanted
from tui.resources.endpoint_metrics import LAST_HOUR, WINDOWS, Idle
from tui.resources.endpoint_scaling import INSTANCES, ScalingBounds, scaling_id
from tui.resources.prices import Rate
from tui.service.errors import AccessDenied, Throttled

MODELS = (model("xgb-boston"), model("linear-boston", 90_000))


@pytest.fixture
async def endpoints() -> ScriptedEndpoints:
    return ScriptedEndpoints()


@both_sizes
async def test_endpoints(endpoints: ScriptedEndpoints, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with stage(EndpointsPane(endpoints, read_only=False), size) as here:
        await here.sees("Asking for endpoints…")
        endpoints.scripted_list.told.tell(())
        await here.sees("No endpoints yet.")
        endpoints.scripted_scaling.told = (ScalingBounds(scaling_id("boston", "XGB-Model"), INSTANCES, 1, 4),)
        endpoints.scripted_list.told.tell(ROWS)
        endpoints.told_details["boston"].tell(endpoint_detail())
        endpoints.told_traffic["boston", LAST_HOUR].tell(traffic())
        await here.sees("5 endpoints")
        if size == (120, 40):
            await here.sees("Wanted", "Actual", "1 to 4 instances")
        await here.settled()
        golden.check(here.app, f"endpoints-list-{name}")
        await here.press("enter")
        await here.sees("Wanted", "Actual", "1 to 4 instances")
        await here.settled()
        golden.check(here.app, f"endpoints-summary-{name}")
        endpoints.told_details["boston"].tell(updating())
        await here.sees("Serving")
        await here.press("end")
        await here.sees("Coming: boston-xgb", "Baking")
        await here.settled()
        golden.check(here.app, f"endpoints-updating-{name}")
        await here.press("m")
        await here.sees("● XGB-Model", "The last 1 h")
        await here.settled()
        golden.check(here.app, f"endpoints-metrics-{name}")


@both_sizes
async def test_idle_endpoints(endpoints: ScriptedEndpoints, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with stage(IdlePane(endpoints, 1.0, read_only=False), size) as here:
        endpoints.scripted_list.told.tell(ROWS)
        await here.sees("2 idle endpoints", "no request for 1 hour")
        await here.settled()
        golden.check(here.app, f"idle-{name}")


@both_sizes
async def test_models(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    models, users = ScriptedModels(), ScriptedShuttingDown()
    users.users = ("endpoint configuration boston-ab", "endpoint boston")
    async with stage(ModelsPane(models, users, read_only=False), size) as here:
        await here.sees("Asking for models…")
        models.scripted_list.told.tell(())
        await here.sees("No models yet.")
        models.scripted_list.told.tell(MODELS)
        models.told_details["xgb-boston"].tell(model_detail(MODELS[0]))
        await here.sees("2 models")
        await here.press("enter")
        await here.sees("Used by", "endpoint boston", "sagemaker-xgboost:1.7-1")
        await here.settled()
        golden.check(here.app, f"models-{name}")


async def test_keys_follow_what_can_be_done_with_the_endpoint(endpoints: ScriptedEndpoints) -> None:
    async with stage(EndpointsPane(endpoints, read_only=False)) as here:
        endpoints.scripted_list.told.tell(ROWS)
        await here.sees("5 endpoints")
        await here.until(lambda: here.dimmed == {"endpoints.why", "list.older"}, "all but why with one in service")
        await here.press("n", "equals_sign", "K", "i", "J", "U", "l", "x")
        wishes = here.app.wishes
        await here.until(lambda: len(wishes) == 8, "eight wishes")
        kinds = [DeployWanted, WeightsWanted, CanaryWanted, InvokeWanted, JudgeWanted, EndpointUpdateWanted]
        kinds += [LogsWanted, ShutDownWanted]
        assert sorted(map(type, wishes), key=kinds.index) == kinds
        assert {wish.endpoint for wish in wishes if hasattr(wish, "endpoint")} == {"boston"}
        await here.press("down")
        changing = {"endpoints.weights", "endpoints.canary", "endpoints.invoke", "endpoints.judge", "endpoints.update"}
        await here.until(lambda: here.dimmed == changing | {"endpoints.why", "list.older"}, "one that is created")
        await here.press("end", "x")
        await here.until(lambda: len(wishes) == 9, "one that failed can be deleted")
        await here.press("W")
        await here.until(lambda: len(wishes) == 10, "and explained")
        assert isinstance(wishes.pop(), WhyWanted)
        await here.press("home", "space", "space", "ctrl+d")
        await here.until(lambda: len(wishes) == 10, "marks are shut down together")
        assert isinstance(wishes[-1], ShutDownWanted)
        assert wishes[-1].endpoints == ("boston", "boston-new")


async def test_read_only_leaves_what_reads(endpoints: ScriptedEndpoints) -> None:
    async with stage(EndpointsPane(endpoints, read_only=True)) as here:
        endpoints.scripted_list.told.tell(ROWS)
        await here.sees("5 endpoints")
        writes = {"deploy", "weights", "canary", "invoke", "judge", "update", "shut_down", "why"}
        await here.until(
            lambda: here.dimmed == {f"endpoints.{name}" for name in writes} | {"list.older"}, "writes are dimmed"
        )


async def test_one_variant_has_no_canary_and_one_on_its_way_out_cannot_be_shut_down(
    endpoints: ScriptedEndpoints,
) -> None:
    alone = replace(row("alone"), variants=row("alone").variants[:1])
    async with stage(EndpointsPane(endpoints, read_only=False)) as here:
        endpoints.scripted_list.told.tell((alone, row("going", "Deleting")))
        await here.sees("2 endpoints", "XGB-Model")
        await here.until(lambda: here.dimmed == {"endpoints.canary", "endpoints.why", "list.older"}, "no canary")
        await here.press("down")
        await here.until(lambda: "endpoints.shut_down" in here.dimmed, "no second deletion")


async def test_what_is_not_known_is_not_shown_as_nothing(endpoints: ScriptedEndpoints) -> None:
    """Prices, configurations that were deleted, metrics that may not be read."""
    detail = endpoint_detail()
    unknown = replace(detail, config=None, endpoint=replace(detail.endpoint, rate=Rate(0.23, unknown=1)))
    async with stage(EndpointsPane(endpoints, read_only=False)) as here:
        endpoints.scripted_list.told.tell((replace(row("boston"), rate=Rate(0.23, unknown=1)),))
        endpoints.told_details["boston"].tell(unknown)
        endpoints.told_traffic["boston", LAST_HOUR].tell(AccessDenied("GetMetricData was refused", "no permission"))
        await here.sees("1 × n/a", "No permission", "≥ 0.23")
        assert "no requests" not in here.text


async def test_a_failed_update_says_why_and_a_stale_list_its_age(endpoints: ScriptedEndpoints) -> None:
    async with stage(EndpointsPane(endpoints, read_only=False)) as here:
        endpoints.scripted_list.told.tell(ROWS[:1])
        endpoints.told_details["boston"].tell(endpoint_detail(FailureReason="did not pass the ping health check"))
        await here.sees("Its last change was taken back: did not pass", "health check")
        endpoints.scripted_list.told.tell(Throttled("ListEndpoints did not succeed", "Rate exceeded"))
        await here.sees("Rate exceeded", "as of")


async def test_the_window_of_the_metrics_is_chosen(endpoints: ScriptedEndpoints) -> None:
    async with stage(EndpointsPane(endpoints, read_only=False)) as here:
        endpoints.scripted_list.told.tell(ROWS[:1])
        endpoints.told_details["boston"].tell(endpoint_detail())
        for window in WINDOWS:
            endpoints.told_traffic["boston", window].tell(traffic(window))
        await here.press("m")
        await here.sees("The last 1 h, each point 1 min.")
        await here.press("greater_than_sign")
        await here.sees("The last 6 h, each point 5 min.")
        await here.press("less_than_sign", "less_than_sign", "less_than_sign")
        await here.sees("The last 15 min, each point 1 min.")


async def test_the_same_news_paint_nothing(endpoints: ScriptedEndpoints) -> None:
    async with stage(EndpointsPane(endpoints, read_only=False)) as here:
        endpoints.scripted_list.told.tell(ROWS)
        endpoints.told_details["boston"].tell(endpoint_detail())
        endpoints.told_traffic["boston", LAST_HOUR].tell(traffic())
        await here.sees("5 endpoints", "Actual")
        await here.settled()
        before = len(here.written)
        endpoints.scripted_list.told.tell(ROWS)
        endpoints.told_details["boston"].tell(endpoint_detail())
        endpoints.told_traffic["boston", LAST_HOUR].tell(traffic())
        await here.until(lambda: endpoints.told_traffic["boston", LAST_HOUR].untold == 0, "all were taken")
        await here.settled()
        assert here.written[before:] == []


async def test_how_long_is_idle_is_chosen_and_marks_are_shut_down(endpoints: ScriptedEndpoints) -> None:
    async with stage(IdlePane(endpoints, 1.0, read_only=False)) as here:
        endpoints.scripted_list.told.tell(ROWS)
        await here.sees("no request for 1 hour", "forgotten", "≥ $1,028 a month")
        await here.press("asterisk", "x")
        await here.until(lambda: len(here.app.wishes) == 1, "a wish")
        wish = here.app.wishes[0]
        assert isinstance(wish, ShutDownWanted)
        assert wish.endpoints == ("forgotten", "p3-long-forgotten")
        for _ in range(4):
            await here.press("greater_than_sign")
        await here.sees("no request for 7 days", "1 idle endpoint")
        assert "forgotten" in here.text
        endpoints.scripted_list.told.tell((replace(ROWS[2], idle=Idle(NOW - 10)),))
        await here.sees("No endpoint is idle for that long")


async def test_models_are_deployed_together_made_transformed_with_and_deleted() -> None:
    models = ScriptedModels()
    async with stage(ModelsPane(models, ScriptedShuttingDown(), read_only=False)) as here:
        models.scripted_list.told.tell(MODELS)
        await here.sees("2 models")
        await here.press("n", "t", "ctrl+d", "asterisk", "e")
        wishes = here.app.wishes
        await here.until(lambda: len(wishes) == 4, "four wishes")
        assert [type(wish) for wish in wishes] == [ModelWanted, TransformWanted, ModelDeleteWanted, DeployWanted]
        deploy = wishes[-1]
        assert isinstance(deploy, DeployWanted)
        assert deploy.models == ("xgb-boston", "linear-boston")


async def test_a_read_only_console_looks_at_models_only() -> None:
    models = ScriptedModels()
    async with stage(ModelsPane(models, ScriptedShuttingDown(), read_only=True)) as here:
        models.scripted_list.told.tell(MODELS)
        await here.sees("2 models")
        writes = {"models.new", "models.deploy", "models.transform", "models.delete"}
        await here.until(lambda: here.dimmed == writes | {"list.older"}, "writes are dimmed")
