"""What was typed into a form and not submitted yet, kept on disk so that a dropped line loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


class Drafts:
    """One small JSON file for each form; a draft that cannot be written or read is no draft, and never an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, form: str) -> dict[str, str]:
        """The values of a draft; empty when there is none."""
        try:
            values = json.loads(self._path(form).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}

    def save(self, form: str, values: Mapping[str, str]) -> None:
        """Keep the values, whole or not at all."""
        path = self._path(form)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_suffix(".part")
            part.write_text(json.dumps(dict(values)), encoding="utf-8")
            part.replace(path)

    def forget(self, form: str) -> None:
        """The form was submitted."""
        with suppress(OSError):
            self._path(form).unlink(missing_ok=True)

    def _path(self, form: str) -> Path:
        return self._folder / (re.sub(r"[^a-zA-Z0-9-]+", "-", form)[:100] + ".json")
