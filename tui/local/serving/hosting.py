"""The serving side of the embedded SageMaker, wired together: what loads models, and what answers with them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from tui.local.cloudwatch.metrics import MetricStore
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.serving import capture, journal
from tui.local.serving.capture import DataCapture
from tui.local.serving.fleet import ModelFleet
from tui.local.serving.invocation import operation_of
from tui.local.serving.journal import EndpointLogs, Writer
from tui.local.serving.metrics import InvocationMetrics, VariantMeter
from tui.local.serving.routing import Router
from tui.local.serving.runtime import Runtime
from tui.local.settings import Settings


class Hosting:
    """Models behind endpoints and the runtime API in front of them; the control plane moves `fleet` and `router`."""

    def __init__(self, settings: Settings, objects: ObjectStore, logs: Logs, metrics: MetricStore) -> None:
        self._writer = Writer(journal.INTERVAL_SECONDS)
        self._capture_writer = Writer(capture.INTERVAL_SECONDS)
        self.fleet = ModelFleet(settings, objects, EndpointLogs(logs, self._writer))
        self.router = Router()
        self._meter = VariantMeter(self.fleet, metrics)
        invocation_metrics = InvocationMetrics(metrics, self._writer)
        data_capture = DataCapture(objects, self._capture_writer)
        self._runtime = Runtime(self.fleet, self.router, invocation_metrics, data_capture)

    def start(self) -> None:
        """Get ready to load models."""
        for part in (self._writer, self._capture_writer, self.fleet, self._meter):
            part.start()

    def close(self) -> None:
        """End the models' process and write what is not written yet; call it after the last request."""
        for part in (self._meter, self.fleet, self._capture_writer, self._writer):
            part.close()

    def serves(self, request: Request) -> bool:
        """Whether a request is for the runtime API."""
        return operation_of(request) is not None

    async def handle(self, request: Request, request_id: str) -> Response:
        """The answer to a request that is for the runtime API."""
        return await self._runtime.handle(request, request_id)
