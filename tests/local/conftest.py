"""Fixtures for the tests of the embedded SageMaker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local import endpoints, serving, training, transforms
from tests.local.processes import MARK, Marked
from tests.local.server import LocalServer, run_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One server for the whole session, on a fresh data folder; tests choose names that are their own."""
    with run_server(tmp_path_factory.mktemp("local") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def s3(server: LocalServer) -> Any:
    return server.client("s3")


@pytest.fixture(scope="session")
def sagemaker(server: LocalServer) -> Any:
    return server.client("sagemaker")


@pytest.fixture(scope="session")
def training_data(server: LocalServer) -> None:
    """The channels of `tests.local.training.request` on the server."""
    training.upload_data(server)


@pytest.fixture(scope="session")
def transform_model(server: LocalServer) -> None:
    """The model of `tests.local.transforms` on the server."""
    transforms.make_model(server)


@pytest.fixture(scope="session")
def trained_artifacts() -> None:
    """Train before any process of a test is marked: what trains outlives the test."""
    serving.artifacts()


@pytest.fixture(scope="session")
def endpoint_models(server: LocalServer) -> None:
    """The models of `tests.local.endpoints` on the server."""
    endpoints.make_models(server)


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    """A bucket of the test's own."""
    name = "t-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Marked:
    """The processes of the servers that a test starts itself."""
    monkeypatch.setenv(MARK, str(tmp_path))
    return Marked(str(tmp_path))
