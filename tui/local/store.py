"""The SQLite store of the embedded SageMaker: durable at every commit, read by many threads, written by one."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.local.disk import room_on_disk


class Store:
    """One SQLite file in WAL mode with a connection for each thread.

    Every module that keeps state owns its tables: it passes its `CREATE TABLE IF NOT EXISTS …` script to
    `create` when it is constructed. What `write` committed survives a `kill -9` of the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._write_lock = threading.Lock()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._connections_lock = threading.Lock()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            self._local.connection = connection
            self._keep(connection)
        return connection

    def _keep(self, connection: sqlite3.Connection) -> None:
        """Remember this thread's connection, and close those of threads that ended: every job is a thread."""
        with self._connections_lock:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection

    def create(self, script: str) -> None:
        """Create the tables of a module where they do not exist yet."""
        with self._write_lock:
            self._connection().executescript(script)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one consistent state for the length of the block."""
        connection = self._connection()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Raises AwsError `InsufficientStorage` when the disk is full.
        """
        connection = self._connection()
        with room_on_disk(self.path.parent), self._write_lock:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # some errors of the disk have ended it already
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every thread's connection; the store is not used afterwards."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
