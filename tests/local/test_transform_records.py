"""Objects cut into records and records gathered into payloads, whatever is in them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.recordio_messages import records as recordio
from tui.local.transform.records import (
    READERS,
    InputError,
    Payload,
    multi_record,
    read_lines,
    read_recordio,
    read_whole,
    single_record,
)

_LINES = st.lists(st.binary(min_size=1, max_size=20).filter(lambda line: not set(line) & {10, 13}))


def _as_it_is(record: bytes) -> bytes:
    return record


def _batches(records: Iterable[bytes], limit: int, separator: bytes = b"\n") -> list[Payload]:
    return list(multi_record(records, _as_it_is, limit, separator))


@given(_LINES, st.sampled_from([b"\n", b"\r\n", b"\n\n"]), st.booleans())
def test_lines_are_records_without_their_ends(lines: list[bytes], end: bytes, ended: bool) -> None:
    content = end.join(lines) + (end if ended else b"")
    assert list(read_lines(io.BytesIO(content), 100)) == lines


@given(_LINES, st.integers(20, 60))
def test_payloads_hold_all_records_in_order_within_the_limit(lines: list[bytes], limit: int) -> None:
    payloads = _batches(lines, limit)
    assert [record for payload in payloads for record in payload.records] == lines
    assert all(len(payload.body) <= limit for payload in payloads)
    assert all(payload.body == b"\n".join(payload.records) for payload in payloads)
    for earlier, later in pairwise(payloads):
        assert len(earlier.body) + 1 + len(later.records[0]) > limit, "a payload takes all it can"


@given(_LINES)
def test_a_payload_for_each_record(lines: list[bytes]) -> None:
    payloads = list(single_record(lines, _as_it_is, 20))
    assert [payload.body for payload in payloads] == lines


@given(st.lists(st.binary(max_size=30)))
def test_recordio_is_cut_at_its_frames(messages: list[bytes]) -> None:
    content = recordio(messages)
    assert list(read_recordio(io.BytesIO(content), 100)) == [recordio([message]) for message in messages]
    assert b"".join(payload.body for payload in _batches(read_recordio(io.BytesIO(content), 100), 100, b"")) == content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"1,2\n3,4\n", "The object is not in the RecordIO format"),
        (recordio([b"record"])[:-3], "The last RecordIO record is cut off"),
        (recordio([b"record"]) + b"\x0a", "The last RecordIO record is cut off"),
        (recordio([b"r" * 101]), "Too much data for max payload size"),
        (recordio([b"r" * 99]), "Too much data for max payload size"),
    ],
)
def test_what_is_not_recordio(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        list(read_recordio(io.BytesIO(content), 100))


def test_an_object_as_one_record() -> None:
    assert list(read_whole(io.BytesIO(b"1,2\n3,4\n"), 8)) == [b"1,2\n3,4\n"]
    assert list(read_whole(io.BytesIO(b""), 8)) == []


@pytest.mark.parametrize("split", ["None", "Line"])
def test_a_record_beyond_the_payload_is_refused_after_those_before_it(split: str) -> None:
    found = READERS[split](io.BytesIO(b"12345678\n" * (split == "Line") + b"123456789\n"), 9)
    if split == "Line":
        assert next(found) == b"12345678"
    with pytest.raises(InputError, match="Too much data for max payload size"):
        next(found)


def test_a_record_that_a_filter_makes_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="Too much data"):
        list(multi_record([b"1"], lambda record: record * 9, 8, b"\n"))
