from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets import log_index, log_segment
from widgets.log_filter import LogFilter
from widgets.log_index import LineIndex
from widgets.log_pattern import Both, Errors, Finder, Pattern, found
from widgets.log_store import LogLine, LogStore
from widgets.log_text import displayed

TEXTS = st.one_of(
    st.text("abAB e\u00e9\t\r\n", max_size=8),
    st.lists(st.sampled_from(["ab", "B", " ", "#011", "#015", "\x1b[31m", "\u00e9", "ERROR", "\x00"])).map("".join),
)
SOURCES = st.one_of(
    st.text("abA \u00e9#01", min_size=1, max_size=3),
    st.sampled_from(["re:a.b", "re:^b", "re:b$", "re:[^a]b", "re:A|e"]),
)


def naive(source: str, text: str) -> bool:
    shown = displayed(text, len(text))
    if source.startswith("re:"):
        flags = 0 if re.search("[A-Z]", source[3:]) else re.IGNORECASE
        return re.search(source[3:], shown, flags) is not None
    return source in shown if source != source.lower() else source in shown.lower()


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[bool, list[LogLine]]]:
    """Lines in random batches, appended or put in front, late ones among them."""
    result = []
    for older, texts in draw(st.lists(st.tuples(st.booleans(), st.lists(TEXTS, max_size=12)), max_size=6)):
        times = draw(st.lists(st.integers(0, 30), min_size=len(texts), max_size=len(texts)))
        result.append((older, [LogLine(time, "algo-1", text) for time, text in zip(times, texts, strict=True)]))
    return result


@pytest.fixture(autouse=True, scope="module")
def small_segments() -> Iterator[None]:
    """Segments of five lines, looked through two or three lines at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_segment, "SEGMENT_LINES", 5)
        patch.setattr(log_index, "_FIRST_PIECE", 2)
        patch.setattr(log_index, "_LARGEST_PIECE", 3)
        yield


def lines_of(index: LineIndex) -> list[int]:
    return [line for rank in range(index.count) if (line := index.line(rank)) is not None]


@settings(max_examples=200)
@given(batches(), SOURCES, st.booleans())
def test_search_equals_the_naive_one(arrivals: list[tuple[bool, list[LogLine]]], source: str, spill: bool) -> None:
    store = LogStore(0 if spill else 1 << 20)
    index = LineIndex(store, Pattern.parse(source))
    for older, batch in arrivals:
        (store.prepend if older else store.append)(batch)
        while not index.work(0):
            pass
        expected = [number for number, line in enumerate(store) if naive(source, line.text)]
        assert lines_of(index) == expected
        for line in range(-1, len(store) + 1):
            assert index.rank(line) == sum(number < line for number in expected)
            assert index.first_from(line) == min((number for number in expected if number >= line), default=None)
            assert index.last_until(line) == max((number for number in expected if number <= line), default=None)


@settings(max_examples=200)
@given(batches(), SOURCES, st.lists(st.integers(0, 4), min_size=6, max_size=6))
def test_a_search_in_slices_never_finds_too_much_and_in_the_end_all(
    arrivals: list[tuple[bool, list[LogLine]]], source: str, slices: list[int]
) -> None:
    store = LogStore()
    index = LineIndex(store, Pattern.parse(source))
    for (older, batch), turns in zip(arrivals, slices, strict=False):
        (store.prepend if older else store.append)(batch)
        for _ in range(turns):
            index.work(0)
        expected = [number for number, line in enumerate(store) if naive(source, line.text)]
        assert set(lines_of(index)) <= set(expected)
        assert not index.complete or lines_of(index) == expected
    while not index.work(0):
        pass
    assert lines_of(index) == [number for number, line in enumerate(store) if naive(source, line.text)]


@settings(max_examples=200)
@given(
    batches(),
    st.tuples(st.none() | SOURCES, st.none() | SOURCES).filter(any),
    st.integers(0, 4),
)
def test_filter_equals_the_naive_one(
    arrivals: list[tuple[bool, list[LogLine]]], sources: tuple[str | None, str | None], context: int
) -> None:
    include, exclude = sources
    store = LogStore()
    patterns = [source and Pattern.parse(source) for source in sources]
    only = LogFilter(store, patterns[0] or None, patterns[1] or None)
    only.context = context
    for older, batch in arrivals:
        (store.prepend if older else store.append)(batch)
        while not only.matches.work(0):
            pass
        excluded = {number for number, line in enumerate(store) if exclude and naive(exclude, line.text)}
        matches = [
            number
            for number, line in enumerate(store)
            if (include is None or naive(include, line.text)) and number not in excluded
        ]
        around = {number + by for number in matches for by in range(-context, context + 1)}
        shown = sorted(around & set(range(len(store))) - excluded)
        assert lines_of(only.matches) == matches
        for line in range(-1, len(store) + 1):
            assert only.next(line) == min((number for number in shown if number >= line), default=None)
            assert only.previous(line) == max((number for number in shown if number <= line), default=None)


def finds(finder: Finder, *texts: str) -> list[str]:
    store = LogStore()
    store.append(LogLine(number, "algo-1", text) for number, text in enumerate(texts))
    return [segment.line_text(index) for segment in store.segments for index in found(finder, segment, 0, len(segment))]


@pytest.mark.parametrize("odd", ["", "\t"])
def test_a_regular_expression_that_would_take_for_ever_is_given_up(odd: str) -> None:
    store = LogStore()
    store.append([LogLine(0, "algo-1", text) for text in ("aaa", odd + "a" * 40 + "b", "aa")])
    index = LineIndex(store, Pattern.parse("re:(a+)+$"))
    while not index.work(0):
        pass
    assert (index.too_slow, lines_of(index)) == (True, [0])
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) == signal.SIG_DFL


def test_errors_are_the_lines_a_person_looks_for() -> None:
    wrong = [
        "2026-11-23 ERROR it broke",
        "Traceback (most recent call last):",
        "botocore.exceptions.ClientError: An error occurred",
        "container exited with code 137",
        "Reporting training FAILURE, ExitCode 1",
        "\x1b[31mERROR\x1b[0m in colour",
        "train.py: error: unrecognized arguments: --depth",
        "Segmentation fault (core dumped)",
        "[14:22:33] src/data.cc:1: Check failed: label must be in [0, 1]",
        "[1,mpirank:0,algo-1]<stderr>:Traceback (most recent call last):",
        "[rank3]: ValueError: no such column",
    ]
    right = ["INFO no ERROR here", '  File "train.py", line 3, in <module>', "exit code 0", "exited with status: 0", ""]
    right += ['[1,0]<stderr>:  File "train.py", line 3', "[9] train-error:0.25 validation-error:0.31"]
    assert finds(Errors(), *wrong, *right) == wrong


def test_both_and_but() -> None:
    a, b = Pattern.parse("a"), Pattern.parse("b")
    assert finds(Both(a, b), "a", "b", "ab", "\tab") == ["ab", "\tab"]
    assert finds(Both(a, b, but=True), "a", "b", "ab", "\ta") == ["a", "\ta"]
    assert finds(Both(None, b, but=True), "a", "b") == ["a"]


def test_where_a_pattern_stands() -> None:
    assert Pattern.parse("lo").spans("Hello LO", 0, 8) == [(3, 5), (6, 8)]
    assert Pattern.parse("re:x*").spans("axxa", 0, 4) == [(1, 3)]
    assert Pattern.parse("b").spans("b" + "a" * 1000 + "b", 900, 1001) == []


def test_a_mistake_in_a_pattern_is_told() -> None:
    with pytest.raises(ValueError, match="not a regular expression: missing \\), unterminated subpattern"):
        Pattern.parse("re:(")
    with pytest.raises(ValueError, match="a filter needs a pattern"):
        LogFilter(LogStore(), None, None)


def test_a_character_that_equals_a_letter_only_by_case_folding() -> None:
    assert finds(Pattern.parse("\u017f"), "s", "\u017f") == ["\u017f"]
