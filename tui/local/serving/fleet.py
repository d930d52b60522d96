"""The models behind endpoints: from an artifact in S3 to a model that answers, and back to nothing."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tui.local.algorithms import catalog
from tui.local.model_data import ModelDataError, fetch_model
from tui.local.s3.objects import ObjectStore
from tui.local.serving.journal import EndpointLogs
from tui.local.serving.link import HostLost
from tui.local.serving.model_host import Answer, LoadRefused, ModelHost
from tui.local.settings import Settings


def log_group_of(endpoint: str) -> str:
    """The log group of an endpoint."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as one variant of one endpoint serves it."""

    endpoint: str
    variant: str
    image: str
    model_data_url: str | None
    """None for a container that brings its model along."""

    environment: Mapping[str, str]
    compressed: bool = True
    """Whether the URL is that of a `model.tar.gz`, not of a folder."""


class LoadFailed(Exception):
    """A model that cannot be served; the text is the service's FailureReason."""


class LoadedModel:
    """A model in the model host, and how many requests are under way on it.

    However many instances a variant has on paper, this one copy answers for all of them, and its log stream is that of
    one instance: the others would be the same process.
    """

    def __init__(self, spec: ModelSpec, number: int, folder: Path) -> None:
        self.spec = spec
        self.number = number
        """Its name in the model host."""

        self.folder = folder
        """The unpacked artifact, kept for a new host after the old one died."""

        self.log_stream = f"{spec.variant}/i-{uuid.uuid4().hex[:17]}"
        self.cpu_seconds = 0.0
        """What answering has cost so far."""

        self._idle = threading.Condition()
        self._uses = 0

    def hold(self) -> None:
        """Keep it from being unloaded until `release`."""
        with self._idle:
            self._uses += 1

    def release(self) -> None:
        """Let it go; once for each `hold`."""
        with self._idle:
            self._uses -= 1
            if self._uses == 0:
                self._idle.notify_all()

    def wait_until_idle(self) -> None:
        """Block until nobody holds it."""
        with self._idle:
            self._idle.wait_for(lambda: self._uses == 0)


class ModelFleet:
    """Loads and unloads models and asks them for answers; for any thread."""

    def __init__(self, settings: Settings, objects: ObjectStore, logs: EndpointLogs) -> None:
        self._folder = settings.data / "serving"
        self._objects = objects
        self._logs = logs
        self._numbers = count(1)
        self._models: dict[int, LoadedModel] = {}
        self._host = ModelHost(self._container_said)

    @property
    def host_pid(self) -> int | None:
        """The process id of the model host; None before the first model was loaded."""
        return self._host.pid

    def start(self) -> None:
        """Remove what a killed server left behind; the model host starts with the first model."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._host.start()

    def close(self) -> None:
        """End the model host; invocations under way fail."""
        self._host.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def load(self, spec: ModelSpec) -> LoadedModel:
        """Bring a model into the model host; blocks. Raises LoadFailed with the reason for DescribeEndpoint."""
        if catalog.find(spec.image) is None:
            raise LoadFailed(
                f"The image {spec.image} of production variant {spec.variant} cannot run here: the embedded SageMaker "
                "serves models of the built-in algorithms XGBoost and Linear Learner only."
            )
        number = next(self._numbers)
        model = LoadedModel(spec, number, self._folder / str(number))
        self._models[number] = model
        try:
            self._bring_up(model)
        except BaseException:
            self._forget(model)
            raise
        return model

    def unload(self, model: LoadedModel) -> None:
        """Drop a model that no routing leads to any more, once the requests under way on it have been answered."""
        model.wait_until_idle()
        self._host.unload(model.number)
        self._forget(model)

    async def invoke(self, model: LoadedModel, body: bytes, content_type: str, accept: str) -> Answer:
        """The container's answer. Raises HostLost when its process dies meanwhile."""
        answer = await self._host.invoke(model.number, body, content_type, accept)
        model.cpu_seconds += answer.cpu_seconds
        return answer

    def models(self) -> list[LoadedModel]:
        """All models that are loaded or being loaded."""
        return list(self._models.values())

    def _bring_up(self, model: LoadedModel) -> None:
        spec = model.spec
        try:
            model.folder.mkdir(parents=True)
            if spec.model_data_url is not None:
                fetch_model(self._objects, spec.model_data_url, spec.compressed, model.folder)
            self._host.load(model.number, model.folder, spec.image, spec.environment)
        except ModelDataError as error:
            raise LoadFailed(str(error)) from error
        except OSError as error:
            raise LoadFailed(
                f"The model data of production variant {spec.variant} could not be unpacked in {model.folder}: "
                f"{error}. Make room on the disk, and deploy again."
            ) from error
        except (LoadRefused, HostLost) as error:
            self._container_said(model.number, str(error).splitlines())
            raise LoadFailed(
                f"The primary container for production variant {spec.variant} did not pass the ping health check. "
                "Please check CloudWatch logs for this endpoint."
            ) from error

    def _forget(self, model: LoadedModel) -> None:
        self._models.pop(model.number, None)
        shutil.rmtree(model.folder, ignore_errors=True)

    def _container_said(self, number: int, lines: Sequence[str]) -> None:
        model = self._models.get(number)
        if model is not None:
            self._logs.add(log_group_of(model.spec.endpoint), model.log_stream, lines)
