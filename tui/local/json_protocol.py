"""The protocol "json 1.1": the operation stands in `X-Amz-Target`, request and answer are JSON objects."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.model import ServiceModel
from tui.local.protocol import Service, internal_failure, read_body

_logger = logging.getLogger(__name__)

_MEDIA_TYPE = "application/x-amz-json-1.1"


class JsonProtocol:
    """The services that speak json 1.1."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._services = {service.name: service for service in services}

    async def handle(self, request: Request, service_name: str, request_id: str) -> Response:
        """The answer of the operation that the request's `X-Amz-Target` names.

        Raises:
            AwsError: for everything but success.
        """
        body = await read_body(request)
        service = self._services[service_name]
        operation = request.headers["x-amz-target"].rpartition(".")[2]
        answer = await asyncio.to_thread(_answer, service, operation, body)
        return Response(answer, headers={"x-amzn-RequestId": request_id}, media_type=_MEDIA_TYPE)


def json_error(error: AwsError, request_id: str) -> Response:
    """An error in JSON, in the header for the REST variant of the protocol and in the body for the other."""
    body = json.dumps({"__type": error.code, "message": error.message}).encode()
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    return Response(body, error.status, headers, _MEDIA_TYPE)


def _answer(service: Service, operation: str, body: bytes) -> bytes:
    model = service.model
    if operation not in model.operations:
        raise AwsError("UnknownOperationException", f"{service.name} has no operation {operation}.")
    try:
        answer = service.call(operation, _parsed(body))
    except RecursionError as error:
        raise AwsError("SerializationException", "The request is nested too deeply.") from error
    shape = model.output_shape(operation)
    if shape is None:
        return b""
    try:
        return json.dumps(_encoded(model, shape, answer), separators=(",", ":")).encode()
    except (KeyError, TypeError, AttributeError) as error:
        _logger.exception("%s answered what its model does not have", operation)
        raise internal_failure(error) from error


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body or b"{}", parse_constant=_refuse_constant)
    except ValueError as error:
        raise AwsError("SerializationException", f"The request is not JSON: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _encoded(model: ServiceModel, name: str, value: Any) -> Any:
    """The answer as the service writes it: no absent members, times in seconds with milliseconds.

    A member that the output shape does not have is a defect of the handler and raises KeyError.
    """
    shape = model.shapes[name]
    match shape["type"]:
        case "structure":
            members = shape["members"]
            return {
                member: _encoded(model, members[member]["shape"], given)
                for member, given in value.items()
                if given is not None
            }
        case "list":
            member = shape["member"]["shape"]
            return [_encoded(model, member, given) for given in value]
        case "map":
            member = shape["value"]["shape"]
            return {key: _encoded(model, member, given) for key, given in value.items()}
        case "timestamp":
            return round(value, 3)
        case "float" | "double" if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case _:
            return value
