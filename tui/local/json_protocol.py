"""The protocols "json 1.0" and "json 1.1": the operation stands in `X-Amz-Target`, request and answer are JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.protocol import Service, encoded, internal_failure, read_body
from tui.local.query_compatible import exception_name, query_error_header

_logger = logging.getLogger(__name__)

_MEDIA_TYPE = "application/x-amz-json-1.1"


class JsonProtocol:
    """The services that speak json."""

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
        return Response(answer, headers={"x-amzn-RequestId": request_id}, media_type=_media_type(service))


def json_error(error: AwsError, request_id: str) -> Response:
    """An error in JSON, in the header for the REST variant of the protocol and in the body for the other."""
    body = json.dumps({"__type": error.code, "message": error.message}).encode()
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    return Response(body, error.status, headers, _MEDIA_TYPE)


def query_compatible_json_error(error: AwsError, request_id: str) -> Response:
    """An error of a service that spoke query first, with its code in query as well."""
    body = json.dumps({"__type": exception_name(error), "message": error.message}).encode()
    headers = {"x-amzn-RequestId": request_id} | query_error_header(error)
    return Response(body, error.status, headers, "application/x-amz-json-1.0")


def _media_type(service: Service) -> str:
    return f"application/x-amz-json-{service.model.metadata['jsonVersion']}"


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
        return json.dumps(encoded(model, shape, answer, _scalar), separators=(",", ":")).encode()
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


def _scalar(kind: str, value: Any) -> Any:
    """A scalar as the service writes it; times are in seconds with milliseconds."""
    match kind:
        case "timestamp":
            return round(value, 3)
        case "float" | "double" if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case _:
            return value
