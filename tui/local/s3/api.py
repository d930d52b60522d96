"""The embedded S3 over HTTP: REST-XML with path-style addresses, as boto3 and the AWS CLI speak it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.s3.documents import Element, document
from tui.local.s3.incoming import receive_body, receive_document
from tui.local.s3.objects import ObjectStore
from tui.local.s3.requests import check_call, read_call
from tui.local.s3.routes import Routes, Streamed, refuse_unimplemented, unknown_parameters


class S3:
    """Answers the requests of S3 clients; whose they are has been checked before."""

    def __init__(self, objects: ObjectStore) -> None:
        self._bodies = objects.bodies
        self._routes = Routes(objects)

    async def handle(self, request: Request) -> Response:
        """Answer one request, errors included; store and files are touched in threads only."""
        request_id = secrets.token_hex(8).upper()
        try:
            response = await self._answer(request)
        except AwsError as error:
            response = _error(error, request, request_id)
        response.headers["x-amz-request-id"] = request_id
        return response

    async def _answer(self, request: Request) -> Response:
        call = read_call(request)
        check_call(call)
        if unknown_parameters(call):
            await asyncio.to_thread(refuse_unimplemented, call)
        operation = self._routes.find(call)
        if not isinstance(operation, Streamed):
            if operation.takes_document:
                call = replace(call, document=await receive_document(request))
            return await asyncio.to_thread(operation.answer, call)
        await asyncio.to_thread(operation.check, call)
        body, checksums = await receive_body(request, self._bodies)
        try:
            return await asyncio.to_thread(operation.answer, call, body, checksums)
        except AwsError:
            await asyncio.to_thread(self._bodies.remove, body.name)
            raise


def _error(error: AwsError, request: Request, request_id: str) -> Response:
    """An error in S3's form; a HEAD answers with the status alone."""
    if request.method == "HEAD":
        return Response(status_code=error.status)
    bucket, _, key = request.url.path.removeprefix("/").partition("/")
    elements: list[Element] = [("Code", error.code), ("Message", error.message)]
    if bucket:
        elements.append(("BucketName", bucket))
    if key:
        elements.append(("Key", key))
    elements += [("Resource", request.url.path), ("RequestId", request_id)]
    return Response(document("Error", *elements, namespace=False), error.status, media_type="application/xml")
