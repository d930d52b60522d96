"""What one embedded SageMaker is: its data folder, its account and its pace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REGION = "us-east-1"
"""The one region of the embedded SageMaker; ARNs, image URIs and the default bucket carry it."""

ACCOUNT = "123456789012"
"""The account number AWS uses in its own examples, so that nobody mistakes it for a real one."""

ROLE_NAME = "AmazonSageMaker-ExecutionRole-Local"
"""The one execution role that IAM lists, under the path `/service-role/`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where an embedded SageMaker keeps its state, and how slowly its jobs change phase."""

    data: Path
    """The data folder; it holds the store, the objects, the job folders and the lock."""

    phase_seconds: float = 1.0
    """The least time a job spends in each phase around training, so that a person sees them pass; 0 in tests."""

    @property
    def role_arn(self) -> str:
        """The ARN of the execution role."""
        return f"arn:aws:iam::{ACCOUNT}:role/service-role/{ROLE_NAME}"

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a SageMaker resource, e.g. `arn("training-job", "boston")`."""
        return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{name.lower()}"
