"""Which model answers an invocation: the traffic of every endpoint, switched between deployments at once."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from tui.local.errors import AwsError
from tui.local.serving.fleet import LoadedModel
from tui.local.settings import ACCOUNT

_T = TypeVar("_T")

_EXPECTED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Route:
    """One variant that invocations can go to."""

    variant: str
    weight: float
    """The variant's part of the traffic, relative to the others of its share."""

    model: LoadedModel
    shadow: bool = False
    """A shadow variant gets copies of requests, as many as its weight is of the production weights; nobody sees its
    answers."""


@dataclass(frozen=True, slots=True)
class Share:
    """One fleet of a deployment and its part of the endpoint's traffic."""

    fraction: float
    """1 for the only fleet; 0.9 and 0.1 while a canary runs."""

    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """How the traffic of one endpoint flows."""

    shares: tuple[Share, ...]
    """Their fractions sum to 1."""

    capture: Mapping[str, Any] | None
    """The DataCaptureConfig of the endpoint configuration."""

    instance_counts: Mapping[str, int]
    """How many instances each variant has on paper, for the metric InvocationsPerInstance."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Where one request goes. Its models are held: release them when they have answered."""

    route: Route
    shadows: tuple[Route, ...]
    routing: Routing


class Router:
    """The routings of all endpoints, for any thread.

    A model is held for a request under the same lock under which routings are switched. So once `switch` or `remove`
    has returned, no new request reaches a model that is not routed to any more, and those under way still finish.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._routings: dict[str, Routing] = {}
        self._expected: dict[str, Future[None]] = {}

    def switch(self, endpoint: str, routing: Routing) -> None:
        """Send all requests from now on this way."""
        with self._lock:
            self._routings[endpoint] = routing
            self._fulfil(endpoint)

    def expect(self, endpoint: str) -> None:
        """Let invocations of an endpoint that is being loaded again after a restart wait until it is switched."""
        with self._lock:
            self._expected.setdefault(endpoint, Future())

    def remove(self, endpoint: str) -> None:
        """Send no more requests to an endpoint; it is not found any more."""
        with self._lock:
            self._routings.pop(endpoint, None)
            self._fulfil(endpoint)

    def _fulfil(self, endpoint: str) -> None:
        expected = self._expected.pop(endpoint, None)
        if expected is not None:
            expected.set_result(None)

    async def dispatch(self, endpoint: str, target_variant: str | None) -> Dispatch:
        """Draw the variant for one request, by the shares' fractions and the weights within the share.

        Raises AwsError: ValidationError for an endpoint that is not in service, or a variant that it does not have;
        ServiceUnavailable when an expected endpoint does not come within a minute.
        """
        expected = self._expected.get(endpoint)
        if expected is not None:
            await asyncio.wait([asyncio.wrap_future(expected)], timeout=_EXPECTED_SECONDS)
            if not expected.done():
                raise AwsError(
                    "ServiceUnavailable", f"Endpoint {endpoint} is still being loaded after a restart. Try again.", 503
                )
        with self._lock:
            routing = self._routings.get(endpoint)
            if routing is None:
                raise AwsError("ValidationError", f"Endpoint {endpoint} of account {ACCOUNT} not found.")
            share = _drawn_share(endpoint, routing, target_variant)
            dispatch = Dispatch(_drawn_route(endpoint, share, target_variant), _drawn_shadows(share), routing)
            for route in (dispatch.route, *dispatch.shadows):
                route.model.hold()
        return dispatch


def _production(share: Share, target_variant: str | None) -> list[Route]:
    return [route for route in share.routes if not route.shadow and target_variant in (None, route.variant)]


def _drawn_share(endpoint: str, routing: Routing, target_variant: str | None) -> Share:
    shares = [share for share in routing.shares if _production(share, target_variant)]
    if not shares:
        variants = sorted({route.variant for share in routing.shares for route in _production(share, None)})
        raise AwsError(
            "ValidationError",
            f"Variant {target_variant} of endpoint {endpoint} not found. Its production variants are: "
            f"{', '.join(variants)}.",
        )
    return _drawn(shares, [share.fraction for share in shares]) or shares[0]


def _drawn_route(endpoint: str, share: Share, target_variant: str | None) -> Route:
    routes = _production(share, target_variant)
    if target_variant is not None:
        return routes[0]
    route = _drawn(routes, [route.weight for route in routes])
    if route is None:
        raise AwsError(
            "ValidationError",
            f"All variants of endpoint {endpoint} have the weight 0. Name one as TargetVariant, or give one a weight.",
        )
    return route


def _drawn_shadows(share: Share) -> tuple[Route, ...]:
    total = sum(route.weight for route in _production(share, None))
    shadows = (route for route in share.routes if route.shadow)
    return tuple(route for route in shadows if random.random() * total < route.weight)


def _drawn(candidates: Sequence[_T], weights: Sequence[float]) -> _T | None:
    return random.choices(candidates, weights)[0] if sum(weights) > 0 else None
