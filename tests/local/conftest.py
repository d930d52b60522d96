"""Fixtures for the tests of the embedded SageMaker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.server import LocalServer, run_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One server for the whole session, on a fresh data folder; tests choose names that are their own."""
    with run_server(tmp_path_factory.mktemp("local") / "data") as running:
        yield running
