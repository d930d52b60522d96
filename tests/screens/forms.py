"""Forms alone: on a screen, and with what stands in them at first; and prices for those that say some."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from tests.screens.terminal import DEADLINE, Terminal, until
from themes import STATUS_TOKENS, THEMES
from tui.resources.prices import Price
from tui.screens.form import Form

PRICE = Price(0.115, "built-in table", "2026-09-24")
TOLD = "ml.m5.large $0.115/h (built-in table of 2026-09-24)."
"""How a form says where that price is from."""


class FormApp(App[None]):
    """A form alone."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.driver_class = Terminal
        self.form = form
        self.left: dict[str, str] | None = None
        """What the form was left with."""

        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sagedeck-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return STATUS_TOKENS

    def on_mount(self) -> None:
        self.push_screen(self.form, self._keep)

    def _keep(self, values: dict[str, str] | None) -> None:
        self.left = values

    def note(self, key: str) -> str:
        """What stands under a field."""
        return str(self.form.query_one(f"#note-{key}", Static).visual)

    async def says(self, key: str, text: str) -> None:
        """Wait until a text stands under a field."""
        await until(self, lambda: text in self.note(key), f"not under {key}: {text}")


@asynccontextmanager
async def shown(form: Form, size: tuple[int, int] = (120, 60)) -> AsyncIterator[tuple[FormApp, Pilot[None]]]:
    """A form on a screen of its own."""
    app = FormApp(form)
    async with asyncio.timeout(2 * DEADLINE), app.run_test(size=size, headless=False, notifications=True) as pilot:
        await until(app, lambda: bool(form.is_mounted and form.query("#submit")), "no form")
        yield app, pilot
        app.workers.cancel_all()


def given(form: Form, **changes: str) -> dict[str, str]:
    """What stands in the fields at first, with changes."""
    return {key: field.value for key, field in form._fields.items()} | changes


async def hourly(instance_type: str) -> Price | None:
    """The price of one type only."""
    return PRICE if instance_type == "ml.m5.large" else None
