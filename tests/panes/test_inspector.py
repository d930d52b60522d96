"""The inspector beside a list, while the console is being left."""

from __future__ import annotations

from tests.panes.host import stage
from tests.panes.scripted import ScriptedTraining
from tui.panes.train import TrainPane


async def test_the_console_can_be_left_before_the_views_are_made(training: ScriptedTraining) -> None:
    pane = TrainPane(training, read_only=False)
    async with stage(pane) as here:
        await here.until(lambda: pane.inspector._views is not None, "the views")
        pane.inspector._views = None
        here.app._exit = True  # as from the key that leaves until the last screen is gone
        await pane.inspector._mount_views()
        here.app._exit = False
        assert pane.inspector._views is None
