"""Tables of the store with a row for each resource of a kind, and the resources that are all alike."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui.local.store import Store

T = TypeVar("T")


class Table(Generic[T]):
    """A table whose rows are read as values and found by the column `key`, of which none has two."""

    def __init__(
        self, store: Store, statements: str, name: str, value_of: Callable[[sqlite3.Row], T], key: str = "name"
    ) -> None:
        """Have the table by the SQL statements that create it unless it is there."""
        store.create(statements)
        self._store = store
        self._name = name
        self._value_of = value_of
        self._key = key

    def get(self, key: str) -> T | None:
        """The one of this key."""
        with self._store.read() as connection:
            return self.find(connection, key)

    def find(self, connection: sqlite3.Connection, key: str) -> T | None:
        """The one of this key, as a transaction sees it."""
        row = connection.execute(f"SELECT * FROM {self._name} WHERE {self._key} = ?", (key,)).fetchone()
        return None if row is None else self._value_of(row)

    def delete(self, connection: sqlite3.Connection, key: str) -> None:
        """Forget the one of this key."""
        connection.execute(f"DELETE FROM {self._name} WHERE {self._key} = ?", (key,))


@dataclass(frozen=True, slots=True)
class Definition:
    """A resource that is nothing but what its request said."""

    name: str
    arn: str
    creation_time: float
    """In epoch seconds."""

    request: Mapping[str, Any]
    """The Create request with the service's defaults filled in, without Tags."""


class DefinitionTable(Table[Definition]):
    """Reads and writes definitions of a kind; one never changes once it is there."""

    def __init__(self, store: Store, name: str) -> None:
        statements = f"""
            CREATE TABLE IF NOT EXISTS {name} (
                name TEXT PRIMARY KEY,
                arn TEXT NOT NULL UNIQUE,
                creation_time REAL NOT NULL,
                request TEXT NOT NULL
            );
            CREATE INDEX IF NOT EXISTS {name}_by_creation ON {name} (creation_time, name);
        """
        super().__init__(store, statements, name, definition_of)

    def insert(self, connection: sqlite3.Connection, name: str, arn: str, request: Mapping[str, Any]) -> None:
        """A new definition; raises sqlite3.IntegrityError when the name is taken."""
        connection.execute(
            f"INSERT INTO {self._name} (name, arn, creation_time, request) VALUES (?, ?, ?, ?)",
            (name, arn, time.time(), json.dumps(request)),
        )


def definition_of(row: sqlite3.Row) -> Definition:
    """The definition in a row."""
    return Definition(row["name"], row["arn"], row["creation_time"], json.loads(row["request"]))
