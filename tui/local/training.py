"""The training operations of SageMaker: create, describe, list, stop and delete training jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.jobs.states import UNFINISHED, Phase
from tui.local.jobs.supervisor import Supervisor
from tui.local.jobs.table import Job, JobTable, job_of
from tui.local.listing import Listing
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.training_requests import accepted_request
from tui.local.training_views import description, summary

_LISTING = Listing(
    "ListTrainingJobs", "training_jobs", {"Name": "name", "CreationTime": "creation_time", "Status": "status"}
)


class TrainingJobs:
    """The control plane of training jobs; the supervisor does the work."""

    def __init__(
        self, settings: Settings, store: Store, objects: ObjectStore, tags: Tags, supervisor: Supervisor
    ) -> None:
        self._settings = settings
        self._store = store
        self._objects = objects
        self._tags = tags
        self._supervisor = supervisor
        self._jobs = JobTable(store)

    def create_training_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a request and start the job; the job is in the store before the answer."""
        accepted = accepted_request(request, self._settings, self._objects)
        with self._store.write() as connection:
            arn = self.insert(connection, accepted, request.get("Tags", ()))
        self._supervisor.submit(accepted["TrainingJobName"])
        return {"TrainingJobArn": arn}

    def insert(
        self, connection: sqlite3.Connection, accepted: Mapping[str, Any], tags: Iterable[Mapping[str, str]]
    ) -> str:
        """Add a job with an accepted request, and answer its ARN; the supervisor gets it after the transaction.

        Raises AwsError: ResourceInUse when the name is taken, ValidationException for bad tags.
        """
        name = accepted["TrainingJobName"]
        arn = self._settings.arn("training-job", name)
        try:
            self._jobs.insert(connection, name, arn, accepted)
        except sqlite3.IntegrityError:
            raise AwsError(
                "ResourceInUse",
                "Training job names must be unique within an AWS account and region, and a training job with this "
                f"name already exists ({arn})",
            ) from None
        self._tags.register(connection, arn, tags)
        return arn

    def describe_training_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about one job."""
        return description(_existing(self._jobs.get(request["TrainingJobName"])))

    def list_training_jobs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of summaries, newest first by default; no job here has a warm pool or a training plan."""
        if "WarmPoolStatusEquals" in request or "TrainingPlanArnEquals" in request:
            return {"TrainingJobSummaries": []}
        rows, token = _LISTING.page(self._store, request)
        return {"TrainingJobSummaries": [summary(job_of(row)) for row in rows], "NextToken": token}

    def stop_training_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a job to stop; what its algorithm saves within the grace period is kept."""
        name = request["TrainingJobName"]
        if not self.stop(name):
            job = _existing(self._jobs.get(name))
            raise validation_error(f"The request was rejected because the training job is in status {job.status}.")
        return {}

    def stop(self, name: str) -> bool:
        """Ask a job to stop; False when there is none of this name in progress."""
        asked = self._jobs.enter(name, Phase.STOPPING)
        self._supervisor.stop(name)  # even if it was asked before: the disk may have been full then
        return asked

    def delete_training_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Forget a job that has ended, which frees its name; its artifacts, logs and metrics stay."""
        with self._store.write() as connection:
            job = _existing(self._jobs.find(connection, request["TrainingJobName"]))
            if job.status in UNFINISHED:
                raise AwsError(
                    "ResourceInUse",
                    f"The training job {job.name} is in status {job.status} and cannot be deleted. Stop it first.",
                )
            self._jobs.delete(connection, job.name)
            self._tags.forget(connection, job.arn)
        return {}


def _existing(job: Job | None) -> Job:
    if job is None:
        raise validation_error("Requested resource not found.")
    return job
