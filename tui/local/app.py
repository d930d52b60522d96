"""The embedded SageMaker as an ASGI application: every service wired together behind one gate."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tui.local.autoscaling import AutoScaling
from tui.local.cbor_protocol import CborProtocol
from tui.local.cloudwatch.alarms import Alarms
from tui.local.cloudwatch.host_meter import HostMeter
from tui.local.cloudwatch.metrics import MetricStore
from tui.local.cloudwatch.operations import Metrics
from tui.local.endpoint_configs import EndpointConfigs
from tui.local.endpoints.api import Endpoints
from tui.local.endpoints.deployer import Deployer
from tui.local.errors import AwsError
from tui.local.gate import QUERY, Caller, Dialect, Gate, caller_of, dialect_of
from tui.local.identity import Iam, Sts
from tui.local.jobs.supervisor import Supervisor
from tui.local.json_protocol import JsonProtocol
from tui.local.log_live_tail import LiveTail
from tui.local.logs import Logs
from tui.local.models import Models
from tui.local.protocol import Service, internal_failure, read_body, unsupported
from tui.local.query_protocol import QueryProtocol
from tui.local.s3.api import S3
from tui.local.s3.objects import ObjectStore
from tui.local.search import Search
from tui.local.search_subjects import SUBJECTS
from tui.local.serving.hosting import Hosting
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.training import TrainingJobs
from tui.local.transform.operations import TransformJobs
from tui.local.transform.supervisor import TransformSupervisor
from tui.local.tuning.api import TuningJobs

_logger = logging.getLogger(__name__)


class LocalAws:
    """All services of one embedded SageMaker; started before the first request, closed after the last."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self._gate = gate
        self._store = Store(settings.data / "store.sqlite")
        objects = ObjectStore(self._store, settings)
        logs = Logs(self._store)
        tags = Tags(self._store)
        metrics = MetricStore(self._store)
        self._supervisor = Supervisor(settings, self._store, objects, logs)
        training = TrainingJobs(settings, self._store, objects, tags, self._supervisor)
        self._tuning = TuningJobs(settings, self._store, objects, tags, training=training, supervisor=self._supervisor)
        models = Models(settings, self._store, objects, tags)
        configs = EndpointConfigs(settings, self._store, tags)
        search = Search(self._store, tags, SUBJECTS)
        alarms = Alarms(self._store, metrics)
        self._hosting = Hosting(settings, objects, logs, metrics)
        self._deployer = Deployer(settings, self._store, tags, self._hosting, alarms.state)
        endpoints = Endpoints(settings, self._store, tags, self._deployer, alarms.state)
        self._transforms = TransformSupervisor(settings, self._store, objects, logs, HostMeter(metrics))
        transforms = TransformJobs(settings, self._store, objects, tags, self._transforms)
        self._s3 = S3(objects)
        self._live_tail = LiveTail(logs)
        cloudwatch = Service("cloudwatch", (Metrics(metrics), alarms), "ValidationError")
        self._cbor = CborProtocol((cloudwatch,))
        self._json = JsonProtocol(
            (
                Service(
                    "sagemaker",
                    (training, self._tuning, models, configs, endpoints, transforms, search, tags),
                    "ValidationException",
                ),
                Service("logs", (logs,), "InvalidParameterException"),
                Service("application-autoscaling", (AutoScaling(),), "ValidationException"),
                cloudwatch,
            )
        )
        self._query = QueryProtocol(
            (
                Service("sts", (Sts(),), "ValidationError"),
                Service("iam", (Iam(settings),), "ValidationError"),
                cloudwatch,
            )
        )

    def start(self) -> None:
        """Settle what a killed server left behind and get ready to train and serve."""
        self._tuning.start()
        self._supervisor.start()
        self._transforms.start()
        self._hosting.start()
        self._deployer.start()

    def close(self) -> None:
        """Stop the jobs, then close the store they report to."""
        self._tuning.close()
        self._supervisor.close()
        self._transforms.close()
        self._deployer.abandon()
        self._hosting.close()
        self._deployer.close()
        self._store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; neither a client that hangs up nor a server that stops meanwhile is an error."""
        request = Request(scope, receive)
        try:
            response = await self._response(request)
            if response.status_code >= 400 and "expect" in request.headers:
                # The client may hold its body back for good: what comes next could not be told from it.
                response.headers["connection"] = "close"
            await response(scope, receive, send)
        except ClientDisconnect:
            _logger.debug("the client of %s %s hung up", request.method, request.url.path)
        except asyncio.CancelledError:
            _logger.debug("the server stopped during %s %s", request.method, request.url.path)

    async def _response(self, request: Request) -> Response:
        request_id = str(uuid4())
        caller = caller_of(request)
        dialect = dialect_of(request, caller)
        try:
            admitted = self._gate.admit(request, caller, dialect)
            return await self._served(request, admitted, dialect, request_id)
        except AwsError as error:
            return dialect.error(error, request_id)
        except ClientDisconnect:
            raise
        except Exception as error:
            _logger.exception("%s %s failed", request.method, request.url.path)
            return dialect.error(internal_failure(error), request_id)

    async def _served(self, request: Request, caller: Caller, dialect: Dialect, request_id: str) -> Response:
        match caller.service:
            case "s3":
                return await self._s3.handle(request)
            case "logs" if request.headers.get("x-amz-target", "").endswith(".StartLiveTail"):
                return await self._live_tail.handle(request, request_id)
            case "sagemaker" | "logs" | "application-autoscaling" as service if "x-amz-target" in request.headers:
                return await self._json.handle(request, service, request_id)
            case "sagemaker" if self._hosting.serves(request):
                return await self._hosting.handle(request, request_id)
            case "monitoring":
                return await self._cloudwatch_protocol(request).handle(request, "cloudwatch", request_id)
            case "sts" | "iam" as service:
                return await self._query.handle(request, service, request_id)
            case service:
                raise unsupported(await _operation(request, dialect), service)

    def _cloudwatch_protocol(self, request: Request) -> CborProtocol | JsonProtocol | QueryProtocol:
        """The protocol of a client of CloudWatch: there are three."""
        if "smithy-protocol" in request.headers:
            return self._cbor
        return self._json if "x-amz-target" in request.headers else self._query


async def _operation(request: Request, dialect: Dialect) -> str:
    """The name under which a request asks for something nobody here serves."""
    if target := request.headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    if dialect is QUERY:
        form = parse_qs((await read_body(request)).decode(errors="replace"))
        return form.get("Action", ["an operation without a name"])[0]
    return f"{request.method} {request.url.path}"
