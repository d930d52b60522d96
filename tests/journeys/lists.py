"""Going about in lists, for journeys in which the way there is not what is shown."""

from __future__ import annotations

from tests.journeys.driver import Console
from widgets.table import Table


async def focus(here: Console, table: str) -> None:
    here.app.screen.query_one(table, Table).focus()
    await here.until(lambda: here.app.screen.query_one(table, Table).has_focus, f"{table} has no focus")


async def move_to(here: Console, table: str, key: str) -> None:
    """Put the cursor on a row as soon as there is one."""
    await here.until(lambda: here.app.screen.query_one(table, Table).move_to(key), f"no {key}")
