"""The pane of transform jobs."""

from __future__ import annotations

import pytest

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted_transforms import (
    JOBS,
    ScriptedPrices,
    ScriptedTransforms,
    transform_detail,
    transform_file,
    transform_files,
)
from tests.panes.test_golden import both_sizes
from tui.panes.batch import BatchPane
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.panes.transform_messages import ResultsWanted, TransformCloneWanted, TransformStopWanted, TransformWanted
from tui.panes.transform_views import cost
from tui.resources.prices import Price
from tui.service.errors import AccessDenied

PRICE = Price(0.115, "built-in table", "2026-09-24")
FAILED = JOBS[2]


@pytest.fixture
def transforms() -> ScriptedTransforms:
    scripted = ScriptedTransforms()
    for job in JOBS:
        scripted.told_details[job.name].tell(transform_detail(job))
        scripted.told_files[job.name].tell(transform_files(transform_file("a.csv"), transform_file("header.csv", None)))
    return scripted


@both_sizes
async def test_transform_jobs(transforms: ScriptedTransforms, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with stage(BatchPane(transforms, ScriptedPrices(PRICE), read_only=False), size) as here:
        await here.sees("Asking for batch transform jobs…")
        transforms.scripted_list.told.tell(())
        await here.sees("No transform jobs yet.")
        transforms.scripted_list.told.tell(JOBS)
        await here.sees("3 transform jobs", "1 of 2")
        await here.press("end")
        if size == (120, 40):
            await here.sees("1 file without output", "✗ header.csv", "$0.0067")
        await here.settled()
        golden.check(here.app, f"batch-list-{name}")


async def test_keys_follow_what_can_be_done_with_the_transform_job(transforms: ScriptedTransforms) -> None:
    async with stage(BatchPane(transforms, ScriptedPrices(), read_only=False)) as here:
        transforms.scripted_list.told.tell(JOBS)
        await here.sees("3 transform jobs", "Files done")
        await here.until(lambda: here.dimmed == {"batch.why", "list.older"}, "one that runs can be stopped")
        await here.sees("Input")
        await here.press("enter", "l", "x", "n", "N", "down")
        await here.until(lambda: here.dimmed == {"batch.why", "batch.stop", "list.older"}, "one that is over cannot")
        await here.press("down")
        await here.until(lambda: here.dimmed == {"batch.stop", "list.older"}, "one that failed is explained")
        await here.press("W")
        wishes = here.app.wishes
        await here.until(lambda: len(wishes) == 6, "six wishes")
        kinds = [ResultsWanted, LogsWanted, TransformStopWanted, TransformWanted, TransformCloneWanted, WhyWanted]
        assert sorted(map(type, wishes), key=kinds.index) == kinds
        logs = next(wish for wish in wishes if isinstance(wish, LogsWanted))
        assert (logs.source.kind, logs.source.name) == ("transform", JOBS[0].name)


async def test_read_only_leaves_what_reads(transforms: ScriptedTransforms) -> None:
    async with stage(BatchPane(transforms, ScriptedPrices(), read_only=True)) as here:
        transforms.scripted_list.told.tell(JOBS)
        await here.sees("3 transform jobs")
        writes = {"batch.new", "batch.clone", "batch.stop"}
        await here.until(lambda: here.dimmed == writes | {"batch.why", "list.older"}, "writes are dimmed")


async def test_a_job_that_cannot_be_described_says_so(transforms: ScriptedTransforms) -> None:
    name = "hidden"
    transforms.told_details[name].tell(AccessDenied("sagemaker DescribeTransformJob did not succeed", "Denied"))
    pane = BatchPane(transforms, ScriptedPrices(), read_only=False)
    async with stage(pane) as here:
        pane.inspector.subject = name
        await here.sees("Denied")


def test_what_a_job_costs() -> None:
    over, running = transform_detail(JOBS[1]), transform_detail(JOBS[0])
    assert cost(over, PRICE, True) == ("about $0.0067", "$0.115/h", "built-in table of 2026-09-24")
    assert cost(over, PRICE, False)[0] == "free here; on AWS about $0.0067"
    assert cost(running, None, True) == ("n/a: the price of ml.m5.large is not known",)
    assert cost(transform_detail(JOBS[0], TransformStartTime=None), PRICE, True) == ("nothing yet",)
    assert cost(transform_detail(JOBS[2], TransformStartTime=None), PRICE, True)[0].startswith("nothing: it never")
