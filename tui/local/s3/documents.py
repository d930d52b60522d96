"""S3's XML: the documents it answers and the ones it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tui.local.errors import AwsError

Value: TypeAlias = "str | int | Sequence[Element] | None"
Element: TypeAlias = "tuple[str, Value]"
"""A name and what is in it: text, a number, a truth value, further elements; one with None is left out."""

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")


def document(root: str, *elements: Element, namespace: bool = True) -> bytes:
    """A whole XML document; S3's errors are the ones without a namespace."""
    opening = f'<{root} xmlns="{_NAMESPACE}">' if namespace else f"<{root}>"
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n', opening]
    for element in elements:
        _write(element, parts)
    parts.append(f"</{root}>")
    return "".join(parts).encode("utf-8")


def _write(element: Element, parts: list[str]) -> None:
    name, value = element
    if value is None:
        return
    parts.append(f"<{name}>")
    if isinstance(value, str):
        parts.append(_text(value))
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, int):
        parts.append(str(value))
    else:
        for child in value:
            _write(child, parts)
    parts.append(f"</{name}>")


def _text(value: str) -> str:
    """Text as XML; control characters as references, as S3 does for clients that do not ask for URL encoding."""
    return _CONTROL.sub(lambda found: f"&#{ord(found[0])};", escape(value))


def timestamp(epoch: float) -> str:
    """A time in a document: ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def quoted(etag: str) -> str:
    """An ETag as documents and headers carry it."""
    return f'"{etag}"'


def parse(body: bytes, root: str) -> ElementTree.Element:
    """The root of a request's document, its names without namespaces; `MalformedXML` for anything else."""
    try:
        tree = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        tree = None
    if tree is not None:
        for element in tree.iter():
            element.tag = element.tag.rpartition("}")[2]
        if tree.tag == root:
            return tree
    raise AwsError("MalformedXML", f"The XML you provided is not a well-formed {root} document.")
