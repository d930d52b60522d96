"""What an InvokeEndpoint request says, read from its path, headers and body and checked against the service model."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from tui.local.errors import AwsError
from tui.local.model import service_model
from tui.local.validation import validated

SERVICE = "sagemaker-runtime"

LARGEST_BODY = 6_291_456
"""Bytes that the service model allows a request's body to have."""

_DEFAULT_CONTENT_TYPE = "application/octet-stream"

_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}
_PATH = re.compile(rf"/endpoints/([^/]+)/({'|'.join(_OPERATIONS)})")

_NOT_SERVED = {
    "TargetModel": "it is no multi-model endpoint; each of its variants serves one model",
    "TargetContainerHostname": "its models have one container each, so there is none to choose",
    "InferenceComponentName": "it has no inference components; its models belong to its variants",
    "SessionId": "its models keep no sessions",
    "EnableExplanations": "it has no explainer",
}
"""Members that the embedded SageMaker cannot honour, each with what that says about the endpoint."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One InvokeEndpoint request."""

    endpoint: str
    body: bytes
    content_type: str
    accept: str
    """Empty for a request that did not say."""

    target_variant: str | None
    inference_id: str | None
    custom_attributes: str | None


def operation_of(request: Request) -> str | None:
    """The operation of the runtime that a request asks for, None when it is for another service."""
    match = _PATH.fullmatch(request.url.path)
    return _OPERATIONS[match[2]] if match is not None and request.method == "POST" else None


async def read_invocation(request: Request) -> Invocation:
    """Read and check a request.

    Raises AwsError: ValidationError for what breaks the model or cannot be honoured here, and the service's 413 for too
    large a body.
    """
    body = await _read_body(request)
    match = _PATH.fullmatch(request.url.path)
    endpoint = match[1] if match is not None else ""
    given = {member: request.headers[name] for name, member in _headers().items() if name in request.headers}
    members = validated(
        service_model(SERVICE), "InvokeEndpoint", {"EndpointName": endpoint, "Body": ""} | given, "ValidationError"
    )
    _refuse_unserved(endpoint, members)
    return Invocation(
        endpoint=endpoint,
        body=body,
        content_type=members.get("ContentType") or _DEFAULT_CONTENT_TYPE,
        accept=members.get("Accept", ""),
        target_variant=members.get("TargetVariant"),
        inference_id=members.get("InferenceId"),
        custom_attributes=members.get("CustomAttributes"),
    )


def _refuse_unserved(endpoint: str, members: Mapping[str, str]) -> None:
    for member, reason in _NOT_SERVED.items():
        if member in members:
            raise AwsError("ValidationError", f"{member} cannot be used with endpoint {endpoint}: {reason}.")


async def _read_body(request: Request) -> bytes:
    """The whole body; one that is too large is read to its end and thrown away, so that its sender reads the answer."""
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LARGEST_BODY:
            body += chunk
    if size > LARGEST_BODY:
        raise AwsError("413", f"HTTP content length exceeded {LARGEST_BODY} bytes.", 413)
    return bytes(body)


@functools.cache
def _headers() -> Mapping[str, str]:
    """The members that travel as headers, by the headers' names."""
    shapes = service_model(SERVICE).shapes
    members = shapes["InvokeEndpointInput"]["members"].items()
    return {
        reference["locationName"].lower(): member
        for member, reference in members
        if reference.get("location") == "header"
    }
