"""Walking through S3 and moving files about, against the embedded SageMaker and by way of a real worker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.local.server import LocalServer
from tests.service.link import link_to
from tests.service.s3_files import body_of, keys, large_file, opened, put
from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Entry, S3Place, place_named
from tui.service.errors import ReadOnly


async def test_buckets_prefixes_and_objects_are_walked_through(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    put(server, bucket, a=b"12", data__x=b"123", data__deep__y=b"1234", data__=b"")
    async with opened(server, tmp_path) as files:
        buckets = await files.list(S3Place())
        assert bucket in {entry.name for entry in buckets.entries}
        top = await files.list(S3Place(bucket))
        assert [(entry.name, entry.kind, entry.size) for entry in top.entries] == [
            ("data", "prefix", 0),
            ("a", "object", 2),
        ]
        assert (top.more, top.foreign) == ("", False)
        data = S3Place(bucket).into(top.entries[0])
        assert str(data) == f"s3://{bucket}/data/"
        assert [entry.name for entry in (await files.list(data)).entries] == ["deep", "x"]
        extent = await files.measure(bucket, "data/")
        assert (extent.objects, extent.size) == (3, 7)


async def test_a_place_knows_its_way_up_and_down() -> None:
    place = S3Place("bucket", "a/b/")
    assert (place.name, place.above, place.above.above) == ("b", S3Place("bucket", "a/"), S3Place("bucket"))
    assert S3Place("bucket").above == S3Place().above == S3Place()
    assert place.key(S3Entry("c", "prefix")) == "a/b/c/"
    assert place_named(" s3://bucket/a/b.csv ") == S3Place("bucket", "a/b.csv")
    with pytest.raises(DataError, match="not written as s3://bucket/key"):
        place_named("bucket/a")


async def test_what_is_not_there_or_not_supported_is_said(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    put(server, bucket, a=b"1")
    async with opened(server, tmp_path) as files:
        with pytest.raises(DataError, match="the bucket does not exist"):
            await files.list(S3Place("no-such-bucket-anywhere"))
        with pytest.raises(DataError, match="this S3 does not have that"):
            await files.versions(bucket, "a")


async def test_files_and_folders_go_up_and_come_back_the_same(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    source = tmp_path / "source"
    (source / "inner [x]").mkdir(parents=True)
    for number in range(30):
        (source / "inner [x]" / f"{number} ü.csv").write_bytes(b"1,2\n" * number)
    (source / "empty").write_bytes(b"")
    large = large_file(tmp_path, 2)
    place = S3Place(bucket, "up/")
    async with opened(server, tmp_path) as files:
        plan = await files.plan_upload([str(source), str(large)], place)
        assert (plan.files, plan.taken) == (32, ())
        done = await files.upload([str(source), str(large)], place)
        assert (done.files, done.size, done.kept) == (32, plan.size, 0)
        (tmp_path / "back").mkdir()
        fetched = await files.download(place, ["source/", "large.bin"], tmp_path / "back")
        assert (fetched.files, fetched.kept, fetched.unchecked) == (32, 0, 0)
    assert (tmp_path / "back" / "large.bin").read_bytes() == large.read_bytes()
    there = {path.relative_to(source): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    back = tmp_path / "back" / "source"
    assert {path.relative_to(back): path.read_bytes() for path in back.rglob("*") if path.is_file()} == there
    assert not list((tmp_path / "back").rglob("*.part"))


async def test_what_is_there_already_is_not_sent_and_something_else_is_not_replaced_unasked(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    source, place = tmp_path / "source", S3Place(bucket)
    source.mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (source / name).write_bytes(name.encode() * 50_000)
    large = large_file(tmp_path, 3)
    paths = [str(source), str(large)]
    with link_to(server.port) as link:
        async with opened(server, tmp_path, link.url) as files:
            await files.upload(paths, place)
            assert (await files.plan_upload(paths, place)).taken == ()
            link.count_anew()
            again = await files.upload(paths, place)
            assert (again.files, again.kept) == (4, again.size)
            assert link.sent < 50_000
            (source / "b.csv").write_bytes(b"b.CSV" * 50_000)
            large.write_bytes(b"new" + large.read_bytes()[3:])
            assert (await files.plan_upload(paths, place)).taken == ("source/b.csv", "large.bin")
            await files.upload(paths, place)
    assert body_of(server, bucket, "source/b.csv") == b"b.CSV" * 50_000
    assert body_of(server, bucket, "large.bin") == large.read_bytes()


async def test_a_download_leaves_files_alone_that_are_something_else(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    put(server, bucket, data__a=b"one", data__b=b"two")
    target, place = tmp_path / "target", S3Place(bucket)
    async with opened(server, tmp_path) as files:
        await files.download(place, ["data/"], target)
        os.utime(target / "data" / "a")
        assert (await files.plan_download(place, ["data/"], target)).taken == (), "the same, at another time"
        (target / "data" / "b").write_bytes(b"TWO")
        assert (await files.plan_download(place, ["data/"], target)).taken == (str(target / "data" / "b"),)
        with pytest.raises(DataError, match="it is there already"):
            await files.download(place, ["data/"], target)
        assert (target / "data" / "b").read_bytes() == b"TWO"
        put(server, bucket, data__b=b"TWO")
        done = await files.download(place, ["data/"], target)
    assert (done.files, done.kept) == (2, 6)


async def test_objects_are_copied_moved_and_deleted(server: LocalServer, tmp_path: Path, bucket: str) -> None:
    put(server, bucket, a=b"1", data__x=b"2", data__deep__y=b"3")
    place = S3Place(bucket)
    async with opened(server, tmp_path) as files:
        await files.copy(place, ["a"], S3Place(bucket, "b"))
        await files.copy(place, ["data/"], S3Place(bucket, "copy/"), move=True)
        assert keys(server, bucket) == ["a", "b", "copy/data/deep/y", "copy/data/x"]
        assert (await files.plan_copy(place, ["a"], S3Place(bucket, "b"))).taken == (), "it is the same already"
        assert (await files.plan_copy(S3Place(bucket, "copy/data/"), ["x"], S3Place(bucket, "b"))).taken == ("b",)
        with pytest.raises(DataError, match="that is where it is already"):
            await files.copy(place, ["a"], S3Place(bucket, "a"))
        with pytest.raises(DataError, match="several objects need a prefix"):
            await files.copy(place, ["a", "b"], S3Place(bucket, "c"))
        deleted = await files.delete(S3Place(bucket, "copy/"), ["data/"])
        assert (deleted.files, keys(server, bucket)) == (2, ["a", "b"])
        await files.delete(place, ["a", "b"])
        assert keys(server, bucket) == []
        commands = [logged.command for logged in files._gateway.budget.mutations]
    assert commands[1] == f"aws s3 mv --recursive s3://{bucket}/data/ s3://{bucket}/copy/"
    assert commands[-1] == f"aws s3 rm --recursive s3://{bucket}/b"


async def test_a_read_only_console_looks_and_fetches_and_changes_nothing(
    server: LocalServer, tmp_path: Path, bucket: str
) -> None:
    put(server, bucket, a=b"1")
    place = S3Place(bucket)
    async with opened(server, tmp_path, read_only=True) as files:
        await files.download(place, ["a"], tmp_path)
        for attempt in (
            files.delete(place, ["a"]),
            files.copy(place, ["a"], S3Place(bucket, "b")),
            files.upload([str(tmp_path / "a")], S3Place(bucket, "up/")),
        ):
            with pytest.raises(ReadOnly):
                await attempt
    assert keys(server, bucket) == ["a"]


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a//b", "x/../../y"])
async def test_a_key_cannot_lead_out_of_the_folder(server: LocalServer, tmp_path: Path, bucket: str, key: str) -> None:
    server.client("s3").put_object(Bucket=bucket, Key=key, Body=b"1")
    async with opened(server, tmp_path) as files:
        with pytest.raises(DataError, match="leads out of the folder"):
            await files.download(S3Place(bucket), [key], tmp_path / "inner")
