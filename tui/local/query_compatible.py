"""Errors of a service that spoke query first: its newer protocols carry the codes of query along, for old programs.

CloudWatch is the one such service here. Its exceptions have a name in the service model, e.g.
`InvalidParameterValueException`, and a code that programs have known since before, e.g. `InvalidParameterValue`.
"""

from __future__ import annotations

import functools

from tui.local.errors import AwsError
from tui.local.model import service_model


def exception_name(error: AwsError) -> str:
    """What the service model calls the error."""
    return _names().get(error.code, error.code)


def query_error_header(error: AwsError) -> dict[str, str]:
    """The header that tells the error's code in query."""
    return {"x-amzn-query-error": f"{error.code};{'Sender' if error.status < 500 else 'Receiver'}"}


@functools.cache
def _names() -> dict[str, str]:
    """The exceptions by their codes; where two have the same, the one that is called like it."""
    shapes = service_model("cloudwatch").shapes
    coded = {shape["error"].get("code", name): name for name, shape in shapes.items() if "error" in shape}
    return {code: code if code in shapes else name for code, name in coded.items()}
