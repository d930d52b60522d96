"""Drafts of forms: there when they can be, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.drafts import Drafts


def test_a_draft_comes_back(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.load("train") == {}
    drafts.save("train", {"name": "böston", "rounds": ""})
    assert Drafts(tmp_path / "drafts").load("train") == {"name": "böston", "rounds": ""}
    assert drafts.load("other") == {}


def test_the_last_draft_counts_until_it_is_forgotten(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.save("train", {"name": "a"})
    drafts.save("train", {"name": "b"})
    assert drafts.load("train") == {"name": "b"}
    drafts.forget("train")
    assert drafts.load("train") == {}
    drafts.forget("train")


def test_drafts_are_for_their_owner_alone(tmp_path: Path) -> None:
    Drafts(tmp_path / "drafts").save("train", {"name": "a"})
    assert (tmp_path / "drafts").stat().st_mode & 0o077 == 0


def test_a_form_may_be_called_anything(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    for form in ("../../etc/passwd", "a/b", "x" * 500, "", "train on\n[b]"):
        drafts.save(form, {"form": form[:5]})
        assert drafts.load(form) == {"form": form[:5]}
    assert [path.name for path in tmp_path.iterdir()] == ["drafts"]


UNDECODED = st.binary().map(lambda name: name.decode("utf-8", "surrogateescape"))
"""Paths as Python has them, whatever their encoding on disk."""


@given(st.dictionaries(st.text(), st.text() | UNDECODED))
def test_whatever_was_typed_comes_back(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    drafts = Drafts(tmp_path_factory.getbasetemp() / "typed")
    drafts.save("form", values)
    assert drafts.load("form") == values


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"', b"null"])
def test_a_damaged_draft_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "form.json").write_bytes(content)
    assert Drafts(tmp_path).load("form") == {}


def test_a_folder_that_cannot_be_used_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    drafts = Drafts(tmp_path / "file" / "drafts")
    drafts.save("form", {"a": "b"})
    assert drafts.load("form") == {}
    drafts.forget("form")


def test_a_draft_that_cannot_be_written_leaves_the_last_one(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.save("form", {"a": "kept"})
    (tmp_path / "form.part").mkdir()  # where the next one would be written first
    drafts.save("form", {"a": "lost"})
    assert drafts.load("form") == {"a": "kept"}
