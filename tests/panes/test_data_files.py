"""The pane of data: what is said of the file under the cursor, and what can be wished of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.panes.host import stage
from tests.panes.scripted import HOUSES, ScriptedDatasets, csv_entry
from tui.panes.data import DataPane
from tui.panes.data_messages import DatasetWanted, PreviewWanted, RepairWanted
from tui.resources.csv_reports import FolderEntry


async def test_a_file_under_the_cursor_is_looked_into(datasets: ScriptedDatasets, folder: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        await here.sees("houses.csv")
        assert "data.new" in here.dimmed, "the cursor is on the folder above"
        await here.press("down")
        await here.sees("60 rows × 3 columns", "Label  price", "regression")
        assert "data.new" not in here.dimmed
        await here.press("n")
        await here.until(lambda: bool(here.app.wishes), "a data set")
        [wish] = here.app.wishes
        assert isinstance(wish, DatasetWanted)
        assert wish.report.row_count == 60


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"a,b,label\n1,2,3\n4,5\n6,7,8\n9,10,11\n", "fields where 3 are expected"),
        (b"label\n1\n2\n3\n", "column"),
        (b"\x00\x01\x02\xff" * 200, "not"),
        (b"a,b\n1,\x1b[31mred\n2,[/x]\n", "red"),
    ],
    ids=["empty", "ragged", "one column", "binary", "escapes"],
)
async def test_what_is_wrong_with_a_file_is_said_in_a_sentence(
    datasets: ScriptedDatasets, folder: Path, content: bytes, sentence: str
) -> None:
    (folder / "bad.csv").write_bytes(content)
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("bad.csv"),))
        await here.sees("bad.csv")
        await here.press("down")
        await here.sees("▏ bad.csv", sentence)
        assert "Traceback" not in here.text


async def test_a_file_that_vanished_is_said(datasets: ScriptedDatasets, folder: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("gone.csv"),))
        await here.sees("gone.csv")
        await here.press("down")
        await here.sees("▏ gone.csv", "gone")
        await here.press("n")
        await here.settled()
        assert here.app.wishes == []


async def test_enter_on_what_is_no_csv_file_shows_its_rows(datasets: ScriptedDatasets, folder: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((FolderEntry("a.parquet", "other", 5000, 0.0),))
        await here.sees("a.parquet")
        await here.press("down", "enter")
        await here.until(lambda: bool(here.app.wishes), "a preview")
        [wish] = here.app.wishes
        assert isinstance(wish, PreviewWanted)
        assert wish.where == str(folder / "a.parquet")


async def test_a_file_that_changes_under_the_cursor_is_looked_into_again(
    datasets: ScriptedDatasets, folder: Path
) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv", 1_000),))
        await here.sees("houses.csv")
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        (folder / "houses.csv").write_text(HOUSES + "1,2,3\n")
        datasets.told_entries.tell((csv_entry("houses.csv", 1_006),))
        await here.sees("61 rows × 3 columns")


async def test_a_wish_is_about_the_file_under_the_cursor_however_quickly_it_comes(
    datasets: ScriptedDatasets, folder: Path
) -> None:
    (folder / "other.csv").write_text(HOUSES)
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"), csv_entry("other.csv")))
        await here.sees("other.csv")
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        await here.press("down", "f")
        await here.until(lambda: bool(here.app.wishes), "the doctor")
        [wish] = here.app.wishes
        assert isinstance(wish, RepairWanted)
        assert wish.report.source.path == str(folder / "other.csv")
