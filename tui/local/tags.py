"""Tags on the embedded SageMaker's resources: AddTags, ListTags, DeleteTags."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from tui.local.errors import validation_error
from tui.local.store import Store

MAX_TAGS = 50
"""The most tags a resource may carry."""

_TABLES = """
CREATE TABLE IF NOT EXISTS taggable (
    arn TEXT PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS tags (
    arn TEXT NOT NULL REFERENCES taggable(arn) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (arn, key)
) WITHOUT ROWID;
"""


class Tags:
    """The tags of all resources, by ARN.

    Whoever creates a resource calls `register` in the same transaction, and `forget` in the one that deletes it;
    only registered ARNs can be tagged.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_TABLES)

    def register(self, connection: sqlite3.Connection, arn: str, tags: Iterable[Mapping[str, str]] = ()) -> None:
        """Make a new resource taggable and give it its first tags; raises ValidationException for bad tags."""
        tags = list(tags)
        check_tags(tags)
        connection.execute("INSERT INTO taggable (arn) VALUES (?)", (arn,))
        _put(connection, arn, tags)

    def forget(self, connection: sqlite3.Connection, arn: str) -> None:
        """Drop a deleted resource and its tags."""
        connection.execute("DELETE FROM taggable WHERE arn = ?", (arn,))

    def of(self, connection: sqlite3.Connection, arns: Iterable[str]) -> dict[str, list[dict[str, str]]]:
        """The tags of several resources at once, for Search; each list is sorted by key."""
        found: dict[str, list[dict[str, str]]] = {arn: [] for arn in arns}
        query = f"SELECT arn, key, value FROM tags WHERE arn IN ({','.join('?' * len(found))}) ORDER BY arn, key"
        for arn, key, value in connection.execute(query, tuple(found)):
            found[arn].append({"Key": key, "Value": value})
        return found

    def add_tags(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Add or overwrite tags; answers all tags of the resource."""
        arn, tags = request["ResourceArn"], request["Tags"]
        check_tags(tags)
        with self._store.write() as connection:
            _require(connection, arn)
            _put(connection, arn, tags)
            return {"Tags": self.of(connection, [arn])[arn]}

    def list_tags(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All tags of a resource: at most 50, so one page of the smallest allowed size holds them."""
        arn = request["ResourceArn"]
        if request.get("NextToken"):
            raise validation_error("The NextToken is not valid: the tags of a resource always fit on one page.")
        with self._store.read() as connection:
            _require(connection, arn)
            return {"Tags": self.of(connection, [arn])[arn]}

    def delete_tags(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Remove tags by key; keys that are not there are ignored."""
        arn = request["ResourceArn"]
        with self._store.write() as connection:
            _require(connection, arn)
            connection.executemany(
                "DELETE FROM tags WHERE arn = ? AND key = ?", [(arn, key) for key in request["TagKeys"]]
            )
        return {}


def check_tags(tags: Iterable[Mapping[str, str]]) -> None:
    """Raise ValidationException when a request's tags repeat a key or use the prefix reserved for AWS."""
    seen: set[str] = set()
    for tag in tags:
        key = tag["Key"]
        if key.lower().startswith("aws:"):
            raise validation_error(f"Tag key {key!r} is not allowed: keys that begin with aws: are reserved for AWS.")
        if key in seen:
            raise validation_error(f"Duplicate tag keys found: {key!r} occurs more than once in the request.")
        seen.add(key)


def _require(connection: sqlite3.Connection, arn: str) -> None:
    if connection.execute("SELECT 1 FROM taggable WHERE arn = ?", (arn,)).fetchone() is None:
        raise validation_error(f"Requested resource not found: {arn}")


def _put(connection: sqlite3.Connection, arn: str, tags: Iterable[Mapping[str, str]]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO tags (arn, key, value) VALUES (?, ?, ?)",
        [(arn, tag["Key"], tag["Value"]) for tag in tags],
    )
    (count,) = connection.execute("SELECT count(*) FROM tags WHERE arn = ?", (arn,)).fetchone()
    if count > MAX_TAGS:
        raise validation_error(f"A resource can have at most {MAX_TAGS} tags; {arn} would have {count}. Delete some.")
