"""The batch transform operations of SageMaker: create, describe, list and stop transform jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.listing import Listing
from tui.local.models import ModelTable, container_of, unknown_model
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.transform.requests import accepted_request
from tui.local.transform.supervisor import TransformSupervisor
from tui.local.transform.table import TABLE, TransformJob, TransformTable, description, job_of, summary

_LISTING = Listing("ListTransformJobs", TABLE, {"Name": "name", "CreationTime": "creation_time", "Status": "status"})


class TransformJobs:
    """The control plane of transform jobs; the supervisor does the work."""

    def __init__(
        self, settings: Settings, store: Store, objects: ObjectStore, tags: Tags, supervisor: TransformSupervisor
    ) -> None:
        self._settings = settings
        self._store = store
        self._objects = objects
        self._tags = tags
        self._supervisor = supervisor
        self._models = ModelTable(store)
        self._jobs = TransformTable(store)

    def create_transform_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a request and start the job, with the model as it is now."""
        model = self._models.get(request["ModelName"])
        if model is None:
            raise unknown_model(self._settings.arn("model", request["ModelName"]))
        role_arn = model.request.get("ExecutionRoleArn", self._settings.role_arn)
        accepted = accepted_request(request, role_arn, self._objects)
        name = accepted["TransformJobName"]
        arn = self._settings.arn("transform-job", name)
        with self._store.write() as connection:
            try:
                self._jobs.insert(connection, name, arn, accepted)
            except sqlite3.IntegrityError:
                raise AwsError(
                    "ResourceInUse",
                    "Job name must be unique within an AWS account and region, and a job with this name already "
                    f"exists ({arn})",
                ) from None
            self._tags.register(connection, arn, request.get("Tags", ()))
        self._supervisor.submit(name, accepted, container_of(model), role_arn)
        return {"TransformJobArn": arn}

    def describe_transform_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about one job."""
        return description(self._existing(request["TransformJobName"]))

    def list_transform_jobs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of summaries, newest first by default."""
        rows, token = _LISTING.page(self._store, request)
        return {"TransformJobSummaries": [summary(job_of(row)) for row in rows], "NextToken": token}

    def stop_transform_job(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a job to stop; the output of the objects it has finished stays."""
        name = request["TransformJobName"]
        if not self._jobs.ask_to_stop(name):
            job = self._existing(name)
            raise validation_error(f"The request was rejected because the transform job is in status {job.status}.")
        self._supervisor.stop(name)
        return {}

    def _existing(self, name: str) -> TransformJob:
        job = self._jobs.get(name)
        if job is None:
            raise validation_error(f"Could not find requested job with name: {name}")
        return job
