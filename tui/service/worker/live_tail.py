"""Live Tail in the worker: one session of CloudWatch Logs, update by update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import EventStreamError
from urllib3.exceptions import HTTPError

from tui.resources.text import strip_controls
from tui.service.errors import ServiceFault, Unreachable
from tui.service.worker.context import TaskContext
from tui.service.worker.log_columns import legible


def live_tail(context: TaskContext, group: str, prefix: str = "", names: Sequence[str] = ()) -> None:
    """Report what comes into the streams of a group until the service ends the session, after three hours.

    Each report has `timestamps`, `streams`, `messages` and whether they are `sampled`; the first, when the session has
    begun, has no lines.

    Raises:
        ServiceError: when the session breaks off.
        ClientError: when it does not begin.
    """
    client = context.client("logs")
    account, region = context.identity()
    request: dict[str, Any] = {
        "logGroupIdentifiers": [f"arn:{client.meta.partition}:logs:{region}:{account}:log-group:{group}"]
    }
    if names:
        request["logStreamNames"] = list(names)
    elif prefix:
        request["logStreamNamePrefixes"] = [prefix]
    stream = client.start_live_tail(**request)["responseStream"]
    try:
        for event in stream:
            context.check()
            if "sessionStart" in event:
                context.report(_columns({}))
            elif "sessionUpdate" in event:
                context.report(_columns(event["sessionUpdate"]))
    except EventStreamError as error:
        detail = error.response["Error"]
        if detail["Code"] != "SessionTimeoutException":
            raise ServiceFault("Live Tail broke off", strip_controls(detail["Message"]), code=detail["Code"]) from error
    except HTTPError as error:
        raise Unreachable("Live Tail broke off", strip_controls(str(error)), "The log is read on without it") from error
    finally:
        stream.close()


def _columns(update: dict[str, Any]) -> dict[str, Any]:
    events = update.get("sessionResults", ())
    return {
        "timestamps": [event["timestamp"] for event in events],
        "streams": [event["logStreamName"] for event in events],
        "messages": [strip_controls(legible(event["message"])) for event in events],
        "sampled": update.get("sessionMetadata", {}).get("sampled", False),
    }
