"""The pane of data: what can be made now, what is being made, and why not."""

from __future__ import annotations

from pathlib import Path

from tests.panes.host import stage
from tests.panes.scripted import ScriptedDatasets, csv_entry, uploaded
from tui.panes.data import DataPane
from tui.panes.data_messages import CancelWanted, SampleWanted
from tui.resources.csv_reports import FolderEntry


async def test_read_only_looks_and_makes_nothing(datasets: ScriptedDatasets, folder: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=True)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        datasets.told_uploaded.tell((uploaded("diabetes"),))
        await here.sees("houses.csv", "diabetes")
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        await here.press("n", "tab", "n")
        await here.settled()
        assert "data.new" in here.dimmed
        assert here.app.wishes == []


async def test_what_is_made_is_shown_and_can_be_cancelled(datasets: ScriptedDatasets, folder: Path) -> None:
    pane = DataPane(datasets, datasets.watches, read_only=False)
    async with stage(pane) as here:
        datasets.told_entries.tell(())
        await here.sees("../")
        assert "data.cancel" in here.dimmed
        pane.activity = "houses: train/train.csv 1.0 MB of 2.0 MB · 1.0 MB/s · 1s left (x cancels)"
        await here.sees("1.0 MB of 2.0 MB")
        await here.press("x", "b")
        await here.until(lambda: len(here.app.wishes) == 2, "two wishes")
        assert [type(wish) for wish in here.app.wishes] == [CancelWanted, SampleWanted]
        pane.activity = ""
        await here.sees_no("1.0 MB of 2.0 MB")
        await here.until(lambda: "data.cancel" in here.dimmed, "nothing to cancel")


async def test_no_second_data_set_is_begun_while_one_is_made(datasets: ScriptedDatasets, folder: Path) -> None:
    pane = DataPane(datasets, datasets.watches, read_only=False)
    async with stage(pane) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        await here.sees("houses.csv")
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        pane.activity = "houses: splitting (x cancels)"
        await here.until(lambda: "data.new" in here.dimmed, "it would cancel the first")
        await here.press("n")
        await here.settled()
        assert here.app.wishes == []
        pane.activity = ""
        await here.until(lambda: "data.new" not in here.dimmed, "free again")


async def test_why_keys_do_nothing_is_known(datasets: ScriptedDatasets, folder: Path) -> None:
    pane = DataPane(datasets, datasets.watches, read_only=False)
    async with stage(pane) as here:
        datasets.told_entries.tell((FolderEntry("a.parquet", "other", 5000, 0.0), csv_entry("houses.csv")))
        await here.sees("houses.csv")
        assert here.why_dimmed["data.watch"] == "CSV files and folders can be watched"
        assert here.why_dimmed["data.cancel"] == "nothing is under way"
        await here.press("down")
        await here.sees("▏ a.parquet", "Enter shows its rows")
        assert here.why_dimmed["data.new"] == "a data set is made of a CSV file"
        assert here.why_dimmed["data.repair"] == "the doctor looks at CSV files"
        assert "data.preview" not in here.dimmed
        pane.activity = "houses: splitting (x cancels)"
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        assert here.why_dimmed["data.new"] == "one thing is made at a time, and x cancels it"
    async with stage(DataPane(datasets, datasets.watches, read_only=True)) as here:
        assert here.why_dimmed["data.new"] == here.why_dimmed["data.watch"] == "this console is read-only"
