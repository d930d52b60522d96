"""Making data sets again of files that change: debounced, one at a time, tried again after a break."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tui.resources.algorithms import clone_request, free_name
from tui.resources.csv_reports import CsvReport
from tui.resources.datasets import ConnectionBroke, DataError, UploadedDataset
from tui.resources.split_plans import plan_by
from tui.resources.watches import FileMark, Outcome, Watch, WatchRun, WatchStatus, from_json, request_on, to_json
from tui.service.datasets import Datasets, Making
from tui.service.errors import ServiceError, ServiceFault, Throttled, Unreachable, WorkerLost
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.training import Training

_BREAKS = (ConnectionBroke, Unreachable, Throttled, WorkerLost)
"""What may be over after a while."""

_BEGINNING = "beginning"
"""What a watch does until the worker has told what is there."""


class Watching:
    """The watches of a person; those of the present account and region are at work while the console runs."""

    def __init__(
        self, gateway: Gateway, identity: Identity, datasets: Datasets, training: Training, file: Path
    ) -> None:
        self.settle_seconds = 1.0
        """How long a file must be left alone before it is read."""

        self.first_retry_seconds = 2.0
        self.longest_retry_seconds = 60.0
        self.feed: Feed[tuple[WatchStatus, ...]] = Feed(self._statuses, lambda _: None)
        """The watches and what they do, live."""

        self._gateway = gateway
        self._identity = identity
        self._datasets = datasets
        self._training = training
        self._file = file
        self._watches: dict[str, Watch] = {}
        self._doing: dict[str, str] = {}
        self._pending: dict[str, dict[str, str]] = {}
        """By watch the files that have changed, with their marks."""

        self._under_way: dict[str, FileMark] = {}
        """By watch the file that a data set is being made of."""

        self._changed: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._loaded = False

    @property
    def at_work(self) -> tuple[str, ...]:
        """The paths that are watched at this moment, those of another account or region left out."""
        return tuple(path for path in self._watches if path in self._changed)

    async def where(self) -> str:
        """The account and region that new watches belong to."""
        caller = await self._identity.caller()
        return f"{caller.account} {caller.region}"

    def start(self) -> None:
        """Take up the watches that were kept; those that are at work begin again."""
        self.stop()
        self._load()
        self._doing = dict.fromkeys(self._watches, _BEGINNING)
        self._publish()
        if self._watches:
            self._tasks.append(asyncio.create_task(self._run()))

    def stop(self) -> None:
        """Do nothing more; what was under way is given up."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._changed.clear()

    def add(self, watch: Watch) -> None:
        """Watch one more path, or another way than before.

        Raises:
            DataError: The watches cannot be read or written down; nothing has changed.
        """
        self._load()
        self._keep({**self._watches, watch.path: watch})
        self.start()

    def remove(self, path: str) -> None:
        """Watch a path no more.

        Raises:
            DataError: The watches cannot be read or written down; nothing has changed.
        """
        self._load()
        self._keep({one: watch for one, watch in self._watches.items() if one != path})
        self.start()

    def run_now(self, path: str) -> None:
        """Make a data set of a watched file now, whether it changed or not; of a folder, of all its files."""
        watch = self._watches[path]
        self._watches[path] = replace(watch, seen={}, known=True)
        self.start()

    async def _run(self) -> None:
        """Listen for all watches of this place, and work for each of them."""
        try:
            here = await self.where()
        except ServiceError as error:
            self._say_all(f"not watching: {error}")
            return
        ours = [path for path, watch in self._watches.items() if watch.where == here]
        for path, watch in self._watches.items():
            self._doing[path] = _BEGINNING if path in ours else f"not here: it belongs to {watch.where}"
        self._publish()
        async with asyncio.TaskGroup() as group:
            for path in ours:
                self._changed[path], self._pending[path] = asyncio.Event(), {}
                group.create_task(self._work(path))
            if ours:
                group.create_task(self._listen(ours))

    async def _listen(self, paths: list[str]) -> None:
        """Be told by the worker what changes; again when it ends."""
        while True:
            problem = "The watch ended"
            try:
                await self._gateway.task("watch_paths", paths=tuple(paths), on_progress=self._hear)
            except (DataError, ServiceError) as error:
                problem = str(error)
            for path in paths:
                self._say(path, f"{_BEGINNING} again: {problem}")
            await asyncio.sleep(self.first_retry_seconds)

    def _hear(self, marks: tuple[FileMark, ...]) -> None:
        for path, changed in self._changed.items():
            watch = self._watches[path]
            if self._doing[path].startswith(_BEGINNING):
                self._say(path, "watching")
            files = {mark.path: mark.mark for mark in marks if watch.owns(mark.path)}
            if not watch.known:
                self._watches[path] = replace(watch, known=True, seen=files)
                try:
                    self._keep(self._watches)
                except DataError as error:
                    self._say(path, f"watching. {error}")
                self._publish()
                continue
            under_way = self._under_way.get(path)
            fresh = {
                file: mark
                for file, mark in files.items()
                if watch.seen.get(file) != mark and under_way != FileMark(file, mark)
            }
            if fresh:
                self._pending[path] |= fresh
                changed.set()

    async def _work(self, path: str) -> None:
        changed = self._changed[path]
        while True:
            await changed.wait()
            self._say(path, "changed, waiting until it is left alone")
            while changed.is_set():
                changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.settle_seconds):
                        await changed.wait()
            for file in sorted(self._pending[path]):
                await self._make_until_done(path, file)
            self._say(path, "watching")

    async def _make_until_done(self, path: str, file: str) -> None:
        """Make a data set of a file; after a break again and again, of what the file is by then."""
        delay, told = self.first_retry_seconds, False
        while True:
            noticed = self._pending[path].pop(file, "") or self._watches[path].seen.get(file, "")
            self._under_way[path] = FileMark(file, noticed)
            try:
                outcome, sentence = await self._make(path, file)
            except _BREAKS as error:
                self._pending[path].setdefault(file, noticed)
                if not told:
                    told = True
                    self._add(path, file, "failed", str(error))
                self._say(path, f"trying again in {delay:.0f} s: {error}")
                await asyncio.sleep(delay)
                delay = min(2 * delay, self.longest_retry_seconds)
                continue
            except (DataError, ServiceError) as error:
                outcome, sentence = "refused", str(error)
            finally:
                mark = self._under_way.pop(path).mark
            watch = self._watches[path]
            self._watches[path] = replace(watch, seen={**watch.seen, file: mark})
            self._add(path, file, outcome, sentence)
            return

    async def _make(self, path: str, file: str) -> tuple[Outcome, str]:
        """Check, split and upload a file, and train again if that is wished."""
        watch = self._watches[path]
        name = Path(file).name
        self._say(path, f"checking {name}")
        report: CsvReport = await self._datasets.inspect(file)
        # What was read may be newer than what was noticed, and is then not to be made again when it is noticed.
        read = report.source.mark
        self._under_way[path] = FileMark(file, read)
        if self._pending[path].get(file) == read:
            del self._pending[path][file]
        if report.errors:
            return "refused", report.errors[0].sentence
        plan = plan_by(report, watch.values)

        def show(making: Making) -> None:
            self._say(path, f"{'uploading' if making.uploading else 'splitting'} {name}")

        made = await self._datasets.make(file, plan, show)
        rows = sum(made.manifest.rows.values())
        sentence = f"{made.manifest.name}: {rows:,} rows"
        if watch.train_again:
            self._say(path, f"training again like {watch.train_again}")
            sentence += f"; {await self._train(watch.train_again, made)}"
        return "uploaded", sentence

    async def _train(self, like: str, dataset: UploadedDataset) -> str:
        """Run a job again on the new data; what came of it. The data set stays whatever comes of it."""
        try:
            detail = await self._training.describe(like)
            taken = {job.name for job in self._training.jobs.snapshot.value or ()} | {like}
            name = free_name(like, frozenset(taken))
            while await self._training.name_taken(name):
                taken.add(name)
                name = free_name(like, frozenset(taken))
            await self._training.create(request_on(clone_request(detail.description, name), dataset))
        except _BREAKS:
            raise
        except ServiceError as error:
            return f"not trained: {error}"
        return f"training job {name}"

    def _add(self, path: str, file: str, outcome: Outcome, sentence: str) -> None:
        run = WatchRun(time.time(), Path(file).name, outcome, sentence)
        watch = self._watches[path]
        self._watches[path] = watch.with_run(run)
        try:
            self._keep(self._watches)
        except DataError as error:  # the watch goes on: what it made is there
            self._watches[path] = watch.with_run(replace(run, sentence=f"{sentence}. {error}"))
        self._publish()

    def _say(self, path: str, doing: str) -> None:
        if self._doing.get(path) != doing:
            self._doing[path] = doing
            self._publish()

    def _say_all(self, doing: str) -> None:
        for path in self._watches:
            self._doing[path] = doing
        self._publish()

    def _publish(self) -> None:
        self.feed.update(self._now())

    async def _statuses(self) -> tuple[WatchStatus, ...]:
        try:
            self._load()
        except DataError as error:
            raise ServiceFault(error.what, error.why, error.what_next) from error
        return self._now()

    def _now(self) -> tuple[WatchStatus, ...]:
        return tuple(WatchStatus(watch, self._doing.get(path, "")) for path, watch in sorted(self._watches.items()))

    def _load(self) -> None:
        if self._loaded:
            return
        with suppress(FileNotFoundError):
            try:
                self._watches = {watch.path: watch for watch in from_json(self._file.read_text(encoding="utf-8"))}
            except ValueError as error:
                what_next = "Move it away; the watches in it must be made anew."
                raise DataError(f"Cannot read '{self._file}'", str(error), what_next) from error
        self._loaded = True

    def _keep(self, watches: dict[str, Watch]) -> None:
        """Write watches down, and have these from now on."""
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_text(to_json(tuple(watches.values())), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            what_next = "Make room or the folder writable; until then the next console does not know of it."
            raise DataError(f"Cannot write '{self._file}'", error.strerror or str(error), what_next) from error
        self._watches = watches
