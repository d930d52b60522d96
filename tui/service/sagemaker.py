"""The service layer as the console holds it: one object, opened once, handed to every pane."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.pace import Pace
from tui.service.training import Training
from tui.service.wire import Connection

if TYPE_CHECKING:
    from tui.resources.algorithms import AlgorithmName
    from tui.resources.canary import CanaryState
    from tui.resources.jobs import Job
    from tui.service.canary import Canaries
    from tui.service.datasets import Datasets
    from tui.service.endpoint_deploying import Deploying
    from tui.service.endpoint_shutdown import ShuttingDown
    from tui.service.endpoints import Endpoints
    from tui.service.invoking import Invoking
    from tui.service.logs import Logs
    from tui.service.models import Models
    from tui.service.prices import Prices
    from tui.service.s3 import S3Files
    from tui.service.transform_results import TransformResults
    from tui.service.transforms import Transforms
    from tui.service.tuning import Tuning
    from tui.service.watching import Watching


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What the service layer knows to be under way."""

    jobs: Sequence[Job]
    """Of the lists that were looked at, running or not."""

    canaries: Sequence[CanaryState]
    watched: Sequence[str]
    """Paths whose changes are made into data sets."""


class SageMaker:
    """Everything the console does at AWS, by subject."""

    def __init__(
        self,
        budget: Budget,
        *,
        folder: Path,
        worker: subprocess.Popen[bytes] | None = None,
        price_file: Path | None = None,
    ) -> None:
        self.gateway = Gateway(budget, process=worker, log=folder / "worker.log")
        self.budget = budget
        self.identity = Identity(self.gateway)
        self.pace = Pace()
        """Everybody's."""

        self.training = Training(self.gateway, self._make_logs, lambda: self.pace)
        self._folder = folder
        self._watches = folder / "watches.json"
        self._price_file = price_file

    def _make_logs(self) -> Logs:
        from tui.service.logs import Logs  # noqa: PLC0415

        return Logs(self.gateway)

    @property
    def logs(self) -> Logs:
        """Logs of jobs, endpoints and notebooks."""
        return self.training.logs

    @cached_property
    def models(self) -> Models:
        """Models, made when first asked for."""
        from tui.service.models import Models  # noqa: PLC0415

        return Models(self.gateway, lambda: self.pace)

    @cached_property
    def tuning(self) -> Tuning:
        """Tuning jobs, made when first asked for."""
        from tui.service.tuning import Tuning  # noqa: PLC0415

        return Tuning(self.gateway, lambda: self.pace)

    @cached_property
    def datasets(self) -> Datasets:
        """Data sets, made when first asked for: their many values are a tenth of the console's start-up."""
        from tui.service.datasets import Datasets  # noqa: PLC0415

        return Datasets(self.gateway, self.identity, self._folder / "splits")

    @cached_property
    def files(self) -> S3Files:
        """Buckets and objects."""
        from tui.service.s3 import S3Files  # noqa: PLC0415

        return S3Files(self.gateway, self._folder / "transfers")

    @cached_property
    def watching(self) -> Watching:
        """Files that are made into data sets again when they change."""
        from tui.service.watching import Watching  # noqa: PLC0415

        return Watching(self.gateway, self.identity, self.datasets, self.training, self._watches)

    @cached_property
    def endpoints(self) -> Endpoints:
        """Endpoints and their configurations, made when first asked for."""
        from tui.service.endpoints import Endpoints  # noqa: PLC0415

        return Endpoints(self.gateway, self.prices, lambda: self.pace)

    @cached_property
    def transforms(self) -> Transforms:
        """Batch transform jobs, made when first asked for."""
        from tui.service.transforms import Transforms  # noqa: PLC0415

        return Transforms(self.gateway, self.logs, lambda: self.pace)

    @cached_property
    def transform_results(self) -> TransformResults:
        """What batch transform jobs have written."""
        from tui.service.transform_results import TransformResults  # noqa: PLC0415

        return TransformResults(self.gateway, self.models, self.training, lambda: self.datasets)

    @cached_property
    def deploying(self) -> Deploying:
        """Bringing endpoints up."""
        from tui.service.endpoint_deploying import Deploying  # noqa: PLC0415

        return Deploying(self.endpoints, self.models)

    @cached_property
    def shutting_down(self) -> ShuttingDown:
        """Taking endpoints down."""
        from tui.service.endpoint_shutdown import ShuttingDown  # noqa: PLC0415

        return ShuttingDown(self.gateway, self.endpoints, self.models)

    @cached_property
    def invoking(self) -> Invoking:
        """Asking endpoints, and judging what they answer."""
        from tui.service.invoking import Invoking  # noqa: PLC0415

        return Invoking(self.gateway)

    @cached_property
    def canaries(self) -> Canaries:
        """The ladders on which traffic moves to other variants."""
        from tui.service.canary import Canaries  # noqa: PLC0415

        return Canaries(self.endpoints)

    @cached_property
    def prices(self) -> Prices:
        """What instances cost."""
        from tui.service.prices import Prices  # noqa: PLC0415

        return Prices(
            self.gateway,
            self.identity,
            self._folder / "prices",
            file=self._price_file,
            billed=lambda: self.logs.billed,
        )

    async def open(self, connection: Connection, pace: Pace) -> None:
        """Begin to answer, at the pace that suits the connection; what was asked before has waited."""
        self.pace = pace
        self.logs.poll_seconds = pace.logs
        self.logs.billed = connection.endpoint_url is None
        self.identity.forget()
        await self.gateway.open(connection)
        if self._watches.exists() and not self.budget.read_only:
            self.watching.start()

    @property
    def under_way(self) -> UnderWay:
        """What is under way; nothing is made or asked for the answer, since who wants it may be about to leave."""
        made = self.__dict__
        lists = [made[name].list for name in ("training", "tuning", "transforms") if name in made]
        return UnderWay(
            [job for jobs in lists for job in jobs.rows],
            [ladder.state for ladder in self.canaries.running] if "canaries" in made else [],
            self.watching.at_work if "watching" in made else [],
        )

    def close(self) -> None:
        """Leave at once."""
        if "watching" in self.__dict__:
            self.watching.stop()
        self.gateway.close()

    async def image_uri(self, algorithm: AlgorithmName, version: str) -> str:
        """The registry path of a built-in algorithm's image in the region."""
        uri: str = await self.gateway.task("image_uri", algorithm=algorithm, version=version)
        return uri
