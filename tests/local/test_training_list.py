"""Pages of training jobs: order, filters, and tokens that survive insertions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import call, request, upload_data, wait_for_end, without_data

_NAMES = ["listed-delta", "listed-alpha", "listed-echo", "listed-bravo", "listed-charlie"]


@pytest.fixture(scope="session")
def listed(server: LocalServer) -> LocalServer:
    """The shared server with five failed jobs, created in the order of `_NAMES`."""
    upload_data(server)
    for name in _NAMES:
        _create(server, name)
    return server


def _create(server: LocalServer, name: str) -> None:
    server.client("sagemaker").create_training_job(**request(name, **without_data()))
    wait_for_end(server, name)


def _page(server: LocalServer, **parameters: Any) -> tuple[list[str], str | None]:
    """A page of the names that these tests made, on a server that others use as well."""
    answer = call(server, "ListTrainingJobs", {"NameContains": "listed-"} | parameters)
    return [job["TrainingJobName"] for job in answer["TrainingJobSummaries"]], answer.get("NextToken")


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, _NAMES[::-1]),
        ({"SortOrder": "Ascending"}, _NAMES),
        ({"SortBy": "Name", "SortOrder": "Ascending"}, sorted(_NAMES)),
        ({"SortBy": "Status", "SortOrder": "Descending"}, sorted(_NAMES, reverse=True)),
        ({"NameContains": "listed-a"}, ["listed-alpha"]),
        ({"StatusEquals": "Failed", "MaxResults": 100}, _NAMES[::-1]),
        ({"StatusEquals": "Completed"}, []),
        ({"WarmPoolStatusEquals": "Available"}, []),
        ({"CreationTimeAfter": 4102444800}, []),
        ({"LastModifiedTimeBefore": 4102444800}, _NAMES[::-1]),
    ],
)
def test_order_and_filters(listed: LocalServer, parameters: dict[str, Any], names: list[str]) -> None:
    assert _page(listed, **parameters) == (names, None)


def test_jobs_created_between_two_pages_neither_repeat_nor_hide_one(server: LocalServer) -> None:
    upload_data(server)
    names = [name.replace("listed", "paged") for name in _NAMES]
    for name in names:
        _create(server, name)
    for parameters, expected in (
        ({"SortBy": "CreationTime"}, names[::-1]),
        ({"SortBy": "Name", "SortOrder": "Ascending"}, sorted(names)),
    ):
        page = {"MaxResults": 2, "NameContains": "paged-", **parameters}
        seen, token = _page(server, **page)
        _create(server, f"paged-aaa-{parameters['SortBy']}")
        while token is not None:
            more, token = _page(server, **page, NextToken=token)
            seen += more
        assert [name for name in seen if name in names] == expected


def test_status_is_looked_at_after_the_page_is_cut_as_on_aws(listed: LocalServer) -> None:
    names, token = _page(listed, StatusEquals="Completed", MaxResults=2)
    assert names == []
    assert token is not None


def test_a_token_belongs_to_its_request(listed: LocalServer) -> None:
    sagemaker = listed.client("sagemaker")
    _, token = _page(listed, MaxResults=2, SortBy="Name")
    for parameters in ({"SortBy": "CreationTime", "NextToken": token}, {"NextToken": "garbage"}, {"NextToken": "Ww=="}):
        with pytest.raises(ClientError, match="The NextToken is not valid") as refused:
            sagemaker.list_training_jobs(MaxResults=2, NameContains="listed-", **parameters)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
