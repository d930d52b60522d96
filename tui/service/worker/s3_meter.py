"""How far a transfer is, counted by many threads and told to the console a few times a second."""

from __future__ import annotations

import threading
import time

from tui.resources.datasets import UploadProgress
from tui.service.worker.context import TaskContext

_REPORT_SECONDS = 0.2


class Meter:
    """Counts bytes and passes them on; raises `Cancelled` in whoever counts when the person cancelled."""

    def __init__(self, context: TaskContext, total: int, files: int = 1) -> None:
        self.file = ""
        """What is under way, in the person's words."""

        self.kept = 0
        """Bytes that were there already."""

        self._context = context
        self._total = total
        self._files = files
        self._done = self._files_done = 0
        self._started = self._reported = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, count: int) -> None:
        """So many bytes more arrived."""
        self._context.check()
        with self._lock:
            self._done += count
            if time.monotonic() - self._reported >= _REPORT_SECONDS:
                self._report()

    def keep(self, count: int) -> None:
        """So many bytes had arrived before."""
        with self._lock:
            self.kept += count
        self(count)

    def finish_file(self, count: int = 1) -> None:
        """One more file is there whole and right, or so many at once."""
        with self._lock:
            self._files_done += count
        self(0)

    def finish(self) -> None:
        """Report that everything is there."""
        self._done, self._files_done = self._total, self._files
        self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        rate = (self._done - self.kept) / max(self._reported - self._started, 1e-6)
        remaining = (self._total - self._done) / rate if rate > 0 else None if self._done < self._total else 0.0
        self._context.report(
            UploadProgress(
                self._done, self._total, rate, remaining, self.file, self.kept, self._files_done, self._files
            )
        )
