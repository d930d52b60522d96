"""The SQLite store: durable, transactional, and no dearer for having been used by many threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.full_disk import full_disk
from tui.local.errors import AwsError
from tui.local.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store.sqlite")
    opened.create("CREATE TABLE IF NOT EXISTS numbers (value INTEGER PRIMARY KEY)")
    yield opened
    opened.close()


def add(store: Store, value: int) -> None:
    with store.write() as connection:
        connection.execute("INSERT INTO numbers VALUES (?)", (value,))


def values(store: Store) -> list[int]:
    with store.read() as connection:
        return [row["value"] for row in connection.execute("SELECT value FROM numbers ORDER BY value")]


def test_a_write_is_there_for_the_next_store(store: Store) -> None:
    add(store, 1)
    second = Store(store.path)
    assert values(second) == [1]
    second.close()


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    def add_twice() -> None:
        with store.write() as connection:
            connection.execute("INSERT INTO numbers VALUES (1)")
            connection.execute("INSERT INTO numbers VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        add_twice()
    assert values(store) == []


def test_a_full_disk_refuses_a_write_and_the_next_one_after_it_succeeds(store: Store) -> None:
    add(store, 1)
    with full_disk():
        for _ in range(2):
            with pytest.raises(AwsError, match=r"no room left on the disk .*: nothing was stored in ") as refused:
                add(store, 2)
            assert (refused.value.code, refused.value.status) == ("InsufficientStorage", 507)
        assert values(store) == [1]
    add(store, 3)
    assert values(store) == [1, 3]


def test_a_read_sees_one_state(store: Store) -> None:
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone()[0] == 0
        writer = threading.Thread(target=add, args=(store, 1))
        writer.start()
        writer.join()
        assert connection.execute("SELECT count(*) FROM numbers").fetchone()[0] == 0
    assert values(store) == [1]


def test_threads_that_ended_leave_no_open_files(store: Store) -> None:
    def open_files() -> int:
        return len(list(Path("/dev/fd").iterdir()))

    before = open_files()
    for value in range(30):
        writer = threading.Thread(target=add, args=(store, value))
        writer.start()
        writer.join()
    assert len(values(store)) == 30
    assert open_files() < before + 10
