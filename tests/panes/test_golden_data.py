"""What the screens of data look like: doctor, browser, preview and watches, on a small screen and on a wide one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.panes import golden
from tests.panes.host import Stage, stage
from tests.panes.scripted import NOW, ScriptedDatasets, csv_entry, uploaded
from tests.panes.test_golden import both_sizes
from tests.panes.test_hostile_text import HOSTILE, nothing_foreign_in
from tests.service.task_context import ScriptedContext
from tui.panes.data import DataPane
from tui.panes.data_browser import BrowserPane
from tui.resources.csv_reports import FolderEntry
from tui.resources.previews import Preview, PreviewMark
from tui.resources.s3_objects import S3Entry, S3Page, S3Place
from tui.resources.watches import Watch, WatchRun, WatchStatus
from tui.screens.data_preview import PreviewScreen
from tui.screens.doctor import DoctorScreen
from tui.service.s3 import S3Files
from tui.service.worker.csv_inspection import inspect_csv

PAGE = S3Page(
    (
        S3Entry("datasets", "prefix"),
        S3Entry("houses.csv", "object", 18_500, NOW - 5000),
        S3Entry(
            "a very long name of an object that does not fit into its column.parquet",
            "object",
            2_000_000_000,
            NOW - 9e6,
        ),
    ),
    more="token",
    region="eu-west-1",
    foreign=True,
)
"""A place in a bucket that has more."""


class ScriptedFiles(S3Files):
    """S3 as told: every bucket has the same page."""

    def __init__(self, page: S3Page = PAGE) -> None:
        self.page = page

    async def list(self, place: S3Place, more: str = "") -> S3Page:
        return self.page if place.bucket else S3Page((S3Entry("our-data", "bucket", 0, NOW - 1e6),))


def watches(path: str, sentence: str) -> tuple[WatchStatus, ...]:
    runs = (
        WatchRun(NOW - 9000, "houses.csv", "failed", sentence),
        WatchRun(NOW - 60, "houses.csv", "uploaded", sentence),
    )
    busy = Watch(path, "123456789012 us-east-1", {"name": "houses", "label": "price"}, "houses-xgboost", runs=runs)
    return WatchStatus(busy, "watching"), WatchStatus(Watch(f"{path}/incoming", "999 eu-west-1"), "not here")


@pytest.fixture
def here_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faulty(folder: Path, name: str = "price") -> Path:
    rows = "".join(f"{row};{row % 5 + 1};7;{50 + row / 4:.2f};{row}e-3\r\n" for row in range(60))
    path = folder / "houses.csv"
    path.write_bytes(f"\ufeffindex;rooms;same;area;{name}\r\n{rows}3;4\r\n".encode("utf-8", "replace"))
    return path


@both_sizes
async def test_the_doctor(datasets: ScriptedDatasets, size: tuple[int, int], here_at_home: Path) -> None:
    report = inspect_csv(ScriptedContext(), str(faulty(here_at_home)))
    async with stage(DataPane(datasets, datasets.watches, read_only=False), size) as here:
        here.app.push_screen(DoctorScreen(report, "houses-repaired.csv", lambda _: ""))
        await here.sees("[x]", "Leave those lines out.")
        await here.press("down")
        await here.sees("Leave the column out.")
        await here.settled()
        golden.check(here.app, f"data-doctor-{size[0]}x{size[1]}")


@both_sizes
async def test_the_browser(datasets: ScriptedDatasets, size: tuple[int, int], here_at_home: Path) -> None:
    async with stage(BrowserPane(datasets, ScriptedFiles(), here_at_home, read_only=False), size) as here:
        datasets.told_entries.tell((FolderEntry("batch", "folder", 0, 0.0), csv_entry("houses.csv")))
        await here.sees("our-data", "houses.csv")
        await here.press("enter")
        await here.sees("s3://our-data/", "datasets/")
        await here.press("down")
        await here.settled()
        golden.check(here.app, f"data-browser-{size[0]}x{size[1]}")


@both_sizes
async def test_a_preview(datasets: ScriptedDatasets, size: tuple[int, int]) -> None:
    names = tuple(f"column{number}" for number in range(12))
    rows = tuple(tuple(f"{row * number / 8:g}" for number in range(12)) for row in range(60))
    page = Preview("/data/houses.csv.gz", "CSV", True, 18_500, names, rows, 200, PreviewMark("CSV", 260))
    async with stage(DataPane(datasets, datasets.watches, read_only=False), size) as here:
        here.app.push_screen(PreviewScreen(page, datasets))
        await here.sees("rows 201 to 260", "column3")
        await here.settled()
        golden.check(here.app, f"data-preview-{size[0]}x{size[1]}")


@both_sizes
async def test_watches(datasets: ScriptedDatasets, size: tuple[int, int], here_at_home: Path) -> None:
    async with stage(DataPane(datasets, datasets.watches, read_only=False), size) as here:
        datasets.told_entries.tell((csv_entry("houses.csv"),))
        datasets.told_uploaded.tell((uploaded("houses"),))
        datasets.told_watches.tell(watches(str(here_at_home / "houses.csv"), "houses: 60 rows"))
        await here.sees("Watched  2 paths", "✓ uploaded", "1 data set")
        await here.press("tab", "tab")
        if size == (120, 40):
            await here.sees("History")
        await here.settled()
        golden.check(here.app, f"data-watches-{size[0]}x{size[1]}")
        await here.press("enter")
        await here.sees("Train again houses-xgboost")


@pytest.mark.parametrize("text", tuple(HOSTILE.values()), ids=tuple(HOSTILE))
async def test_hostile_text_is_characters_on_all_of_them(
    datasets: ScriptedDatasets, here_at_home: Path, text: str
) -> None:
    name = text.replace(";", "").replace('"', "").replace("\r", "").replace("\n", "").replace("\0", "")
    report = inspect_csv(ScriptedContext(), str(faulty(here_at_home, name)))
    entries = (S3Entry(text, "prefix"), S3Entry(text, "object", 1, NOW))
    files = ScriptedFiles(S3Page(entries, region=text, foreign=True))
    async with stage(BrowserPane(datasets, files, here_at_home, read_only=False)) as here:
        datasets.told_entries.tell((csv_entry(text),))
        await here.press("enter")
        await here.sees("s3://our-data/")
        await here.press("down", "c")
        here.app.pane.activity = text
        await show(here, DoctorScreen(report, text, lambda _: text), "Doctor")
        page = Preview(text, "CSV", False, 1, (text, text), ((text, text),), 0, None)
        await show(here, PreviewScreen(page, datasets), "CSV")
        nothing_foreign_in(here)
    async with stage(DataPane(datasets, datasets.watches, read_only=False)) as here:
        datasets.told_watches.tell(watches(text, text))
        await here.sees("Watched  2 paths")
        await here.press("tab", "tab")
        await here.sees("History")
        nothing_foreign_in(here)


async def show(here: Stage, screen: DoctorScreen | PreviewScreen, text: str) -> None:
    here.app.push_screen(screen)
    await here.sees(text)
    await here.press("down", "right")
    await here.settled()
    await here.press("escape")
    await here.settled()
