"""The runner form of a transform job: it looks at the input, proposes, shows what becomes of it, keeps every rule."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.screens.forms import PRICE, TOLD, FormApp, given, hourly, shown
from tests.screens.terminal import screen_text, until
from tui.drafts import Drafts
from tui.resources.prices import Price
from tui.resources.transform_choices import TransformChoice, transform_request
from tui.resources.transform_plans import InputPeek
from tui.screens.priced_form import EarlierJob, PriceBook
from tui.screens.transform_fields import accepted_by, choice_of
from tui.screens.transform_form import Container, TransformForm
from tui.service.errors import AccessDenied, NotFound, ServiceError

CHOICE = TransformChoice(
    "diabetes-transform", "diabetes", "s3://bucket/in/test.csv", "s3://bucket/out/diabetes-transform"
)
ROWS = ("7,0.1,0.2", "8,0.3,0.4")
XGBOOST = Container("xgboost", 2)


def peek(*lines: str, **members: Any) -> InputPeek:
    values: dict[str, Any] = {"objects": 1, "total_size": 2_000, "largest": 2_000, "longest_line": 9}
    return InputPeek(first_name="test.csv", lines=lines, compressed=False, **values | members)


class Lake:
    """What lies in S3, as a form sees it."""

    def __init__(self, **found: InputPeek | ServiceError) -> None:
        self.found = {f"s3://bucket/in/{name}.csv": answer for name, answer in found.items()}
        self.asked: list[str] = []

    async def peek(self, uri: str, data_type: str) -> InputPeek:
        self.asked.append(uri)
        answer = self.found.get(uri, NotFound(f"There is no object below {uri}"))
        if isinstance(answer, ServiceError):
            raise answer
        return answer


def form_of(
    lake: Lake, folder: Path, choice: TransformChoice = CHOICE, container: Container = XGBOOST, **members: Any
) -> TransformForm:
    return TransformForm(
        "Transform with diabetes",
        choice,
        container,
        peek=lake.peek,
        taken=frozenset({"taken"}),
        draft="a draft",
        drafts=Drafts(folder),
        **{"prices": PriceBook(hourly, billed=True)} | members,
    )


async def sees(app: FormApp, *texts: str) -> None:
    await until(app, lambda: all(text in screen_text(app) for text in texts), f"no {texts} on the screen", 20)


async def test_it_looks_at_the_input_and_proposes(tmp_path: Path) -> None:
    lake = Lake(test=peek(*ROWS, total_size=30_000_000))
    async with shown(form_of(lake, tmp_path)) as (app, pilot):
        await sees(app, "1 object, 30.0 MB; the first is test.csv, 3 columns.", "→ 0.1,0.2", "→ ‹prediction›")
        await sees(app, "about 699,050 in a request of 6 MB")
        values = app.form.values
        assert (values["input_filter"], values["split"], values["strategy"]) == ("$[1:]", "Line", "MultiRecord")
        assert (values["max_payload"], values["max_concurrent"]) == ("6", "2")
        await pilot.press("f2")
        await until(app, lambda: app.left is not None, "it was not submitted", 20)
        assert app.left is not None
        request = transform_request(choice_of(app.left, "diabetes"))
        assert request["DataProcessing"]["InputFilter"] == "$[1:]"
        assert request["TransformOutput"]["S3OutputPath"] == "s3://bucket/out/diabetes-transform"


async def test_the_preview_follows_what_is_typed(tmp_path: Path) -> None:
    async with shown(form_of(Lake(test=peek(*ROWS)), tmp_path)) as (app, _):
        await sees(app, "→ ‹prediction›")
        app.form.set_value("join", "Input")
        await sees(app, "→ 7,0.1,0.2,‹prediction›")
        app.form.set_value("output_filter", "$[0,-1]")
        await sees(app, "→ 7,‹prediction›", "→ 8,‹prediction›")
        app.form.set_value("output_filter", "$[0,7]")
        await sees(app, "If an answer is one value: $[0,7] selects place 7, and the record has 4")
        assert app.form.check() == {}, "what a model answers is not known before"
        app.form.set_value("input_filter", "$[9]")
        await sees(app, "$[9] selects place 9, and the record has 3")
        assert set(app.form.check()) == {"input_filter"}
        app.form.set_value("input_filter", "$.name")
        await sees(app, "by their places")


async def test_what_a_person_changed_stays(tmp_path: Path) -> None:
    lake = Lake(test=peek(*ROWS), other=peek("1,2", "3,4", total_size=90_000_000))
    async with shown(form_of(lake, tmp_path)) as (app, _):
        await sees(app, "3 columns")
        app.form.set_value("max_payload", "3")
        app.form.set_value("input_uri", "s3://bucket/in/other.csv")
        await sees(app, "2 columns")
        values = app.form.values
        assert (values["max_payload"], values["input_filter"], values["max_concurrent"]) == ("3", "$", "2")
    async with shown(form_of(lake, tmp_path)) as (app, _):
        await sees(app, "2 columns")
        assert app.form.values["max_payload"] == "3", "it is still in the draft"


async def test_records_that_the_model_would_refuse_are_not_sent(tmp_path: Path) -> None:
    async with shown(form_of(Lake(test=peek(*ROWS)), tmp_path)) as (app, pilot):
        await sees(app, "→ 0.1,0.2")
        app.form.set_value("input_filter", "$")
        await sees(app, "learnt from 2 columns and would get 3: $[1:] leaves out")
        await pilot.press("f2")
        await pilot.pause()
        assert app.left is None
        app.form.set_value("input_filter", "$[1:]")
        await sees(app, "→ 0.1,0.2")
        app.form.set_value("max_concurrent", "many")
        await sees(app, "A whole number from 0 to 100")


async def test_typing_asks_once(tmp_path: Path) -> None:
    lake = Lake(test=peek(*ROWS))
    async with shown(form_of(lake, tmp_path)) as (app, _):
        await sees(app, "3 columns")
        for end in range(1, 10):
            app.form.set_value("input_uri", "s3://bucket/in/" + "x" * end)
        await sees(app, "There is no object below s3://bucket/in/xxxxxxxxx")
        assert lake.asked == ["s3://bucket/in/test.csv", "s3://bucket/in/xxxxxxxxx"]
        assert "input_uri" in app.form.check()


async def test_what_could_not_be_checked_is_no_pass_and_no_refusal(tmp_path: Path) -> None:
    lake = Lake(test=AccessDenied("s3 ListObjectsV2 did not succeed", "Access Denied"))
    async with shown(form_of(lake, tmp_path)) as (app, _):
        await sees(app, "Not checked: s3 ListObjectsV2 did not succeed.")
        assert app.form.check() == {}


async def test_gzip_is_seen(tmp_path: Path) -> None:
    lake = Lake(test=replace(peek(*ROWS), compressed=True))
    async with shown(form_of(lake, tmp_path)) as (app, _):
        await sees(app, "3 columns")
        assert app.form.values["compression"] == "Gzip"
        app.form.set_value("compression", "None")
        await sees(app, "test.csv is compressed: choose Gzip.")


async def test_the_output_follows_the_name_until_it_is_put_elsewhere(tmp_path: Path) -> None:
    async with shown(form_of(Lake(test=peek(*ROWS)), tmp_path)) as (app, pilot):
        await sees(app, "3 columns")
        app.form.set_value("name", "another")
        await pilot.pause()
        assert app.form.values["output_uri"] == "s3://bucket/out/another"
        app.form.set_value("output_uri", "s3://bucket/mine")
        app.form.set_value("name", "third")
        await pilot.pause()
        assert app.form.values["output_uri"] == "s3://bucket/mine"


async def test_a_copy_of_a_job_keeps_what_that_job_had(tmp_path: Path) -> None:
    copy = replace(CHOICE, max_payload=1, max_concurrent=7, split="Line", strategy="SingleRecord")
    async with shown(form_of(Lake(test=peek(*ROWS)), tmp_path, copy, propose=False)) as (app, _):
        await sees(app, "3 columns")
        values = app.form.values
        assert (values["max_payload"], values["max_concurrent"], values["strategy"]) == ("1", "7", "SingleRecord")
        assert values["input_filter"] == "$"


async def test_the_last_field_and_the_buttons_are_seen_on_a_small_screen(tmp_path: Path) -> None:
    async with shown(form_of(Lake(test=peek(*ROWS)), tmp_path), (80, 24)) as (app, _):
        await sees(app, "Transform with diabetes", "3 columns", "→ ‹prediction›", "Transform (F2)")
        app.form.query_one("#field-retries").focus()
        await sees(app, "Transform with diabetes", "Retries", "Transform (F2)")


async def test_it_says_what_an_hour_costs_and_that_nothing_limits_the_hours(tmp_path: Path) -> None:
    async with shown(form_of(Lake(test=peek(*ROWS)), tmp_path)) as (app, _):
        await app.says("instance_count", f"$0.115/h until it is done, however long that takes. {TOLD}")
        app.form.set_value("instance_count", "3")
        await app.says("instance_count", "Files are shared out among them. $0.345/h until it is done")
        app.form.set_value("instance_type", "ml.m4.xlarge")
        await app.says("instance_count", "Files are shared out among them. The price is n/a.")


async def test_a_price_that_comes_late_does_not_push_away_where_a_person_is(tmp_path: Path) -> None:
    told = asyncio.Event()

    async def ask(_: str) -> Price:
        await told.wait()
        return PRICE

    form = form_of(Lake(test=peek(*ROWS)), tmp_path, prices=PriceBook(ask, billed=False))
    async with shown(form, (80, 24)) as (app, _):
        await sees(app, "→ ‹prediction›")
        app.form.query_one("#field-retries").focus()
        await sees(app, "Retries")
        told.set()
        await until(app, lambda: form.query_one("#note-instance_count").size.height == 3, "no price", 20)
        await sees(app, "Retries")


async def test_a_copy_says_what_the_other_job_cost_while_it_has_the_same_machines(tmp_path: Path) -> None:
    prices = PriceBook(hourly, billed=False)
    await prices.learn(["ml.m5.large"])
    earlier = EarlierJob("diabetes-transform", "ml.m5.large", 1, 200)
    form = form_of(Lake(), tmp_path, prices=prices, propose=False, earlier=earlier)
    assert form.notes(given(form))["instance_count"] == (
        "Costs nothing here. At AWS: $0.115/h until it is done, however long that takes. "
        f"diabetes-transform ran for 3m 20s: about $0.0064. {TOLD}"
    )
    assert "diabetes-transform ran for" not in form.notes(given(form, instance_count="2"))["instance_count"]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": "taken"}, "name", "exists already"),
        ({"name": "a_b"}, "name", "letters, digits and dashes"),
        ({"instance_type": "big"}, "instance_type", "ml.m5.large"),
        ({"instance_count": "0"}, "instance_count", "from 1 to 1,000"),
        ({"max_payload": "101"}, "max_payload", "from 0 to 100"),
        ({"max_payload": "50", "max_concurrent": "3"}, "max_concurrent", "at most 2 at a time"),
        ({"timeout": "3601"}, "timeout", "from 1 to 3,600"),
        ({"retries": "4"}, "retries", "from 0 to 3"),
        ({"output_uri": "nowhere"}, "output_uri", "s3://bucket/prefix/"),
        ({"input_filter": "$[1:]", "split": "None"}, "input_filter", "split by Line"),
        ({"join": "Input", "assemble": "None"}, "assemble", "by Line"),
    ],
)
def test_rules_at_their_fields(tmp_path: Path, changes: dict[str, str], field: str, says: str) -> None:
    form = form_of(Lake(), tmp_path)
    values = given(form)
    assert form.problems(values) == {}
    assert says in form.problems(values | changes)[field]


def test_linear_learner_is_offered_its_own_formats(tmp_path: Path) -> None:
    choice = accepted_by("linear-learner", CHOICE)
    form = form_of(Lake(), tmp_path, choice, Container("linear-learner", 2))
    values = given(form)
    assert values["accept"] == "application/jsonlines"
    assert form.problems(values) == {}
    assert "would fail on its first answer" in form.problems(values | {"join": "Input"})["join"]
    assert ("text/csv", "text/csv") not in form._fields["accept"].choices


def test_another_container_may_speak_anything(tmp_path: Path) -> None:
    form = form_of(Lake(), tmp_path, replace(CHOICE, accept="application/x-own"), Container(None))
    values = given(form)
    assert form.problems(values) == {}
    assert form._fields["accept"].choices == ()
