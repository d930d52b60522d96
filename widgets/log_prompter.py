"""A log view with a line at the bottom into which patterns and times are typed."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.strip import Strip

from widgets.log_jumper import LogJumper
from widgets.log_keys import FINDER_BINDINGS
from widgets.log_prompt import LABELS, Prompt, PromptKind


class LogPrompter(LogJumper):
    """Opens a line to type in and hands what is typed to the finder, search and filter while it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = FINDER_BINDINGS

    _prompt: Prompt | None = None

    @cached_property
    def _answers(self) -> dict[PromptKind, list[str]]:
        """What was answered so far, by what was asked for."""
        return defaultdict(list)

    def action_ask(self, kind: PromptKind) -> None:
        """Open the line to type in."""
        zone = "local" if self.timestamps == "local" else "UTC"
        self.open_prompt(kind, LABELS[kind].format(zone=zone), self._filter_text(kind))

    def open_prompt(self, kind: PromptKind, label: str, text: str = "") -> None:
        """Open the line to type in, with a text in it; keys go there until Enter or Escape."""
        self._prompt = Prompt(kind, label, text, len(text), self._answers[kind])
        self._paint()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While one types, characters are text."""
        return self._prompt is not None and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        """Type into the open line."""
        self._note = ""
        prompt = self._prompt
        if prompt is None:
            return
        if event.key in ("enter", "escape"):
            self._prompt = None
            self._answer(prompt, kept=event.key == "enter")
            self._paint()
        elif event.key == "tab":
            self._turn(prompt)
            self._paint()
        elif event.is_printable and event.character:
            prompt.insert(event.character)
            self._typing(prompt)
        elif prompt.key(event.key):
            self._typing(prompt)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Paste into the open line."""
        if self._prompt:
            event.stop()
            self._prompt.insert(event.text)
            self._typing(self._prompt)

    def _turn(self, prompt: Prompt) -> None:
        """Ask for the next thing of those that can be asked for; there is only one."""

    def _typing(self, prompt: Prompt) -> None:
        """Look for what stands in the line while it is typed."""
        try:
            if prompt.kind == "search":
                self.search(prompt.text)
            elif prompt.kind in ("filter", "exclude"):
                other = self._filter_text("exclude" if prompt.kind == "filter" else "filter")
                self.filter(*((prompt.text, other) if prompt.kind == "filter" else (other, prompt.text)))
        except ValueError as error:
            self._note = str(error)
        self._paint()

    def _answer(self, prompt: Prompt, *, kept: bool) -> None:
        """The line is closed: Enter keeps what was typed, Escape clears it."""
        if not kept:
            prompt.text = ""
        elif prompt.text:
            prompt.keep()
        if prompt.kind == "search" and kept:
            if prompt.text:
                self._typing(prompt)
            if not self._note:
                self._go(self._search, f"match of {self._typed(self._pattern)}", 1, here=bool(prompt.text))
        elif prompt.kind != "time":
            self._typing(prompt)
        elif kept and prompt.text:
            try:
                self.go_to_time(prompt.text)
            except ValueError as error:
                self._note = str(error)

    def _bottom(self, width: int) -> list[Strip]:
        if self._prompt:
            return [self._prompt.draw(self._found_text(), width, self._style)]
        return super()._bottom(width)
