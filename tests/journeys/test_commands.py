"""Everything can be found: by key, by name, by the palette, in the help; what was done can be repeated elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import Session

from tests.journeys.driver import Console, console, local_config
from tui.config import load
from widgets.table import Table


async def test_the_command_line_completes_and_runs_commands(desk: Console) -> None:
    await desk.press("colon")
    await desk.types("dat")
    await desk.sees(":data")
    await desk.press("right", "enter")
    await desk.sees("Modified", "Uploaded")
    await desk.command("train")
    await desk.sees("Training jobs")
    await desk.command("logs older")
    await desk.sees("Log of older", "complete")
    await desk.command("nonsense")
    await desk.sees("There is no command nonsense")
    await desk.command("train")
    await desk.command("stop")
    await desk.sees("Stop is not possible now: it does not run.")
    await desk.press("colon")
    await desk.types("clo")
    await desk.sees(":clone")
    await desk.press("right", "enter")
    await desk.sees("Run newer again")


async def test_a_dimmed_key_says_once_why_it_does_nothing(desk: Console) -> None:
    await desk.press("x", "x", "x")
    await desk.sees("Stop is not possible now: it does not run.")
    assert desk.text.count("Stop is not possible now") == 1
    assert not desk.app.service.budget.mutations


async def test_a_filter_narrows_the_list_and_escape_takes_it_away(desk: Console) -> None:
    await desk.press("slash")
    await desk.types("old")
    await desk.sees("1 of 2 jobs")
    await desk.press("enter")
    assert "newer" not in table_text(desk)
    await desk.press("escape")
    await desk.sees("2 jobs")
    await desk.sees("newer")
    await desk.press("slash")
    await desk.types("no such job")
    await desk.sees("None of the 2 rows matches “no such job”.")
    await desk.press("escape")
    await desk.sees("newer", "older")


async def test_help_begins_with_the_keys_of_the_pane_and_says_why_one_is_dimmed(desk: Console) -> None:
    await desk.press("question_mark")
    await desk.sees("Keys of the pane Train", "Run the same job again under another name")
    said = " ".join(re.sub("[│╭╮╰╯─]", " ", desk.text).split())  # wherever the lines were wrapped
    assert "Why the job failed: reason, hint, tracebacks, timeline (not now: it did not fail)" in said
    await desk.press("escape")
    await desk.sees_no("Keys of the pane")


async def test_the_palette_finds_commands_by_their_words(desk: Console) -> None:
    await desk.press("ctrl+p")
    await desk.types("run ag")
    await desk.sees("Run again  N", "Run the same job again under another name")
    await desk.press("down", "enter")
    await desk.sees("Run newer again")


async def test_the_call_log_holds_lines_for_the_aws_cli(desk: Console) -> None:
    await desk.press("at")
    await desk.sees("Nothing yet: every call so far only read.")
    await desk.press("escape", "N")
    await desk.sees("Run newer again")
    await desk.press("f2")
    await desk.sees_match(r"newer-2 +✓ Completed")
    await desk.press("at")
    await desk.sees("What this console changed", "create-training-job", "done")

    [call] = desk.app.service.budget.mutations
    words = shlex.split(call.command)
    assert words[:3] == ["aws", "sagemaker", "create-training-job"]
    options = {word: value for word, value in pairwise([*words[3:], ""]) if word.startswith("--")}
    shape = Session().get_service_model("sagemaker").operation_model("CreateTrainingJob").input_shape
    assert shape is not None
    names = {f"--{xform_name(member, '-')}" for member in shape.members}
    assert {option.replace("--no-", "--") for option in options} <= names
    assert options["--training-job-name"] == "newer-2"
    assert json.loads(options["--hyper-parameters"])["num_round"] == "5"
    connection = desk.app.service.gateway._connection
    assert connection.secret_access_key
    assert connection.secret_access_key not in desk.text + "".join(desk.written)


@pytest.mark.parametrize("theme", ["light", "ansi", "dark"])
async def test_themes_are_switched_by_name(desk: Console, theme: str) -> None:
    await desk.command("theme " + theme)
    await desk.until(lambda: desk.app.theme == f"sagedeck-{theme}", "another theme")
    await desk.sees("✓ Completed", "newer")


async def test_a_theme_that_does_not_exist_is_said(desk: Console) -> None:
    await desk.command("theme pink")
    await desk.sees("There is no theme pink; dark, light and ansi are ours.")


async def test_keys_of_a_person_come_from_the_configuration(used_folder: Path) -> None:
    file = used_folder / "config.toml"
    file.write_text('[keys]\n"train.clone" = "f5"\n"app.data" = "f6,2"\n', encoding="utf-8")
    config = load({}, {"SAGEDECK_CONFIG": str(file)})
    async with console(local_config(used_folder, keys=config.keys)) as desk:
        await desk.sees("older", "newer", "f5 Run again")
        await desk.press("N")
        assert "Run newer again" not in desk.text
        await desk.press("f5")
        await desk.sees("Run newer again")
        await desk.press("escape", "f6")
        await desk.sees("Uploaded", "Modified")


async def test_panes_are_reached_by_digit_and_minus_goes_back(desk: Console) -> None:
    await desk.press("2")
    await desk.sees("Uploaded", "Modified")
    await desk.press("5")
    await desk.sees("No log is open.")
    await desk.press("minus")
    await desk.sees("Uploaded", "Modified")
    await desk.press("3")
    await desk.sees("2 jobs")


def table_text(desk: Console) -> str:
    """What the table with the keyboard shows."""
    table = desk.app.focused
    assert isinstance(table, Table)
    return "\n".join(strip.text for strip in table.render_lines(table.size.region))
