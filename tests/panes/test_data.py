"""The pane of data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.panes.host import stage
from tests.panes.scripted import ScriptedDatasets, csv_entry, uploaded
from tui.panes.data import DataPane
from tui.panes.data_messages import CancelWanted, DatasetWanted, PreviewWanted, RepairWanted, SampleWanted
from tui.panes.job_messages import TrainingWanted
from tui.panes.messages import CopyWanted
from tui.panes.transform_messages import TransformWanted
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UnreadableDataset
from tui.resources.watches import Watch, WatchStatus
from tui.service.errors import Unreachable

HOUSES = "rooms,area,price\n" + "".join(f"{row % 5 + 1},{50 + row / 4},{row}.5\n" for row in range(60))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the pane begins in."""
    (tmp_path / "houses.csv").write_text(HOUSES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_it_says_what_is_under_way_and_then_that_there_is_nothing(
    datasets: ScriptedDatasets, folder: Path
) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        await here.sees("Reading the folder…", "Asking for data sets…")
        datasets.told_entries.tell(())
        datasets.told_uploaded.tell(())
        await here.sees("../", "No data set is uploaded yet")
        await here.sees_no("Reading the folder", "Asking")


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
