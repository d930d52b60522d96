"""Data that is right before it costs money, by the keys of the console alone."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config
from widgets.table import Table


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


async def focus(here: Console, table: str) -> None:
    here.app.screen.query_one(table, Table).focus()
    await here.until(lambda: here.app.screen.query_one(table, Table).has_focus, f"{table} has no focus")


async def move_to(here: Console, table: str, key: str) -> None:
    """Put the cursor on a row as soon as there is one."""
    await here.until(lambda: here.app.screen.query_one(table, Table).move_to(key), f"no {key}")


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


def write_houses(path: Path, rows: int) -> None:
    path.write_text("rooms,area,price\n" + "".join(f"{row % 5 + 1},{50 + row / 4},{row}.5\n" for row in range(rows)))
