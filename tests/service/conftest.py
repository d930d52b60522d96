"""A worker that is shared by the tests of a process, in front of a far side that each test scripts anew."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.local.server import LocalServer, run_server
from tests.local.transforms import make_model
from tests.service.counting_gateway import CountingGateway
from tests.service.stub_aws import StubAws, stub_aws
from tests.service.transform_road import FAST
from tests.waiting import eventually
from tui.service.budget import Budget, Rates
from tui.service.gateway import Gateway
from tui.service.logs import Logs
from tui.service.models import Models
from tui.service.training import Training
from tui.service.transform_results import TransformResults
from tui.service.transforms import Transforms
from tui.service.wire import Connection

UNHURRIED = Rates(listing=1e6, describing=1e6, logs=1e6, other=1e6)


@pytest.fixture(scope="session")
def _stub() -> Iterator[StubAws]:
    with stub_aws() as stub:
        yield stub


@pytest.fixture
def aws(_stub: StubAws) -> Iterator[StubAws]:
    """The far side, silent about everything."""
    _stub.begin()
    yield _stub
    _stub.release()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _gateway(_stub: StubAws) -> AsyncIterator[CountingGateway]:
    gateway = CountingGateway(Budget(UNHURRIED))
    await gateway.open(_stub.connection())
    yield gateway
    gateway.close()


@pytest_asyncio.fixture(loop_scope="session")
async def gateway(_gateway: CountingGateway, aws: StubAws) -> AsyncIterator[Gateway]:
    """An open gateway to the stub for tests in the session's loop; they must leave its worker alive.

    What a test has begun and not waited for is waited for here: what was asked later would be asked by the next one.
    """
    _gateway.budget = Budget(UNHURRIED)
    _gateway.timeout = 60.0
    before = asyncio.all_tasks()
    yield _gateway
    aws.release()
    ours = before | {asyncio.current_task()}
    await eventually(lambda: asyncio.all_tasks() - ours, "the end of the test's tasks", holds=lambda left: not left)
    await eventually(lambda: _gateway.owed, "answers to the test's requests", holds=lambda owed: not owed)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """An embedded SageMaker on a fresh data folder; tests choose names that are their own."""
    with run_server(tmp_path_factory.mktemp("embedded") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def _predicting(server: LocalServer) -> None:
    """The embedded SageMaker has a model that can predict."""
    make_model(server)


@pytest.fixture
def transforms(embedded: Gateway, _predicting: None) -> Transforms:
    """The transform jobs of the embedded SageMaker."""
    return Transforms(embedded, Logs(embedded, 0.05), lambda: FAST)


@pytest.fixture
def results(embedded: Gateway, _predicting: None) -> TransformResults:
    """What they have written, for tests without data sets."""

    def no_datasets() -> Any:
        raise AssertionError("nobody asked for data sets")

    training = Training(embedded, lambda: Logs(embedded, 0.05), lambda: FAST)
    return TransformResults(embedded, Models(embedded, lambda: FAST), training, no_datasets)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedded(server: LocalServer) -> AsyncIterator[Gateway]:
    """An open gateway to the embedded SageMaker, for tests in the session's loop."""
    gateway = Gateway(Budget(UNHURRIED))
    await gateway.open(Connection(None, server.region, server.url, server.access_key, server.secret_key))
    yield gateway
    gateway.close()


@pytest.fixture
def bucket(server: LocalServer, request: pytest.FixtureRequest) -> str:
    """A bucket of this test's own."""
    name = "test-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    server.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of an S3 that has what the embedded one does not, versions for example."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
