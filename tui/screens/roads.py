"""Steps that several roads have in common."""

from __future__ import annotations

from tui.panes.wording import count
from tui.resources.algorithms import XGBOOST_VERSION, AlgorithmName
from tui.resources.datasets import UploadedDataset
from tui.screens.dialogs import Choose
from tui.screens.stage import Stage
from tui.service.errors import AccessDenied


async def choose_dataset(stage: Stage, question: str) -> UploadedDataset | None:
    """One of the data sets in S3; None when there is none, which is said, or none is chosen."""
    found = await uploaded(stage)
    if not found:
        stage.say("There is no data set yet: press 2 and make one of a CSV file.", "warning")
        return None
    choices = tuple(
        (item.manifest.name, f"{item.manifest.task}, {count(sum(item.manifest.rows.values()), 'row')}")
        for item in found
    )
    name = await stage.ask(Choose(question, choices))
    return next((item for item in found if item.manifest.name == name), None)


async def uploaded(stage: Stage) -> list[UploadedDataset]:
    """The data sets in S3 that can be read."""
    return [item for item in await stage.service.datasets.list_uploaded() if isinstance(item, UploadedDataset)]


async def roles_of(stage: Stage) -> tuple[str, ...]:
    """The execution roles that can be chosen; none where they may not be listed, and an ARN is typed instead."""
    try:
        return await stage.service.identity.execution_roles()
    except AccessDenied:
        return ()


async def image_of(stage: Stage, algorithm: AlgorithmName) -> str:
    """The image of a built-in algorithm in the version that quick forms take."""
    return await stage.service.image_uri(algorithm, XGBOOST_VERSION if algorithm == "xgboost" else "1")
