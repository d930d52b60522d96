"""The Search operation of SageMaker, over training jobs."""

from __future__ import annotations

import heapq
import operator
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from tui.local.errors import validation_error
from tui.local.jobs.table import SORT_COLUMNS, JobTable
from tui.local.paging import next_token, position_of
from tui.local.search_expressions import Predicate, as_number, compile_expression
from tui.local.search_properties import Kind, Property, find_property
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.training_views import search_record

_CHUNK = 200
"""Jobs read at a time, so that no read of the store takes long."""

Record = dict[str, Any]
_Placed = tuple[Record, list[Any]]
"""A record with its position in the order of the search."""


class Search:
    """Finds whole training jobs by any of their properties, and shows a new job at once, without an index's delay."""

    def __init__(self, store: Store, tags: Tags) -> None:
        self._store = store
        self._tags = tags
        self._jobs = JobTable(store)

    def search(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of matching jobs, most recently modified first by default."""
        if request["Resource"] != "TrainingJob":
            raise validation_error(
                f"This embedded SageMaker searches training jobs only: Resource must be TrainingJob, not "
                f"{request['Resource']}."
            )
        matches = compile_expression(request["SearchExpression"]) if "SearchExpression" in request else None
        order = find_property(request.get("SortBy", "LastModifiedTime"))
        if order.kind is Kind.GROUP:
            raise validation_error(f"The property {order.name} has no value of its own to sort by.")
        descending = request.get("SortOrder", "Descending") == "Descending"
        after = position_of("Search", request)
        limit = request.get("MaxResults", 10)
        if order.name in SORT_COLUMNS:
            page = list(islice(self._in_stored_order(order.name, matches, descending, after), limit + 1))
        else:
            page = self._in_computed_order(order, matches, descending, after, limit + 1)
        answer: dict[str, Any] = {"Results": [{"TrainingJob": record} for record, _ in page[:limit]]}
        if len(page) > limit:
            answer["NextToken"] = next_token("Search", request, page[limit - 1][1])
        return answer

    def _in_stored_order(
        self, name: str, matches: Predicate | None, descending: bool, after: list[Any] | None
    ) -> Iterator[_Placed]:
        """Matching jobs in the order of an index, read only as far as the page needs."""
        column = SORT_COLUMNS[name]
        while jobs := self._jobs.page(column, descending=descending, after=after, limit=_CHUNK):
            with self._store.read() as connection:
                tags = self._tags.of(connection, [job.arn for job in jobs])
            for job in jobs:
                record = search_record(job, tags[job.arn])
                after = [record[name], job.name]
                if matches is None or matches(record):
                    yield record, after

    def _in_computed_order(
        self, order: Property, matches: Predicate | None, descending: bool, after: list[Any] | None, count: int
    ) -> list[_Placed]:
        """The first matching jobs in the order of any property; those that lack it come last in either direction."""
        rank_of_missing = -1 if descending else 1

        def placed() -> Iterator[_Placed]:
            behind = operator.lt if descending else operator.gt
            for record, _ in self._in_stored_order("TrainingJobName", matches, False, None):
                value = next(order.values(record), None)
                key = [rank_of_missing, 0, 0] if value is None else [0, *_sort_key(order, value)]
                position = [*key, record["TrainingJobName"]]
                if after is None or behind(position, after):
                    yield record, position

        first = heapq.nlargest if descending else heapq.nsmallest
        return first(count, placed(), key=operator.itemgetter(1))


def _sort_key(order: Property, value: Any) -> list[str | float]:
    """Numbers by value, text by its characters; a hyperparameter that is a number comes before one that is not."""
    number = as_number(value) if order.kind is Kind.HYPERPARAMETER else None
    return [1, value] if number is None else [0, number]
