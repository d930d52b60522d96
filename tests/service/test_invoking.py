"""Invoking endpoints of the embedded SageMaker, judging them, and walking over their mistakes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from tests.local import endpoints as local
from tests.local.server import LocalServer
from tests.local.training import regression_csv
from tests.service.endpoint_road import DEADLINE_SECONDS, Road, variant
from tui.resources.endpoint_invoking import Answer, Invocation, Refusal, Shots
from tui.resources.endpoint_judging import JudgeProgress, JudgeRequest, TestSet
from tui.service.errors import InvalidRequest, NotFound
from tui.service.gateway import Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROW = local.ROW


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def road(embedded: Gateway, server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Road:
    await asyncio.to_thread(local.make_models, server)
    return Road(embedded, tmp_path_factory.mktemp("prices"))


async def test_one_invocation_and_its_refusals(road: Road) -> None:
    await road.deploy("road-invoke", variant("X"), variant("L", local.LINEAR_MODEL, weight=0))
    answer = await road.invoking.invoke(Invocation("road-invoke", ROW, accept="text/csv"))
    assert isinstance(answer, Answer)
    assert (answer.variant, answer.content_type.partition(";")[0]) == ("X", "text/csv")
    assert float(answer.text) == pytest.approx(1.2, abs=1.5)
    targeted = await road.invoking.invoke(Invocation("road-invoke", ROW, variant="L"))
    assert isinstance(targeted, Answer)
    assert (targeted.variant, targeted.content_type) == ("L", "application/json")

    refusal = await road.invoking.invoke(Invocation("road-invoke", b"these,are,words", variant="X"))
    assert isinstance(refusal, Refusal)
    assert refusal.status == 415
    assert refusal.message.endswith("could not convert string to float: 'these'")
    assert "/aws/sagemaker/Endpoints/road-invoke" in refusal.log_stream
    with pytest.raises(NotFound):
        await road.invoking.invoke(Invocation("road-nobody", ROW))
    with pytest.raises(InvalidRequest, match="nothing to send"):
        await road.invoking.invoke(Invocation("road-invoke", b" "))


async def test_shots_report_progress_count_failures_and_can_be_cancelled(road: Road) -> None:
    await road.deploy("road-shots", variant("X"))
    good, bad = Invocation("road-shots", ROW), Invocation("road-shots", b"words")
    shots = await road.invoking.shots([good, bad], 100, 4)
    assert (shots.total, shots.done, shots.failed) == (100, 100, 50)
    (error,) = shots.errors
    assert (error.kind, error.status, error.count) == ("ModelError", 415, 50)
    assert sum(shots.variants["X"].histogram) == shots.variants["X"].count == 50
    with pytest.raises(NotFound):
        await road.invoking.shots([Invocation("road-nobody", ROW)], 10_000, 2)

    reports: list[Shots] = []
    reported = asyncio.Event()

    def on_progress(shots: Shots) -> None:
        reports.append(shots)
        reported.set()

    shooting = asyncio.create_task(road.invoking.shots([good], 10_000, 1, on_progress))
    async with asyncio.timeout(DEADLINE_SECONDS):
        await reported.wait()
    shooting.cancel()
    await asyncio.wait([shooting])
    assert shooting.cancelled()
    assert 0 < reports[0].done < reports[0].total == 10_000


async def test_an_endpoint_is_judged_on_a_labelled_test_set(road: Road, server: LocalServer, tmp_path: Path) -> None:
    await road.deploy("road-judge", variant("X"), variant("L", local.LINEAR_MODEL))
    lines = regression_csv(300, seed=11).decode().splitlines()
    labels, features = zip(*(line.split(",", 1) for line in lines), strict=True)
    (tmp_path / "test.csv").write_text("\n".join(features) + "\n")
    (tmp_path / "labels.csv").write_text("\n".join(labels) + "\n")
    test_set = TestSet(str(tmp_path / "test.csv"), str(tmp_path / "labels.csv"), "regression", ("a", "b"), rows=300)
    request = JudgeRequest("road-judge", test_set, ("X", "L"), batch_rows=7)
    reports: list[JudgeProgress] = []

    judgement = await road.invoking.judge(request, reports.append)

    assert judgement.rows == 300
    assert {name: score.rows for name, score in judgement.scores.items()} == {"X": 300, "L": 300}
    assert all(report.total == 300 for report in reports)
    measures = judgement.scores["X"].measures
    assert set(measures) == {"RMSE", "MAE", "R²"}
    comparison = judgement.comparisons[0]
    assert (comparison.measure, comparison.first) == ("RMSE", judgement.best)
    assert comparison.difference == pytest.approx(-abs(measures["RMSE"] - judgement.scores["L"].measures["RMSE"]))
    assert comparison.better == judgement.best
    assert judgement.verdict.startswith(f"{judgement.best} is better by ")
    worst = judgement.scores["X"].worst
    assert [abs(one.error) for one in worst] == sorted((abs(one.error) for one in worst), reverse=True)
    assert test_set.named(worst[0])[0] == ("a", features[worst[0].number - 1].split(",")[0])

    weighted = await road.invoking.judge(
        JudgeRequest("road-judge", test_set, ("X", "L"), "by weight", batch_rows=1, limit=200)
    )
    assert sum(score.rows for score in weighted.scores.values()) == weighted.rows == 200
    assert abs(weighted.scores["X"].rows - 100) <= 5 * 50**0.5
    assert not weighted.comparisons[0].paired


async def test_mistakes_are_found_one_at_a_time_and_no_further_than_asked(road: Road, server: LocalServer) -> None:
    await road.deploy("road-mistakes", variant("X"))
    s3 = server.client("s3")
    lines = regression_csv(500, seed=12)
    s3.put_object(Bucket=local.BUCKET, Key="mistakes/test.csv", Body=lines)
    test_set = TestSet(f"s3://{local.BUCKET}/mistakes/test.csv", "", "regression")
    request = JudgeRequest("road-mistakes", test_set, ("X",))
    judgement = await road.invoking.judge(request)
    bound = abs(judgement.scores["X"].worst[4].error)
    expected = sorted(one.number for one in judgement.scores["X"].worst[:4])

    await road.invoked("road-mistakes", 10)  # of the judgement
    walk = road.invoking.mistakes(request, "X", bound)
    first = await anext(walk)
    assert first.number == expected[0]
    assert test_set.named(first)[0][0] == "column 1"
    sizes = [1, 2, 4, 8, 16, 32, *[50] * 8]
    needed = next(count for count in range(1, len(sizes)) if sum(sizes[:count]) >= first.number)
    await road.invoked("road-mistakes", 10 + needed)
    assert [first.number, *[one.number async for one in walk]] == expected
