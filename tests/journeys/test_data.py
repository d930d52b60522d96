"""Data that is right before it costs money, by the keys of the console alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.driver import console, local_config
from tests.journeys.lists import focus
from tests.local.server import run_server
from tests.service.link import link_to


def faulty_csv(path: Path) -> None:
    """A CSV file with eight faults, three of which stand in the way of training."""
    lines = ["index;rooms;area;same;city;price;copy;ratio"]  # semicolons
    for row in range(200):
        price = f"{100 + row * 3 + row % 7},5"  # decimal commas; `copy` gives the label away, `same` is constant
        area = "unknown" if row == 50 else f"{50 + row % 40},25"  # text in a number column
        lines.append(f"{row};{row % 5 + 1};{area};7;{'Rom' if row % 3 else 'Oslo'};{price};{price};{row}e-2")
    lines.insert(120, "17;3;60,5")  # ragged
    lines += lines[3:9]  # repeated rows
    path.write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode())  # a BOM, and CRLF


async def test_a_csv_file_with_eight_faults_is_repaired_and_trained_on(folder: Path) -> None:
    faulty_csv(folder / "work" / "houses.csv")
    before = (folder / "work" / "houses.csv").read_bytes()
    async with console(local_config(folder), size=(120, 40)) as here:
        await here.press("2")
        await here.sees("houses.csv")
        await here.press("down")
        await here.sees("206 rows × 8 columns", "Label  price")
        await here.press("n")
        await here.sees("Press f for the doctor.")
        await here.press("f")
        await here.sees("about houses.csv", "[x]", "[ ]", "Write to")
        for fault in (
            *("Column 'area' holds numbers", "Line 121 has 3 fields", "is the same as line"),
            *("seems to number the rows",),
            *("the same value in every row", "is equal to the label", "byte order mark", "CRLF", "semicolons"),
            *("decimal comma", "scientific notation"),
        ):
            assert fault in here.text, f"{fault}\n{here.text}"
        await here.press("f2")
        await here.sees("Wrote houses-repaired.csv", "200 rows × 5 columns", "comma · header")
        assert (folder / "work" / "houses.csv").read_bytes() == before
        await here.press("n")
        await here.sees("New data set from")
        await here.press("f2")
        await here.sees("Uploaded houses-repaired", "1 data set")
        await here.press("n")
        await here.sees("Train on houses-repaired: predict price (regression)")
        await here.press("f2")
        await here.sees_match(r"houses-rep\S+-xgboost +✓ Completed")


async def test_the_doctor_on_a_small_terminal_writes_only_what_is_ticked(folder: Path) -> None:
    faulty_csv(folder / "work" / "houses.csv")
    async with console(local_config(folder), size=(80, 24)) as here:
        await here.press("2")
        await here.sees("houses.csv")
        await here.press("down")
        await here.press("f")
        await here.sees("about houses.csv", "[x]", "Write to")
        await here.press("a", "a")
        await here.sees("0 to be fixed", "Choose at least one thing to do.")
        await here.press("space")
        await here.sees("1 to be fixed")
        await here.press("tab", "ctrl+u")
        await here.types("houses.csv")
        await here.sees("nothing is ever overwritten")
        await here.press("ctrl+u")
        await here.types("fresh.csv")
        await here.press("f2")
        await here.sees("Wrote fresh.csv", "fresh.csv")
    assert (folder / "work" / "fresh.csv").exists()


async def test_a_watched_file_becomes_a_data_set_again_when_it_changes(folder: Path) -> None:
    path = folder / "work" / "houses.csv"
    write_houses(path, 60)
    async with console(local_config(folder), size=(120, 40)) as here:
        await here.sees("123456789012")
        await here.press("2")
        await here.sees("houses.csv")
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        await here.press("w")
        await here.sees("Watch", "Train again", "A job to run again")
        await here.press("f2")
        await here.sees("From now on houses is made again", "Watched  1 path", " watching ")
        here.app.service.watching.settle_seconds = 0.5
        write_houses(path, 70)
        write_houses(path, 80)
        await here.sees("✓ uploaded")
        await here.press("r")
        await here.sees("Uploaded  1 data set", "56 / 12 / 12")
        await focus(here, "#watches")
        await here.sees("History", "houses: 80 rows")
        assert here.text.count("✓ uploaded") == 2, "once in the list, once in the history"
    write_houses(path, 100)
    async with console(local_config(folder), size=(80, 24)) as later:
        await later.press("2")
        await later.sees("Watched  1 path")
        await focus(later, "#watches")
        await later.press("enter")
        await later.sees("houses: 80 rows", "houses: 100 rows")
        await later.press("escape", "w")
        await later.sees("no more?")
        await later.press("y")
        await later.sees_no("Watched")


async def test_a_watched_file_is_uploaded_once_more_after_a_break_in_the_connection(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "work" / "houses.csv"
    write_houses(path, 60)
    with run_server(folder / "data") as server, link_to(server.port) as link:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret_key)
        config = local_config(folder, local=False, endpoint_url=link.url, region=server.region)
        async with console(config, size=(120, 40)) as here:
            await here.sees("123456789012")
            await here.press("2")
            await here.sees("houses.csv")
            await here.press("down")
            await here.sees("60 rows × 3 columns")
            await here.press("w")
            await here.sees("Train again")
            await here.press("f2")
            await here.sees("Watched  1 path", " watching ")
            here.app.service.watching.settle_seconds = here.app.service.watching.first_retry_seconds = 0.5
            await here.press("tab", "tab")
            await here.sees("Nothing has changed yet.")
            link.break_off()
            write_houses(path, 70)
            await here.sees("! failed", "trying again")
            write_houses(path, 80)
            link.mend()
            await here.sees("✓ uploaded", "houses: 80 rows")
            assert here.text.count("! failed") == 1, "the break is in the history, once"
            await here.sees("56 / 12 / 12")
        found = server.client("s3").list_objects_v2(Bucket="sagemaker-us-east-1-123456789012", Prefix="datasets/")
        assert {entry["Key"].split("/")[1] for entry in found["Contents"]} == {"houses"}


def write_houses(path: Path, rows: int) -> None:
    path.write_text("rooms,area,price\n" + "".join(f"{row % 5 + 1},{50 + row / 4},{row}.5\n" for row in range(rows)))
