"""The Search operation of SageMaker, over every kind of resource that keeps its records in the store."""

from __future__ import annotations

import heapq
import operator
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tui.local.errors import validation_error
from tui.local.listing import rows_in_order
from tui.local.paging import next_token, position_of
from tui.local.search_expressions import Predicate, as_number, compile_expression
from tui.local.search_properties import Kind, Property, find_property
from tui.local.store import Store
from tui.local.tags import Tags

_CHUNK = 200
"""Rows read at a time, so that no read of the store takes long."""

Record = dict[str, Any]
_Placed = tuple[Record, list[Any]]
"""A record with its position in the order of the search."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of resource that Search can find."""

    resource: str
    """The request's `Resource`, which is also the member of a result that holds the record."""

    shape: str
    """The record's shape in the service model."""

    table: str
    columns: Mapping[str, str]
    """The properties with an index, by the names they are searched by, with their columns of the table."""

    sort_by: str
    """The `SortBy` of a request that does not say; one of `columns`."""

    record: Callable[[sqlite3.Connection, sqlite3.Row, Sequence[Mapping[str, str]]], Record]
    """Makes a row and its tags into a record, in the transaction that read the row."""


class Search:
    """Finds whole resources by any of their properties, and shows a new one at once, without an index's delay."""

    def __init__(self, store: Store, tags: Tags, subjects: Sequence[Subject]) -> None:
        self._store = store
        self._tags = tags
        self._subjects = {subject.resource: subject for subject in subjects}

    def search(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of matching resources, most recently modified first by default."""
        subject = self._subjects.get(request["Resource"])
        if subject is None:
            raise validation_error(
                f"This embedded SageMaker cannot search {request['Resource']}: Resource must be one of "
                f"{', '.join(self._subjects)}."
            )
        matches = None
        if "SearchExpression" in request:
            matches = compile_expression(request["SearchExpression"], subject.shape)
        order = find_property(request.get("SortBy", subject.sort_by), subject.shape)
        if order.kind is Kind.GROUP:
            raise validation_error(f"The property {order.name} has no value of its own to sort by.")
        descending = request.get("SortOrder", "Descending") == "Descending"
        after = position_of("Search", request)
        limit = request.get("MaxResults", 10)
        if order.name in subject.columns:
            page = list(islice(self._in_stored_order(subject, order.name, matches, descending, after), limit + 1))
        else:
            page = self._in_computed_order(subject, order, matches, descending=descending, after=after, count=limit + 1)
        answer: dict[str, Any] = {"Results": [{subject.resource: record} for record, _ in page[:limit]]}
        if len(page) > limit:
            answer["NextToken"] = next_token("Search", request, page[limit - 1][1])
        return answer

    def _in_stored_order(
        self, subject: Subject, name: str, matches: Predicate | None, descending: bool, after: Sequence[Any] | None
    ) -> Iterator[_Placed]:
        """Matching records in the order of an index, read only as far as the page needs."""
        column = subject.columns[name]
        while True:
            with self._store.read() as connection:
                rows = rows_in_order(
                    connection, subject.table, column, descending=descending, after=after, limit=_CHUNK
                )
                tags = self._tags.of(connection, [row["arn"] for row in rows])
                records = [subject.record(connection, row, tags[row["arn"]]) for row in rows]
            if not rows:
                return
            for row, record in zip(rows, records, strict=True):
                after = [row[column], row["name"]]
                if matches is None or matches(record):
                    yield record, after

    def _in_computed_order(
        self,
        subject: Subject,
        order: Property,
        matches: Predicate | None,
        *,
        descending: bool,
        after: list[Any] | None,
        count: int,
    ) -> list[_Placed]:
        """The first matching records in the order of any property; those that lack it come last in either direction."""
        rank_of_missing = -1 if descending else 1
        by_name = next(name for name, column in subject.columns.items() if column == "name")

        def placed() -> Iterator[_Placed]:
            behind = operator.lt if descending else operator.gt
            for record, (name, _) in self._in_stored_order(subject, by_name, matches, False, None):
                value = next(order.values(record), None)
                key = [rank_of_missing, 0, 0] if value is None else [0, *_sort_key(order, value)]
                position = [*key, name]
                if after is None or behind(position, after):
                    yield record, position

        first = heapq.nlargest if descending else heapq.nsmallest
        return first(count, placed(), key=operator.itemgetter(1))


def _sort_key(order: Property, value: Any) -> list[str | float]:
    """Numbers by value, text by its characters; a hyperparameter that is a number comes before one that is not."""
    number = as_number(value) if order.kind is Kind.HYPERPARAMETER else None
    return [1, value] if number is None else [0, number]
