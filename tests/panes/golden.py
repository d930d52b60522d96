"""Golden screens: what a pane looks like, as plain text that a reviewer can read the difference of."""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

from tests.screens.terminal import screen_text

FOLDER = Path(__file__).parent / "golden"


def check(app: App[None], name: str) -> None:
    """Compare the screen with the golden one; with UPDATE_GOLDEN=1 in the environment it becomes the golden one."""
    file = FOLDER / f"{name}.txt"
    shown = screen_text(app) + "\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8"), f"{file.name} differs; UPDATE_GOLDEN=1 writes it anew"
