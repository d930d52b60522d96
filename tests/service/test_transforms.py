"""Batch transform jobs through the service layer, on the embedded SageMaker: input, files, failures, the list."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from tests.local.server import LocalServer
from tests.local.training import BUCKET
from tests.local.transforms import MODEL, put, request, rows
from tests.service.transform_road import labelled, run
from tui.resources.transforms import FilesDone, TransformJobDetail
from tui.service.errors import InvalidRequest, NotFound
from tui.service.transforms import Transforms

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_failed_is_said_of_each_file(transforms: Transforms, server: LocalServer) -> None:
    put(server, "batch/faults/good.csv", rows(5))
    put(server, "batch/faults/header.csv", f"first,second\n{rows(5)}")
    put(server, "batch/faults/label.csv", labelled(5))
    detail, files = await run(transforms, "faults", f"s3://{BUCKET}/batch/faults/")
    assert (detail.job.status, files.done) == ("Failed", FilesDone(1, 3))
    assert [file.name for file in files.files if file.output_size is None] == ["header.csv", "label.csv"]

    said = {failure.file: failure for failure in (await transforms.failures("faults")).files}

    assert set(said) == {f"{BUCKET}/batch/faults/header.csv", f"{BUCKET}/batch/faults/label.csv"}
    label = said[f"{BUCKET}/batch/faults/label.csv"]
    assert "3 columns, the model was trained with 2: the label is still among them" in label.explanation
    assert "$[1:]" in label.next_step
    header = said[f"{BUCKET}/batch/faults/header.csv"]
    assert header.lines[0] == "Bad HTTP status received from algorithm: 415"
    assert header.explanation


async def test_the_list_learns_models_and_files(transforms: Transforms, server: LocalServer) -> None:
    await run(transforms, "listed", put(server, "batch/listed/a.csv", rows(3)))
    async with asyncio.timeout(60), aclosing(transforms.list.feed.watch()) as watched:
        async for snapshot in watched:
            row = next((job for job in snapshot.value or () if job.name == "listed"), None)
            if row and row.files:
                assert (row.model, row.files, row.running) == (MODEL, FilesDone(1, 1), False)
                return


async def test_an_output_of_an_earlier_job_is_not_counted(transforms: Transforms, server: LocalServer) -> None:
    uri = put(server, "batch/earlier/a.csv", rows(3))
    earlier, _ = await run(transforms, "earlier", uri)
    later = {**earlier.description, "CreationTime": earlier.job.created + 3600}
    assert (await transforms.list_files(TransformJobDetail.from_description(later))).done == FilesDone(0, 1)


async def test_input_is_looked_at_before_it_costs(transforms: Transforms, server: LocalServer) -> None:
    put(server, "batch/peek/a.csv", rows(2000))
    put(server, "batch/peek/b.csv", rows(1))
    peek = await transforms.peek(f"s3://{BUCKET}/batch/peek/", "S3Prefix")
    assert (peek.objects, peek.first_name, peek.columns, peek.content_type) == (2, "a.csv", 2, "text/csv")
    assert peek.lines == tuple(rows(2000).splitlines()[: len(peek.lines)])
    assert peek.total_size == len(rows(2000)) + len(rows(1))
    with pytest.raises(NotFound, match="no object below"):
        await transforms.peek(f"s3://{BUCKET}/nowhere/", "S3Prefix")


async def test_a_job_is_stopped_and_refusals_are_said(transforms: Transforms, server: LocalServer) -> None:
    put(server, "batch/stopped/a.csv", rows(150_000))
    await transforms.create(request("stopped", f"s3://{BUCKET}/batch/stopped/", BatchStrategy="SingleRecord"))
    await transforms.stop("stopped")
    async with asyncio.timeout(60):
        assert (await transforms.ended("stopped")).job.status == "Stopped"
    assert await transforms.name_taken("stopped")
    assert not await transforms.name_taken("never-there")
    with pytest.raises(InvalidRequest):
        await transforms.create(request("refused", f"s3://{BUCKET}/batch/stopped/", MaxPayloadInMB=101))
