"""The roads to a transform job, with a person whose answers are known beforehand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from textual.screen import Screen

from tests.panes.scripted import detail, job, uploaded
from tests.panes.scripted_tuning import JOBS, tuning_detail
from tests.screens.test_traffic_flows import Person
from tui.drafts import Drafts
from tui.panes.pane import Pane
from tui.panes.transform_messages import TransformWanted
from tui.resources.results import Origin
from tui.resources.training import TrainingJobDetail
from tui.screens import transform_flows
from tui.screens.dialogs import Choose
from tui.service.sagemaker import SageMaker

SEARCH = tuning_detail(JOBS[1])
TRAINED = (job("wine-linear"), job("boston-tune-003-0000000a"), job("broken", "Failed"))


def listed(rows: tuple[Any, ...]) -> SimpleNamespace:
    """A live list that has these rows."""

    async def first() -> tuple[Any, ...]:
        return rows

    return SimpleNamespace(first=first)


def person(*answers: Any) -> Person:
    """Somebody with a search, a job of their own and two data sets; the models learnt from the second one."""

    async def show(_: str) -> None: ...

    async def open_pane(_: Pane) -> None: ...

    async def describe_job(name: str) -> TrainingJobDetail:
        return detail(job(name), ModelArtifacts={"S3ModelArtifacts": f"s3://bucket/{name}/output/model.tar.gz"})

    async def describe_search(name: str) -> Any:
        assert name == SEARCH.job.name
        return SEARCH

    async def origin_of_job(name: str, _: Any) -> Origin:
        return Origin(name, "regression", "s3://bucket/train", ("a",), dataset="wine")

    async def datasets() -> list[Any]:
        return [uploaded("diabetes"), uploaded("wine")]

    service = SimpleNamespace(
        models=SimpleNamespace(list=listed(())),
        tuning=SimpleNamespace(list=listed(JOBS), describe=describe_search),
        training=SimpleNamespace(list=listed(TRAINED), describe=describe_job),
        transform_results=SimpleNamespace(origin_of_job=origin_of_job),
        datasets=SimpleNamespace(list_uploaded=datasets),
    )
    screen = cast("Screen[None]", SimpleNamespace())
    return Person(screen, cast(SageMaker, service), cast(Drafts, None), False, show, open_pane, [], list(answers))


def choices(dialog: Screen[Any]) -> list[str]:
    assert isinstance(dialog, Choose)
    return [key for key, _ in dialog._choices]


async def test_what_can_predict_is_offered_with_the_best_of_searches() -> None:
    here = person(None)
    await transform_flows.transform(here, TransformWanted())
    (question,) = here.asked
    assert choices(question) == ["best of boston-tune-2", "best of boston-tune", "wine-linear"]


async def test_the_best_of_a_search_predicts_for_the_data_that_it_learnt_from_first() -> None:
    here = person("best of boston-tune", None)
    await transform_flows.transform(here, TransformWanted())
    _, data = here.asked
    assert choices(data)[0] == "wine test"
    assert choices(data)[-1] == transform_flows.ELSEWHERE
    assert here.told == []


async def test_a_data_set_is_the_only_data_where_one_begins_at_it() -> None:
    here = person("wine-linear", None)
    await transform_flows.transform(here, TransformWanted(dataset=uploaded("diabetes")))
    _, data = here.asked
    assert choices(data) == ["diabetes test", "diabetes validation", transform_flows.ELSEWHERE]
