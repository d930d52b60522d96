from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets import log_segment
from widgets.log_spill import SpilledText, SpillFile
from widgets.log_store import LogLine, LogStore


def line(timestamp: int, host: str = "algo-1", text: str = "") -> LogLine:
    return LogLine(timestamp, host, text or f"{host}@{timestamp}")


def key(one: LogLine) -> tuple[int, str]:
    return one.timestamp_ms, one.host


def test_lines_come_back_as_they_were_put_in() -> None:
    lines = [
        line(1, text=""),
        line(2, text="déjà vu 漢字"),
        line(3, text="two\nlines"),
        line(4, text="\udc80 \x00 [/x]"),
    ]
    store = LogStore()
    assert store.append(lines) == []
    assert list(store) == lines
    assert [store[index] for index in range(len(store))] == lines


def test_a_line_beyond_the_end_is_an_error() -> None:
    store = LogStore()
    store.append([line(1)])
    for index in (-1, 1):
        with pytest.raises(IndexError, match=f"line {index} of a log of 1 lines"):
            store[index]


def test_late_lines_say_where_they_went() -> None:
    store = LogStore()
    store.append([line(10), line(20), line(30)])
    assert store.append([line(5), line(20, "algo-2"), line(25), line(40)]) == [0, 2, 2]
    assert [one.timestamp_ms for one in store] == [5, 10, 20, 20, 25, 30, 40]


def test_of_equal_lines_the_older_page_comes_first() -> None:
    store = LogStore()
    store.append([line(10, text="third"), line(20)])
    assert store.prepend([line(10, text="first"), line(10, text="second")]) == [0, 0]
    store.append([line(10, text="fourth")])
    assert [one.text for one in store][:4] == ["first", "second", "third", "fourth"]


def test_clear_forgets_lines_and_hosts() -> None:
    store = LogStore()
    store.append([line(1), line(2, "algo-2")])
    assert store.hosts == ["algo-1", "algo-2"]
    store.clear()
    assert (len(store), list(store), list(store.hosts)) == (0, [], [])
    store.append([line(3, "algo-3")])
    assert list(store) == [line(3, "algo-3")]


def test_many_lines_and_segments() -> None:
    count = 3 * log_segment.SEGMENT_LINES + 17
    store = LogStore()
    store.append(line(2 * number) for number in range(count))
    store.append([line(2 * number + 1, "algo-2") for number in range(count)])
    assert len(store) == 2 * count
    assert [store[index].timestamp_ms for index in range(0, 2 * count, 997)] == list(range(0, 2 * count, 997))
    assert list(store)[-1] == line(2 * count - 1, "algo-2")


def test_a_long_line_takes_its_own_room() -> None:
    long = "x" * (3 * log_segment.SEGMENT_BYTES)
    store = LogStore()
    store.append([line(2, text=long), line(3)])
    store.append([line(4), line(1, text=long)])
    assert [len(one.text) for one in store] == [len(long), len(long), 8, 8]


Batches = list[tuple[bool, list[LogLine]]]


@st.composite
def deliveries(draw: st.DrawFn) -> Batches:
    """Each host's ordered log, cut into pages that arrive newest-known-last, the hosts' pages in any interleaving."""
    pages: list[list[tuple[bool, list[LogLine]]]] = []
    for host in ("algo-1", "algo-10", "algo-2"):
        times = sorted(draw(st.lists(st.integers(0, 12), max_size=30)))
        log = [line(time, host, f"{host} line {number}") for number, time in enumerate(times)]
        cuts = sorted(draw(st.lists(st.integers(0, len(log)), max_size=5)))
        parts = [log[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(log)], strict=True)]
        opened = draw(st.integers(0, len(parts)))
        older = [(True, part) for part in reversed(parts[:opened])]
        newer = [(False, part) for part in parts[opened:]]
        pages.append([*newer[:1], *older, *newer[1:]])
    order = draw(st.permutations([number for number, host in enumerate(pages) for _ in host]))
    return [pages[number].pop(0) for number in order]


@settings(max_examples=200)
@given(deliveries(), st.integers(1, 6))
def test_any_arrival_gives_the_sorted_union(batches: Batches, segment_lines: int) -> None:
    original = log_segment.SEGMENT_LINES
    log_segment.SEGMENT_LINES = segment_lines
    try:
        store = LogStore()
        for older, batch in batches:
            before = list(store)
            moved = store.prepend(batch) if older else store.append(batch)
            assert moved == sorted(moved)
            after = list(store)
            for index, one in enumerate(before):
                assert after[index + sum(position <= index for position in moved)] == one
        expected = sorted(
            (one for _, batch in batches for one in batch), key=lambda one: (*key(one), int(one.text.split()[-1]))
        )
        assert list(store) == expected
        assert [store[index] for index in range(len(store))] == expected
    finally:
        log_segment.SEGMENT_LINES = original


def progress(timestamp: int, percent: int, label: str = "", host: str = "algo-1") -> LogLine:
    return line(timestamp, host, f"#015{label}{percent:3}%|bar|")


def test_a_progress_bar_is_one_line_with_its_last_state() -> None:
    store = LogStore()
    store.append([line(1), progress(2, 0), progress(3, 10)])
    store.append([progress(4, 20), line(4, "algo-2"), progress(5, 90)])
    store.append([progress(6, 100), line(7, text="done"), progress(8, 100), progress(9, 5), progress(9, 6, "test")])
    assert [(one.timestamp_ms, one.text) for one in store] == [
        (1, "algo-1@1"),
        (2, "#015100%|bar|"),
        (4, "algo-2@4"),
        (7, "done"),
        (8, "#015100%|bar|"),
        (9, "#015  5%|bar|"),
        (9, "#015test  6%|bar|"),
    ]


def test_a_bar_goes_on_though_lines_moved_it() -> None:
    store = LogStore()
    store.append([line(10, "algo-2"), progress(20, 1), line(30, "algo-2")])
    store.append([progress(25, 2), line(15, "algo-3"), line(40, "algo-3")])
    store.prepend([line(1), line(2)])
    store.append([progress(26, 3), line(50, "algo-2")])
    store.append([progress(60, 4)])
    assert [one.timestamp_ms for one in store] == [1, 2, 10, 15, 20, 30, 40, 50]
    assert store[4].text == "#015  4%|bar|"


def test_a_late_bar_is_found_again() -> None:
    store = LogStore()
    store.append([line(10, "algo-2"), line(30, "algo-2")])
    store.append([line(5), progress(20, 1)])
    store.append([progress(40, 2)])
    assert [one.text for one in store] == ["algo-1@5", "algo-2@10", "#015  2%|bar|", "algo-2@30"]


def test_times_are_found() -> None:
    store = LogStore()
    assert store.find_time(5) == 0
    store.append(line(time) for time in [3, 3, 5, *[7] * (2 * log_segment.SEGMENT_LINES), 8])
    assert [store.find_time(time) for time in (0, 3, 4, 5, 6, 7, 8, 9)] == [
        0, 0, 2, 2, 3, 3, len(store) - 1, len(store)
    ]  # fmt: skip


def test_what_does_not_fit_into_memory_lies_in_a_file() -> None:
    store = LogStore(memory_bytes=100_000)
    text = "é" * 100
    count = 4 * log_segment.SEGMENT_LINES
    for start in range(count, 0, -1000):
        store.prepend(line(number, text=f"{text}{number}") for number in range(max(0, start - 1000), start))
    store.append([line(number, text="late") for number in range(0, count, 1000)])
    assert sum(segment.resident for segment in store.segments[:-1]) == 0
    assert store[0].text == f"{text}0"
    assert store[1].text == "late"
    assert sum(one.text == "late" for one in store) == count // 1000 + 1
    assert [one.text for one in store if one.text != "late"] == [f"{text}{number}" for number in range(count)]
    store.append([line(count + 1, text="#015 1%"), line(count + 2, text="#015 2%")])
    assert store[len(store) - 1].text == "#015 2%"


def test_a_spilled_bar_still_advances() -> None:
    store = LogStore(memory_bytes=0)
    store.append([progress(1, 1), *(line(number, "algo-2") for number in range(2, 10_000))])
    store.append([progress(10_000, 2)])
    assert (store[0].text, len(store)) == ("#015  2%|bar|", 9999)


def test_without_room_on_the_disk_the_text_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: SpillFile, data: bytes) -> SpilledText:
        raise OSError("no room")

    monkeypatch.setattr(SpillFile, "write", full)
    store = LogStore(memory_bytes=0)
    lines = [line(number) for number in range(10_000)]
    store.append(lines)
    assert list(store) == lines
