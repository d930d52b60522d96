"""One deployment: a new fleet is loaded, gets the endpoint's traffic step by step, and keeps it or gives it back."""

from __future__ import annotations

import time
from dataclasses import replace

from tui.local.endpoints.fleets import Fleet, Stage
from tui.local.endpoints.rollout import Rollout
from tui.local.endpoints.serving import LoadedFleet, load_fleet, routing
from tui.local.endpoints.table import Endpoint, Status
from tui.local.endpoints.workshop import Abandoned, Workshop
from tui.local.errors import AwsError
from tui.local.serving.fleet import LoadFailed

_UNEXPECTED = "InternalServerError: We encountered an internal error. Please try again."

_WATCH_SECONDS = 0.5
"""How often the alarms are looked at."""


class _RolledBack(Exception):
    """Ends a deployment whose fleet could serve but is not to; the text is the FailureReason."""


class Deployment:
    """The way of one endpoint to its pending fleet, in the thread that calls `run`."""

    def __init__(self, endpoint: Endpoint, fleet: Fleet, rollout: Rollout, shop: Workshop) -> None:
        self._endpoint = endpoint
        self._fleet = fleet
        self._rollout = rollout
        self._shop = shop
        self._deadline = time.monotonic() + rollout.timeout_seconds
        self._old = shop.in_service.get(endpoint.arn)
        self._new: LoadedFleet | None = None
        self._fraction = 0.0

    def run(self) -> None:
        """Take the endpoint to service with the new fleet; else back to the old one, or to Failed if there is none."""
        failure: str | None = _UNEXPECTED
        try:
            self._deploy()
            failure = None
        except Abandoned:
            failure = None
            raise
        except (LoadFailed, _RolledBack) as reason:
            failure = str(reason)
        except (OSError, AwsError) as error:
            failure = (
                f"InternalServerError: the embedded SageMaker could not work in its data folder: {error}. Make room on "
                "the disk and deploy again."
            )
        finally:
            if failure is not None:
                self._roll_back(failure)
        superseded = self._old if failure is None else self._new
        if superseded is not None:
            superseded.unload(self._shop.models)

    def _deploy(self) -> None:
        self._shop.linger()
        self._new = load_fleet(self._endpoint.name, self._fleet, self._shop.models)
        for fraction in self._rollout.steps:
            self._enter(Stage.ACTIVATING_TRAFFIC)
            self._watch(0)
            self._route(fraction)
            self._shop.linger()
            self._enter(Stage.BAKING)
            self._watch(self._rollout.bake_seconds)
        if self._rollout.termination_seconds:
            self._shop.change(self._endpoint.arn, _old_fleet_goes)
            self._shop.pause(self._rollout.termination_seconds)
        self._shop.in_service[self._endpoint.arn] = self._new
        self._shop.change(self._endpoint.arn, _in_service)

    def _enter(self, stage: Stage) -> None:
        """Write down what happens to the new fleet."""
        pending = self._fleet.at(stage, time.time())
        self._shop.change(self._endpoint.arn, lambda endpoint: replace(endpoint, pending=pending))

    def _route(self, fraction: float) -> None:
        assert self._new is not None
        self._fraction = fraction
        self._shop.router.switch(self._endpoint.name, routing(self._new, self._old, fraction))

    def _watch(self, seconds: float) -> None:
        """Wait, with an eye on the alarms and on the time."""
        end = time.monotonic() + seconds
        while True:
            self._check()
            left = end - time.monotonic()
            if left <= 0:
                return
            self._shop.pause(min(left, _WATCH_SECONDS))

    def _check(self) -> None:
        if time.monotonic() > self._deadline:
            raise _RolledBack(
                f"The deployment exceeded its MaximumExecutionTimeoutInSeconds of {self._rollout.timeout_seconds}."
            )
        for name in self._rollout.alarms:
            state = self._shop.alarm_state(name)
            if state == "ALARM":
                raise _RolledBack(f"The alarm {name} of AutoRollbackConfiguration is in state ALARM.")
            if state is None:
                raise _RolledBack(f"The alarm {name} of AutoRollbackConfiguration does not exist any more.")

    def _roll_back(self, reason: str) -> None:
        """Undo what has been done; the endpoint tells why."""
        if self._old is not None:
            self._shop.change(self._endpoint.arn, lambda endpoint: replace(endpoint, status=Status.ROLLING_BACK))
            self._shop.linger()
            for fraction in self._rollout.steps_back(self._fraction):
                self._route(fraction)
                self._shop.linger()
        elif self._new is not None:
            self._shop.router.remove(self._endpoint.name)

        def settled(endpoint: Endpoint) -> Endpoint:
            if self._old is None:
                return replace(endpoint, status=Status.FAILED, failure_reason=reason)
            return back_in_service(endpoint, reason)

        self._shop.change(self._endpoint.arn, settled)


def back_in_service(endpoint: Endpoint, reason: str) -> Endpoint:
    """An endpoint that stays with the fleet it has, because of what happened to the change it was about to make."""
    assert endpoint.active is not None
    active = endpoint.active.unchanged().settled()
    return replace(
        endpoint, status=Status.IN_SERVICE, failure_reason=reason, active=active, pending=None, pending_time=None
    )


def _old_fleet_goes(endpoint: Endpoint) -> Endpoint:
    assert endpoint.pending is not None
    active = None if endpoint.active is None else endpoint.active.at(Stage.DELETING, time.time())
    return replace(endpoint, active=active, pending=endpoint.pending.settled())


def _in_service(endpoint: Endpoint) -> Endpoint:
    assert endpoint.pending is not None
    return replace(
        endpoint,
        status=Status.IN_SERVICE,
        failure_reason=None,
        active=endpoint.pending.settled(),
        pending=None,
        pending_time=None,
    )
