"""The object store as the job supervisor uses it: directly, from threads of the server's process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.local.errors import AwsError
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def objects(store: Store, tmp_path: Path) -> ObjectStore:
    made = ObjectStore(store, Settings(tmp_path))
    made.create_bucket("jobs")
    return made


def test_a_file_goes_in_and_its_bytes_have_a_path(objects: ObjectStore, tmp_path: Path) -> None:
    source = tmp_path / "model.tar.gz"
    source.write_bytes(b"model")
    put = objects.put_file("jobs", "out/model.tar.gz", source)
    assert objects.get("jobs", "out/model.tar.gz") == put
    assert (put.size, put.etag) == (5, "20f35e630daf44dbfa4c3f68f5399d8c")
    assert objects.path("jobs", "out/model.tar.gz").read_bytes() == b"model"


def test_chunks_and_files_are_sources(objects: ObjectStore) -> None:
    info = objects.put("jobs", "x", iter([b"a", b"", b"bc"]), content_type="text/csv", metadata={"a": "1"})
    assert (info.size, info.content_type, info.metadata) == (3, "text/csv", {"a": "1"})
    objects.put("jobs", "x", io.BytesIO(b"other"))
    with objects.open("jobs", "x") as file:
        assert file.read() == b"other"


def test_a_reader_keeps_the_version_it_opened(objects: ObjectStore) -> None:
    objects.put("jobs", "x", [b"old"])
    with objects.open("jobs", "x") as file:
        objects.put("jobs", "x", [b"new"])
        objects.delete("jobs", "x")
        assert file.read() == b"old"
    assert objects.get("jobs", "x") is None
    assert list(objects.bodies.folder.iterdir()) == []


def test_a_source_that_fails_changes_nothing(objects: ObjectStore) -> None:
    def failing() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the cable was pulled")

    objects.put("jobs", "x", [b"old"])
    with pytest.raises(OSError, match="cable"):
        objects.put("jobs", "x", failing())
    assert objects.path("jobs", "x").read_bytes() == b"old"
    assert len(list(objects.bodies.folder.iterdir())) == 1


def test_a_listing_goes_over_pages_while_its_reader_writes(objects: ObjectStore, store: Store) -> None:
    keys = [f"data/{number:04}" for number in range(1500)]
    with store.write() as connection:
        connection.executemany(
            "INSERT INTO s3_object VALUES ('jobs', ?, 'none', 0, '', 0, '', '{}', '{}', '{}')",
            [(key.encode(),) for key in [*keys, "dat", "data0"]],
        )
    seen = []
    for info in objects.list("jobs", "data/"):
        seen.append(info.key)
        objects.delete("jobs", info.key)
    assert seen == keys
    assert [info.key for info in objects.list("jobs")] == ["dat", "data0"]


def test_what_is_missing(objects: ObjectStore) -> None:
    with pytest.raises(AwsError) as caught:
        objects.open("jobs", "missing")
    assert (caught.value.code, caught.value.status) == ("NoSuchKey", 404)
    with pytest.raises(AwsError) as caught:
        objects.put("nowhere", "x", [b"x"])
    assert (caught.value.code, caught.value.status) == ("NoSuchBucket", 404)


def test_a_start_sweeps_what_no_object_names(objects: ObjectStore, store: Store, tmp_path: Path) -> None:
    objects.put("jobs", "x", [b"kept"])
    (objects.bodies.folder / "0123").write_bytes(b"left behind")
    again = ObjectStore(store, Settings(tmp_path))
    assert list(again.bodies.folder.iterdir()) == [again.path("jobs", "x")]
