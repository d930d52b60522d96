"""InvokeEndpoint: the runtime API of SageMaker, from the HTTP request to the container's answer."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.protocol import unsupported
from tui.local.serving.capture import DataCapture
from tui.local.serving.fleet import ModelFleet, log_group_of
from tui.local.serving.invocation import SERVICE, Invocation, operation_of, read_invocation
from tui.local.serving.link import HostLost
from tui.local.serving.metrics import InvocationMetrics
from tui.local.serving.model_host import Answer
from tui.local.serving.routing import Route, Router, Routing
from tui.local.settings import ACCOUNT, REGION

_ANSWER_SECONDS = 60.0
"""How long a container may take."""

_MESSAGE_CHARACTERS = 2048
"""The length of an error's messages in the service model."""

_TIMED_OUT = (
    b"Your invocation timed out while waiting for a response from container primary. "
    b"Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


class Runtime:
    """Answers the requests of the service `sagemaker-runtime`, in the server's event loop."""

    def __init__(self, fleet: ModelFleet, router: Router, metrics: InvocationMetrics, capture: DataCapture) -> None:
        self._fleet = fleet
        self._router = router
        self._metrics = metrics
        self._capture = capture
        self._shadowing: set[asyncio.Task[Answer]] = set()

    async def handle(self, request: Request, request_id: str) -> Response:
        """The answer to a request for which `operation_of` names an operation."""
        received = time.perf_counter()
        headers = {"x-amzn-RequestId": request_id}
        try:
            operation = operation_of(request)
            if operation != "InvokeEndpoint":
                raise unsupported(str(operation), SERVICE)
            invocation = await read_invocation(request)
            variant, answer = await self._invoke(invocation, received)
        except AwsError as error:
            return _refusal(error.code, error.status, {"Message": error.message}, headers)
        if not 200 <= answer.status < 300:
            return _refusal("ModelError", 424, _model_error(invocation.endpoint, answer), headers)
        headers |= {"content-type": answer.content_type, "x-Amzn-Invoked-Production-Variant": variant}
        return Response(answer.body, headers=headers)

    async def _invoke(self, invocation: Invocation, received: float) -> tuple[str, Answer]:
        dispatch = await self._router.dispatch(invocation.endpoint, invocation.target_variant)
        for shadow in dispatch.shadows:
            task = asyncio.create_task(self._ask(shadow, dispatch.routing, invocation, received))
            self._shadowing.add(task)
            task.add_done_callback(self._shadowing.discard)
        answer = await self._ask(dispatch.route, dispatch.routing, invocation, received)
        if 200 <= answer.status < 300:
            self._capture.add(dispatch.routing.capture, dispatch.route.variant, invocation, answer)
        return dispatch.route.variant, answer

    async def _ask(self, route: Route, routing: Routing, invocation: Invocation, received: float) -> Answer:
        """What the variant's container answers, or what stands for its silence; releases the model."""
        asked = time.perf_counter()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                answer = await self._fleet.invoke(
                    route.model, invocation.body, invocation.content_type, invocation.accept
                )
        except HostLost as lost:
            answer = Answer(502, "text/plain", str(lost).encode(), 0.0)
        except TimeoutError:
            answer = Answer(0, "text/plain", _TIMED_OUT, 0.0)
        finally:
            route.model.release()
        answered = time.perf_counter()
        self._metrics.add(
            route.model,
            instances=routing.instance_counts.get(route.variant, 1),
            status=answer.status,
            latency=answered - asked,
            overhead=asked - received,
        )
        return answer


def _model_error(endpoint: str, answer: Answer) -> dict[str, Any]:
    """The members of ModelError: the container's own status and words, and where its log is."""
    group = log_group_of(endpoint)
    side = "client" if 400 <= answer.status < 500 else "server"
    start = f'Received {side} error ({answer.status}) from primary with message "'
    end = (
        f'". See https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:group={group} '
        f"in account {ACCOUNT} for more information."
    )
    message = answer.body.decode(errors="replace")[: _MESSAGE_CHARACTERS - len(start) - len(end)]
    return {
        "Message": f"{start}{message}{end}",
        "OriginalStatusCode": answer.status,
        "OriginalMessage": message,
        "LogStreamArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}",
    }


def _refusal(code: str, status: int, members: dict[str, Any], headers: dict[str, str]) -> Response:
    """An error in the form of the REST protocol: its code in a header, its members in the body."""
    headers = headers | {"x-amzn-ErrorType": code}
    return Response(json.dumps(members).encode(), status, headers, "application/json")
