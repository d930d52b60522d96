"""Fixtures of the widgets."""

from __future__ import annotations

import pytest

from widgets import log_canvas


@pytest.fixture
def paint_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch of a log on the screen at once, except where a test is about the pace."""
    monkeypatch.setattr(log_canvas, "PAINT_INTERVAL", 0.0)
