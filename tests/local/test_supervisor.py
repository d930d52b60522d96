"""Jobs that wait for their turn, when the disk has no room to write that down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.local.full_disk import full_disk
from tests.local.training import request
from tui.local.errors import AwsError
from tui.local.jobs.states import Phase, Status
from tui.local.jobs.supervisor import Supervisor
from tui.local.jobs.table import JobTable
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "store.sqlite")) as opened:
        yield opened


@pytest.fixture
def supervisor(store: Store, tmp_path: Path) -> Iterator[Supervisor]:
    """One that has no place for any job."""
    settings = Settings(tmp_path, phase_seconds=0)
    with closing(Supervisor(settings, store, ObjectStore(store, settings), Logs(store))) as made:
        made.capacity = 0
        yield made


def test_a_job_that_came_while_the_disk_was_full_can_be_stopped_later(supervisor: Supervisor, store: Store) -> None:
    jobs = JobTable(store)
    with store.write() as connection:
        jobs.insert(connection, "patient", "arn", request("patient"))
    with full_disk(), pytest.raises(AwsError, match="no room left on the disk"):
        supervisor.submit("patient")

    assert jobs.enter("patient", Phase.STOPPING)
    with full_disk(), pytest.raises(AwsError, match="no room left on the disk"):
        supervisor.stop("patient")
    supervisor.stop("patient")

    job = jobs.get("patient")
    assert job is not None
    assert job.status is Status.STOPPED
