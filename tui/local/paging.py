"""NextTokens: the position after the last item of a page, bound to the request it belongs to.

A token holds the sort key of the last item (keyset paging), so items inserted between two pages neither repeat nor
drop any other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.errors import validation_error

Position = Sequence[str | float | int | bool | None]
"""The sort key of an item, as JSON can hold it."""

_FREE_TO_CHANGE = ("NextToken", "MaxResults")


def next_token(operation: str, request: Mapping[str, Any], position: Position) -> str:
    """The token that continues this request behind `position`."""
    text = json.dumps([_signature(operation, request, position), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def position_of(operation: str, request: Mapping[str, Any]) -> list[Any] | None:
    """Where the request's NextToken says to continue; None for the first page.

    Raises ValidationException for a token that is damaged or was issued for other parameters.
    """
    token = request.get("NextToken")
    if not token:
        return None
    try:
        signature, position = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError):
        raise _refused() from None
    if not isinstance(position, list) or signature != _signature(operation, request, position):
        raise _refused()
    return position


def _signature(operation: str, request: Mapping[str, Any], position: Position) -> str:
    parameters = {name: value for name, value in request.items() if name not in _FREE_TO_CHANGE}
    text = json.dumps([operation, parameters, position], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _refused() -> Exception:
    return validation_error(
        "The NextToken is not valid for this request. Pass it back unchanged, with the same parameters as the request "
        "it came from, or leave it out to start with the first page."
    )
