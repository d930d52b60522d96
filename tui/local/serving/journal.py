"""What endpoints leave behind, written in batches off the way of requests: log lines, metrics, captured data."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from tui.local.errors import AwsError
from tui.local.logs import Logs

_logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0
"""How long log lines and metrics gather before they are written."""


class Writer:
    """A thread that writes what several sources have gathered, some seconds after the first of it came in."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._flushes: list[Callable[[], None]] = []
        self._wanted = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="endpoint writer", daemon=True)

    def add(self, flush: Callable[[], None]) -> None:
        """Call this for every batch; before `start`."""
        self._flushes.append(flush)

    def want(self) -> None:
        """There is something to write."""
        if not self._wanted.is_set():
            self._wanted.set()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write the rest."""
        self._closed.set()
        self._wanted.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wanted.wait()
            self._closed.wait(self._seconds)
            self._wanted.clear()
            self._write()
        self._write()  # what came in while the last batch was written

    def _write(self) -> None:
        for flush in self._flushes:
            try:
                flush()
            except (AwsError, sqlite3.Error) as error:
                _logger.warning("log lines or metrics of endpoints were lost: %s", error)


class EndpointLogs:
    """The log streams of endpoints, as a queue that any thread may add to."""

    def __init__(self, logs: Logs, writer: Writer) -> None:
        self._logs = logs
        self._writer = writer
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        writer.add(self._flush)

    def add(self, group: str, stream: str, lines: Sequence[str]) -> None:
        """Add lines to a stream, as of now."""
        now = int(time.time() * 1000)
        with self._lock:
            self._lines[group, stream] += [(now, line) for line in lines]
        self._writer.want()

    def _flush(self) -> None:
        with self._lock:
            batch, self._lines = self._lines, defaultdict(list)
        for (group, stream), events in batch.items():
            self._logs.append(group, stream, events)
