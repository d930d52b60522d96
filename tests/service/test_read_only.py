"""The read-only rule held against botocore's models."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.aws_operations import operations
from tests.service.virtual_time import play
from tui.service.budget import Budget, is_read
from tui.service.errors import ReadOnly


def test_a_read_only_budget_refuses_at_once_and_says_what_to_do() -> None:
    async def refused() -> None:
        await Budget(read_only=True).admit("sagemaker", "StopTrainingJob")

    with pytest.raises(ReadOnly) as caught:
        play(refused())
    assert str(caught.value) == (
        "StopTrainingJob was not sent. This console is read-only. Start it without --read-only to change things."
    )
    assert caught.value.operation == "StopTrainingJob"


def test_only_operations_that_read_count_as_reading() -> None:
    admitted = {operation for _, operation in operations() if is_read(operation)}
    verbs = {re.match("[A-Z][a-z]+", operation)[0] for operation in admitted}  # type: ignore[index]
    assert verbs == {"Describe", "List", "Get", "Head", "Batch", "Search", "Filter", "Start"}
    assert {operation for operation in admitted if operation.startswith("Batch")} == {"BatchDescribeModelPackage"}
    assert {operation for operation in admitted if operation.startswith("Search")} == {"Search"}
    assert {operation for operation in admitted if operation.startswith("Start")} == {"StartLiveTail"}


@pytest.mark.parametrize(
    "verb",
    [
        "Create",
        "Update",
        "Delete",
        "Put",
        "Stop",
        "Start(?!LiveTail)",
        "Add",
        "Remove",
        "Invoke",
        "Assume",
        "Attach",
        "Register",
        "Copy",
        "Upload",
        "Complete",
        "Abort",
        "Restore",
        "Set",
        "Tag",
        "Untag",
        "Associate",
        "Retry",
        "Send",
        "Import",
    ],
)
def test_no_operation_that_changes_anything_counts_as_reading(verb: str) -> None:
    begun_so = [operation for _, operation in operations() if re.match(verb, operation)]
    assert begun_so
    assert not [operation for operation in begun_so if is_read(operation)]


@given(st.text())
def test_an_unknown_name_counts_as_a_write(name: str) -> None:
    known = ("Describe", "List", "Get", "Head", "Batch", "Search", "FilterLogEvents")
    assert is_read(name) <= name.startswith(known)


def test_a_name_that_only_begins_like_a_reading_one_counts_as_a_write() -> None:
    assert not any(map(is_read, ("Listen", "Gettysburg", "Heading", "describeThing", "Search2", "GET", "")))
