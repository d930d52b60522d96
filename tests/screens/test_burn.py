"""What endpoints cost: in the header, and to whoever leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.panes.scripted import NOW
from tests.panes.scripted_endpoints import HOUR, row
from tests.screens.terminal import Terminal, screen_text, until
from tui.app import SagedeckApp
from tui.config import Config
from tui.resources.endpoint_metrics import Idle
from tui.resources.endpoints import Endpoint
from tui.resources.prices import Rate
from tui.screens.burn import burn_rate, farewell, rest
from tui.screens.chrome import HeaderLine
from tui.screens.dialogs import Confirm
from tui.screens.main import MainScreen
from tui.service.pace import Pace

USED = row("used", rate=Rate(0.23), idle=Idle(NOW - 60))
IDLE = row("idle", rate=Rate(1.408), idle=Idle(NOW - 2 * HOUR))
UNKNOWN = row("unknown", rate=Rate(unknown=2), idle=None)
SERVERLESS = row("serverless", rate=Rate(per_use=1), idle=None)
FAILED = row("failed", "Failed", rate=Rate())
UNDESCRIBED = row("undescribed", rate=None, idle=None)
COMING = row("coming", "Creating", rate=None, idle=None)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), ""),
        ((FAILED, COMING), ""),
        ((USED,), "~$0.23/h"),
        ((USED, IDLE), "~$1.64/h · 1 idle"),
        ((USED, UNKNOWN), "~$0.23/h + 2 n/a"),
        ((UNKNOWN,), "2 n/a"),
        ((SERVERLESS,), "1 per use"),
        ((IDLE, UNKNOWN, SERVERLESS, FAILED), "~$1.41/h + 2 n/a + 1 per use · 1 idle"),
    ],
)
def test_the_header_says_what_is_known_and_what_is_not(rows: tuple[Endpoint, ...], said: str) -> None:
    assert burn_rate(rows, NOW, billed=True) == said


def test_the_embedded_sagemaker_costs_nothing_and_a_part_of_the_list_is_a_lower_bound() -> None:
    assert burn_rate((USED,), NOW, billed=False) == "would be ~$0.23/h"
    assert burn_rate((USED,), NOW, billed=True, complete=False) == "≥ $0.23/h"


@pytest.mark.parametrize(
    ("rows", "seconds"), [((), 300), ((FAILED,), 60), ((USED, IDLE), 60), ((USED, UNDESCRIBED), 15)]
)
def test_the_header_alone_asks_seldom(rows: tuple[Endpoint, ...], seconds: float) -> None:
    assert rest(rows, Pace()) == seconds


def test_whoever_leaves_hears_the_cost() -> None:
    assert farewell((USED, FAILED)) == (
        "Quit while 1 endpoint goes on?",
        "Until shut down (press 6): $0.23/h, $168 a month, whether anybody uses them or not.\nused",
    )
    question, detail = farewell((UNKNOWN, *(row(f"e{place}", rate=Rate(0.1)) for place in range(6))))
    assert question == "Quit while 7 endpoints go on?"
    assert "$0.60/h, $438 a month and 2 more whose price is n/a" in detail
    assert detail.endswith("unknown, e0, e1, e2, e3 and 2 more")
    assert "n/a" in farewell((UNKNOWN,))[1]


async def test_leaving_with_endpoints_that_cost_asks_once(tmp_path: Path) -> None:
    app = SagedeckApp(Config(state_folder=tmp_path))
    app.driver_class = Terminal
    async with app.run_test(headless=False, size=(80, 24)) as pilot:
        main = app.screen_stack[0]
        assert isinstance(main, MainScreen)
        main.endpoints = (IDLE,)
        app.action_ask_quit()
        await until(app, lambda: "$1.408/h, $1,028 a month" in screen_text(app), "no question")
        await pilot.press("n")
        await until(app, lambda: not isinstance(app.screen, Confirm), "the question stays")
        assert app.is_running
        app.action_ask_quit()
        await until(app, lambda: not app.is_running, "it asks again")
        app.workers.cancel_all()


@pytest.mark.parametrize(
    ("width", "seen"),
    [(100, ("would be ~$0.23/h · 1 idle   0.4 calls/s",)), (80, ("would be ~$0.23/h · 1 idle",)), (40, ())],
)
async def test_a_narrow_header_keeps_the_money_longest(tmp_path: Path, width: int, seen: tuple[str, ...]) -> None:
    app = SagedeckApp(Config(state_folder=tmp_path))
    app.driver_class = Terminal
    async with app.run_test(headless=False, size=(width, 24)) as pilot:
        await pilot.pause()
        header = app.screen_stack[0].query_one(HeaderLine)
        header.where = "local · 123456789012 · us-east-1"
        header.money, header.notes = "would be ~$0.23/h · 1 idle", "0.4 calls/s"
        shown = header.render().plain
        assert shown.startswith(" sagedeck  local · 123456789012 · us-east-1")
        assert all(text in shown for text in seen)
        assert len(shown) <= max(width, 44)
        app.workers.cancel_all()
