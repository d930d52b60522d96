"""The protocol "rpc v2 cbor": the operation stands in the path, request and answer are CBOR maps."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

import cbor2
from starlette.requests import Request
from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.protocol import Service, encoded, internal_failure, read_body
from tui.local.query_compatible import exception_name, query_error_header

_logger = logging.getLogger(__name__)

_MEDIA_TYPE = "application/cbor"
_PROTOCOL = {"smithy-protocol": "rpc-v2-cbor"}
_EPOCH_TAG = 1


class CborProtocol:
    """The services that speak rpc v2 cbor."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._services = {service.name: service for service in services}

    async def handle(self, request: Request, service_name: str, request_id: str) -> Response:
        """The answer of the operation that the path names: `/service/<service>/operation/<operation>`.

        Raises:
            AwsError: for everything but success.
        """
        body = await read_body(request)
        operation = request.url.path.rpartition("/operation/")[2]
        answer = await asyncio.to_thread(_answer, self._services[service_name], operation, body)
        headers = _PROTOCOL | {"x-amzn-RequestId": request_id}
        return Response(answer, headers=headers, media_type=_MEDIA_TYPE if answer else None)


def cbor_error(error: AwsError, request_id: str) -> Response:
    """An error in CBOR, with its code in query as well."""
    body = cbor2.dumps({"__type": exception_name(error), "message": error.message})
    headers = _PROTOCOL | {"x-amzn-RequestId": request_id} | query_error_header(error)
    return Response(body, error.status, headers, _MEDIA_TYPE)


def _answer(service: Service, operation: str, body: bytes) -> bytes:
    model = service.model
    if operation not in model.operations:
        raise AwsError("UnknownOperationException", f"{service.name} has no operation {operation}.")
    answer = service.call(operation, _parsed(body))
    shape = model.output_shape(operation)
    if shape is None:
        return b""
    try:
        return cbor2.dumps(encoded(model, shape, answer, _scalar))
    except (KeyError, TypeError, AttributeError) as error:
        _logger.exception("%s answered what its model does not have", operation)
        raise internal_failure(error) from error


def _parsed(body: bytes) -> object:
    try:
        return _plain(cbor2.loads(body)) if body else {}
    except (cbor2.CBORDecodeError, RecursionError) as error:
        raise AwsError("SerializationException", f"The request is not CBOR: {error}") from error


def _plain(value: Any) -> Any:
    """The value with times in epoch seconds, as they are in JSON."""
    match value:
        case datetime():
            return value.timestamp()
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value


def _scalar(kind: str, value: Any) -> Any:
    match kind:
        case "timestamp":
            return cbor2.CBORTag(_EPOCH_TAG, round(value, 3))
        case "float" | "double":
            return float(value)
        case _:
            return value
