"""Text from outside is characters: never markup, never a command to the terminal, in no pane and in no dialog."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets._toast import Toast

from tests.panes.host import PaneScreen, Stage, stage
from tests.panes.scripted import (
    ARN,
    JOBS,
    ScriptedDatasets,
    ScriptedLogs,
    ScriptedTraining,
    csv_entry,
    curve,
    detail,
    job,
    uploaded,
)
from tests.screens.forms import hourly
from tests.screens.terminal import Terminal, screen_text, terminal_of, until
from tests.service.task_context import ScriptedContext
from tui.app import SagedeckApp
from tui.config import Config
from tui.drafts import Drafts
from tui.panes.data import DataPane
from tui.panes.logs import LogsPane
from tui.panes.train import TrainPane
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UnreadableDataset
from tui.resources.logs import LogBatch, LogLine, training_log
from tui.resources.split_plans import default_plan
from tui.screens.call_log import CallLog
from tui.screens.dataset_form import DatasetForm
from tui.screens.dialogs import Choose, Confirm, TypeName
from tui.screens.priced_form import PriceBook
from tui.screens.start import StartScreen
from tui.screens.training_form import CloneForm, NewTrainingForm
from tui.service.budget import LoggedCall
from tui.service.errors import ServiceFault
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_inspection import inspect_csv

HOSTILE = {
    "controls": "[/x] [bold red]name[/] [@click=app.quit]quit[/] "  # markup
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m \x9b31m \x1bc tail "  # sequences that a terminal obeys
    "abc\u202edcba\u2066x\u2069 \u200f\u200e\ufeff end "  # text that runs the other way
    "nul\x00in\x08the\rmiddle\x7f one\ntwo\ttab\r\nthree\u2028four",
    "long": "x" * 5000 + "[/x]",
    "wide": "漢字🎉👩‍👩‍👧‍👦é\u0301 \ud800 end",
}

_OWN_SEQUENCES = re.compile(
    r"\x1b\[[0-9;]*m"  # colours and attributes
    r"|\x1b\[[0-9;]*H"  # where to draw
    r"|\x1b\[\?(1049|1000|1003|1015|1006|2004|1004|2026|25|7)[hl]"  # modes of the terminal
    r"|\x1b\[[<>=][0-9;]*u"  # keyboard protocol
    r"|\x1b\[\?2026\$p"
    r"|\x1b\]22;[a-z-]+\x07"  # the shape of the mouse pointer
)


def foreign_controls(written: str) -> list[str]:
    """The control and direction characters that are none of the program's own."""
    return re.findall(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", _OWN_SEQUENCES.sub("", written)
    )


@pytest.fixture(params=tuple(HOSTILE.values()), ids=tuple(HOSTILE))
def text(request: pytest.FixtureRequest) -> str:
    hostile: str = request.param
    return hostile


def nothing_foreign_in(here: Stage) -> None:
    assert here.app._exception is None
    painted = "".join(here.written)
    strange = foreign_controls(painted)
    where = painted.find(strange[0]) if strange else 0
    assert strange == [], painted[max(0, where - 100) : where + 100]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_training_pane(training: ScriptedTraining, text: str, size: tuple[int, int]) -> None:
    hostile = replace(job(text, "InProgress"), arn=ARN + text, secondary_status=text)
    members = {
        "FailureReason": text,
        "HyperParameters": {text: text},
        "InputDataConfig": [{"ChannelName": text, "DataSource": {"S3DataSource": {"S3Uri": f"s3://{text}"}}}],
        "FinalMetricDataList": [{"MetricName": text, "Value": 1.0, "Timestamp": 1.0}],
        "SecondaryStatusTransitions": [{"Status": text, "StartTime": 1.0, "EndTime": 2.0, "StatusMessage": text}],
    }
    async with stage(TrainPane(training, read_only=False), size=size) as here:
        training.told_points[text] = curve(text)
        training.told_jobs.tell((hostile, replace(hostile, arn=ARN, status=text)))
        training.told_details[text].tell(detail(hostile, **members))
        await here.sees("2 jobs")
        for key in ("d", "m", "y"):
            await here.press(key)
            await here.settled()
        await here.until(lambda: training.told_details[text].untold == 0, "the detail was taken")
        training.told_jobs.tell(ServiceFault(text, text, text))
        training.told_details[text].tell(ServiceFault(text, text, text))
        await here.press("escape")
        await here.sees("as of")
        nothing_foreign_in(here)


async def test_the_data_pane(
    datasets: ScriptedDatasets, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cell = text.replace('"', "").replace("\r", "").replace("\n", " ").encode("utf-8", "replace")
    (tmp_path / "bad.csv").write_bytes(
        b'"' + cell + b'",label\n' + b"\n".join(b'"%s%d",%d' % (cell, n, n) for n in range(20))
    )
    hostile = uploaded("x", name=text, label=text, source=text, columns=(text, text), classes=(text,), created=text)
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("bad.csv"), csv_entry(text), FolderEntry(text + "d", "folder", 0, 0.0)))
        datasets.told_uploaded.tell((hostile, UnreadableDataset(text + "u", text)))
        await here.sees("bad.csv", "2 data sets")
        await here.press("down")
        await here.sees("▏ bad.csv")
        await here.press("down", "tab", "down", "up")
        await here.settled()
        here.app.pane.activity = text
        datasets.told_entries.tell(ServiceFault(text, text))
        datasets.told_uploaded.tell(ServiceFault(text, text))
        await here.until(lambda: datasets.told_uploaded.untold == 0, "the error was taken")
        await here.settled()
        nothing_foreign_in(here)


async def test_the_logs_pane(logs: ScriptedLogs, text: str) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log(text)
        logs.batches.put_nowait(LogBatch((), waiting=text))
        await here.until(logs.batches.empty, "the batch was taken")
        await here.settled()
        logs.batches.put_nowait(LogBatch((LogLine(1, text, text), LogLine(2, "algo-2", "the end"))))
        await here.sees("the end")
        logs.batches.put_nowait(LogBatch((), waiting=text))
        await here.press("w", "t", "w")
        await here.settled()
        nothing_foreign_in(here)


def _csv_form(text: str, folder: Path) -> Screen[Any]:
    path = folder / "table.csv"
    path.write_text("a,b,label\n" + "".join(f"{row},{row % 3},{row / 2}\n" for row in range(30)))
    report = inspect_csv(ScriptedContext(), str(path))
    plan = default_plan(report)
    source = replace(peek_csv(ScriptedContext(), str(path)), path=text, names=("a", text, "label"))
    return DatasetForm(replace(report, source=source), replace(plan, name=text), frozenset({text}), Drafts(folder))


def _train_form(text: str, folder: Path) -> Screen[Any]:
    data, roles = uploaded("x", name=text, label=text), (text, text + "2")
    return NewTrainingForm(data, roles, frozenset({text}), Drafts(folder), prices=PriceBook(hourly, billed=True))


def _clone_form(text: str, folder: Path) -> Screen[Any]:
    of = detail(replace(JOBS[1], name=text), HyperParameters={text: text})
    return CloneForm(of, frozenset({text}), Drafts(folder), prices=PriceBook(hourly, billed=True))


DIALOGS: dict[str, Callable[[str, Path], Screen[Any]]] = {
    "confirm": lambda text, _: Confirm(text, text, "Stop"),
    "type name": lambda text, _: TypeName(text, text, text),
    "choose": lambda text, _: Choose(text, ((text, text), ("other", text))),
    "call log": lambda text, _: CallLog((LoggedCall(1.0, text, text),)),
    "start": lambda text, _: StartScreen(text, (("running", text), ("quit", "Quit"))),
    "data set form": _csv_form,
    "training form": _train_form,
    "clone form": _clone_form,
}


async def test_dialogs_and_forms(training: ScriptedTraining, text: str, tmp_path: Path) -> None:
    async with stage(TrainPane(training, read_only=False), size=(80, 24)) as here:
        for kind, made in DIALOGS.items():
            here.app.push_screen(made(text, tmp_path))
            await here.settled()
            await here.press("tab", "a", "tab")
            await here.settled()
            assert not isinstance(here.app.screen, PaneScreen), kind
            here.app.pop_screen()
            await here.settled()
        nothing_foreign_in(here)


async def test_what_the_console_says(text: str, tmp_path: Path) -> None:
    app = SagedeckApp(Config(state_folder=tmp_path))
    app.driver_class = Terminal
    async with app.run_test(headless=False, notifications=True) as pilot:
        app.screen.notify(text, severity="error", timeout=60)
        await until(app, lambda: bool(app.screen.query(Toast)), "no message")
        await pilot.pause()
        assert "▌" in screen_text(app)
        assert foreign_controls("".join(terminal_of(app).written)) == []
        app.workers.cancel_all()


def test_the_check_finds_what_it_looks_for() -> None:
    assert foreign_controls("\x1b[1;31mred\x1b[0m\x1b[3;4H text") == []
    assert foreign_controls("a\x1b]0;title\x07") == ["\x1b", "\x07"]
    assert foreign_controls("\u202e \x00 \x9b") == ["\u202e", "\x00", "\x9b"]
