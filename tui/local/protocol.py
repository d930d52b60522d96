"""What the protocols share: a service that checks a request and finds and calls the handler of its operation."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from typing import Any

from botocore import xform_name
from starlette.requests import Request

from tui.local.errors import AwsError
from tui.local.model import ServiceModel, service_model
from tui.local.validation import validated

_logger = logging.getLogger(__name__)

LARGEST_BODY = 10 * 1024 * 1024
"""The most bytes of a request outside S3; ten times what the largest real one, PutLogEvents, may have."""


class Service:
    """One AWS service: its model, and the objects whose methods are its operations.

    An operation is served by the first handler that has a method of its name in snake case, which takes the checked
    request and returns the answer: `def create_training_job(self, request: dict[str, Any]) -> dict[str, Any]`.
    """

    def __init__(self, name: str, handlers: tuple[object, ...], invalid: str) -> None:
        self.name = name
        self._handlers = handlers
        self._invalid = invalid
        """The service's code for a request that breaks a constraint of the model."""

    @property
    def model(self) -> ServiceModel:
        """The service model; the first use reads it, which takes some 50 ms for SageMaker."""
        return service_model(self.name)

    def call(self, operation: str, request: object) -> dict[str, Any]:
        """The answer of an operation that is in the model.

        Raises:
            AwsError: what the client is told, whatever went wrong; a defect is logged and told as `InternalFailure`.
        """
        handler = self._handler(operation)
        if handler is None:
            raise unsupported(operation, self.name)
        accepted = validated(self.model, operation, request, self._invalid)
        try:
            return handler(accepted)
        except AwsError:
            raise
        except Exception as error:
            _logger.exception("%s of %s failed", operation, self.name)
            raise internal_failure(error) from error

    def _handler(self, operation: str) -> Callable[[dict[str, Any]], dict[str, Any]] | None:
        method = xform_name(operation)
        for candidate in self._handlers:
            handler: Callable[[dict[str, Any]], dict[str, Any]] | None = getattr(candidate, method, None)
            if handler is not None:
                return handler
        return None


def unsupported(operation: str, service: str) -> AwsError:
    """The answer to what AWS knows and the embedded SageMaker does not; clients do not retry it."""
    return AwsError("UnsupportedOperation", f"The embedded SageMaker does not implement {operation} of {service}.")


def internal_failure(error: Exception) -> AwsError:
    """The answer to what no handler foresaw, a defect or a full disk; whoever calls this logs the traceback."""
    return AwsError("InternalFailure", f"The embedded SageMaker failed: {error}. Its log has the traceback.", 500)


def encoded(model: ServiceModel, name: str, value: Any, scalar: Callable[[str, Any], Any]) -> Any:
    """An answer as its shape says: without absent members, every scalar written by `scalar(type, value)`.

    A member that the output shape does not have is a defect of the handler and raises KeyError.
    """
    shape = model.shapes[name]
    match shape["type"]:
        case "structure":
            members = shape["members"]
            return {
                member: encoded(model, members[member]["shape"], given, scalar)
                for member, given in value.items()
                if given is not None
            }
        case "list":
            member = shape["member"]["shape"]
            return [encoded(model, member, given, scalar) for given in value]
        case "map":
            member = shape["value"]["shape"]
            return {key: encoded(model, member, given, scalar) for key, given in value.items()}
        case kind:
            return scalar(kind, value)


async def read_body(request: Request) -> bytes:
    """The whole body of a request, unpacked, refused as soon as it passes `LARGEST_BODY`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _too_large()
    return _unpacked(bytes(body)) if request.headers.get("content-encoding") == "gzip" else bytes(body)


def _unpacked(body: bytes) -> bytes:
    unzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        whole = unzip.decompress(body, LARGEST_BODY + 1)
    except zlib.error as error:
        raise AwsError("SerializationException", f"The request is not gzip, as its header says: {error}") from error
    if len(whole) > LARGEST_BODY:
        raise _too_large()
    if not unzip.eof:
        raise AwsError("SerializationException", "The request is a gzip stream without its end.")
    return whole


def _too_large() -> AwsError:
    return AwsError("RequestEntityTooLargeException", f"The request has more than {LARGEST_BODY} bytes.", 413)
