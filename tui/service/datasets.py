"""Data sets: local CSV files, what is in them, and what was uploaded of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.resources.csv_repairs import Repaired, RepairPlan
from tui.resources.csv_reports import CsvReport, CsvSource, FolderEntry, ReadProgress
from tui.resources.datasets import (
    DataError,
    SplitPlan,
    SplitResult,
    UnreadableDataset,
    UploadedDataset,
    UploadProgress,
    default_bucket,
)
from tui.resources.previews import Preview, PreviewMark
from tui.service.errors import ServiceFault
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.identity import Identity

PREFIX = "datasets/"
"""Where uploaded data sets lie in the default bucket."""

FOLDER_SECONDS = 2.0
"""Seconds between two looks at a local folder that is shown."""


@dataclass(frozen=True, slots=True)
class Making:
    """How far a data set is on its way from a CSV file into S3."""

    reading: ReadProgress | None = None
    uploading: UploadProgress | None = None


class Datasets:
    """The data sets of a person: on this machine and in the default bucket."""

    def __init__(self, gateway: Gateway, identity: Identity, staging: Path) -> None:
        self._gateway = gateway
        self._identity = identity
        self._staging = staging
        self.uploaded: Feed[tuple[UploadedDataset | UnreadableDataset, ...]] = Feed(self.list_uploaded, lambda _: None)
        """What lies in the default bucket; asked for once, and again when woken."""

    async def bucket(self) -> str:
        """The default bucket of the account and region."""
        caller = await self._identity.caller()
        return default_bucket(caller.region, caller.account)

    def folder(self, path: str) -> Feed[tuple[FolderEntry, ...]]:
        """The entries of a local folder, live."""

        async def entries() -> tuple[FolderEntry, ...]:
            try:
                found: tuple[FolderEntry, ...] = await self._gateway.task("list_folder", path=path)
            except DataError as error:
                raise ServiceFault(error.what, error.why, error.what_next) from error
            return found

        return Feed(entries, lambda _: FOLDER_SECONDS)

    async def peek(self, path: str) -> CsvSource:
        """The first rows of a CSV file and how it is written."""
        source: CsvSource = await self._gateway.task("peek_csv", path=path)
        return source

    async def preview(self, where: str, mark: PreviewMark | None = None) -> Preview:
        """A page of rows of a file or an object."""
        page: Preview = await self._gateway.task("preview_rows", where=where, mark=mark)
        return page

    async def inspect(self, path: str, on_progress: Callable[[ReadProgress], None] | None = None) -> CsvReport:
        """What a CSV file holds, read from the first to the last byte."""
        report: CsvReport = await self._gateway.task("inspect_csv", path=path, on_progress=on_progress)
        return report

    async def repair(self, plan: RepairPlan, on_progress: Callable[[ReadProgress], None] | None = None) -> Repaired:
        """Write a CSV file anew without its faults."""
        repaired: Repaired = await self._gateway.task("repair_csv", plan=plan, on_progress=on_progress)
        return repaired

    async def write_sample(self, name: str, folder: str) -> str:
        """Write one of the bundled samples into a folder; the path of the CSV file."""
        path: str = await self._gateway.task("write_sample", name=name, folder=folder)
        return path

    async def make(self, path: str, plan: SplitPlan, on_progress: Callable[[Making], None]) -> UploadedDataset:
        """Split a CSV file by a plan and upload the splits with their manifest."""
        folder = self._staging / plan.name
        result: SplitResult = await self._gateway.task(
            "split_csv",
            path=path,
            plan=plan,
            folder=str(folder),
            on_progress=lambda reading: on_progress(Making(reading=reading)),
        )
        try:
            uploaded: UploadedDataset = await self._gateway.task(
                "upload_dataset",
                folder=result.folder,
                bucket=await self.bucket(),
                prefix=f"{PREFIX}{plan.name}/",
                state=str(self._staging / "uploads"),
                create_bucket=True,
                on_progress=lambda uploading: on_progress(Making(uploading=uploading)),
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.uploaded.wake()
        return uploaded

    async def list_uploaded(self) -> tuple[UploadedDataset | UnreadableDataset, ...]:
        """What lies in the default bucket, now."""
        found: tuple[UploadedDataset | UnreadableDataset, ...] = await self._gateway.task(
            "list_datasets", bucket=await self.bucket(), prefix=PREFIX
        )
        return found
