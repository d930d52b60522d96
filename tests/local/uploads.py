"""Uploads that never come to their end, for the tests of what then happens."""

from __future__ import annotations

import http.client

from tests.local.server import LocalServer
from tests.waiting import until

_DEADLINE_SECONDS = 60


def begin_upload(server: LocalServer, bucket: str, key: str) -> http.client.HTTPConnection:
    """A PUT of 64 MB that stays behind after 12 of them, some of which are on disk."""
    before = len(list((server.data / "objects").iterdir()))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_DEADLINE_SECONDS)
    connection.putrequest("PUT", f"/{bucket}/{key}")
    connection.putheader("Content-Length", str(64 << 20))
    connection.putheader("Authorization", server.authorization("s3"))
    connection.endheaders(b"new" * (4 << 20))
    until(lambda: len(list((server.data / "objects").iterdir())) > before, "the beginning of the upload")
    return connection
