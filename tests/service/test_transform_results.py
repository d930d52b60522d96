"""What transform jobs have written: read a page at a time, judged, gone through mistake by mistake, downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn import metrics

from tests.local.server import LocalServer
from tests.local.training import BUCKET
from tests.local.transforms import MODEL, outputs, predictions, put, rows
from tests.service.transform_road import all_rows, labelled, reading, run
from tui.resources.results import Cursor, Labels
from tui.resources.scores import BinaryScores, MistakeRule, RegressionScores
from tui.resources.transforms import FilesDone, TransformFiles
from tui.service.transform_results import TransformResults
from tui.service.transforms import Transforms

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
