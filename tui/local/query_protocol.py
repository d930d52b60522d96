"""The protocol "query" of STS, IAM and CloudWatch's older clients: a form in, with its `Action`, and XML out."""

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

_Tree = dict[str, "_Tree | str"]
"""The parameters of a form by the parts of their names."""

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
    output = model.operations[operation].get("output")
    result = "" if output is None else _element(model, output["shape"], output["resultWrapper"], answer)
    namespace = model.metadata["xmlNamespace"]
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{namespace}">{result}{metadata}</{operation}Response>'


def _request(model: ServiceModel, operation: str, form: dict[str, str]) -> dict[str, Any]:
    """The form's parameters as the model's structure; `MetricData.member.1.Value=3` is a member of a list's member."""
    name = model.input_shape(operation)
    if name is None:
        return {}
    tree: _Tree = {}
    for key, text in form.items():
        *path, last = key.split(".")
        branch = tree
        for part in path:
            found = branch.setdefault(part, {})
            if isinstance(found, str):
                raise _malformed(key, "is a value and has members as well")
            branch = found
        if last in branch:
            raise _malformed(key, "is a value and has members as well")
        branch[last] = text
    request: dict[str, Any] = _parameter(model, name, tree, operation)
    return request


def _parameter(model: ServiceModel, name: str, given: _Tree | str, place: str) -> Any:
    """A parameter with the types of its shape."""
    shape = model.shapes[name]
    match shape["type"]:
        case "structure":
            branch = _branch(given, place)
            return {
                member: _parameter(model, reference["shape"], branch[member], member)
                for member, reference in shape["members"].items()
                if member in branch
            }
        case "list":
            members = _numbered(_branch(given, place).get("member", {}), place)
            return [_parameter(model, shape["member"]["shape"], member, place) for member in members]
        case "map":
            entries = [_branch(entry, place) for entry in _numbered(_branch(given, place).get("entry", {}), place)]
            value = shape["value"]["shape"]
            return {
                str(entry.get("key", "")): _parameter(model, value, entry.get("value", ""), place) for entry in entries
            }
        case kind:
            if not isinstance(given, str):
                raise _malformed(place, "has members, but is a value")
            return _typed(kind, place, given)


def _branch(given: _Tree | str, place: str) -> _Tree:
    """The members of a parameter; a parameter that is there but empty has none."""
    if isinstance(given, str):
        if given:
            raise _malformed(place, "is a value, but has members")
        return {}
    return given


def _numbered(given: _Tree | str, place: str) -> list[_Tree | str]:
    members = _branch(given, place)
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in members):
        raise _malformed(place, "has members that are not numbered")
    return [members[number] for number in sorted(members, key=int)]


def _typed(kind: str, place: str, text: str) -> str | int | float | bool:
    try:
        match kind:
            case "integer" | "long":
                return int(text)
            case "float" | "double":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}[text.lower()]
            case "timestamp":
                return _epoch(text)
            case _:
                return text
    except (ValueError, KeyError):
        raise _malformed(place, f"is not a {kind}: {text}") from None


def _epoch(text: str) -> float:
    """A time in ISO 8601, or in epoch seconds already, as epoch seconds; without a zone it is UTC."""
    if text.replace(".", "", 1).isdigit():
        return float(text)
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _malformed(place: str, what: str) -> AwsError:
    return AwsError("MalformedInput", f"{place} {what}")


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
        case "map":
            key_name, value_name = shape["key"]["shape"], shape["value"]["shape"]
            inner = "".join(
                f"<entry>{_element(model, key_name, 'key', key)}{_element(model, value_name, 'value', given)}</entry>"
                for key, given in value.items()
            )
        case "timestamp":
            moment = datetime.fromtimestamp(round(value, 3), UTC)
            inner = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")[:-6] + "Z"
        case "boolean":
            inner = "true" if value else "false"
        case _:
            inner = xml_text(str(value))
    return f"<{tag}>{inner}</{tag}>"
