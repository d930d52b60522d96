"""One tuning job at work where no training job ever starts: its time limit, and a disk without room."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.local.full_disk import full_disk
from tests.local.shapes import mismatches
from tests.local.training import BUCKET
from tests.local.tuning import config, ranges, request
from tests.waiting import until
from tui.local.errors import AwsError
from tui.local.jobs.supervisor import Supervisor
from tui.local.logs import Logs
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.training import TrainingJobs
from tui.local.tuning.definitions import read_definitions
from tui.local.tuning.requests import accepted_request, training_template
from tui.local.tuning.run import INTERRUPTED, Laboratory, Plan
from tui.local.tuning.scheduler import Scheduler
from tui.local.tuning.table import Child, Status, TuningJob, TuningTable, children_of
from tui.local.tuning.views import search_record


class _Bench:
    """A laboratory on a fresh store, whose supervisor has no place for any training job."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(folder, phase_seconds=0)
        self.store = Store(folder / "store.sqlite")
        self._objects = ObjectStore(self.store, settings)
        self._objects.create_bucket(BUCKET)
        self._settings = settings
        tags = Tags(self.store)
        self.supervisor = Supervisor(settings, self.store, self._objects, Logs(self.store))
        self.supervisor.capacity = 0
        training = TrainingJobs(settings, self.store, self._objects, tags, self.supervisor)
        self.table = TuningTable(self.store)
        self._tags = tags
        self.scheduler = Scheduler(Laboratory(self.store, self.table, tags, training, self.supervisor))

    def close(self) -> None:
        self.scheduler.close()
        self.supervisor.close()
        self.store.close()

    def tune(self, age: float = 0.0, **limits: int) -> None:
        """Start a tuning job that was created some seconds ago, and wait for its training jobs."""
        settings = config(None, 2, Strategy="Grid", ParameterRanges=ranges(eta=["0.1", "0.2", "0.3"]))
        settings["ResourceLimits"] |= limits
        accepted = accepted_request(request("tuned", HyperParameterTuningJobConfig=settings))
        plans = [
            Plan(definition, training_template(definition, self._settings, self._objects))
            for definition in read_definitions(accepted)
        ]
        with self.store.write() as connection:
            arn = self._settings.arn("hyper-parameter-tuning-job", "tuned")
            self.table.insert(connection, "tuned", arn, accepted)
            self._tags.register(connection, arn)
        self.scheduler.submit(replace(self.job, creation_time=time.time() - age), plans, None)
        until(lambda: len(self.children) == 2, "both training jobs")

    @property
    def job(self) -> TuningJob:
        with self.store.read() as connection:
            job = self.table.find(connection, "tuned")
        assert job is not None
        return job

    @property
    def children(self) -> list[Child]:
        with self.store.read() as connection:
            return children_of(connection, "tuned")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[_Bench]:
    with closing(_Bench(tmp_path)) as made:
        yield made


def test_a_tuning_job_beyond_its_time_stops_its_training_jobs_and_completes(bench: _Bench) -> None:
    bench.tune(age=118, MaxRuntimeInSeconds=120)
    assert bench.job.status == "InProgress"
    until(lambda: bench.job.end_time, "the end of the tuning job")
    assert bench.job.status == "Completed"
    assert [child.status for child in bench.children] == ["Stopped", "Stopped"]


def test_a_tuning_job_that_cannot_stop_for_lack_of_room_stops_later(bench: _Bench) -> None:
    bench.tune()
    assert bench.table.stop("tuned")
    with full_disk():
        bench.scheduler.wake("tuned")
        with pytest.raises(AwsError, match="no room left on the disk"):
            bench.table.finish("tuned", Status.COMPLETED)
        meanwhile = time.monotonic() + 0.2
        until(lambda: time.monotonic() > meanwhile, "time to try, to fail, and to try again later")
        assert [child.status for child in bench.children] == ["InProgress", "InProgress"]
    until(lambda: bench.job.end_time, "the end of the tuning job")
    assert bench.job.status == "Stopped"
    assert [child.status for child in bench.children] == ["Stopped", "Stopped"]


def test_closing_ends_a_tuning_job_as_interrupted(bench: _Bench) -> None:
    bench.tune()
    bench.scheduler.close()
    assert bench.job.status == "Failed"
    assert bench.job.failure_reason == INTERRUPTED


def test_a_search_record_has_the_shape_that_search_answers_with(bench: _Bench) -> None:
    bench.tune()
    job = bench.job
    with bench.store.read() as connection:
        record = search_record(connection, job, [{"Key": "team", "Value": "boston"}])
    assert mismatches("sagemaker", "Search", {"Results": [{"HyperParameterTuningJob": record}]}) == []
    assert record["TrainingJobStatusCounters"]["InProgress"] == 2
    assert record["Tags"] == [{"Key": "team", "Value": "boston"}]
