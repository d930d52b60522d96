"""Listing local folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.service.worker.folders import list_folder


def test_folders_come_first_and_hidden_names_only_when_asked_for(tmp_path: Path) -> None:
    for name in ("b.csv", "A.TSV", ".hidden.csv", "notes.md"):
        (tmp_path / name).write_text("12345")
    (tmp_path / "zoo").mkdir()
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    os.utime(tmp_path / "b.csv", (0, 1_700_000_000))
    entries = list_folder(ScriptedContext(), str(tmp_path))
    assert [(entry.name, entry.kind, entry.size) for entry in entries if entry.name != "zoo"] == [
        ("A.TSV", "csv", 5),
        ("b.csv", "csv", 5),
        ("broken", "other", 0),
        ("notes.md", "other", 5),
    ]
    assert (entries[0].name, entries[0].kind, entries[0].size) == ("zoo", "folder", 0)
    assert entries[2].modified == 1_700_000_000
    assert [entry.name for entry in list_folder(ScriptedContext(), str(tmp_path), hidden=True)][-1] == ".hidden.csv"


def test_what_cannot_be_listed_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="it is not a folder"):
        list_folder(ScriptedContext(), str(tmp_path / "file"))
    with pytest.raises(DataError, match="it is not there"):
        list_folder(ScriptedContext(), str(tmp_path / "gone"))
