"""A full disk, told to whoever asked for the write, and told once."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tui.local.errors import AwsError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_NOT_WRITTEN = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""What SQLite calls it: only ENOSPC is FULL to it, a quota or a file size limit is an input/output error."""


@contextlib.contextmanager
def room_on_disk(folder: Path) -> Iterator[None]:
    """Turn a full disk, quota or file size limit inside the block into an error that says so.

    The status is 507, which botocore does not retry: trying again does not make room.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise _insufficient(folder, "There is no room left on the disk") from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NOT_WRITTEN:
            raise
        raise _insufficient(folder, f"There is no room left on the disk or it cannot be written ({error})") from error


def _insufficient(folder: Path, what: str) -> AwsError:
    message = f"{what}: nothing was stored in {folder}. Free some space there and try again."
    return AwsError("InsufficientStorage", message, 507)
