"""The pane in which an endpoint is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.panes import golden
from tests.panes.host import Stage, stage
from tests.panes.scripted import NOW
from tests.panes.scripted_invoking import DIABETES, ScriptedInvoking, answer, shots
from tests.panes.scripted_traffic import Aws, endpoints_of, live
from tests.panes.test_golden import both_sizes
from tui.panes.endpoint_messages import PayloadWanted, RowWanted
from tui.panes.invoke import InvokePane
from tui.panes.log_messages import LogsAtWanted
from tui.resources.endpoint_invoking import Invocation, Refusal, ShotError
from tui.resources.invoke_settings import InvokeSettings
from tui.service.errors import NotFound

SETTINGS = InvokeSettings("0.038,1,0.06\n", accept="text/csv", shots="200")


async def pane_of(invoking: ScriptedInvoking, settings: InvokeSettings = SETTINGS) -> InvokePane:
    endpoints = endpoints_of(Aws([live("XGB-1", 3.0), live("XGB-2", 1.0)]))
    return InvokePane(endpoints, invoking, await endpoints.describe("shop"), settings)


async def test_without_a_payload_nothing_is_sent() -> None:
    invoking = ScriptedInvoking()
    async with stage(await pane_of(invoking, InvokeSettings())) as here:
        await here.sees("none yet: e to type it or name a file, d for a data set")
        why = here.why_dimmed
        assert (why["invoke.send"], why["invoke.many"]) == ("there is nothing to send", "there is nothing to send")
        assert why["invoke.next"] == "no data set is chosen"
        assert (why["invoke.logs"], why["invoke.cancel"]) == ("nothing has been answered yet", "nothing is under way")
        await here.press("i", "e", "d")
        await here.until(lambda: len(here.app.wishes) == 2, "two wishes")
        assert [type(wish) for wish in here.app.wishes] == [PayloadWanted, RowWanted]
        assert invoking.sent == []


@both_sizes
async def test_one_answer(size: tuple[int, int]) -> None:
    invoking = ScriptedInvoking()
    async with stage(await pane_of(invoking), size) as here:
        await here.press("i")
        await here.sees("XGB-2 answered", "12 ms", "152.25")
        await here.settled()
        golden.check(here.app, f"invoke-answer-{size[0]}x{size[1]}")
        assert invoking.sent == [Invocation("shop", b"0.038,1,0.06\n", "text/csv", "text/csv")]
        await here.press("l")
        await here.until(lambda: len(here.app.wishes) == 1, "a wish")
        (wish,) = here.app.wishes
        assert isinstance(wish, LogsAtWanted)
        assert (wish.source.label, wish.at) == ("shop/XGB-2", NOW)


async def test_json_is_read_by_its_content_type_and_hostile_bodies_are_text() -> None:
    invoking = ScriptedInvoking()
    invoking.outcome = answer(b'{"predictions": [{"score": [0.1, 0.9], "predicted_label": 1}]}', "application/json")
    async with stage(await pane_of(invoking)) as here:
        await here.press("enter")
        await here.sees("Prediction   0.1, 0.9")
        invoking.outcome = answer(b"[/x] \x1b[31m[bold]red", "text/csv")
        await here.press("enter")
        await here.sees("The answer is no list of numbers", "[/x] [bold]red")


async def test_a_refusal_in_the_models_own_words() -> None:
    invoking = ScriptedInvoking()
    invoking.outcome = Refusal(415, "could not convert string to float: 'words'", "arn:log", "", 3.0, NOW)
    async with stage(await pane_of(invoking)) as here:
        await here.press("i")
        await here.sees("the model answered 415", "could not convert string to float: 'words'", "l shows its log")
        invoking.outcome = NotFound("sagemaker-runtime InvokeEndpoint did not succeed", "Endpoint shop not found")
        await here.press("i")
        await here.sees("Endpoint shop not found")


async def test_rows_of_a_data_set_go_one_after_the_other() -> None:
    invoking = ScriptedInvoking()
    pane = await pane_of(invoking)
    async with stage(pane) as here:
        pane.use_rows("diabetes", DIABETES)
        await here.sees("row 1 of 66 of diabetes, label 151", "the prediction is off by 1.25")
        await here.press("right_square_bracket")
        await here.sees("row 2 of 66", "off by 0.25")
        await here.press("right_square_bracket")
        await here.sees("That was the last row.")
        await here.press("left_square_bracket")
        await here.sees("row 1 of 66")
        assert [one.body for one in invoking.sent] == [b"0.0,1,0.5", b"0.1,1,0.5", b"0.0,1,0.5"]


async def test_a_file_is_sent_as_it_is_then(tmp_path: Path) -> None:
    invoking = ScriptedInvoking()
    file = tmp_path / "rows.csv"
    file.write_text("1,2\n")
    async with stage(await pane_of(invoking, replace(SETTINGS, file=str(file)))) as here:
        await here.press("i")
        await here.sees("XGB-2 answered")
        file.unlink()
        await here.press("i")
        await here.sees("No such file")
        assert [one.body for one in invoking.sent] == [b"1,2\n"]


async def test_the_target_variant() -> None:
    invoking = ScriptedInvoking()
    async with stage(await pane_of(invoking)) as here:
        for variant in ("XGB-1", "XGB-2", ""):
            await here.press("v", "i")
            await here.until(lambda: len(invoking.sent) > 0, "it is sent")
            assert invoking.sent.pop().variant == variant


@both_sizes
async def test_many_shots(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    invoking = ScriptedInvoking()
    async with stage(await pane_of(invoking), size) as here:
        await here.press("N")
        invoking.told_shots.put_nowait(shots(80))
        await here.sees("80 of 200", "to go", "75.0 %")
        await here.settled()
        golden.check(here.app, f"invoke-shooting-{name}")
        invoking.told_shots.put_nowait(shots(200, ShotError("ModelError", 400, "wrong width", 3)))
        await here.sees("200 of 200", "✗ 3 shots: ModelError 400: wrong width")
        await here.settled()
        golden.check(here.app, f"invoke-shots-{name}")


async def test_shots_are_cancelled() -> None:
    async with stage(await pane_of(ScriptedInvoking())) as here:
        await here.press("N")
        await here.sees("Shooting…")
        await _is_dimmed(here, "invoke.cancel", dimmed=False)
        await here.press("x")
        await _is_dimmed(here, "invoke.cancel", dimmed=True)


async def _is_dimmed(here: Stage, command: str, *, dimmed: bool) -> None:
    await here.until(lambda: (command in here.dimmed) == dimmed, f"{command} is {'' if dimmed else 'not '}dimmed")
