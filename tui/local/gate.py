"""The gate of the embedded SageMaker: who calls which service, and the answer to whom it does not let in.

The server listens on the loopback interface only, but every web page open on the machine can send requests there.
So the `Host` must be ours, which stops DNS rebinding, and every request must carry the data folder's access key,
which a foreign page cannot know. Signatures are not verified: whoever knows the key may read the secret too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response

from tui.local.cbor_protocol import cbor_error
from tui.local.errors import AwsError
from tui.local.json_protocol import json_error, query_compatible_json_error
from tui.local.query_protocol import query_error, xml_text

_CREDENTIAL = re.compile(r"([^/,=\s]+)/\d{8}/[^/,\s]+/([^/,\s]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request's signature says: whose access key, for which service."""

    access_key_id: str
    service: str
    """The service of the credential scope, e.g. `sagemaker`, `monitoring`, `s3`."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the clients of a protocol are told an error, and their codes for a request that is not let in."""

    error: Callable[[AwsError, str], Response]
    """The answer that carries an error and the request id."""

    unknown_key: str
    unsigned: str


def s3_error(error: AwsError, request_id: str) -> Response:
    """An error in the form of S3."""
    body = (
        f"<Error><Code>{xml_text(error.code)}</Code><Message>{xml_text(error.message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    headers = {"x-amz-request-id": request_id, "x-amzn-RequestId": request_id}
    return Response(body, error.status, headers, "application/xml")


JSON = Dialect(json_error, "UnrecognizedClientException", "MissingAuthenticationTokenException")
QUERY_COMPATIBLE_JSON = replace(JSON, error=query_compatible_json_error)
CBOR = replace(JSON, error=cbor_error)
QUERY = Dialect(query_error, "InvalidClientTokenId", "MissingAuthenticationToken")
S3 = Dialect(s3_error, "InvalidAccessKeyId", "AccessDenied")


def caller_of(request: Request) -> Caller | None:
    """Who calls, from the signature in the header or in a presigned URL; None for an unsigned request."""
    query = request.query_params
    for signature in (request.headers.get("authorization", ""), query.get("X-Amz-Credential", "")):
        if match := _CREDENTIAL.search(signature):
            return Caller(match[1], match[2])
    if "AWSAccessKeyId" in query:
        # boto3 presigns S3 URLs for us-east-1 in this older form, which has no scope.
        return Caller(query["AWSAccessKeyId"], "s3")
    return None


def dialect_of(request: Request, caller: Caller | None) -> Dialect:
    """The protocol that the client of a request speaks."""
    if "smithy-protocol" in request.headers:
        return CBOR
    if "x-amz-target" in request.headers:
        return QUERY_COMPATIBLE_JSON if "x-amzn-query-mode" in request.headers else JSON
    if caller is not None and caller.service != "s3":
        form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return QUERY if form else JSON
    return S3


class Gate:
    """Lets in requests to this server from holders of its access key."""

    def __init__(self, port: int, access_key_id: str) -> None:
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._url = f"http://127.0.0.1:{port}"
        self._access_key_id = access_key_id.encode()

    def admit(self, request: Request, caller: Caller | None, dialect: Dialect) -> Caller:
        """The caller, if the request may pass.

        Raises:
            AwsError: with status 403 and the protocol's own code.
        """
        host = request.headers.get("host", "")
        if host not in self._hosts:
            raise AwsError("AccessDenied", f"This server is not {host}; use {self._url} as the endpoint URL.", 403)
        if caller is None:
            raise AwsError(dialect.unsigned, "The request is not signed: it carries no access key.", 403)
        if not compare_digest(caller.access_key_id.encode(), self._access_key_id):
            message = "The security token included in the request is invalid: use the access key this server printed."
            raise AwsError(dialect.unknown_key, message, 403)
        return caller
