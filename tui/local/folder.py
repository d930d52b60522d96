"""The data folder of the embedded SageMaker: one holder at a time, and the papers that say who and where it is."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

from tui.local.settings import REGION


class FolderError(Exception):
    """A data folder that cannot be used; the text is a sentence for the person who named it."""


class FolderHeldError(FolderError):
    """A data folder that another server holds."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The access key of a data folder: whoever has it may use its server."""

    access_key_id: str
    secret_access_key: str


class DataFolder:
    """A data folder, held from construction to `close` or to the end of the process, whatever ends it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._server = path / "server.json"
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise unusable(path, error) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise FolderHeldError(self._holder()) from error

    def _holder(self) -> str:
        try:
            server = json.loads(self._server.read_text())
            who = f"process {server['pid']} at {server['url']}"
        except (OSError, ValueError, KeyError):
            who = "a server that is just starting"
        return f"The data folder {self.path} is in use by {who}. Stop that one, or name another folder with --data."

    def credentials(self) -> Credentials:
        """The access key of this folder, made at the first call and the same ever after."""
        file = self.path / "credentials.json"
        try:
            kept = json.loads(file.read_text())
            return Credentials(str(kept["access_key_id"]), str(kept["secret_access_key"]))
        except FileNotFoundError:
            made = _new_credentials()
            self._write(file, asdict(made))
            return made
        except OSError as error:
            raise unusable(self.path, error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise FolderError(f"{file} is damaged. Delete it: the next start writes new credentials.") from error

    def announce(self, url: str, credentials: Credentials) -> None:
        """Leave word of the running server in `server.json`, for the console and for who finds the folder held."""
        self._write(self._server, {"url": url, "pid": os.getpid(), **asdict(credentials), "region": REGION})

    def close(self) -> None:
        """Take the word back and let the folder go."""
        self._server.unlink(missing_ok=True)
        os.close(self._lock)

    def _write(self, file: Path, content: dict[str, object]) -> None:
        """Write a private file so that it is there whole or not at all."""
        draft = file.with_suffix(".new")
        try:
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                json.dump(content, stream)
            draft.replace(file)
        except OSError as error:
            raise unusable(self.path, error) from error


def unusable(path: Path, error: Exception) -> FolderError:
    """What to tell a person whose data folder cannot be made, read or written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return FolderError(f"Cannot use the data folder {path}: {reason}. Free it up or name another one with --data.")


def _new_credentials() -> Credentials:
    identifier = "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))
    return Credentials("AKIA" + identifier, secrets.token_hex(20))
