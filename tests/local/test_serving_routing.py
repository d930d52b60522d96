"""Which variant a request goes to, and that no model is dropped under a request."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.local.serving import routing
from tests.waiting import DEADLINE_SECONDS, turn
from tui.local.errors import AwsError
from tui.local.serving import routing as module
from tui.local.serving.fleet import LoadedModel, ModelSpec
from tui.local.serving.routing import Route, Router, Share

DRAWS = 2000


def _model(variant: str = "A") -> LoadedModel:
    return LoadedModel(ModelSpec("boston", variant, "image", None, {}), 1, Path())


def _route(variant: str, weight: float, *, shadow: bool = False) -> Route:
    return Route(variant, weight, _model(variant), shadow)


def _router(*shares: Share) -> Router:
    router = Router()
    router.switch("boston", routing(*shares))
    return router


async def _refused(router: Router, endpoint: str = "boston", target: str | None = None) -> AwsError:
    with pytest.raises(AwsError) as caught:
        await router.dispatch(endpoint, target)
    return caught.value


def _near(count: int, share: float) -> bool:
    """Whether a count is within five standard deviations of what a binomial draw gives on average."""
    return abs(count - DRAWS * share) <= 5 * math.sqrt(DRAWS * share * (1 - share))


class TestDraw:
    @pytest.mark.parametrize(("weights", "share"), [((1, 1), 0.5), ((3, 1), 0.75), ((0.3, 0.1), 0.75), ((1, 0), 1)])
    async def test_by_weight(self, weights: tuple[float, float], share: float) -> None:
        router = _router(Share(1.0, (_route("A", weights[0]), _route("B", weights[1]))))
        drawn = Counter([(await router.dispatch("boston", None)).route.variant for _ in range(DRAWS)])
        assert _near(drawn["A"], share)
        assert drawn["A"] + drawn["B"] == DRAWS

    async def test_by_fraction_first_and_by_weight_within(self) -> None:
        blue = Share(0.9, (_route("A", 1), _route("B", 1)))
        green = Share(0.1, (_route("A", 3), _route("B", 0)))
        router = _router(blue, green)
        drawn = Counter([id((await router.dispatch("boston", None)).route) for _ in range(DRAWS)])
        counts = [drawn[id(route)] for route in (*blue.routes, *green.routes)]
        assert all(map(_near, counts, (0.45, 0.45, 0.1, 0)))

    async def test_a_variant_without_weight_is_reached_by_name(self) -> None:
        router = _router(Share(1.0, (_route("A", 1), _route("B", 0))))
        assert {(await router.dispatch("boston", "B")).route.variant for _ in range(20)} == {"B"}

    async def test_a_variant_that_only_one_fleet_has(self) -> None:
        router = _router(Share(1.0, (_route("A", 1),)), Share(0.0, (_route("B", 1),)))
        assert (await router.dispatch("boston", "B")).route.variant == "B"

    async def test_weights_that_are_all_zero(self) -> None:
        error = await _refused(_router(Share(1.0, (_route("A", 0), _route("B", 0)))))
        assert (error.code, error.status) == ("ValidationError", 400)
        assert error.message == (
            "All variants of endpoint boston have the weight 0. Name one as TargetVariant, or give one a weight."
        )

    async def test_an_unknown_variant(self) -> None:
        shares = Share(1.0, (_route("A", 1), _route("S", 1, shadow=True))), Share(0.0, (_route("B", 1),))
        for target in ("C", "S"):
            error = await _refused(_router(*shares), target=target)
            assert (error.code, error.status) == ("ValidationError", 400)
            assert error.message == (
                f"Variant {target} of endpoint boston not found. Its production variants are: A, B."
            )

    @pytest.mark.parametrize(("weight", "share"), [(2, 1), (0.5, 0.25), (0, 0)])
    async def test_a_shadow_gets_copies_by_its_weight(self, weight: float, share: float) -> None:
        router = _router(Share(1.0, (_route("A", 2), _route("S", weight, shadow=True))))
        dispatches = [await router.dispatch("boston", None) for _ in range(DRAWS)]
        assert {dispatch.route.variant for dispatch in dispatches} == {"A"}
        assert _near(sum(len(dispatch.shadows) for dispatch in dispatches), share)


class TestEndpoint:
    async def test_unknown(self) -> None:
        error = await _refused(Router(), "absent")
        assert (error.code, error.status) == ("ValidationError", 400)
        assert error.message == "Endpoint absent of account 123456789012 not found."

    async def test_removed(self) -> None:
        router = _router(Share(1.0, (_route("A", 1),)))
        router.remove("boston")
        assert (await _refused(router)).message == "Endpoint boston of account 123456789012 not found."

    async def test_its_name_is_case_sensitive(self) -> None:
        assert "not found" in (await _refused(_router(Share(1.0, (_route("A", 1),))), "Boston")).message

    async def test_expected_after_a_restart(self) -> None:
        router = Router()
        router.expect("boston")
        waiting = [asyncio.create_task(router.dispatch("boston", None)) for _ in range(3)]
        done, _ = await asyncio.wait(waiting, timeout=0.05)
        assert not done
        threading.Thread(target=router.switch, args=("boston", routing(Share(1.0, (_route("A", 1),))))).start()
        assert [dispatch.route.variant for dispatch in await asyncio.gather(*waiting)] == ["A", "A", "A"]

    async def test_expected_and_then_removed(self) -> None:
        router = Router()
        router.expect("boston")
        waiting = asyncio.create_task(router.dispatch("boston", None))
        await turn()
        router.remove("boston")
        with pytest.raises(AwsError, match="Endpoint boston of account 123456789012 not found"):
            await waiting

    async def test_expected_in_vain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_EXPECTED_SECONDS", 0.01)
        router = Router()
        router.expect("boston")
        error = await _refused(router)
        assert (error.code, error.status) == ("ServiceUnavailable", 503)


async def test_a_model_stays_until_its_last_request_has_been_answered() -> None:
    route = _route("A", 1)
    router = _router(Share(1.0, (route,)))
    held = [await router.dispatch("boston", None), await router.dispatch("boston", None)]
    router.remove("boston")
    unloading = threading.Thread(target=route.model.wait_until_idle, daemon=True)
    unloading.start()
    for dispatch in held:
        unloading.join(0.02)
        assert unloading.is_alive()
        dispatch.route.model.release()
    unloading.join(DEADLINE_SECONDS)
    assert not unloading.is_alive()
