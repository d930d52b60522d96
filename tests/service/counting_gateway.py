"""A gateway that knows which of its requests the worker has still to answer, also those that nobody waits for."""

from __future__ import annotations

from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.wire import Call, Progress, Task, ToConsole, ToWorker


class CountingGateway(Gateway):
    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.owed: dict[int, Call | Task] = {}
        """What the worker has not answered, by its id: a request that was cancelled may still be on its way to AWS."""

    def _send(self, message: ToWorker) -> None:
        super()._send(message)
        if isinstance(message, Call | Task):
            self.owed[message.id] = message

    def _deliver(self, message: ToConsole) -> None:
        if not isinstance(message, Progress):
            self.owed.pop(message.id, None)
        super()._deliver(message)
