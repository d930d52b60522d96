"""One line with the keys that work here and now; what cannot be done at the moment is dimmed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

_KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "equals_sign": "=",
    "minus": "-",
    "at": "@",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def key_name(key: str) -> str:
    """A key as people write it: `Ctrl-d`, `?`, `N`."""
    modifier, _, rest = key.rpartition("+")
    name = _KEY_NAMES.get(rest, rest)
    return "-".join([*(part.capitalize() for part in modifier.split("+") if part), name])


class KeyBar(Widget):
    """Draws the active bindings that declare themselves worth showing; repaints only when they change."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; color: $foreground; }
    KeyBar:ansi { text-style: reverse; }
    """

    keys: reactive[tuple[tuple[str, str, bool], ...]] = reactive(())
    """Key, description and whether it works now."""

    dimmed: Mapping[str, ActiveBinding] = MappingProxyType({})
    """The bindings that cannot be used now, shown or not, by key."""

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, screen: Screen[object]) -> None:
        keys: dict[str, tuple[str, str, bool]] = {}
        found = screen.active_bindings
        self.dimmed = {key: active for key, active in found.items() if not active.enabled}
        for active in found.values():
            binding: Binding = active.binding
            if binding.show and binding.action not in keys:
                name = binding.key_display or key_name(binding.key)
                keys[binding.action] = (name, binding.description, active.enabled)
        self.keys = tuple(keys.values())

    def render(self) -> Content:
        """As many keys as fit; the last one, by custom the help, always does."""
        parts = [_part(*key) for key in self.keys]
        while len(parts) > 1 and sum(part.cell_length for part in parts) > self.size.width:
            del parts[-2]
        return Content.assemble(*parts)


def _part(name: str, description: str, enabled: bool) -> Content:
    return Content.assemble(
        (f" {name} ", "bold $accent" if enabled else "$text-disabled"),
        (f"{description} ", "" if enabled else "$text-disabled"),
    )
