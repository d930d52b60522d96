"""A live list of one kind of resource: the newest page polled, older pages on demand."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, Generic, Protocol, TypeVar

from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.pace import Pace

PAGE = 100
"""Items in a page of a List operation, the most the service gives."""


class Row(Protocol):
    """What a live list holds: `created` is in seconds since the epoch."""

    @property
    def name(self) -> str:
        """Unique among those that exist."""

    @property
    def arn(self) -> str:
        """By which it is known again."""

    @property
    def created(self) -> float:
        """By which the list is ordered."""

    @property
    def running(self) -> bool:
        """Whether it can still change by itself."""


R = TypeVar("R", bound=Row)


class LiveList(Generic[R]):
    """The newest resources first, live.

    `operation` answers pages of `member`, sorted by creation; `from_summary` makes an element into a row. The service's
    lists know little: `learn` answers, by ARN, the rows to which another call has added something, and `keep` hands
    what was learnt on from the known row to the fresh one.
    """

    def __init__(
        self,
        gateway: Gateway,
        operation: str,
        member: str,
        from_summary: Callable[[Mapping[str, Any]], R],
        *,
        pace: Callable[[], Pace],
        learn: Callable[[tuple[R, ...]], Awaitable[Mapping[str, R]]] | None = None,
        keep: Callable[[R, R], R] = lambda _known, fresh: fresh,
    ) -> None:
        self._gateway = gateway
        self._operation = operation
        self._member = member
        self._from_summary = from_summary
        self._pace = pace
        self._learn = learn
        self._keep = keep
        self._known: dict[str, R] = {}
        self._older: str | None = None
        self.feed: Feed[tuple[R, ...]] = Feed(self._poll, self._interval)

    @property
    def rows(self) -> tuple[R, ...]:
        """What is known now; nothing before the first answer."""
        return self.feed.snapshot.value or ()

    @property
    def names(self) -> frozenset[str]:
        """Of the rows that are known now."""
        return frozenset(row.name for row in self.rows)

    async def first(self) -> tuple[R, ...]:
        """The rows; where nobody has looked yet the first answer is waited for.

        Raises:
            ServiceError: There is none.
        """
        async with aclosing(self.feed.watch()) as snapshots:
            async for snapshot in snapshots:
                if snapshot.value is not None:
                    break
                if snapshot.error:
                    raise snapshot.error
        return self.rows

    @property
    def has_older(self) -> bool:
        """Whether the account has items older than those of the list."""
        return self._older is not None

    async def load_older(self) -> None:
        """Add the next page of older items to the list."""
        if self._older is None:
            return
        page = await self._page(self._older)
        self._older = page.get("NextToken")
        self._merge(page)
        self.feed.update(self._newest_first())

    def forget(self, name: str) -> None:
        """Drop an item that was deleted, before the service's list knows of it."""
        self._known = {arn: row for arn, row in self._known.items() if row.name != name}
        self.feed.update(self._newest_first())
        self.feed.wake()

    async def _poll(self) -> tuple[R, ...]:
        page = await self._page(None)
        if not self._known:
            self._older = page.get("NextToken")
        rows = self._merge(page)
        self._forget_deleted(rows, complete="NextToken" not in page)
        if self._learn:
            learnt = await self._learn(self._newest_first())
            # What was deleted meanwhile stays away.
            self._known |= {arn: row for arn, row in learnt.items() if arn in self._known}
        return self._newest_first()

    async def _page(self, token: str | None) -> dict[str, Any]:
        where = {"NextToken": token} if token else {}
        return await self._gateway.call(
            "sagemaker", self._operation, MaxResults=PAGE, SortBy="CreationTime", SortOrder="Descending", **where
        )

    def _merge(self, page: Mapping[str, Any]) -> list[R]:
        rows = []
        for summary in page[self._member]:
            fresh = self._from_summary(summary)
            known = self._known.get(fresh.arn)
            self._known[fresh.arn] = fresh if known is None else self._keep(known, fresh)
            rows.append(fresh)
        return rows

    def _forget_deleted(self, newest: list[R], *, complete: bool) -> None:
        """Drop the items that are as new as those of the newest page and not on it."""
        listed = {row.arn for row in newest}
        oldest = -math.inf if complete else min((row.created for row in newest), default=math.inf)
        self._known = {arn: row for arn, row in self._known.items() if arn in listed or row.created <= oldest}

    def _newest_first(self) -> tuple[R, ...]:
        return tuple(sorted(self._known.values(), key=lambda row: (-row.created, row.name)))

    def _interval(self, rows: tuple[R, ...]) -> float:
        return self._pace().changing if any(row.running for row in rows) else self._pace().listing
