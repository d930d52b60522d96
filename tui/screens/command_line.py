"""What is typed behind `:`: panes, commands with words behind them, and whatever the keys do here and now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.commands import Command
from tui.panes.endpoint_messages import IdleWanted
from tui.resources.logs import source_named
from tui.screens.catalog import PANES

if TYPE_CHECKING:
    from tui.screens.main import MainScreen


async def run_command(screen: MainScreen, line: str, offered: Sequence[Command]) -> None:
    """Do what a person has typed, or say why not; `offered` is what worked when the typing began."""
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if word in ("q", "quit"):
        await screen.run_action("app.ask_quit")
    elif word == "theme":
        _set_theme(screen, rest)
    elif word == "logs" and rest:
        await _show_logs(screen, rest)
    elif word == "idle" and rest:
        _show_idle(screen, rest)
    elif word in {name for _, name, _ in PANES}:
        await screen.action_show(word)
    else:
        await _run_offered(screen, word, offered)


async def _run_offered(screen: MainScreen, word: str, offered: Sequence[Command]) -> None:
    command = {command.name: command for command in reversed(offered)}.get(word)
    if command is None:
        _warn(screen, f"There is no command {word}; ? lists those that work here.")
    elif not command.enabled:
        _warn(screen, f"{command.description} is not possible now: {command.why_not}.")
    else:
        await screen.app.run_action(command.action, command.node)  # type: ignore[arg-type]


async def _show_logs(screen: MainScreen, words: str) -> None:
    try:
        await screen.show_logs(source_named(words))
    except ValueError as error:
        _warn(screen, str(error))


def _show_idle(screen: MainScreen, hours: str) -> None:
    if hours.isdecimal() and int(hours) > 0:
        screen.post_message(IdleWanted(float(hours)))
    else:
        _warn(screen, "Type :idle and a number of hours.")


def _set_theme(screen: MainScreen, name: str) -> None:
    app = screen.app
    full = name if name in app.available_themes else f"sagedeck-{name}"
    if full in app.available_themes:
        app.theme = full
    else:
        _warn(screen, f"There is no theme {name or 'of no name'}; dark, light and ansi are ours.")


def _warn(screen: MainScreen, message: str) -> None:
    screen.notify(message, severity="warning", markup=False)
