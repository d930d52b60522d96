"""How a request is refused: the status, the text of the answer, and the kind of error that the log shows."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

HTML: Final = "text/html; charset=utf-8"
"""The content type of a text that a container's web framework sends when nobody chose one."""


class Refused(Exception):
    """A request that the container does not answer with predictions."""

    def __init__(self, status: HTTPStatus, message: str, kind: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        """What the container's log calls the error."""

        self.reason = message if reason is None else reason
        """What the container's log says of it."""


_PAGES: Final = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "Request Entity Too Large",
        "The data value transmitted exceeds the capacity limit.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Internal Server Error",
        "The server encountered an internal error and was unable to complete your request. "
        "Either the server is overloaded or there is an error in the application.",
    ),
}


def error_page(status: HTTPStatus) -> str:
    """The page that the containers' web framework itself answers with, where the container has no text of its own."""
    title, explanation = _PAGES[status]
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n'
        f"<title>{status.value} {title}</title>\n<h1>{title}</h1>\n<p>{explanation}</p>\n"
    )
