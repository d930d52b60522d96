"""Hosts in the names of log streams."""

from __future__ import annotations

import pytest

from tui.resources.logs import host_of


@pytest.mark.parametrize(
    ("stream", "host"),
    [
        ("boston/algo-1-1760000000", "algo-1"),
        ("boston/algo-12-1760000000", "algo-12"),
        ("boston-2026/algo-1-1760000000", "algo-1"),
        ("boston/algo-1", "algo-1"),
        ("boston/algo", "algo"),
        ("boston/algo-1760000000", "algo"),
        ("algo-1-1760000000", "algo-1"),
        ("boston/worker/algo-2-1760000000", "algo-2"),
        ("boston/", ""),
        ("", ""),
    ],
)
def test_the_host_stands_between_the_job_and_the_time(stream: str, host: str) -> None:
    assert host_of(stream) == host
