"""Batch transform jobs as values: what they read and write, and how far they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui.resources.jobs import Job, job_members


@dataclass(frozen=True, slots=True)
class FilesDone:
    """How many input objects of a job have their output."""

    done: int
    total: int
    complete: bool = True
    """Whether all objects were counted; there may be more than one wants to list."""

    def __str__(self) -> str:
        return f"{self.done:,} of {self.total:,}{'' if self.complete else '+'}"


@dataclass(frozen=True, slots=True)
class TransformJob(Job):
    """One row of the list of transform jobs."""

    failure_reason: str = ""
    model: str = ""
    """Not in the service's list: known once the job was described."""

    files: FilesDone | None = None
    """Likewise, once its output was counted."""

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> TransformJob:
        """From an element of ListTransformJobs, or the answer of DescribeTransformJob."""
        return cls(**job_members("TransformJob", summary), failure_reason=summary.get("FailureReason", ""))


@dataclass(frozen=True, slots=True)
class TransformData:
    """Where a job reads and writes."""

    data_type: str
    """`S3Prefix` or `ManifestFile`."""

    input_uri: str
    output_uri: str
    since: float
    """What was written before this moment, in seconds since the epoch, is no output of the job."""


@dataclass(frozen=True, slots=True)
class TransformFile:
    """An input object of a job, and the object that it becomes."""

    name: str
    """The key relative to the input prefix."""

    bucket: str
    key: str
    size: int
    """Bytes."""

    output_bucket: str
    output_key: str
    output_size: int | None
    """None while there is no output, and for good where a record of the file failed."""


@dataclass(frozen=True, slots=True)
class TransformFiles:
    """The input objects of a job by name, and how many of them are done."""

    files: tuple[TransformFile, ...]
    done: FilesDone


@dataclass(frozen=True, slots=True)
class TransformJobDetail:
    """Everything DescribeTransformJob says that a person looks at; `description` is the whole answer."""

    job: TransformJob
    description: Mapping[str, Any]
    data: TransformData
    content_type: str
    compressed: bool
    split: str
    accept: str
    strategy: str
    """`MultiRecord`, `SingleRecord`, or empty for what the container wants."""

    max_payload: int | None
    max_concurrent: int | None
    input_filter: str
    output_filter: str
    joined: bool
    """Whether the output holds the input records as well."""

    instance_type: str
    instance_count: int
    started: float | None
    """When there were instances, from which on it costs."""

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> TransformJobDetail:
        """From the answer of DescribeTransformJob."""
        given, output = description["TransformInput"], description.get("TransformOutput", {})
        source = given["DataSource"]["S3DataSource"]
        processing = description.get("DataProcessing", {})
        resources = description.get("TransformResources", {})
        return cls(
            job=replace(TransformJob.from_summary(description), model=description["ModelName"]),
            description=description,
            data=TransformData(
                source.get("S3DataType", "S3Prefix"),
                source["S3Uri"],
                output.get("S3OutputPath", ""),
                description["CreationTime"],
            ),
            content_type=given.get("ContentType", ""),
            compressed=given.get("CompressionType", "None") == "Gzip",
            split=given.get("SplitType", "None"),
            accept=output.get("Accept", ""),
            strategy=description.get("BatchStrategy", ""),
            max_payload=description.get("MaxPayloadInMB"),
            max_concurrent=description.get("MaxConcurrentTransforms"),
            input_filter=processing.get("InputFilter", "$"),
            output_filter=processing.get("OutputFilter", "$"),
            joined=processing.get("JoinSource", "None") == "Input",
            instance_type=resources.get("InstanceType", ""),
            instance_count=resources.get("InstanceCount", 0),
            started=description.get("TransformStartTime"),
        )

    def billed_seconds(self, now: float) -> float | None:
        """What is paid for, of each instance: from the start to the end, or to now; None when it never started."""
        if self.started is None:
            return None
        return max(0.0, (now if self.job.ended is None else self.job.ended) - self.started)


def media_type(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def bucket_and_key(uri: str) -> tuple[str, str]:
    """The two parts of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def relative_names(prefix: str, keys: Iterable[str]) -> dict[str, str]:
    """What keys below a prefix are called in the output: relative to the folder that it names or lies in."""
    kept = [key for key in keys if not key.endswith("/")]
    folder = prefix.rstrip("/") + "/" if prefix else ""
    if not all(key.startswith(folder) for key in kept):
        folder = prefix[: prefix.rfind("/") + 1]
    return {key: key.removeprefix(folder) for key in kept}
