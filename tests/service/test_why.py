"""What is told of things that failed: how each kind ended, and what is read of its logs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.panes.scripted import NOW
from tests.screens.failed import (
    ENDPOINT_LOGS,
    HEADER,
    TRANSFORM_LOGS,
    TUNING_LOGS,
    FailedEndpoints,
    FailedTransforms,
    FailedTuning,
    Written,
    failed_trials,
    traceback,
)
from tui.resources.tracebacks import LastWords
from tui.resources.why import Case
from tui.service.errors import Unreachable
from tui.service.feed import Feed
from tui.service.why import Subject, endpoint_subject, transform_subject, tuning_subject


async def read(subject: Subject) -> list[LastWords | Case]:
    return [told async for told in subject.read()]


async def cases(subject: Subject) -> list[Case]:
    return [told for told in await read(subject) if isinstance(told, Case)]


async def test_a_tuning_job_tells_its_most_frequent_reasons_with_one_traceback_each() -> None:
    tuning, logs = FailedTuning(failed_trials()), Written(TUNING_LOGS)
    subject = tuning_subject(tuning, logs, tuning.described.job)
    memory, header, silent, rest = await cases(subject)
    assert memory.title == "5 of 9 failed training jobs, e.g. wine-005"
    assert memory.said == "AlgorithmError: , exit code: 137 after 4.5 s"
    assert memory.explanation.startswith("It ran out of memory. ")
    assert memory.words is not None
    assert memory.words.kind == "traceback"
    assert memory.words.lines[-1] == "MemoryError: Unable to allocate 30.0 GiB"
    assert header.title == "2 of 9 failed training jobs, e.g. wine-007"
    assert header.said == HEADER
    assert header.explanation.startswith("The CSV has a header or a value that is no number. ")
    assert silent.title == "1 of 9 failed training jobs, e.g. wine-008"
    assert silent.said == "It completed, and its objective metric was never seen in its log."
    assert silent.explanation.startswith("The objective metric was not seen in the log. ")
    assert silent.words is not None
    assert silent.words.lines == ("[0]\ttrain-rmse:3.1", "[1]\ttrain-rmse:2.9")
    assert rest.title == "1 of 9 failed training jobs for other reasons"
    assert len(logs.read) == 3


async def test_a_tuning_job_has_no_log_of_its_own() -> None:
    tuning = FailedTuning(())
    subject = tuning_subject(tuning, Written({}), tuning.described.job)
    assert subject.log is None
    assert await read(subject) == []
    ending = await subject.describe()
    assert ending.reason.startswith("No training job succeeded after 9 attempts.")
    assert [(step.status, step.message) for step in ending.timeline] == [
        ("InProgress", "2 completed, 0 stopped, 8 failed"),
        ("Failed", ""),
    ]
    assert ending.timeline[0].end == NOW - 100


async def test_trials_that_cannot_be_listed_are_an_error_to_the_reader() -> None:
    class Silent(FailedTuning):
        def trials(self, name: str) -> Feed[Any]:
            async def poll() -> None:
                raise Unreachable("No answer from SageMaker")

            return Feed(poll, lambda _: None)

    tuning = Silent(())
    with pytest.raises(Unreachable):
        await read(tuning_subject(tuning, Written({}), tuning.described.job))


async def test_a_trial_that_failed_before_its_log_began_has_its_reason_all_the_same() -> None:
    tuning = FailedTuning(failed_trials()[:2])
    [case] = await cases(tuning_subject(tuning, Written({}), tuning.described.job))
    assert case.words is None
    assert case.title == "2 of 2 failed training jobs, e.g. wine-002"


async def test_a_transform_job_tells_of_its_files_and_then_of_its_container() -> None:
    transforms, logs = FailedTransforms(), Written(TRANSFORM_LOGS)
    subject = transform_subject(transforms, logs, transforms.job)
    days, friday, container = await read(subject)
    assert isinstance(days, Case)
    assert days.title == "bucket/in/monday.csv, bucket/in/tuesday.csv"
    assert "have 11 columns, the model was trained with 10: the label is still among them" in days.explanation
    assert days.next_step.startswith("Run again (N) with the input filter $[1:]")
    assert isinstance(friday, Case)
    assert friday.title == "bucket/in/friday.csv"
    assert friday.said.splitlines()[0] == "At the record with the value 'label':"
    assert isinstance(container, LastWords)
    assert container.lines == ("[ERROR] feature size of wine is 10, not 11",)
    assert logs.read == ["wine-batch/i-01-1700000000"]
    ending = await subject.describe()
    assert [step.status for step in ending.timeline] == ["Preparing", "Transforming", "Failed"]
    assert "although it had instances" in ending.no_log


async def test_a_transform_job_without_instances_says_that_it_never_had_any() -> None:
    transforms = FailedTransforms((), TransformStartTime=None, FailureReason="ClientError: No S3 objects found")
    subject = transform_subject(transforms, Written({}), transforms.job)
    assert await read(subject) == []
    assert (await subject.describe()).no_log == "No log exists: it failed before it had instances."


async def test_an_endpoint_tells_of_its_variants_and_of_its_own_instances_alone() -> None:
    endpoints = FailedEndpoints()
    before = {"B/i-old": traceback("ValueError: of another endpoint of that name")}
    logs = Written(ENDPOINT_LOGS | before, {"B/i-old": (NOW - 90_000) * 1000})
    subject = endpoint_subject(endpoints, logs, endpoints.endpoint)
    told = await read(subject)
    assert [words.hosts for words in told if isinstance(words, LastWords)] == [("A/i-0a1",), ("B/i-0b1",), ("B/i-0b2",)]
    ending = await subject.describe()
    assert ending.remarks == (
        "Variant A is Baking: waits for alarms",
        "Variant B is Creating: 1 of 2 instances is healthy",
    )
    assert [step.status for step in ending.timeline] == ["Created", "Update began", "UpdateRollbackFailed"]


async def test_of_many_instances_only_those_are_read_that_wrote_last() -> None:
    endpoints = FailedEndpoints()
    names = [f"A/i-{number:02}" for number in range(40)]
    logs = Written(
        {name: ["[INFO] ready"] for name in names},
        {name: (NOW - 1000 + number) * 1000 for number, name in enumerate(names)},
    )
    told = await read(endpoint_subject(endpoints, logs, endpoints.endpoint))
    assert len(told) == 6
    assert sorted(logs.read) == names[-6:]


async def test_what_was_known_before_is_there_at_once() -> None:
    class Known(FailedEndpoints):
        def __init__(self) -> None:
            super().__init__()
            self.feed: Feed[Any] = Feed(lambda: self.describe("wine"), lambda _: None)
            self.feed.update(self.described)

        def detail(self, name: str) -> Feed[Any]:
            return self.feed

    endpoints = Known()
    subject = endpoint_subject(endpoints, Written({}), endpoints.endpoint)
    assert subject.known is not None
    assert subject.known == await subject.describe()
    nothing: AsyncIterator[LastWords | Case] = subject.read()
    assert [told async for told in nothing] == []
