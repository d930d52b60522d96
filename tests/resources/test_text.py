"""Text at the door: no control character passes, everything else does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.text import strip_controls, strip_controls_within


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("tab\tand\nnewline", "tab\tand\nnewline"),
        ("\r\n", "\n"),
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("\x1b]0;not closed\nthe next line", "]0;not closed\nthe next line"),
        ("\x1b[", "["),
        ("\x00\x07\x08\x7f\x85", ""),
        ("[/x] [b]markup[/b]", "[/x] [b]markup[/b]"),
        ("Zürich 東京 \U0001f600", "Zürich 東京 \U0001f600"),
        ("", ""),
    ],
)
def test_what_is_left_of_a_text(text: str, left: str) -> None:
    assert strip_controls(text) == left


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x1b\x9b[];m0\\\x07\n"))))
def test_no_control_character_is_left_and_nothing_visible_is_made(text: str) -> None:
    left = strip_controls(text)
    assert not [character for character in left if unicodedata.category(character) == "Cc" and character not in "\t\n"]
    rest = iter(text)
    assert all(character in rest for character in left), "what is left stands in the text, in the same order"


@given(st.text(alphabet=st.characters(exclude_categories=["Cc"])))
def test_a_text_without_control_characters_stays_as_it_is(text: str) -> None:
    assert strip_controls(text) == text


def test_an_answer_is_stripped_at_every_depth() -> None:
    answer = {"a\x00": ["\x1b[1mx", {"b": "\x07"}], "n": 1.5, "none": None, "body": b"\x00", "yes": True}
    assert strip_controls_within(answer) == {
        "a": ["x", {"b": ""}],
        "n": 1.5,
        "none": None,
        "body": b"\x00",
        "yes": True,
    }


def test_an_answer_is_copied() -> None:
    answer = {"list": ["\x07"]}
    strip_controls_within(answer)
    assert answer == {"list": ["\x07"]}
