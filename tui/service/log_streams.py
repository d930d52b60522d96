"""The streams of a log, as CloudWatch lists them."""

from __future__ import annotations

from typing import Any

from tui.resources.logs import LogSource, LogStream
from tui.service.errors import NotFound
from tui.service.gateway import Gateway


async def list_streams(gateway: Gateway, source: LogSource) -> list[LogStream]:
    """The streams of a source by name; none while there is no log yet."""
    prefix: dict[str, Any] = {"logStreamNamePrefix": source.prefix} if source.prefix else {}
    try:
        return [
            source.stream(listed)
            async for page in gateway.pages("logs", "DescribeLogStreams", logGroupName=source.group, **prefix)
            for listed in page["logStreams"]
        ]
    except NotFound:
        return []
