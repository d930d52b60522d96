"""Pages of log events, decoded early, say the same as botocore's own parser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.stub_aws import Refused, StubAws
from tui.service.errors import NotFound
from tui.service.gateway import Gateway
from tui.service.worker.aws import Aws
from tui.service.worker.log_columns import columns, decode

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENTS = [
    {"timestamp": 1_760_000_000_000 + n, "message": f"[{n}]\ttrain-rmse:9.2 é\x1b[31m", "ingestionTime": n}
    for n in range(3)
]
PAGES: dict[str, dict[str, Any]] = {
    "GetLogEvents": {"events": EVENTS, "nextForwardToken": "f/1", "nextBackwardToken": "b/1"},
    "FilterLogEvents": {
        "events": [
            event | {"logStreamName": f"job/algo-{place}", "eventId": "1"} for place, event in enumerate(EVENTS)
        ],
        "nextToken": "n",
    },
}


@pytest.mark.parametrize("operation", PAGES)
async def test_pages_are_decoded_into_the_columns_that_the_parser_gives(aws: StubAws, operation: str) -> None:
    aws.answers[operation] = lambda _: PAGES[operation]
    early, stock = Aws(aws.connection()), Aws(aws.connection())
    stock.client("logs").meta.events.unregister(f"before-parse.cloudwatch-logs.{operation}", decode)
    request = {"logGroupName": "/group"} | ({"logStreamName": "job/algo-1"} if operation == "GetLogEvents" else {})
    found = early.call("logs", operation, request, lambda: None)
    assert found == stock.call("logs", operation, request, lambda: None)
    assert found["timestamps"] == [event["timestamp"] for event in EVENTS]
    assert found["messages"] == [f"[{n}]\ttrain-rmse:9.2 é#033[31m" for n in range(3)]


async def test_errors_are_left_to_the_parser(gateway: Gateway, aws: StubAws) -> None:
    def gone(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("ResourceNotFoundException", "The specified log stream does not exist.")

    aws.answers["GetLogEvents"] = gone
    with pytest.raises(NotFound, match="log stream does not exist"):
        await gateway.call("logs", "GetLogEvents", logGroupName="/group", logStreamName="s")


async def test_an_empty_page_has_empty_columns() -> None:
    assert columns({"events": [], "nextToken": "n"}) == {"timestamps": [], "messages": [], "nextToken": "n"}


@pytest.mark.parametrize(
    ("written", "passed"),
    [
        ("\x1b[1;32mgreen\x1b[0m \x1b[2J\x1b]0;title\x07[/x]\x00", "#033[1;32mgreen#033[0m [/x]"),
        ("10%\r20%\r30%\r\n", "10%#01520%#01530%"),
        ("a plain line\r\n", "a plain line"),
    ],
)
async def test_colours_and_bars_pass_the_door_as_text_and_nothing_else_does(
    aws: StubAws, written: str, passed: str
) -> None:
    page = {"events": [{"timestamp": 1, "message": written}], "nextForwardToken": "f"}
    aws.answers["GetLogEvents"] = lambda _: page
    request = {"logGroupName": "/group", "logStreamName": "s"}
    assert Aws(aws.connection()).call("logs", "GetLogEvents", request, lambda: None)["messages"] == [passed]
