"""Text from outside is harmless, and fits."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.text import clean, content, end, middle, one_line, rich_text

hostile = st.text(st.one_of(st.characters(), st.sampled_from("\x1b[]m;0P\\\x07\x9b\u202e\u200d\ufe0f\ud800\r\n\t")))


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plain [/x] [bold]", "plain [/x] [bold]"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$tx\x1b\\after", "after"),
        ("\x9b31mred", "31mred"),
        ("nul\x00bell\x07del\x7f", "nulbelldel"),
        ("over\u202ewritten \u061cmark \u2066isolate", "overwritten mark isolate"),
        ("zero\u200dwidth\ufe0f", "zerowidth"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("tab\tand\nnewline\r\n", "tab\tand\nnewline\n"),
        ("trailing \x1b", "trailing "),
        ("Grüße 火 שלום", "Grüße 火 שלום"),
    ],
)
def test_clean_takes_what_a_terminal_would_act_on(raw: str, safe: str) -> None:
    assert clean(raw) == safe


@given(hostile)
def test_clean_leaves_no_control_character(raw: str) -> None:
    safe = clean(raw)
    assert not [char for char in safe if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n"]
    assert not set(safe) & set("\u200b\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u061c\ufe0f\u2028\ufeff")
    assert clean(safe) == safe
    safe.encode()


@given(hostile)
def test_one_line_is_one_line(raw: str) -> None:
    assert not set(one_line(raw)) & set("\n\t\r\x0b\x0c\x85\u2028\u2029")


@given(hostile)
def test_brackets_are_characters(raw: str) -> None:
    text = "[/x]" + raw
    assert content(text).plain.startswith("[/x]")
    assert rich_text(text).plain.startswith("[/x]")


@given(hostile.map(one_line), st.integers(-2, 40))
def test_shortened_text_never_exceeds_the_width(text: str, width: int) -> None:
    for shorten in (middle, end):
        short = shorten(text, width)
        assert cell_len(short) <= max(width, 0)
        assert short == text or cell_len(text) > width


@pytest.mark.parametrize(
    ("width", "short"), [(20, "abcdefghij"), (10, "abcdefghij"), (7, "abc…hij"), (4, "ab…j"), (1, "…"), (0, "")]
)
def test_middle_keeps_both_ends(width: int, short: str) -> None:
    assert middle("abcdefghij", width) == short


def test_wide_characters_count_two_cells() -> None:
    assert middle("火火火火火", 7) == "火 … 火"
    assert end("火火火火火", 7) == "火火火…"
    assert end("abcdef", 4) == "abc…"
