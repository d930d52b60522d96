"""The page Why of tuning jobs, transform jobs and endpoints: what it looks like, and where its keys lead."""

from __future__ import annotations

import pytest

from tests.panes import golden
from tests.panes.conftest import _fixed_time  # noqa: F401 - the clock of the golden screens
from tests.panes.test_golden import both_sizes
from tests.screens.failed import (
    ENDPOINT_LOGS,
    PING,
    TRANSFORM_LOGS,
    TUNING_LOGS,
    FailedEndpoints,
    FailedTransforms,
    FailedTuning,
    Written,
    failed_trials,
)
from tests.screens.terminal import screen_text
from tests.screens.test_why import sees, shown
from tui.service.why import Subject, endpoint_subject, transform_subject, tuning_subject


def failed_tuning() -> Subject:
    tuning = FailedTuning(failed_trials())
    return tuning_subject(tuning, Written(TUNING_LOGS), tuning.described.job)


def failed_transform() -> Subject:
    transforms = FailedTransforms()
    return transform_subject(transforms, Written(TRANSFORM_LOGS), transforms.job)


def failed_update() -> Subject:
    endpoints = FailedEndpoints()
    return endpoint_subject(endpoints, Written(ENDPOINT_LOGS), endpoints.endpoint)


@both_sizes
@pytest.mark.parametrize(
    ("name", "subject", "last"),
    [
        ("tuning", failed_tuning, "of 9 failed training jobs"),
        ("transform", failed_transform, "bucket/in/monday.csv"),
        ("endpoint", failed_update, "Last traceback of"),
    ],
)
async def test_the_page(name: str, subject: object, last: str, size: tuple[int, int]) -> None:
    assert callable(subject)
    async with shown(subject(), size) as (app, pilot):
        await sees(app, last)
        for _ in range(3):
            await pilot.pause()
        assert "Reading" not in screen_text(app)
        golden.check(app, f"why-{name}-{size[0]}x{size[1]}")


async def test_a_tuning_job_leads_to_no_log() -> None:
    async with shown(failed_tuning()) as (app, pilot):
        await sees(app, "5 of 9 failed training jobs")
        await pilot.press("l", "r")
        await sees(app, "5 of 9 failed training jobs")
        assert app.answer is None
        await pilot.press("escape")
        assert app.answer is False


async def test_the_log_of_an_endpoint_is_asked_for_by_l() -> None:
    async with shown(failed_update()) as (app, pilot):
        await sees(app, "Hint: A Python package is missing in the container")
        await pilot.press("l")
        assert app.answer is True


async def test_an_endpoint_that_never_had_a_container_has_no_log() -> None:
    quota = "ResourceLimitExceeded: The account-level service limit 'ml.p3.2xlarge for endpoint usage' is 0 Instances."
    endpoints = FailedEndpoints(
        EndpointStatus="Failed", FailureReason=quota, PendingDeploymentSummary=None, ProductionVariants=[]
    )
    async with shown(endpoint_subject(endpoints, Written({}), endpoints.endpoint)) as (app, _):
        await sees(
            app, "✗ Failed", "Hint: A quota of the account is reached", "No log exists: no container has written"
        )


async def test_an_endpoint_in_service_tells_why_its_update_was_taken_back() -> None:
    endpoints = FailedEndpoints(
        EndpointStatus="InService", FailureReason=PING.format("B"), PendingDeploymentSummary=None
    )
    async with shown(endpoint_subject(endpoints, Written(ENDPOINT_LOGS), endpoints.endpoint)) as (app, _):
        await sees(app, "● InService  wine", "did not pass the ping health check", "Last traceback of B/i-0b1, B/i-0b2")
