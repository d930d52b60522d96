"""Files and S3 side by side, by the keys of the console alone."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import boto3
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from tests.journeys.driver import client_of, console, local_config
from tests.journeys.lists import focus, move_to


async def test_files_go_to_s3_and_come_back_by_keys_alone(folder: Path) -> None:
    work = folder / "work"
    (work / "batch").mkdir()
    for number in range(3):
        (work / "batch" / f"part {number}.csv").write_text(f"a,b\n1,{number}\n")
    async with console(local_config(folder), size=(120, 40)) as here:
        await here.sees("123456789012")
        s3 = client_of(here, "s3")
        s3.create_bucket(Bucket="our-data")
        await here.press("2", "B")
        await here.sees("Files and S3", "our-data", "batch/")
        await here.press("enter")
        await here.sees("s3://our-data/", "../")
        await focus(here, "#local")
        await move_to(here, "#local", "batch")
        await here.press("u")
        await here.sees("Uploaded 3 files")
        await here.sees_match(r"batch/ +.*batch/")
        await here.press("u")
        await here.sees("Uploaded 3 files, 24 B, checked; 24 B had")
        (work / "batch" / "part 2.csv").write_text("a,b\n1,3\n")
        await here.press("u")
        await here.sees("Replace 1 of 3 objects?", "batch/part 2.csv exists already")
        await here.press("escape")
        await focus(here, "#remote")
        await move_to(here, "#remote", "prefix batch")
        await here.press("enter")
        await here.sees("s3://our-data/batch/", "part 2.csv")
        await move_to(here, "#remote", "object part 1.csv")
        await here.press("enter")
        await here.sees("s3://our-data/batch/part 1.csv  CSV", "rows 1 to 1, the last")
        await here.press("escape")
        await here.press("v")
        await here.sees("this S3 does not have that")
        await here.press("m")
        await here.sees("Move part 1.csv", "A prefix ends in a slash")
        await here.press("ctrl+u")
        await here.types("s3://our-data/renamed.csv")
        await here.press("f2")
        await here.sees("Moved 1 object")
        assert "renamed.csv" in {found["Key"] for found in s3.list_objects_v2(Bucket="our-data")["Contents"]}
        await here.press("backspace")
        await here.sees("renamed.csv")
        await move_to(here, "#remote", "object renamed.csv")
        await here.press("f")
        await here.sees("Downloaded 1 file")
        assert (work / "renamed.csv").read_text() == "a,b\n1,1\n"
        await here.press("f")
        await here.sees("8 B had arrived before")
        (work / "renamed.csv").write_text("something else")
        await here.press("f")
        await here.sees("renamed.csv is there already", "overwritten")
        await move_to(here, "#remote", "prefix batch")
        await here.press("ctrl+d")
        await here.sees("Delete batch/ from s3://our-data/?", "2 objects go", "Type batch/ to delete it")
        await here.types("batch/")
        await here.press("enter")
        await here.sees("Deleted 2 objects")
        assert [found["Key"] for found in s3.list_objects_v2(Bucket="our-data")["Contents"]] == ["renamed.csv"]
        await here.press("at")
        await here.sees("aws s3 mv --recursive 's3://our-data/batch/part 1.csv' s3://our-data/renamed.csv")
        await here.press("escape", "escape")
        await here.sees("Uploaded")


async def test_a_cancelled_upload_says_what_stays_and_goes_on_where_it_was(folder: Path) -> None:
    (folder / "work" / "many").mkdir()
    for number in range(600):
        (folder / "work" / "many" / f"{number}.csv").write_bytes(b"%d" % number * 20_000)
    async with console(local_config(folder), size=(80, 24)) as here:
        await here.sees("123456789012")
        client_of(here, "s3").create_bucket(Bucket="our-data")
        await here.press("2", "B")
        await here.sees("our-data", "many/")
        await here.press("u")
        await here.sees("Upload is not possible now", "Tab goes there")
        await here.press("enter")
        await here.sees("s3://our-data/", "../")
        await focus(here, "#local")
        await move_to(here, "#local", "many")
        await here.press("u")
        await here.sees_match(r"Upload: [1-9]\d* of 600")
        assert here.app.embedded is not None
        server = here.app.embedded.process
        assert server is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await here.press("u")
            await here.sees_match(r"one[\s▌]+transfer")
            await here.press("x")
            await here.sees_match(r"Upload[\s▌]+cancelled[\s▌]+after[\s▌]+[1-9]\d*[\s▌]+of[\s▌]+600[\s▌]+files")
        finally:
            os.kill(server.pid, signal.SIGCONT)
        await here.sees_no("Upload: ")
        await here.press("u")
        await here.sees("Uploaded 600 files", "had arrived")
        kept = re.search(r"; (\S+) [KM]B had", " ".join(here.text.replace("▌", "").split()))
        assert kept is not None
        assert float(kept[1]) > 0


async def test_an_older_version_of_an_object_is_downloaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        s3 = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
        s3.create_bucket(Bucket="our-data")
        s3.put_bucket_versioning(Bucket="our-data", VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket="our-data", Key="a.csv", Body=b"a,b\n1,2\n")
        s3.put_object(Bucket="our-data", Key="a.csv", Body=b"a,b\n1,2\n3,4\n")
        config = local_config(folder, local=False, endpoint_url=f"http://{host}:{port}", region="us-east-1")
        async with console(config, size=(80, 24)) as here:
            await here.press("2", "B")
            await here.sees("our-data")
            await here.press("enter")
            await here.sees("a.csv")
            await here.press("down", "v")
            await here.sees("Download which version of a.csv?", "12 B  the latest", "8 B")
            await here.press("down", "enter")
            await here.sees("Downloaded 1 file, 8 B, checked.")
        [file] = (folder / "work").iterdir()
        assert file.name.startswith("a.csv.")
        assert file.read_bytes() == b"a,b\n1,2\n"
    finally:
        server.stop()
