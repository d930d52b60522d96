"""The serving side on its own, without a control plane: models by name, endpoints by hand, plain boto3 in front."""

from __future__ import annotations

import asyncio
import functools
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import uvicorn
from botocore.config import Config
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from tests.local import container_runs
from tests.local.training import LINEAR, XGBOOST, regression_csv
from tui.local.cloudwatch.metrics import Metric, MetricStore
from tui.local.cloudwatch.rollups import Window
from tui.local.errors import AwsError
from tui.local.jobs.artifacts import write_archive
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.serving.fleet import LoadedModel, ModelSpec, log_group_of
from tui.local.serving.hosting import Hosting
from tui.local.serving.routing import Route, Routing, Share
from tui.local.settings import Settings
from tui.local.store import Store

BUCKET = "models"
IMAGES = {"xgboost": XGBOOST, "linear-learner": LINEAR}
DEADLINE_SECONDS = 60


@functools.cache
def artifacts() -> Mapping[str, bytes]:
    """A `model.tar.gz` of each algorithm, trained once by its container."""
    with tempfile.TemporaryDirectory(prefix="artifacts-") as folder:
        return {name: path.read_bytes() for name, path in train_artifacts(Path(folder)).items()}


def train_artifacts(folder: Path) -> dict[str, Path]:
    """A `model.tar.gz` of each algorithm, trained on the same two features."""
    runs = {
        "xgboost": ("1.7-1", {"objective": "reg:squarederror", "num_round": 5}, ("train",)),
        "linear-learner": ("1", {"predictor_type": "regressor", "epochs": 2, "num_models": 1}, ("train",)),
    }
    archives = {}
    for name, (version, hyperparameters, channels) in runs.items():
        data = {channel: regression_csv(100) for channel in channels}
        host = container_runs.run(folder / name, name, version, hyperparameters, data=data)
        assert host.process.exitcode == 0, host.lines
        archives[name] = folder / f"{name}.tar.gz"
        write_archive(folder / name / "model", archives[name])
    return archives


@dataclass(frozen=True, slots=True)
class Stage:
    """Hosting with everything it needs, behind a port."""

    folder: Path
    objects: ObjectStore
    logs: Logs
    metrics: MetricStore
    hosting: Hosting
    url: str
    _clients: dict[str, Any] = field(default_factory=dict)

    def new_client(self) -> Any:
        """A boto3 client of the runtime that tries once."""
        session: Any = boto3.session.Session()
        return session.client(
            "sagemaker-runtime",
            endpoint_url=self.url,
            aws_access_key_id="AKIA",
            aws_secret_access_key="secret",
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=1),
        )

    @property
    def runtime(self) -> Any:
        """The client that tests share."""
        if "runtime" not in self._clients:
            self._clients["runtime"] = self.new_client()
        return self._clients["runtime"]

    def load(self, endpoint: str, variant: str, algorithm: str = "xgboost", **members: Any) -> LoadedModel:
        """Load the trained model of an algorithm for a variant."""
        given = {"image": IMAGES[algorithm], "model_data_url": f"s3://{BUCKET}/{algorithm}.tar.gz", "environment": {}}
        return self.hosting.fleet.load(ModelSpec(endpoint=endpoint, variant=variant, **(given | members)))

    def serve(self, endpoint: str, weights: Mapping[str, float], **models: LoadedModel) -> dict[str, LoadedModel]:
        """Route an endpoint to variants with these weights; those without a model get the XGBoost one."""
        loaded = {variant: models.get(variant) or self.load(endpoint, variant) for variant in weights}
        routes = tuple(Route(variant, weight, loaded[variant]) for variant, weight in weights.items())
        self.hosting.router.switch(endpoint, routing(Share(1.0, routes)))
        return loaded

    def invoke(self, endpoint: str, body: bytes = b"0.5,0.5", **members: Any) -> Any:
        """InvokeEndpoint with a CSV body, its answer with the `Body` read."""
        answer = self.runtime.invoke_endpoint(
            **({"EndpointName": endpoint, "ContentType": "text/csv", "Body": body} | members)
        )
        return answer | {"Body": answer["Body"].read()}

    def log_lines(self, endpoint: str, stream: str = "") -> list[str]:
        """The messages in the log group of an endpoint, or in one stream of it."""
        request = {"logGroupName": log_group_of(endpoint)} | ({"logStreamNamePrefix": stream} if stream else {})
        try:
            return [event["message"] for event in self.logs.filter_log_events(request)["events"]]
        except AwsError:  # there is no such group yet
            return []

    def total(self, metric: str, endpoint: str, variant: str, namespace: str = "AWS/SageMaker") -> float:
        """The sum of a metric of a variant over the last minutes; 0 when there is none."""
        dimensions = (("EndpointName", endpoint), ("VariantName", variant))
        summaries = self.metrics.summaries(Metric(namespace, metric, dimensions), self.recent())
        return sum(summary.total for summary in summaries.values())

    def recent(self) -> Window:
        """The last minutes as one period."""
        now = int(time.time()) // 60 * 60
        return Window(now - 600, now + 60, 660)


def routing(
    *shares: Share, capture: Mapping[str, Any] | None = None, counts: Mapping[str, int] | None = None
) -> Routing:
    """A routing whose other members do not matter."""
    return Routing(shares, capture, counts or {})


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """A stage for the length of the block, with the artifacts in its S3."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(folder)
    with closing(Store(folder / "store.sqlite")) as store:
        objects, logs, metrics = ObjectStore(store, settings), Logs(store), MetricStore(store)
        objects.create_bucket(BUCKET)
        for name, archive in artifacts().items():
            objects.put(BUCKET, f"{name}.tar.gz", [archive])
        with closing(Hosting(settings, objects, logs, metrics)) as hosting:
            hosting.start()
            with _listening(hosting) as url:
                yield Stage(folder, objects, logs, metrics, hosting, url)


@contextmanager
def _listening(hosting: Hosting) -> Iterator[str]:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            response = await hosting.handle(Request(scope, receive), "request-id")
            await response(scope, receive, send)

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(answer, http="h11", lifespan="off", log_config=None, access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
