"""The life of one transform job, from its model to its last output, in the thread that calls `TransformRun.run`."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.local.algorithms.inference import execution_parameters
from tui.local.cloudwatch.host_meter import HostMeter
from tui.local.errors import AwsError
from tui.local.jobs.hosts import HostServer
from tui.local.jobs.sources import Source, list_sources, no_sources, place, split_uri
from tui.local.jobs.states import MAX_REASON, JobFailed, Status
from tui.local.logs import Logs
from tui.local.model_data import ModelDataError, fetch_model
from tui.local.models import Container
from tui.local.s3.objects import ObjectStore
from tui.local.transform.host import HostTask, InputFile
from tui.local.transform.requests import MAX_PAYLOAD_MB
from tui.local.transform.table import TransformTable
from tui.local.transform.watch import TransformWatch

_UNEXPECTED = "InternalServerError: We encountered an internal error. Please try again."
_RETRY_SECONDS = 1.0

_STRATEGIES = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every job works with."""

    folder: Path
    """The parent of the jobs' work folders."""

    jobs: TransformTable
    objects: ObjectStore
    logs: Logs
    hosts: HostServer
    meter: HostMeter

    phase_seconds: float
    """The least time before the instances are there, and with them."""


class _Halted(Exception):
    """Ends a run between two steps: somebody asked the job to stop, or the server closes."""


class TransformRun:
    """One job on its way."""

    def __init__(
        self, name: str, request: Mapping[str, Any], container: Container, role_arn: str, shop: Workshop
    ) -> None:
        self.name = name
        self._request = request
        self._container = container
        self._role_arn = role_arn
        self._shop = shop
        self._folder = shop.folder / name
        self._halt = threading.Event()
        self._abandoned = threading.Event()

    def stop(self) -> None:
        """Have the job end soon, keeping the outputs that are complete; called from any thread."""
        self._halt.set()

    def abandon(self) -> None:
        """Have the job end at once as interrupted, when the server closes; called from any thread."""
        self._abandoned.set()
        self._halt.set()

    def run(self) -> None:
        """Take the job to its end. Its work folder is gone before its status says that it ended."""
        status, reason = Status.FAILED, _UNEXPECTED
        try:
            self._transform()
            status, reason = Status.COMPLETED, ""
        except JobFailed as failure:
            reason = str(failure)
        except ModelDataError as error:
            reason = f"ClientError: {error}"
        except _Halted:
            status, reason = Status.STOPPED, ""
        except (OSError, AwsError) as error:
            reason = (
                f"InternalServerError: the embedded SageMaker could not work in its data folder: {error}. "
                "Make room on the disk and start the job again."
            )
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._finish(status, reason[:MAX_REASON] or None)

    def _transform(self) -> None:
        self._linger(time.monotonic())
        if not self._shop.jobs.begin(self.name):
            raise _Halted
        began = time.monotonic()
        if self._container.model_data_url is not None:
            url = self._container.model_data_url
            fetch_model(self._shop.objects, url, self._container.compressed, self._folder / "model")
        tasks, keys = self._tasks()
        watch = TransformWatch(self.name, self._shop.objects, self._shop.logs, self._shop.hosts, self._shop.meter)
        watch.follow(tasks, keys, self._halt)
        self._linger(began)

    def _tasks(self) -> tuple[list[HostTask], dict[Path, tuple[str, str]]]:
        """What each instance has to do, and the bucket and key of each output file."""
        s3 = self._request["TransformInput"]["DataSource"]["S3DataSource"]
        sources = list_sources(self._shop.objects, s3)
        if not sources:
            raise JobFailed(f"ClientError: {no_sources(s3['S3Uri'], self._role_arn)}")
        files, keys = [], {}
        for folder in ("model", "input", "output"):
            (self._folder / folder).mkdir(parents=True, exist_ok=True)
        for number, source in enumerate(sources):
            file = self._fetched(number, source)
            files.append(file)
            keys[file.output] = split_uri(
                f"{self._request['TransformOutput']['S3OutputPath'].rstrip('/')}/{source.path}.out"
            )
        count = self._request["TransformResources"]["InstanceCount"]
        return [self._task(files[index::count]) for index in range(count)], keys

    def _fetched(self, number: int, source: Source) -> InputFile:
        if self._halt.is_set():
            raise _Halted
        path = self._folder / "input" / str(number)
        place(self._shop.objects, source, path)
        return InputFile(f"{source.bucket}/{source.key}", path, self._folder / "output" / str(number))

    def _task(self, files: list[InputFile]) -> HostTask:
        """What an instance has to do, with what the request leaves open as the container wants it."""
        request = self._request
        environment = {
            **self._container.environment,
            **request.get("Environment", {}),
            "SAGEMAKER_BATCH": "true",
        }
        wanted = execution_parameters(self._container.image, environment)
        payload = min(request.get("MaxPayloadInMB", wanted["MaxPayloadInMB"]), MAX_PAYLOAD_MB)
        at_a_time = max(1, MAX_PAYLOAD_MB // (payload or MAX_PAYLOAD_MB))
        return HostTask(
            image=self._container.image,
            model=self._folder / "model",
            environment=environment,
            files=files,
            request=request,
            max_concurrent=request.get("MaxConcurrentTransforms") or min(wanted["MaxConcurrentTransforms"], at_a_time),
            max_payload_mb=payload,
            strategy=_STRATEGIES.get(request.get("BatchStrategy", ""), wanted["BatchStrategy"]),
        )

    def _linger(self, since: float) -> None:
        """Wait until a phase has lasted long enough for a person to see it."""
        self._halt.wait(max(0.0, since + self._shop.phase_seconds - time.monotonic()))
        if self._halt.is_set():
            raise _Halted

    def _finish(self, status: Status, reason: str | None) -> None:
        """Write down how the job ended, trying again while the disk is full."""
        while not self._abandoned.is_set():
            try:
                self._shop.jobs.finish(self.name, status, reason)
            except AwsError:
                self._abandoned.wait(_RETRY_SECONDS)
            else:
                return
