"""The pane of data: its lists, and the way from one to another."""

from __future__ import annotations

from pathlib import Path

from tests.panes.host import stage
from tests.panes.scripted import ScriptedDatasets, csv_entry, uploaded
from tui.panes.data import DataPane
from tui.panes.job_messages import TrainingWanted
from tui.panes.messages import CopyWanted
from tui.panes.transform_messages import TransformWanted
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UnreadableDataset
from tui.resources.watches import Watch, WatchStatus
from tui.service.errors import Unreachable


async def test_it_says_what_is_under_way_and_then_that_there_is_nothing(
    datasets: ScriptedDatasets, folder: Path
) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        await here.sees("Reading the folder…", "Asking for data sets…")
        datasets.told_entries.tell(())
        datasets.told_uploaded.tell(())
        await here.sees("../", "No data set is uploaded yet")
        await here.sees_no("Reading the folder", "Asking")


async def test_errors_leave_both_lists_and_their_cursors(datasets: ScriptedDatasets, folder: Path) -> None:
    pane = DataPane(datasets, datasets.watches, read_only=False)
    async with stage(pane) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"), csv_entry("other.csv")))
        datasets.told_uploaded.tell((uploaded("diabetes"), uploaded("wine")))
        await here.sees("houses.csv", "diabetes", "2 data sets")
        await here.press("down", "tab", "down")
        assert pane.uploads.table.cursor_row == uploaded("wine")
        datasets.told_uploaded.tell(Unreachable("S3 is out of reach"))
        datasets.told_entries.tell(Unreachable("The folder cannot be read"))
        await here.sees("S3 is out of reach.", "The folder cannot be read.", "diabetes", "wine", "houses.csv")
        datasets.told_uploaded.tell((uploaded("another"), uploaded("diabetes"), uploaded("wine")))
        datasets.told_entries.tell((csv_entry("above.csv"), csv_entry("houses.csv")))
        await here.sees("another", "above.csv", "3 data sets")
        await here.sees_no("out of reach", "cannot be read")
        assert pane.uploads.table.cursor_row == uploaded("wine")
        assert pane.files.cursor_row == csv_entry("houses.csv")


async def test_an_uploaded_data_set_is_described_trained_on_and_transformed(
    datasets: ScriptedDatasets, folder: Path
) -> None:
    unreadable = UnreadableDataset("s3://bucket/datasets/[/x]/", "it is not a data set's manifest")
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell(())
        datasets.told_uploaded.tell((uploaded("diabetes"), unreadable))
        await here.sees("2 data sets", "unreadable")
        await here.press("tab")
        await here.sees("Label       progression", "train       310 rows")
        await here.press("n", "t", "c", "down")
        await here.sees("it is not a data set's manifest")
        assert {"data.new", "data.transform"} <= here.dimmed
        training, transform, copied = here.app.wishes
        assert isinstance(training, TrainingWanted)
        assert isinstance(transform, TransformWanted)
        assert training.dataset == transform.dataset == uploaded("diabetes")
        assert isinstance(copied, CopyWanted)
        assert copied.text == "s3://sagemaker-us-east-1-123456789012/datasets/diabetes/"


async def test_folders_are_entered_and_left_with_the_cursor_where_it_was(
    datasets: ScriptedDatasets, folder: Path
) -> None:
    pane = DataPane(datasets, datasets.watches, read_only=False)
    async with stage(pane) as here:
        inner = FolderEntry("inner", "folder", 0, 0.0)
        datasets.told_entries.tell((inner, csv_entry("houses.csv")))
        await here.sees("inner/")
        await here.press("down", "enter")
        datasets.told_entries.tell((csv_entry("deep.csv"),))
        await here.sees("deep.csv")
        assert pane.folder == folder / "inner"
        await here.press("backspace")
        datasets.told_entries.tell((inner, csv_entry("houses.csv")))
        await here.sees("houses.csv")
        assert pane.folder == folder
        assert pane.files.cursor_row == inner


async def test_a_hidden_pane_asks_nothing(datasets: ScriptedDatasets, folder: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        datasets.told_uploaded.tell(())
        await here.sees("houses.csv", "No data set is uploaded yet")
        await here.hide()
        await here.settled()
        datasets.told_entries.tell((csv_entry("new.csv"),))
        datasets.told_uploaded.tell((uploaded("new"),))
        await here.settled()
        assert (datasets.told_entries.untold, datasets.told_uploaded.untold) == (1, 1)
        await here.show()
        await here.sees("new.csv", "1 data set")


async def test_polls_without_news_write_nothing_to_the_terminal(datasets: ScriptedDatasets, folder: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        datasets.told_uploaded.tell((uploaded("diabetes"),))
        await here.sees("houses.csv", "diabetes")
        await here.press("down")
        await here.sees("60 rows × 3 columns")
        await here.settled()
        before, polls = len(here.written), datasets.told_entries.polls
        for _ in range(5):
            datasets.told_entries.tell((csv_entry("houses.csv"),))
            datasets.told_uploaded.tell((uploaded("diabetes"),))
            await here.settled()
        assert datasets.told_entries.polls == polls + 5
        assert here.written[before:] == []


async def test_the_keyboard_comes_back_to_the_list_that_was_left(datasets: ScriptedDatasets, folder: Path) -> None:
    pane = DataPane(datasets, datasets.watches, read_only=False)
    async with stage(pane, (80, 24)) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        datasets.told_uploaded.tell((uploaded("diabetes"), uploaded("wine")))
        datasets.told_watches.tell((WatchStatus(Watch("/data/houses.csv", "here"), "watching"),))
        await here.sees("houses.csv", "wine", "Watched  1 path")
        await here.press("tab", "down", "enter")
        await here.sees("Label       progression")
        assert {"data.new", "data.preview"}.isdisjoint(here.dimmed), "they are about the data set that is looked at"
        await here.press("n", "escape")
        await here.hide()
        await here.show()
        assert pane.uploads.table.has_focus
        assert pane.uploads.table.cursor_row == uploaded("wine")
        await here.press("tab", "c")
        await here.hide()
        datasets.told_watches.tell(())
        await here.show()
        await here.sees_no("Watched")
        pane.focus_first()
        await here.until(lambda: pane.files.has_focus, "the list that had the keyboard is gone")
        [training, copied] = here.app.wishes
        assert isinstance(training, TrainingWanted)
        assert training.dataset == uploaded("wine")
        assert isinstance(copied, CopyWanted)
        assert copied.text == "/data/houses.csv"
