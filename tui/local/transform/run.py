"""The life of one transform job, from its model to its last output."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.local.algorithms.inference import execution_parameters
from tui.local.cloudwatch.host_meter import HostMeter
from tui.local.jobs.hosts import HostServer
from tui.local.jobs.runs import Halted, Run
from tui.local.jobs.sources import Source, list_sources, no_sources, place, split_uri
from tui.local.jobs.states import JobFailed, Outcome, Phase, Status
from tui.local.logs import Logs
from tui.local.model_data import ModelDataError, fetch_model
from tui.local.models import Container
from tui.local.s3.objects import ObjectStore
from tui.local.transform.host import HostTask, InputFile
from tui.local.transform.requests import MAX_PAYLOAD_MB
from tui.local.transform.table import TransformTable
from tui.local.transform.watch import TransformWatch

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


class TransformRun(Run):
    """One job on its way."""

    def __init__(
        self, name: str, request: Mapping[str, Any], container: Container, role_arn: str, shop: Workshop
    ) -> None:
        super().__init__(name, shop.folder / name, shop.jobs)
        self._request = request
        self._container = container
        self._role_arn = role_arn
        self._shop = shop

    def wait(self, capacity: int) -> bool:
        """A waiting job looks like any other in progress; it waits unless somebody was quicker to stop it."""
        job = self._shop.jobs.get(self.name)
        return job is None or job.status is not Status.STOPPING

    def _work(self) -> Outcome:
        self._linger(time.monotonic())
        if not self._shop.jobs.begin(self.name):
            raise Halted
        began = time.monotonic()
        if self._container.model_data_url is not None:
            self._fetch_model(self._container.model_data_url)
        tasks, keys = self._tasks()
        watch = TransformWatch(self.name, self._shop.objects, self._shop.logs, self._shop.hosts, self._shop.meter)
        watch.follow(tasks, keys, self._halt)
        self._linger(began)
        return Outcome(Phase.COMPLETED)

    def _fetch_model(self, url: str) -> None:
        try:
            fetch_model(self._shop.objects, url, self._container.compressed, self._folder / "model")
        except ModelDataError as error:
            raise JobFailed(f"ClientError: {error}") from error

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
        self._proceed()
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
        self._proceed()
