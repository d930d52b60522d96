"""How the List operations of SageMaker page: sort, early and late filters, keyset tokens, over any table of the store.

A listed table has the columns `name` and `creation_time`, and `last_modified_time` and `status` where its operation
can filter by them; times are epoch seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.paging import next_token, position_of
from tui.local.store import Store

Condition = tuple[str, Sequence[Any]]
"""A part of a WHERE clause with its parameters."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One List operation."""

    operation: str
    """Its name, e.g. `ListTrainingJobs`."""

    table: str
    columns: Mapping[str, str]
    """The column behind each value of `SortBy`."""

    sort_by: str = "CreationTime"
    """The `SortBy` of a request that does not say."""

    descending: bool = True
    """The order of a request that does not say."""

    def page(
        self, store: Store, request: Mapping[str, Any], where: Sequence[Condition] = ()
    ) -> tuple[list[sqlite3.Row], str | None]:
        """The rows of the page a request asks for, among those that fulfil `where`, and the NextToken if more follow.

        As on AWS, names and creation times select before the page is cut; status and modification time are looked at
        afterwards, so a page can hold fewer than MaxResults rows, or none, and still carry a NextToken.

        Raises AwsError: ValidationException for a NextToken that is not one of ours.
        """
        column = self.columns[request.get("SortBy", self.sort_by)]
        order = request.get("SortOrder")
        limit = request.get("MaxResults", 10)
        with store.read() as connection:
            rows = rows_in_order(
                connection,
                self.table,
                column,
                descending=self.descending if order is None else order == "Descending",
                after=position_of(self.operation, request),
                limit=limit + 1,
                where=[*where, *_early_filters(request)],
            )
        page = rows[:limit]
        token = None
        if len(rows) > limit:
            token = next_token(self.operation, request, (page[-1][column], page[-1]["name"]))
        return [row for row in page if _passes_late_filters(row, request)], token


def rows_in_order(
    connection: sqlite3.Connection,
    table: str,
    column: str,
    *,
    descending: bool,
    after: Sequence[Any] | None,
    limit: int,
    where: Sequence[Condition] = (),
) -> list[sqlite3.Row]:
    """The next `limit` rows of a table in the order of a column and the name, behind the position `(value, name)`."""
    direction, beyond = ("DESC", "<") if descending else ("ASC", ">")
    conditions = list(where)
    if after is not None:
        conditions.append((f"({column}, name) {beyond} (?, ?)", after))
    clause = " AND ".join(condition for condition, _ in conditions) or "1"
    query = f"SELECT * FROM {table} WHERE {clause} ORDER BY {column} {direction}, name {direction} LIMIT ?"
    values = [value for _, parameters in conditions for value in parameters]
    return connection.execute(query, (*values, limit)).fetchall()


def _early_filters(request: Mapping[str, Any]) -> list[Condition]:
    conditions: list[Condition] = []
    if (created_after := request.get("CreationTimeAfter")) is not None:
        conditions.append(("creation_time > ?", [created_after]))
    if (created_before := request.get("CreationTimeBefore")) is not None:
        conditions.append(("creation_time < ?", [created_before]))
    if (part := request.get("NameContains")) is not None:
        conditions.append(("instr(name, ?)", [part]))
    return conditions


def _passes_late_filters(row: sqlite3.Row, request: Mapping[str, Any]) -> bool:
    if "StatusEquals" in request and row["status"] != request["StatusEquals"]:
        return False
    if (after := request.get("LastModifiedTimeAfter")) is not None and row["last_modified_time"] <= after:
        return False
    before = request.get("LastModifiedTimeBefore")
    return before is None or bool(row["last_modified_time"] < before)
