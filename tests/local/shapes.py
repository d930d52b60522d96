"""Walking raw answers against the output shapes of botocore's service models.

boto3 silently drops what its model does not know and does not miss what is absent; this does neither.
"""

from __future__ import annotations

import functools
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sized
from typing import Any

import botocore.session

from tui.local.patterns import matches

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
}


@functools.cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def mismatches(service: str, operation: str, answer: Any, absent: frozenset[str] = frozenset()) -> list[str]:
    """Where a raw JSON answer departs from the operation's output shape, one line each.

    Args:
        absent: required members which the real service leaves out as well, e.g. the `ModelArtifacts` of a running job.
    """
    return list(_walk(_model(service).operation_model(operation).output_shape, answer, operation, absent))


def from_xml(service: str, operation: str, body: bytes) -> Any:
    """The result of a query-protocol answer, with the JSON types `mismatches` asks for."""
    shape = _model(service).operation_model(operation).output_shape
    root = ET.fromstring(body)
    namespace = root.tag.partition("}")[0] + "}"
    result = root.find(namespace + shape.serialization["resultWrapper"])
    assert result is not None, f"the answer of {operation} has no result"
    return _from_element(shape, result)


def _from_element(shape: Any, element: ET.Element) -> Any:
    match shape.type_name:
        case "structure":
            named = [(child.tag.partition("}")[2], child) for child in element]
            return {
                name: _from_element(shape.members[name], child) if name in shape.members else child.text
                for name, child in named
            }
        case "list":
            return [_from_element(shape.member, child) for child in element]
        case "integer":
            return int(element.text or "")
        case "boolean":
            return {"true": True, "false": False}[element.text or ""]
        case "timestamp":
            return 0.0
        case _:
            return element.text or ""


def _walk(shape: Any, value: Any, path: str, absent: frozenset[str]) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            if not isinstance(value, dict):
                yield f"{path}: {value!r} is not a structure"
                return
            yield from (f"{path}.{name}: not in the model" for name in value if name not in shape.members)
            yield from (f"{path}.{name}: missing" for name in shape.required_members if name not in {*value, *absent})
            for name, member in shape.members.items():
                if name in value:
                    yield from _walk(member, value[name], f"{path}.{name}", absent)
        case "list":
            if not isinstance(value, list):
                yield f"{path}: {value!r} is not a list"
                return
            yield from _walk_length(shape.metadata, value, path)
            for number, member in enumerate(value):
                yield from _walk(shape.member, member, f"{path}[{number}]", absent)
        case "map":
            if not isinstance(value, dict):
                yield f"{path}: {value!r} is not a map"
                return
            yield from _walk_length(shape.metadata, value, path)
            for key, member in value.items():
                yield from _walk(shape.key, key, f"{path}[{key!r}]", absent)
                yield from _walk(shape.value, member, f"{path}[{key!r}]", absent)
        case kind:
            if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
                yield f"{path}: {value!r} is not a {kind}"
            elif isinstance(value, str):
                yield from _walk_string(shape.metadata, value, path)
            elif not shape.metadata.get("min", value) <= value <= shape.metadata.get("max", value):
                yield f"{path}: {value!r} is out of range"


def _walk_string(metadata: dict[str, Any], value: str, path: str) -> Iterator[str]:
    if "enum" in metadata and value not in metadata["enum"]:
        yield f"{path}: {value!r} is not one of {metadata['enum']}"
    if "pattern" in metadata and not matches(metadata["pattern"], value):
        yield f"{path}: {value!r} does not match {metadata['pattern']}"
    yield from _walk_length(metadata, value, path)


def _walk_length(metadata: dict[str, Any], value: Sized, path: str) -> Iterator[str]:
    if not metadata.get("min", 0) <= len(value) <= metadata.get("max", len(value)):
        yield f"{path}: {value!r} has the length {len(value)}"
