"""A tuning job, a transform job and an endpoint that failed, in an account that knows them and their logs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.panes.scripted import NOW
from tests.resources.endpoints import configure, describe, serving
from tests.resources.tuning import description, trial
from tui.resources.endpoints import Endpoint, EndpointDetail
from tui.resources.logs import LogSource, LogStream
from tui.resources.transform_failures import file_failures
from tui.resources.transforms import TransformJob, TransformJobDetail
from tui.resources.tuning import Trial, TuningJobDetail
from tui.service.endpoints import Endpoints
from tui.service.feed import Feed
from tui.service.logs import Logs
from tui.service.transforms import Failures, Transforms
from tui.service.tuning import Tuning

UPLOADED = (NOW - 3600) * 1000
"""When streams were last written to, in milliseconds."""


class Written(Logs):
    """Logs with these lines, by the name of the stream."""

    def __init__(self, streams: dict[str, list[str]], times: dict[str, float] | None = None) -> None:
        self.lines = streams
        self.times = times or {}
        self.read: list[str] = []

    async def streams(self, source: LogSource) -> list[LogStream]:
        return [
            LogStream(name, source.host(name), last=int(self.times.get(name, UPLOADED)))
            for name in self.lines
            if name.startswith(source.prefix)
        ]

    async def newest(self, source: LogSource, stream: str, count: int) -> list[str]:
        self.read.append(stream)
        return self.lines[stream][-count:]


def traceback(error: str, file: str = "train.py") -> list[str]:
    """A traceback as a container writes it."""
    return ["[INFO] begins", "Traceback (most recent call last):", f'  File "/opt/ml/code/{file}", line 7, in f', error]


HEADER = "AlgorithmError: framework error: \nNon-numeric value 'l' found in the header line, exit code: 1"
TUNING_REASON = (
    "No training job succeeded after 9 attempts. For additional details, please take a look at the training job "
    "failures by listing training jobs for the hyperparameter tuning job."
)


def failed_trials() -> tuple[Trial, ...]:
    """Five that had no memory, two with a bad file, one without a metric, one for another reason, and one that ran."""
    memory = [f"AlgorithmError: , exit code: 137 after {number}.5 s" for number in range(5)]
    reasons = [*memory, HEADER, HEADER, "", "ClientError: Artifact upload failed:gone"]
    made = [
        replace(
            trial(f"wine-{number:03}", None, ended=200.0, status="Failed" if reason else "Completed"),
            created=NOW - 900 + number,
            failure_reason=reason,
            objective_status="Failed",
        )
        for number, reason in enumerate(reasons, start=1)
    ]
    return (*made, trial("wine-010", 1.5, ended=200.0))


class FailedTuning(Tuning):
    """One tuning job."""

    def __init__(self, trials: tuple[Trial, ...], **members: Any) -> None:
        self.found = trials
        failed = {"HyperParameterTuningJobStatus": "Failed", "FailureReason": TUNING_REASON}
        counts = {"TrainingJobStatusCounters": {"Completed": 2, "NonRetryableError": 8}}
        times = {"CreationTime": NOW - 1000, "HyperParameterTuningEndTime": NOW - 100}
        self.described = TuningJobDetail.from_description(
            description(HyperParameterTuningJobName="wine", **failed | counts | times | members)
        )

    def detail(self, name: str) -> Feed[TuningJobDetail]:
        return Feed(lambda: self.describe(name), lambda _: None)

    def trials(self, name: str) -> Feed[tuple[Trial, ...]]:
        async def poll() -> tuple[Trial, ...]:
            return self.found

        return Feed(poll, lambda _: None)

    async def describe(self, name: str) -> TuningJobDetail:
        return self.described


TUNING_LOGS = {
    "wine-005/algo-1-1700000000": traceback("MemoryError: Unable to allocate 30.0 GiB"),
    "wine-007/algo-1-1700000000": traceback("ValueError: could not convert string to float: 'label'"),
    "wine-008/algo-1-1700000000": ["[0]#011train-rmse:3.1", "[1]#011train-rmse:2.9"],
}

DATA_LOG = (
    "2026-09-21T13:00:00.000:[sagemaker logs]: MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD",
    *(
        f"2026-09-21T13:00:01.000:[sagemaker logs]: bucket/in/{name}.csv: {said}"
        for name in ("monday", "tuesday")
        for said in (
            "Bad HTTP status received from algorithm: 400",
            "",
            "Message:",
            "Feature size of csv inference data 11 is not consistent with feature size of trained model 10.",
        )
    ),
    "2026-09-21T13:00:02.000:[sagemaker logs]: bucket/in/friday.csv: Bad HTTP status received from algorithm: 415",
    "2026-09-21T13:00:02.000:[sagemaker logs]: bucket/in/friday.csv: could not convert string to float: 'label'",
)


class FailedTransforms(Transforms):
    """One transform job."""

    def __init__(self, data_log: tuple[str, ...] = DATA_LOG, **members: Any) -> None:
        self.data_log = data_log
        self.described = TransformJobDetail.from_description(
            {
                "TransformJobName": "wine-batch",
                "TransformJobArn": "arn:aws:sagemaker:us-east-1:123456789012:transform-job/wine-batch",
                "TransformJobStatus": "Failed",
                "FailureReason": "AlgorithmError: See job logs for more information",
                "ModelName": "wine",
                "CreationTime": NOW - 400,
                "TransformStartTime": NOW - 200,
                "TransformEndTime": NOW - 100,
                "TransformInput": {"DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/in"}}},
            }
            | members
        )

    @property
    def job(self) -> TransformJob:
        return self.described.job

    def detail(self, name: str) -> Feed[TransformJobDetail]:
        return Feed(lambda: self.describe(name), lambda _: None)

    async def describe(self, name: str) -> TransformJobDetail:
        return self.described

    async def failures(self, name: str) -> Failures:
        return Failures(file_failures(self.data_log), self.data_log)


TRANSFORM_LOGS = {
    "wine-batch/i-01-1700000000/data-log": list(DATA_LOG),
    "wine-batch/i-01-1700000000": ["[INFO] POST /invocations 400", "[ERROR] feature size of wine is 10, not 11"],
}

PING = (
    "The primary container for production variant {} did not pass the ping health check. Please check CloudWatch logs "
    "for this endpoint."
)


class FailedEndpoints(Endpoints):
    """One endpoint, by default one whose update to two variants was taken back."""

    def __init__(self, **members: Any) -> None:
        baking = [{"Status": "Baking", "StatusMessage": "waits for alarms"}]
        told = {
            "EndpointName": "wine",
            "EndpointStatus": "UpdateRollbackFailed",
            "FailureReason": PING.format("B"),
            "CreationTime": NOW - 86_000,
            "LastModifiedTime": NOW - 300,
            "ProductionVariants": [serving("A", VariantStatus=baking)],
            "PendingDeploymentSummary": {
                "EndpointConfigName": "wine-2",
                "StartTime": NOW - 700,
                "ProductionVariants": [
                    serving("B", VariantStatus=[{"Status": "Creating", "StatusMessage": "1 of 2 instances is healthy"}])
                ],
            },
        }
        self.described = describe(configure("wine-1"), configure("wine-2"), **told | members)

    @property
    def endpoint(self) -> Endpoint:
        return self.described.endpoint

    def detail(self, name: str) -> Feed[EndpointDetail]:
        return Feed(lambda: self.describe(name), lambda _: None)

    async def describe(self, name: str) -> EndpointDetail:
        return self.described


ENDPOINT_LOGS = {
    "A/i-0a1": ["[INFO] GET /ping 200"],
    "B/i-0b1": traceback("ModuleNotFoundError: No module named 'lightgbm'", "serve.py"),
    "B/i-0b2": traceback("ModuleNotFoundError: No module named 'lightgbm'", "serve.py"),
}
