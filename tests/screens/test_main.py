"""The main screen between two panes."""

from __future__ import annotations

from pathlib import Path

from tests.screens.terminal import Terminal, until
from tui.app import SagedeckApp
from tui.config import Config
from tui.screens.main import MainScreen


async def test_back_to_a_pane_that_is_being_replaced_stays_here(tmp_path: Path) -> None:
    app = SagedeckApp(Config(state_folder=tmp_path))
    app.driver_class = Terminal
    async with app.run_test(headless=False, size=(80, 24)):
        main = app.screen_stack[0]
        assert isinstance(main, MainScreen)
        await until(app, lambda: bool(main.query("#train")) and main.switcher.current == "train", "no pane", 20)
        main._last = "idle"
        await main.action_last_pane()
        assert main.switcher.current == "train"
        main._last = "train"
        await main.action_show("models")
        await main.action_last_pane()
        assert main.switcher.current == "train"
        app.workers.cancel_all()
