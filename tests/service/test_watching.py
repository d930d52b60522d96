"""Files that are made into data sets again when they change: once for quick changes, and again after a break."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.local.server import LocalServer
from tests.local.training import request, upload_data
from tests.service.conftest import UNHURRIED
from tests.service.link import link_to
from tests.waiting import DEADLINE_SECONDS, eventually
from tui.resources.datasets import DataError, UploadedDataset
from tui.resources.watches import FileMark, Watch, WatchRun, WatchStatus
from tui.service.budget import Budget
from tui.service.datasets import Datasets
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.logs import Logs
from tui.service.training import Training
from tui.service.watching import Watching
from tui.service.wire import Connection
from tui.service.worker.folders import mark_of

HERE = "123456789012 us-east-1"


@dataclass(slots=True)
class Watcher:
    """Watches at work, and what they have come to."""

    watching: Watching
    datasets: Datasets

    @property
    def statuses(self) -> tuple[WatchStatus, ...]:
        return self.watching._now()

    def runs(self, path: Path) -> tuple[WatchRun, ...]:
        return next(status.watch.runs for status in self.statuses if status.watch.path == str(path))

    def doing(self, path: Path) -> str:
        return next(status.doing for status in self.statuses if status.watch.path == str(path))

    async def settled(self, path: Path) -> None:
        """Wait until the watch of a path is at work and has nothing to do."""

        def is_settled(statuses: tuple[WatchStatus, ...]) -> bool:
            status = next(status for status in statuses if status.watch.path == str(path))
            waiting = self.watching._pending.get(str(path)) or self.watching._under_way.get(str(path))
            return status.watch.known and status.doing == "watching" and not waiting

        await eventually(lambda: self.statuses, "the watch to be at rest", holds=is_settled)

    async def has_runs(self, path: Path, count: int) -> tuple[WatchRun, ...]:
        def has_run(_: tuple[WatchStatus, ...]) -> bool:
            return len(self.runs(path)) >= count

        await eventually(lambda: self.statuses, f"{count} runs of the watch", holds=has_run)
        return self.runs(path)

    def marks(self, path: Path) -> set[str]:
        """Of the changes at a path that are to be uploaded, or are under way."""
        under_way = self.watching._under_way.get(str(path))
        return {*self.watching._pending[str(path)].values(), *([under_way.mark] if under_way else ())}

    async def is_doing(self, path: Path, words: str) -> None:
        """Wait until what the watch of a path does begins with these words."""
        await eventually(lambda: self.doing(path), repr(words), holds=lambda doing: doing.startswith(words))

    async def rows_of(self, name: str) -> int:
        """Rows of an uploaded data set."""
        found = [item for item in await self.datasets.list_uploaded() if isinstance(item, UploadedDataset)]
        return next(sum(item.manifest.rows.values()) for item in found if item.manifest.name == name)


@asynccontextmanager
async def watcher(server: LocalServer, folder: Path, url: str = "") -> AsyncIterator[Watcher]:
    """A console's services without its screen, with watches kept in the folder."""
    gateway = Gateway(Budget(UNHURRIED), timeout=10)
    await gateway.open(Connection(None, server.region, url or server.url, server.access_key, server.secret_key))
    identity = Identity(gateway)
    datasets = Datasets(gateway, identity, folder / "splits")
    training = Training(gateway, lambda: Logs(gateway))
    watching = Watching(gateway, identity, datasets, training, folder / "state" / "watches.json")
    watching.settle_seconds, watching.first_retry_seconds = 0.6, 0.3
    try:
        yield Watcher(watching, datasets)
    finally:
        watching.stop()
        gateway.close()


def write(path: Path, rows: int) -> None:
    path.write_text("rooms,area,price\n" + "".join(f"{row % 5},{row / 4},{row}.5\n" for row in range(rows)))


async def test_a_file_changed_twice_quickly_is_uploaded_once(server: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "quick.csv"
    write(path, 50)
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(path), HERE, {"name": "quick"}))
        await here.settled(path)
        assert here.runs(path) == (), "what was there at the beginning is left alone"
        settle_seconds, here.watching.settle_seconds = here.watching.settle_seconds, DEADLINE_SECONDS
        write(path, 60)
        await here.is_doing(path, "changed")
        here.watching.settle_seconds = settle_seconds  # from the next change on
        write(path, 70)
        [run] = await here.has_runs(path, 1)
        await here.settled(path)
        assert (run.outcome, run.file, run.sentence) == ("uploaded", "quick.csv", "quick: 70 rows")
        assert await here.rows_of("quick") == 70
        assert len(here.runs(path)) == 1
        write(path, 80)
        runs = await here.has_runs(path, 2)
        assert [run.sentence for run in runs] == ["quick: 70 rows", "quick: 80 rows"]


async def test_a_change_that_is_noticed_after_it_was_read_is_not_uploaded_again(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "late.csv"
    write(path, 50)
    heard: list[tuple[FileMark, ...]] = []

    async def noticed() -> tuple[FileMark, ...]:
        """What is heard of the file as it is now."""
        now = FileMark(str(path), mark_of(path.stat()))
        return await eventually(lambda: next((marks for marks in heard if now in marks), ()), "the file to be noticed")

    async with watcher(server, tmp_path) as here:
        hear = here.watching._hear
        monkeypatch.setattr(here.watching, "_hear", heard.append)
        here.watching.add(Watch(str(path), HERE, {"name": "late"}))
        hear(await noticed())
        write(path, 60)
        hear(await noticed())
        write(path, 70)
        [run] = await here.has_runs(path, 1)
        assert run.sentence == "late: 70 rows"
        hear(await noticed())
        assert here.marks(path) == set(), "what was made is what the file is like"
        write(path, 80)
        hear(await noticed())
        runs = await here.has_runs(path, 2)
        assert [run.sentence for run in runs] == ["late: 70 rows", "late: 80 rows"]


async def test_after_a_break_in_the_connection_it_is_uploaded_once_more(server: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    write(path, 50)
    with link_to(server.port) as link:
        async with watcher(server, tmp_path, link.url) as here:
            here.watching.add(Watch(str(path), HERE, {"name": "broken"}))
            await here.settled(path)
            link.break_off()
            write(path, 60)
            [failed] = await here.has_runs(path, 1)
            assert failed.outcome == "failed"
            await here.is_doing(path, "trying again")
            before = here.marks(path)
            write(path, 90)
            await eventually(lambda: here.marks(path) - before, "the change to be noticed")
            link.mend()
            runs = await here.has_runs(path, 2)
            await here.settled(path)
            assert [run.outcome for run in runs] == ["failed", "uploaded"]
            assert await here.rows_of("broken") == 90
            assert len(here.runs(path)) == 2


async def test_a_lost_worker_is_no_end(server: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "lost.csv"
    write(path, 50)
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(path), HERE, {"name": "lost"}))
        await here.settled(path)
        process = here.watching._gateway._process
        assert process is not None
        process.kill()
        write(path, 60)
        await here.has_runs(path, 1)
        await eventually(lambda: here.runs(path), "an upload", holds=lambda runs: runs[-1].outcome == "uploaded")
        assert await here.rows_of("lost") == 60


async def test_watches_are_kept_and_see_what_changed_while_nobody_watched(server: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    write(path, 50)
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(path), HERE, {"name": "kept"}))
        await here.settled(path)
    write(path, 60)
    async with watcher(server, tmp_path) as here:
        here.watching.start()
        await here.has_runs(path, 1)
        assert await here.rows_of("kept") == 60
    async with watcher(server, tmp_path) as here:
        here.watching.start()
        await here.settled(path)
        assert len(here.runs(path)) == 1, "nothing changed since"
        here.watching.remove(str(path))
        assert here.statuses == ()


async def test_a_watch_of_another_account_rests(server: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.csv"
    write(path, 50)
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(path), "999999999999 eu-west-1", {"name": "elsewhere"}))
        await here.is_doing(path, "not here")
        assert here.doing(path) == "not here: it belongs to 999999999999 eu-west-1"


async def test_files_of_a_folder_become_data_sets_of_their_names_when_they_are_fit(
    server: LocalServer, tmp_path: Path
) -> None:
    folder = tmp_path / "incoming [x]"
    folder.mkdir()
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(folder), HERE))
        await here.settled(folder)
        write(folder / "Week 1.csv", 40)
        (folder / "notes.md").write_text("no data")
        (folder / ".hidden.csv").write_text("a,b\n1,2\n")
        await here.has_runs(folder, 1)
        (folder / "bad.csv").write_text("a,b,label\n1,2,3\n4,5\n6,7,8\n")
        runs = await here.has_runs(folder, 2)
        assert [(run.file, run.outcome) for run in runs] == [("Week 1.csv", "uploaded"), ("bad.csv", "refused")]
        assert "Line 3 has 2 fields" in runs[1].sentence
        (folder / "bad.csv").unlink()
        write(folder / "bad.csv", 30)
        assert (await here.has_runs(folder, 3))[2].sentence == "bad: 30 rows"
        assert await here.rows_of("Week-1") == 40


async def test_it_trains_again_on_the_new_data(server: LocalServer, tmp_path: Path) -> None:
    upload_data(server)
    server.client("sagemaker").create_training_job(**request("watched-job"))
    path = tmp_path / "train.csv"
    write(path, 50)
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(path), HERE, {"name": "watched-data"}, train_again="watched-job"))
        await here.settled(path)
        write(path, 60)
        [run] = await here.has_runs(path, 1)
        assert run.sentence == "watched-data: 60 rows; training job watched-job-2"
    job = server.client("sagemaker").describe_training_job(TrainingJobName="watched-job-2")
    uris = {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in job["InputDataConfig"]
    }
    assert uris["train"].endswith("/datasets/watched-data/train/train.csv")


async def test_a_watch_that_cannot_be_written_down_works_on_and_says_so(server: LocalServer, tmp_path: Path) -> None:
    path, other = tmp_path / "full.csv", tmp_path / "other.csv"
    write(path, 20)
    async with watcher(server, tmp_path) as here:
        here.watching.add(Watch(str(path), HERE, {"name": "full"}))
        await here.settled(path)
        shutil.rmtree(tmp_path / "state")
        (tmp_path / "state").write_text("a file where the folder was")
        write(path, 30)
        [run] = await here.has_runs(path, 1)
        assert (run.outcome, run.sentence.split(".")[0]) == ("uploaded", "full: 30 rows")
        assert f"Cannot write '{tmp_path / 'state' / 'watches.json'}'" in run.sentence
        with pytest.raises(DataError, match="Cannot write"):
            here.watching.add(Watch(str(other), HERE, {"name": "other"}))
        with pytest.raises(DataError, match="Cannot write"):
            here.watching.remove(str(path))
        assert [status.watch.path for status in here.statuses] == [str(path)]
        write(path, 40)
        runs = await here.has_runs(path, 2)
        assert [run.outcome for run in runs] == ["uploaded", "uploaded"]
