"""Buckets and objects: looking around in them, bringing files there and back, and putting them in order."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui.resources.datasets import DataError, UploadProgress
from tui.resources.s3_objects import S3Extent, S3Page, S3Place, S3Version, TransferPlan, Transferred
from tui.service.errors import ServiceError, ServiceFault
from tui.service.feed import Feed
from tui.service.gateway import Gateway

OnProgress = Callable[[UploadProgress], None]


class Listing:
    """What a place has, a page at a time; read when somebody watches it, and again when woken."""

    def __init__(self, read: Callable[[str], Awaitable[S3Page]]) -> None:
        self._read = read
        self.feed: Feed[S3Page] = Feed(self._first, lambda _: None)

    async def load_more(self) -> None:
        """Add the next page, if there is one."""
        known = self.feed.snapshot.value
        if known and known.more:
            page = await self._read(known.more)
            self.feed.update(replace(known, entries=(*known.entries, *page.entries), more=page.more))

    async def _first(self) -> S3Page:
        try:
            return await self._read("")
        except DataError as error:
            raise ServiceFault(error.what, error.why, error.what_next) from error


class S3Files:
    """S3 as the worker sees it; the state of transfers that a break interrupted is kept below a folder."""

    def __init__(self, gateway: Gateway, state: Path) -> None:
        self._gateway = gateway
        self._state = str(state)

    async def list(self, place: S3Place, more: str = "") -> S3Page:
        """A page of what a place has; `more` is the token of the page before."""
        page: S3Page = await self._gateway.task("list_s3", place=place, more=more)
        return page

    def listing(self, place: S3Place) -> Listing:
        """What a place has, live."""
        return Listing(lambda more: self.list(place, more))

    async def versions(self, bucket: str, key: str) -> tuple[S3Version, ...]:
        """The versions of an object, the newest first; empty where none are kept."""
        versions: tuple[S3Version, ...] = await self._gateway.task("list_s3_versions", bucket=bucket, key=key)
        return versions

    async def measure(self, bucket: str, prefix: str) -> S3Extent:
        """How much there is below a prefix."""
        extent: S3Extent = await self._gateway.task("measure_s3", bucket=bucket, prefix=prefix)
        return extent

    async def plan_upload(self, paths: Sequence[str], place: S3Place) -> TransferPlan:
        """What an upload would send and replace."""
        plan: TransferPlan = await self._gateway.task("plan_upload", paths=tuple(paths), place=place)
        return plan

    async def upload(self, paths: Sequence[str], place: S3Place, on_progress: OnProgress | None = None) -> Transferred:
        """Upload files and folders to a place; goes on with what a break interrupted."""
        commands = [f"aws s3 cp --recursive {shlex.quote(path)} {_quoted(place)}" for path in paths]
        return await self._changing(
            commands, "upload_paths", on_progress, paths=tuple(paths), place=place, state=self._state
        )

    async def plan_download(self, place: S3Place, names: Sequence[str], folder: Path) -> TransferPlan:
        """What a download would fetch, and which files are in its way."""
        plan: TransferPlan = await self._gateway.task(
            "plan_download", place=place, names=tuple(names), folder=str(folder)
        )
        return plan

    async def download(
        self,
        place: S3Place,
        names: Sequence[str],
        folder: Path,
        on_progress: OnProgress | None = None,
        *,
        version: str = "",
    ) -> Transferred:
        """Download objects and prefixes into a folder, never over a file; goes on with what a break interrupted."""
        done: Transferred = await self._gateway.task(
            "download_s3",
            place=place,
            names=tuple(names),
            folder=str(folder),
            version=version,
            on_progress=on_progress,
        )
        return done

    async def plan_copy(self, place: S3Place, names: Sequence[str], target: S3Place) -> TransferPlan:
        """What copying would write and replace."""
        plan: TransferPlan = await self._gateway.task("plan_copy", place=place, names=tuple(names), target=target)
        return plan

    async def copy(
        self,
        place: S3Place,
        names: Sequence[str],
        target: S3Place,
        on_progress: OnProgress | None = None,
        *,
        move: bool = False,
    ) -> Transferred:
        """Copy objects and prefixes to another place in S3, or move them."""
        verb = "mv" if move else "cp"
        commands = [f"aws s3 {verb} --recursive {_quoted(place, name)} {_quoted(target)}" for name in names]
        return await self._changing(
            commands, "copy_s3", on_progress, place=place, names=tuple(names), target=target, move=move
        )

    async def delete(self, place: S3Place, names: Sequence[str], on_progress: OnProgress | None = None) -> Transferred:
        """Delete objects and everything below prefixes."""
        commands = [f"aws s3 rm --recursive {_quoted(place, name)}" for name in names]
        return await self._changing(commands, "delete_s3", on_progress, place=place, names=tuple(names))

    async def _changing(
        self, commands: Sequence[str], task: str, on_progress: OnProgress | None, **arguments: Any
    ) -> Transferred:
        """A task that changes something, with its lines in the call log."""
        outcome = "given up before it was done"
        try:
            done: Transferred = await self._gateway.task(task, on_progress=on_progress, **arguments)
            outcome = "done"
        except (DataError, ServiceError) as error:
            outcome = str(error)
            raise
        finally:
            for command in commands:
                self._gateway.budget.record(command, outcome)
        return done


def _quoted(place: S3Place, name: str = "") -> str:
    return shlex.quote(f"{place}{name}")
