"""The protocol "query" of STS and IAM: a form in, with the operation as `Action`, and XML out."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.model import ServiceModel
from tui.local.protocol import Service, read_body

_MEDIA_TYPE = "text/xml"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class QueryProtocol:
    """The services that speak query."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._services = {service.name: service for service in services}

    async def handle(self, request: Request, service_name: str, request_id: str) -> Response:
        """The answer of the operation that the form's `Action` names.

        Raises:
            AwsError: for everything but success.
        """
        form = dict(parse_qsl((await read_body(request)).decode(errors="replace"), keep_blank_values=True))
        service = self._services[service_name]
        answer = await asyncio.to_thread(_answer, service, form, request_id)
        return Response(answer, headers={"x-amzn-RequestId": request_id}, media_type=_MEDIA_TYPE)


def query_error(error: AwsError, request_id: str) -> Response:
    """An error in the form of the query protocol."""
    kind = "Sender" if error.status < 500 else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{xml_text(error.code)}</Code>"
        f"<Message>{xml_text(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Response(body, error.status, {"x-amzn-RequestId": request_id}, _MEDIA_TYPE)


def xml_text(text: str) -> str:
    """Text as it may stand in an XML element; characters that XML cannot hold become a question mark."""
    return escape(_NOT_XML.sub("?", text))


def _answer(service: Service, form: dict[str, str], request_id: str) -> str:
    operation = form.get("Action", "")
    model = service.model
    if operation not in model.operations:
        raise AwsError("InvalidAction", f"Could not find operation {operation} of {service.name}.")
    answer = service.call(operation, _request(model, operation, form))
    output = model.operations[operation]["output"]
    namespace = model.metadata["xmlNamespace"]
    result = _element(model, output["shape"], output["resultWrapper"], answer)
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{namespace}">{result}{metadata}</{operation}Response>'


def _request(model: ServiceModel, operation: str, form: dict[str, str]) -> dict[str, Any]:
    """The form's parameters with the types of the model; only scalars, for no operation served here takes more."""
    name = model.input_shape(operation)
    members = model.shapes[name]["members"] if name is not None else {}
    return {
        member: _typed(model.shapes[reference["shape"]]["type"], member, form[member])
        for member, reference in members.items()
        if member in form
    }


def _typed(kind: str, member: str, text: str) -> str | int:
    if kind not in {"integer", "long"}:
        return text
    try:
        return int(text)
    except ValueError as error:
        raise AwsError("MalformedInput", f"{member} is not a number: {text}") from error


def _element(model: ServiceModel, name: str, tag: str, value: Any) -> str:
    """A value as an XML element in the form of its shape; absent members are left out."""
    shape = model.shapes[name]
    match shape["type"]:
        case "structure":
            members = shape["members"]
            inner = "".join(
                _element(model, members[member]["shape"], member, given)
                for member, given in value.items()
                if given is not None
            )
        case "list":
            inner = "".join(_element(model, shape["member"]["shape"], "member", given) for given in value)
        case "timestamp":
            inner = datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case "boolean":
            inner = "true" if value else "false"
        case _:
            inner = xml_text(str(value))
    return f"<{tag}>{inner}</{tag}>"
