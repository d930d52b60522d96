"""Commands by name: the palette and the ':' line, both fed by what the screen's BINDINGS say and by the panes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textual.actions import parse
from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.suggester import Suggester

from tui.panes.pane import NOT_HERE, Pane
from widgets.key_bar import key_name
from widgets.table import Table


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can ask for by name."""

    identifier: str
    """The binding's id, e.g. `train.stop`."""

    description: str
    explanation: str
    key: str
    action: str
    enabled: bool
    node: object
    """The widget whose action it is."""

    why_not: str
    """Why it cannot be used now, in words that follow a colon; empty when it can."""

    @property
    def name(self) -> str:
        """What is typed, e.g. `stop`; the last part of the id."""
        return self.identifier.rpartition(".")[2]


def commands(screen: Screen[Any]) -> Iterator[Command]:
    """All commands that the screen offers here and now, each once; those of the focused widget first."""
    offered: dict[str, list[ActiveBinding]] = {}
    for active in screen.active_bindings.values():
        if active.binding.id and active.binding.description:
            offered.setdefault(active.binding.id, []).append(active)
    for identifier, bindings in offered.items():
        first = bindings[0]
        yield Command(
            identifier,
            first.binding.description,
            first.tooltip or first.binding.description,
            " ".join(dict.fromkeys(one.binding.key_display or key_name(one.binding.key) for one in bindings)),
            first.binding.action,
            first.enabled,
            first.node,
            "" if first.enabled else why_not(first),
        )


def why_not(active: ActiveBinding) -> str:
    """Why a key that is dimmed does nothing now, in words that follow a colon."""
    _, action, _ = parse(active.binding.action)
    return active.node.why_not(action) if isinstance(active.node, Pane | Table) else NOT_HERE


class PaletteCommands(Provider):
    """The palette's entries, with key and explanation."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in commands(self.screen):
            if command.enabled:
                yield DiscoveryHit(_line(command), self._runner(command), command.description, command.explanation)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in commands(self.screen):
            score = matcher.match(f"{command.description} {command.name}")
            if score > 0 and command.enabled:
                yield Hit(score, _line(command), self._runner(command), command.description, command.explanation)

    def _runner(self, command: Command):  # type: ignore[no-untyped-def]
        async def run() -> None:
            await self.app.run_action(command.action, command.node)  # type: ignore[arg-type]

        return run


def _line(command: Command) -> Content:
    return Content.assemble(command.description, (f"  {command.key}", "$text-muted"))


class CommandSuggester(Suggester):
    """Completes the ':' line from the names that work here and now."""

    def __init__(self, names: tuple[str, ...], offered: tuple[Command, ...]) -> None:
        super().__init__(use_cache=False)
        self._names = (*names, *(command.name for command in offered if command.enabled))

    async def get_suggestion(self, value: str) -> str | None:
        """The first name that begins like what is typed."""
        return next((name for name in self._names if value and name.startswith(value) and name != value), None)
