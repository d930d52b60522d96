"""The work on all endpoints: one thread for each that is being deployed, resized, deleted or restored."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from tui.local.endpoints.deployment import Deployment, back_in_service
from tui.local.endpoints.rollout import Rollout
from tui.local.endpoints.serving import load_fleet, routing
from tui.local.endpoints.table import Endpoint, EndpointTable, Status
from tui.local.endpoints.workshop import Abandoned, Workshop
from tui.local.errors import AwsError
from tui.local.serving.fleet import LoadFailed
from tui.local.serving.hosting import Hosting
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags

_STOPPED = "stopped"
_FAILED = "failed, as its log tells,"
_NOT_CREATED = (
    "InternalServerError: the embedded SageMaker {} while it created this endpoint. Delete it and create it again."
)
_NOT_UPDATED = (
    "InternalServerError: the embedded SageMaker {} while it updated this endpoint, which is back on the endpoint "
    "configuration {}. Update it again."
)
_CLOSE_SECONDS = 2.0

_logger = logging.getLogger(__name__)


class Deployer:
    """Brings endpoints to the state that the store says they are on the way to.

    The work on one endpoint is done in the order it was asked for, that on different ones at the same time. All
    methods may be called from any thread.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        tags: Tags,
        hosting: Hosting,
        alarm_state: Callable[[str], str | None],
    ) -> None:
        self._store = store
        self._tags = tags
        self._shop = Workshop(EndpointTable(store), hosting.fleet, hosting.router, alarm_state, settings.phase_seconds)
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Callable[[Endpoint], None]]] = {}
        self._threads: set[threading.Thread] = set()

    def start(self) -> None:
        """Settle what a killed server left behind, and load the endpoints in service again in the background."""
        with self._store.write() as connection:
            settled = [self._settled(connection, found, _STOPPED) for found in self._shop.endpoints.all(connection)]
        for endpoint in settled:
            if endpoint is not None and endpoint.status is Status.IN_SERVICE:
                self._shop.router.expect(endpoint.name)
                self._submit(endpoint.arn, self._restore)

    def abandon(self) -> None:
        """Have all work end soon; the next start settles what it was about. What waits for a model waits on."""
        self._shop.closing.set()

    def close(self) -> None:
        """Wait for the abandoned work, once the models that it may wait for are closed."""
        with self._lock:
            threads = list(self._threads)
        deadline = time.monotonic() + _CLOSE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def deploy(self, arn: str, rollout: Rollout) -> None:
        """Bring an endpoint to its pending fleet; its status says Creating or Updating already."""

        def work(endpoint: Endpoint) -> None:
            assert endpoint.pending is not None
            Deployment(endpoint, endpoint.pending, rollout, self._shop).run()

        self._submit(arn, work)

    def resize(self, arn: str) -> None:
        """Give the variants of an endpoint the capacity they are to have; its status says Updating already."""
        self._submit(arn, self._resize)

    def delete(self, arn: str) -> None:
        """End an endpoint whose status says Deleting already."""
        self._submit(arn, self._delete)

    def _submit(self, arn: str, work: Callable[[Endpoint], None]) -> None:
        with self._lock:
            queue = self._queues.setdefault(arn, deque())
            queue.append(work)
            if len(queue) == 1:
                thread = threading.Thread(target=self._work, args=(arn, queue), name=f"endpoint {arn}", daemon=True)
                self._threads.add(thread)
                thread.start()

    def _work(self, arn: str, queue: deque[Callable[[Endpoint], None]]) -> None:
        """Do what is in an endpoint's queue, until there is no more."""
        more = True
        while more:
            try:
                self._do(arn, queue[0])
            except Abandoned:
                return
            with self._lock:
                queue.popleft()
                more = bool(queue)
                if not more:
                    del self._queues[arn]
                    self._threads.discard(threading.current_thread())

    def _do(self, arn: str, work: Callable[[Endpoint], None]) -> None:
        try:
            endpoint = self._shop.endpoints.get(arn)
            if endpoint is None:
                raise LookupError(f"there is no endpoint {arn}")
            work(endpoint)
        except Abandoned:
            raise
        except Exception:
            _logger.exception("the work on %s failed", arn)
            self._shop.keep_trying(lambda: self._settle(arn))

    def _settle(self, arn: str) -> None:
        """Have an endpoint say that the work on it failed, unless it says so already."""
        with self._store.write() as connection:
            endpoint = self._shop.endpoints.find(connection, arn)
            if endpoint is not None:
                self._settled(connection, endpoint, _FAILED)

    def _settled(self, connection: sqlite3.Connection, endpoint: Endpoint, did: str) -> Endpoint | None:
        """An endpoint that nobody works on any more because of what the server did; None if it is gone."""
        match endpoint.status:
            case Status.DELETING:
                self._forget(connection, endpoint)
                return None
            case Status.CREATING:
                endpoint = replace(endpoint, status=Status.FAILED, failure_reason=_NOT_CREATED.format(did))
            case Status.UPDATING | Status.ROLLING_BACK:
                assert endpoint.active is not None
                endpoint = back_in_service(endpoint, _NOT_UPDATED.format(did, endpoint.active.config_name))
            case _:
                return endpoint
        self._shop.endpoints.save(connection, endpoint)
        return endpoint

    def _restore(self, endpoint: Endpoint) -> None:
        """Load what an endpoint served when the server stopped."""
        assert endpoint.active is not None
        try:
            loaded = load_fleet(endpoint.name, endpoint.active, self._shop.models)
        except (LoadFailed, OSError, AwsError) as error:
            reason = f"After a restart of the embedded SageMaker: {error}"
            self._shop.router.remove(endpoint.name)
            self._shop.change(endpoint.arn, lambda endpoint: _not_restored(endpoint, reason))
            return
        self._shop.in_service[endpoint.arn] = loaded
        self._shop.router.switch(endpoint.name, routing(loaded))

    def _resize(self, endpoint: Endpoint) -> None:
        loaded = self._shop.in_service.get(endpoint.arn)
        if loaded is None:
            self._shop.change(endpoint.arn, lambda endpoint: replace(endpoint, status=Status.FAILED))
            return
        assert endpoint.active is not None
        self._shop.linger()
        resized = loaded.resized(endpoint.active.as_desired().settled())
        self._shop.in_service[endpoint.arn] = resized
        self._shop.router.switch(endpoint.name, routing(resized))
        self._shop.change(
            endpoint.arn,
            lambda endpoint: replace(endpoint, status=Status.IN_SERVICE, failure_reason=None, active=resized.fleet),
        )

    def _delete(self, endpoint: Endpoint) -> None:
        self._shop.router.remove(endpoint.name)
        loaded = self._shop.in_service.pop(endpoint.arn, None)
        if loaded is not None:
            loaded.unload(self._shop.models)
        self._shop.linger()

        def forget() -> None:
            with self._store.write() as connection:
                self._forget(connection, endpoint)

        self._shop.keep_trying(forget)

    def _forget(self, connection: sqlite3.Connection, endpoint: Endpoint) -> None:
        self._shop.endpoints.delete(connection, endpoint.arn)
        self._tags.forget(connection, endpoint.arn)


def _not_restored(endpoint: Endpoint, reason: str) -> Endpoint:
    """An endpoint without models: Failed, unless somebody has asked for a change that decides what becomes of it."""
    status = Status.FAILED if endpoint.status is Status.IN_SERVICE else endpoint.status
    return replace(endpoint, status=status, failure_reason=reason)
