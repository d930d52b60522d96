"""Batch transform through the service layer, on the embedded SageMaker: jobs, files, failures, results."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from tests.local.server import LocalServer
from tests.local.training import BUCKET, log_messages, wait_for_end
from tests.local.transforms import MODEL, create_model, make_model, outputs, predictions, put, request, rows
from tui.resources.algorithms import clone_request
from tui.resources.datasets import DataError
from tui.resources.results import Cursor, JobResults, Labels, Origin, Reading, ResultRow, retraining_problem
from tui.resources.scores import BinaryScores, MistakeRule, RegressionScores
from tui.resources.transforms import FilesDone, TransformFiles, TransformJobDetail
from tui.service.errors import InvalidRequest, NotFound
from tui.service.gateway import Gateway
from tui.service.logs import Logs
from tui.service.models import Models
from tui.service.pace import Pace
from tui.service.training import Training
from tui.service.transform_results import TransformResults
from tui.service.transforms import Transforms

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_LABELS = Labels()
FAST = Pace(listing=0.1, changing=0.05, logs=0.05)


@pytest.fixture(scope="module", autouse=True)
def _model(server: LocalServer) -> None:
    make_model(server)


@pytest.fixture
def transforms(embedded: Gateway) -> Transforms:
    return Transforms(embedded, Logs(embedded, 0.05), lambda: FAST)


@pytest.fixture
def results(embedded: Gateway) -> TransformResults:
    def no_datasets() -> Any:
        raise AssertionError("nobody asked for data sets")

    training = Training(embedded, Logs(embedded, 0.05), FAST)
    return TransformResults(embedded, Models(embedded, FAST), training, no_datasets)


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


async def test_rows_show_what_the_output_files_hold_and_the_model_predicts(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    lines = rows(450)
    detail, files = await run(transforms, "shown", put(server, "batch/shown/a.csv", lines))
    assert (detail.job.status, detail.job.model, files.done) == ("Completed", MODEL, FilesDone(1, 1))

    shown = await all_rows(results, files, reading(detail))

    assert [row.number for row in shown] == list(range(1, 451))
    assert [row.record for row in shown] == lines.splitlines()
    assert [row.answer for row in shown] == outputs(server, "shown")["a.csv.out"].splitlines()
    predicted = [row.prediction.value for row in shown if row.prediction]
    assert predicted == pytest.approx(predictions(server, lines))


async def test_a_page_reads_its_rows_and_no_more(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    detail, files = await run(transforms, "paged", put(server, "batch/paged/a.csv", rows(450)))
    first = await results.page(files.files[0], reading(detail), Cursor())
    assert len(first.rows) == 200
    assert first.next is not None
    assert first.next.input == sum(len(row.record) + 1 for row in first.rows)
    last = await results.page(
        files.files[0], reading(detail), Cursor(450, files.files[0].size, files.files[0].output_size or 0)
    )
    assert last.rows == ()
    assert last.next is None


async def test_regressions_are_judged_by_the_label_in_the_input(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    data = labelled(300)
    detail, files = await run(
        transforms, "judged", put(server, "batch/judged/a.csv", data), DataProcessing={"InputFilter": "$[1:]"}
    )
    how = reading(detail, Labels("column", 0))

    scores = await results.judge(files.files, how, lambda _: None)

    actual = [float(line.split(",")[0]) for line in data.splitlines()]
    predicted = predictions(server, "".join(line.partition(",")[2] + "\n" for line in data.splitlines()))
    assert isinstance(scores, RegressionScores)
    assert scores.rmse == pytest.approx(metrics.root_mean_squared_error(actual, predicted), rel=1e-5)
    assert scores.mae == pytest.approx(metrics.mean_absolute_error(actual, predicted), rel=1e-5)
    assert scores.r2 == pytest.approx(metrics.r2_score(actual, predicted), rel=1e-5)


async def test_joined_output_says_the_same(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    data = labelled(50)
    plain, its_files = await run(
        transforms, "join-not", put(server, "batch/join/a.csv", data), DataProcessing={"InputFilter": "$[1:]"}
    )
    expected = [row.prediction for row in await all_rows(results, its_files, reading(plain))]
    for name, output_filter in (("join-all", "$"), ("join-some", "$[0,-1]")):
        detail, files = await run(
            transforms,
            name,
            f"s3://{BUCKET}/batch/join/a.csv",
            Accept="text/csv",
            DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": output_filter},
        )
        found = [row.prediction for row in await all_rows(results, files, reading(detail))]
        assert [item.value for item in found if item] == pytest.approx([item.value for item in expected if item])


async def test_mistakes_one_at_a_time_over_several_files(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    for key, count in (("a.csv", 40), ("b.csv", 30)):
        put(server, f"batch/mistakes/{key}", labelled(count, count))
    detail, files = await run(
        transforms, "mistakes", f"s3://{BUCKET}/batch/mistakes/", DataProcessing={"InputFilter": "$[1:]"}
    )
    how, rule = reading(detail, Labels("column", 0)), MistakeRule("regression", tolerance=0.3)
    found = []
    place, cursor = 0, Cursor()
    while mistake := await results.find_mistake(files.files, how, rule, place, cursor):
        assert mistake.next.row == mistake.row.number, "nothing behind it was read"
        found.append((mistake.file, mistake.row.number))
        place, cursor = mistake.place, mistake.next
    expected = [
        (file.name, row.number)
        for file in files.files
        for row in await all_rows(results, TransformFiles((file,), files.done), how)
        if row.prediction and row.actual is not None and abs(row.prediction.value - row.actual) > 0.3
    ]
    assert found == expected
    assert len({file for file, _ in found}) == 2


async def test_labels_in_a_file_of_their_own(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    put(server, "batch/apart-labels.csv", "".join(f"{place % 2}\n" for place in range(60)))
    detail, files = await run(transforms, "apart", put(server, "batch/apart/a.csv", rows(60)))
    labels = Labels("file", uri=f"s3://{BUCKET}/batch/apart-labels.csv", key="batch/apart/a.csv")
    how = reading(detail, labels, "binary")
    shown = await all_rows(results, files, how)
    assert [row.actual for row in shown[:4]] == [0.0, 1.0, 0.0, 1.0]
    scores = await results.judge(files.files, how, lambda _: None)
    assert isinstance(scores, BinaryScores)
    assert scores.auc == pytest.approx(
        metrics.roc_auc_score(
            [place % 2 for place in range(60)], [row.prediction.value for row in shown if row.prediction]
        )
    )


async def test_new_data_is_compared_with_training_data(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    random = np.random.default_rng(5)
    put(server, "drift/train.csv", "".join(f"0,{a:.4f},{b:.4f}\n" for a, b in random.normal(size=(2000, 2))))
    new = "".join(
        f"{a:.4f},{'' if n % 4 == 0 else f'{b + 2:.4f}'}\n" for n, (a, b) in enumerate(random.normal(size=(500, 2)))
    )
    detail, files = await run(transforms, "drifted", put(server, "drift/new.csv", new))
    origin = Origin("job", "regression", f"s3://{BUCKET}/drift/train.csv", ("same", "moved"))

    drift = await results.drift(origin, files.files, reading(detail), lambda _: None)

    same, moved = drift.columns
    assert (same.name, same.verdict, same.new.missing) == ("same", "", 0)
    assert (moved.name, moved.verdict, moved.new.missing) == ("moved", "moved much", 125)
    assert moved.new.mean == pytest.approx(2, abs=0.2)
    assert moved.outside > 0
    assert moved.ks is not None
    assert same.ks is not None
    assert moved.ks > 0.6 > 0.1 > same.ks
    with pytest.raises(DataError, match="2 features, the new data 1"):
        await results.drift(origin, files.files, replace(reading(detail), input_filter="$[1:]"), lambda _: None)


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


async def test_outputs_are_downloaded_as_they_are(
    transforms: Transforms, results: TransformResults, server: LocalServer, tmp_path: Path
) -> None:
    put(server, "batch/fetched/deep/a.csv", rows(30))
    put(server, "batch/fetched/b.csv", "1,2,3\n")
    detail, files = await run(transforms, "fetched", f"s3://{BUCKET}/batch/fetched/")
    assert detail.job.status == "Failed"
    assert await results.download(files.files, str(tmp_path / "out"), lambda _: None) == 1
    assert (tmp_path / "out/deep/a.csv.out").read_text() == outputs(server, "fetched")["deep/a.csv.out"]
    assert not (tmp_path / "out/b.csv.out").exists()


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


async def test_a_model_is_trained_again_with_labelled_input_included(
    transforms: Transforms, results: TransformResults, embedded: Gateway, server: LocalServer
) -> None:
    labelled_input = put(server, "batch/more/new.csv", labelled(50))
    detail, files = await run(transforms, "more", labelled_input, DataProcessing={"InputFilter": "$[1:]"})
    origin = await results.origin(MODEL, ())
    assert origin == Origin(MODEL, "regression", f"s3://{BUCKET}/data/train")
    known = JobResults(detail, files, reading(detail, Labels("column", 0)), origin)
    assert retraining_problem(known) == ""

    again = await results.training_with(known)

    training = Training(embedded, Logs(embedded, 0.05), FAST)
    await training.create(clone_request(again.description, "with-more"))
    description = wait_for_end(server, "with-more")
    assert description["TrainingJobStatus"] == "Completed"
    assert any("Train matrix has 250 rows" in line for line in log_messages(server, "with-more"))


async def test_the_origin_of_a_model_that_nobody_knows(results: TransformResults, server: LocalServer) -> None:
    create_model(server, "from-elsewhere", put(server, "elsewhere.tar.gz", "anything"))
    assert await results.origin("from-elsewhere", ()) is None
    assert await results.origin("never-there", ()) is None
