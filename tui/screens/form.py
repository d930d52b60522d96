"""A form: labelled fields, checked while they are typed, with a draft that survives the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Select, Static, TextArea

from themes import DIALOGS_STYLESHEET
from tui.drafts import Drafts
from widgets.dialog import Dialog
from widgets.options import Dropdown
from widgets.text import clean, content, one_line


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a form asks for: a line, several lines, or one of some choices."""

    key: str
    label: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """What is shown and the value behind it; with choices the field is a list to choose from."""

    lines: bool = False
    note: str = ""
    """Shown under the field while nothing is wrong with it."""


class Form(Dialog[dict[str, str] | None]):
    """Asks for the fields and leaves with their values, or with None; the draft stays until the caller forgets it."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="form.cancel"),
        Binding("ctrl+s,f2", "submit", "Submit", id="form.submit", key_display="F2"),
    ]

    def __init__(self, title: str, fields: tuple[Field, ...], submit: str, draft: str, drafts: Drafts) -> None:
        super().__init__()
        self._title = title
        self._fields = {field.key: field for field in fields}
        self._submit = submit
        self._draft = draft
        self._drafts = drafts

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the values, by field."""
        raise NotImplementedError

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """What to say under fields that are right, by field; overrides the field's own note."""
        return {}

    def compose(self) -> ComposeResult:
        """Title, fields, buttons."""
        kept = self._drafts.load(self._draft)
        with Vertical(classes="form"):
            yield Static(content(self._title), classes="form-title")
            with VerticalScroll(classes="form-fields", can_focus=False):
                for field in self._fields.values():
                    with Horizontal(classes="form-row"):
                        yield Static(content(field.label), classes="form-label")
                        yield _editor(field, kept.get(field.key, field.value))
                    yield Static(content(field.note), classes="form-note", id=f"note-{field.key}")
            with Horizontal(classes="form-buttons"):
                yield Button("Cancel (Esc)", id="cancel", compact=True)
                yield Button(f"{self._submit} (F2)", id="submit", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Check what stands in the fields from the start."""
        self.watch(self.query_one(".form-fields"), "virtual_size", self._stay_at_focus, init=False)
        self.check()

    def _stay_at_focus(self) -> None:
        """What is said above the field that a person is in may have grown."""
        if self.focused:
            self.focused.scroll_visible(animate=False)

    def forget_draft(self) -> None:
        """What was asked for is done."""
        self._drafts.forget(self._draft)

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields now."""
        return {key: self._value(key) for key in self._fields}

    def set_value(self, key: str, value: str) -> None:
        """Put a value into a field, because another field changed."""
        editor = self.query_one(f"#field-{key}")
        if isinstance(editor, TextArea):
            editor.text = clean(value)
        elif isinstance(editor, Input | Select):
            editor.value = one_line(value)

    def _value(self, key: str) -> str:
        editor = self.query_one(f"#field-{key}")
        if isinstance(editor, TextArea):
            return editor.text
        if isinstance(editor, Select):
            return "" if editor.is_blank() else str(editor.value)
        assert isinstance(editor, Input)
        return editor.value.strip()

    def check(self) -> dict[str, str]:
        """Say under each field what is wrong with it; the problems found."""
        values = self.values
        problems, notes = self.problems(values), self.notes(values)
        for key, field in self._fields.items():
            note = self.query_one(f"#note-{key}", Static)
            problem = problems.get(key, "")
            text = problem or notes.get(key, field.note)
            note.set_class(bool(problem), "-problem")
            note.display = bool(text)
            note.update(content(text))
        return problems

    @on(Input.Changed)
    @on(Select.Changed)
    @on(TextArea.Changed)
    def _changed(self, message: Input.Changed | Select.Changed | TextArea.Changed) -> None:
        message.stop()
        self.changed((message.control.id or "").removeprefix("field-"))
        self.check()
        self._drafts.save(self._draft, self.values)

    def changed(self, key: str) -> None:
        """A field changed; for forms in which one field decides about another."""

    @on(Input.Submitted)
    def _next_field(self, message: Input.Submitted) -> None:
        message.stop()
        self.focus_next()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        message.stop()
        if message.button.id == "submit":
            self.action_submit()
        else:
            self.dismiss(None)

    def action_leave(self) -> None:
        """Leave; what was typed stays as a draft."""
        self.dismiss(None)

    def action_submit(self) -> None:
        """Leave with the values, or go to the first field that is not right."""
        if problems := self.check():
            first = next(key for key in self._fields if key in problems)
            self.query_one(f"#field-{first}").focus()
        else:
            self.dismiss(self.values)


def _editor(field: Field, value: str) -> Input | Select[str] | TextArea:
    if field.choices:
        known = [choice for _, choice in field.choices]
        choice = value if value in known else field.value if field.value in known else known[0]
        return Dropdown(
            [(content(label), key) for label, key in field.choices],
            value=choice,
            allow_blank=False,
            id=f"field-{field.key}",
            compact=True,
        )
    if field.lines:
        return TextArea(
            clean(value), id=f"field-{field.key}", compact=True, tab_behavior="focus", show_line_numbers=False
        )
    return Input(one_line(value), id=f"field-{field.key}", compact=True, select_on_focus=False)
