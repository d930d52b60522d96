"""The tuning operations of SageMaker: create, describe, list, stop and delete tuning jobs, list their training jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.jobs.supervisor import Supervisor
from tui.local.listing import Condition, Listing
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.training import TrainingJobs
from tui.local.tuning.definitions import read_definitions
from tui.local.tuning.requests import accepted_request, check_request, check_total, training_template
from tui.local.tuning.run import Laboratory, Plan
from tui.local.tuning.scheduler import Scheduler
from tui.local.tuning.table import (
    CHILDREN,
    TABLE,
    UNFINISHED,
    TuningJob,
    TuningTable,
    child_of,
    tallies_of,
    tuning_job_of,
)
from tui.local.tuning.views import child_summary, description, summary
from tui.local.tuning.warm_start import read_parents

MAX_TUNING_JOBS = 100
"""The quota of tuning jobs in progress."""

_LISTING = Listing(
    "ListHyperParameterTuningJobs",
    TABLE,
    {"Name": "name", "CreationTime": "creation_time", "Status": "status"},
    sort_by="Name",
    descending=False,
)
_CHILD_LISTING = Listing(
    "ListTrainingJobsForHyperParameterTuningJob",
    CHILDREN,
    {"Name": "name", "CreationTime": "creation_time", "Status": "status", "FinalObjectiveMetricValue": "objective"},
    sort_by="Name",
    descending=False,
)


class TuningJobs:
    """The control plane of tuning jobs; the scheduler does the work."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        objects: ObjectStore,
        tags: Tags,
        *,
        training: TrainingJobs,
        supervisor: Supervisor,
    ) -> None:
        self._settings = settings
        self._store = store
        self._objects = objects
        self._tags = tags
        self._table = TuningTable(store)
        self._scheduler = Scheduler(Laboratory(store, self._table, tags, training, supervisor))

    def start(self) -> None:
        """Settle what a killed server left behind; before the supervisor does the same for training jobs."""
        self._scheduler.start()

    def close(self) -> None:
        """Launch no more training jobs, and fail what is in progress; before the supervisor is closed."""
        self._scheduler.close()

    def create_hyper_parameter_tuning_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a request and start the tuning job; it is in the store before the answer."""
        accepted = accepted_request(request)
        definitions = read_definitions(accepted)
        templates = [training_template(definition, self._settings, self._objects) for definition in definitions]
        check_request(accepted, definitions)
        name = accepted["HyperParameterTuningJobName"]
        arn = self._settings.arn("hyper-parameter-tuning-job", name)
        parents = None
        with self._store.write() as connection:
            if self._table.unfinished(connection) >= MAX_TUNING_JOBS:
                raise AwsError(
                    "ResourceLimitExceeded",
                    "The account-level service limit 'Maximum number of tuning jobs in progress' is "
                    f"{MAX_TUNING_JOBS}. Wait until one has ended, or stop one.",
                )
            if "WarmStartConfig" in accepted:
                parents = read_parents(connection, self._table, accepted, definitions)
                check_total(accepted, parents.jobs)
            try:
                self._table.insert(connection, name, arn, accepted)
            except sqlite3.IntegrityError:
                raise AwsError(
                    "ResourceInUse",
                    "Hyperparameter tuning job names must be unique within an AWS account and region, and a "
                    f"hyperparameter tuning job with this name already exists ({arn})",
                ) from None
            self._tags.register(connection, arn, request.get("Tags", ()))
            job = self._existing(connection, name)
        plans = [Plan(definition, template) for definition, template in zip(definitions, templates, strict=True)]
        self._scheduler.submit(job, plans, parents)
        return {"HyperParameterTuningJobArn": arn}

    def describe_hyper_parameter_tuning_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about one tuning job."""
        with self._store.read() as connection:
            job = self._existing(connection, request["HyperParameterTuningJobName"])
            return description(connection, job)

    def list_hyper_parameter_tuning_jobs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of summaries, by name by default."""
        rows, token = _LISTING.page(self._store, request)
        jobs = [tuning_job_of(row) for row in rows]
        with self._store.read() as connection:
            tallies = tallies_of(connection, [job.name for job in jobs])
        summaries = [summary(job, tallies[job.name]) for job in jobs]
        return {"HyperParameterTuningJobSummaries": summaries, "NextToken": token}

    def list_training_jobs_for_hyper_parameter_tuning_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of a tuning job's training jobs, by name by default; by objective, only those that have one."""
        name = request["HyperParameterTuningJobName"]
        with self._store.read() as connection:
            self._existing(connection, name)
        where: list[Condition] = [("tuning = ?", [name])]
        if request.get("SortBy") == "FinalObjectiveMetricValue":
            where.append(("objective IS NOT NULL", []))
        rows, token = _CHILD_LISTING.page(self._store, request, where)
        return {"TrainingJobSummaries": [child_summary(child_of(row)) for row in rows], "NextToken": token}

    def stop_hyper_parameter_tuning_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a tuning job, and all its training jobs, to stop."""
        name = request["HyperParameterTuningJobName"]
        if not self._table.stop(name):
            with self._store.read() as connection:
                job = self._existing(connection, name)
            raise validation_error(
                f"The request was rejected because the hyperparameter tuning job is in status {job.status}."
            )
        self._scheduler.wake(name)
        return {}

    def delete_hyper_parameter_tuning_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Forget a tuning job that has ended, which frees its name; its training jobs stay."""
        with self._store.write() as connection:
            job = self._existing(connection, request["HyperParameterTuningJobName"])
            if job.status in UNFINISHED:
                raise AwsError(
                    "ResourceInUse",
                    f"The hyperparameter tuning job {job.name} is in status {job.status} and cannot be deleted. Stop "
                    "it first.",
                )
            self._table.delete(connection, job.name)
            self._tags.forget(connection, job.arn)
        return {}

    def _existing(self, connection: sqlite3.Connection, name: str) -> TuningJob:
        job = self._table.find(connection, name)
        if job is None:
            raise AwsError(
                "ResourceNotFound", f"Amazon SageMaker can't find a tuning job called {name}. Type another name."
            )
        return job
