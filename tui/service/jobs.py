"""What the console does with every kind of job: the live list, one in full, create, stop, ask again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from tui.resources.jobs import Job, JobKind
from tui.service.errors import NotFound
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.live_list import LiveList
from tui.service.pace import Pace

DESCRIBED = 10
"""Jobs described for each poll of a list, running ones first; the budget does not reach further."""


class Detail(Protocol):
    """One job in full."""

    @property
    def job(self) -> Job:
        """Its row in the list."""


J = TypeVar("J", bound=Job)
D = TypeVar("D", bound=Detail)


class Jobs(Generic[J, D]):
    """The jobs of one kind in an account and region; the service names members and operations after their kind."""

    KIND: ClassVar[JobKind]

    def __init__(
        self,
        gateway: Gateway,
        pace: Callable[[], Pace],
        from_summary: Callable[[Mapping[str, Any]], J],
        from_description: Callable[[Mapping[str, Any]], D],
    ) -> None:
        self._gateway = gateway
        self._pace = pace
        self._from_description = from_description
        self._details: dict[str, Feed[D]] = {}
        self.list = LiveList(
            gateway,
            f"List{self.KIND}s",
            f"{self.KIND}Summaries",
            from_summary,
            pace=pace,
            learn=self._learn,
            keep=self._keep,
        )
        """The newest jobs first, live."""

    def detail(self, name: str) -> Feed[D]:
        """One job in full; the same feed for everyone who looks at it."""
        if name not in self._details:
            self._details[name] = Feed(
                lambda: self.describe(name),
                lambda detail: self._pace().changing if detail.job.running else None,
            )
        return self._details[name]

    async def describe(self, name: str) -> D:
        """One job in full, now."""
        return self._from_description(await self._call("Describe", name))

    async def name_taken(self, name: str) -> bool:
        """Whether a job of that name exists."""
        try:
            await self.describe(name)
        except NotFound:
            return False
        return True

    async def create(self, request: Mapping[str, Any]) -> str:
        """Start a job; its ARN. `request` has the members of the kind's Create operation."""
        answer = await self._gateway.call("sagemaker", f"Create{self.KIND}", **request)
        self.list.feed.wake()
        return str(answer[f"{self.KIND}Arn"])

    async def stop(self, name: str) -> None:
        """Ask a job to stop; what it has made so far stays."""
        await self._call("Stop", name)
        self.wake(name)

    def wake(self, name: str) -> None:
        """Ask for everything about a job as soon as possible: something was done to it, or a person asked."""
        self.list.feed.wake()
        if name in self._details:
            self._details[name].wake()

    async def _delete(self, name: str) -> None:
        """Delete the record of a job that is over, if it is of a kind whose records can be deleted."""
        await self._call("Delete", name)
        self._details.pop(name, None)
        self.list.forget(name)

    async def _call(self, verb: str, name: str) -> dict[str, Any]:
        return await self._gateway.call("sagemaker", f"{verb}{self.KIND}", **{f"{self.KIND}Name": name})

    async def _learn(self, jobs: tuple[J, ...]) -> Mapping[str, J]:
        """By ARN the jobs to whose rows another call has added something that the list does not have."""
        raise NotImplementedError

    def _keep(self, known: J, fresh: J) -> J:
        """A fresh row with what was learnt about the job before."""
        raise NotImplementedError


async def learnt(jobs: Iterable[J], unknown: Callable[[J], bool], learn: Callable[[J], Awaitable[J]]) -> dict[str, J]:
    """By ARN some of the jobs of which something is unknown, with what `learn` adds to them."""
    wanted = [job for job in jobs if unknown(job)]
    wanted.sort(key=lambda job: not job.running)  # stable: newest first among those that run, and among the rest
    found = await asyncio.gather(*map(learn, wanted[:DESCRIBED]))
    return {job.arn: job for job in found}
