"""The service layer as the console holds it: one object, opened once, handed to every pane."""

from __future__ import annotations

import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.logs import Logs
from tui.service.models import Models
from tui.service.pace import Pace
from tui.service.training import Training
from tui.service.tuning import Tuning
from tui.service.wire import Connection

if TYPE_CHECKING:
    from tui.resources.algorithms import AlgorithmName
    from tui.service.datasets import Datasets


class SageMaker:
    """Everything the console does at AWS, by subject."""

    def __init__(
        self,
        budget: Budget,
        *,
        folder: Path,
        worker: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self.gateway = Gateway(budget, process=worker, log=folder / "worker.log")
        self.budget = budget
        self.identity = Identity(self.gateway)
        self.logs = Logs(self.gateway)
        self.training = Training(self.gateway, self.logs)
        self.tuning = Tuning(self.gateway)
        self.models = Models(self.gateway)
        self._folder = folder

    @cached_property
    def datasets(self) -> Datasets:
        """Data sets, made when first asked for: their many values are a tenth of the console's start-up."""
        from tui.service.datasets import Datasets  # noqa: PLC0415

        return Datasets(self.gateway, self.identity, self._folder / "splits")

    async def open(self, connection: Connection, pace: Pace) -> None:
        """Begin to answer, at the pace that suits the connection; what was asked before has waited."""
        self.training.pace = self.tuning.pace = self.models.pace = pace
        self.logs.poll_seconds = pace.logs
        self.logs.billed = connection.endpoint_url is None
        self.identity.forget()
        await self.gateway.open(connection)

    def close(self) -> None:
        """Leave at once."""
        self.gateway.close()

    async def image_uri(self, algorithm: AlgorithmName, version: str) -> str:
        """The registry path of a built-in algorithm's image in the region."""
        uri: str = await self.gateway.task("image_uri", algorithm=algorithm, version=version)
        return uri
