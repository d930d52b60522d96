"""Transform jobs on the embedded SageMaker, run to their end and read as the console reads them."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from tests.local.transforms import request, rows
from tui.resources.results import Cursor, Labels, Reading, ResultRow
from tui.resources.transforms import TransformFiles, TransformJobDetail
from tui.service.pace import Pace
from tui.service.transform_results import TransformResults
from tui.service.transforms import Transforms

NO_LABELS = Labels()
FAST = Pace(listing=0.1, changing=0.05, logs=0.05)


async def run(transforms: Transforms, name: str, uri: str, **members: Any) -> tuple[TransformJobDetail, TransformFiles]:
    """A job at its end, with its files."""
    await transforms.create(request(name, uri, **members))
    async with asyncio.timeout(60):
        detail = await transforms.ended(name)
    return detail, await transforms.list_files(detail)


def reading(detail: TransformJobDetail, labels: Labels = NO_LABELS, task: Any = "regression") -> Reading:
    return Reading.of(detail, task, labels)


def labelled(count: int, seed: int = 3) -> str:
    """Rows like those of `rows`, with a label first that is not quite what the model learnt."""
    random = np.random.default_rng(seed)
    lines = rows(count, seed).splitlines()
    return "".join(f"{random.random():.4f},{line}\n" for line in lines)


async def all_rows(results: TransformResults, files: TransformFiles, how: Reading) -> list[ResultRow]:
    found: list[ResultRow] = []
    cursor: Cursor | None = Cursor()
    while cursor is not None:
        page = await results.page(files.files[0], how, cursor)
        found += page.rows
        cursor = page.next
    return found
