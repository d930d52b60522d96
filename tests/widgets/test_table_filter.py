"""What a filter line lets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.table_filter import FilterError, parse

ROWS = [
    {"name": "churn-train", "status": "failed"},
    {"name": "churn-tune", "status": "in progress"},
    {"name": "fraud-train", "status": "completed"},
]
COLUMNS = ("name", "status")


def shown(line: str) -> list[str]:
    match = parse(line, COLUMNS)
    return [row["name"] for row in ROWS if match is None or match("\n".join(row.values()))]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", ["churn-train", "churn-tune", "fraud-train"]),
        ("churn", ["churn-train", "churn-tune"]),
        ("CHURN", ["churn-train", "churn-tune"]),
        ("!churn", ["fraud-train"]),
        ("train !fraud", ["churn-train"]),
        ("status:fail", ["churn-train"]),
        ("Status:FAIL", ["churn-train"]),
        ("!status:fail", ["churn-tune", "fraud-train"]),
        ("name:completed", []),
        ("churn in progress", ["churn-tune"]),
        ("!", ["churn-train", "churn-tune", "fraud-train"]),
        ("status:", ["churn-train", "churn-tune", "fraud-train"]),
        ("!status: churn", ["churn-train", "churn-tune"]),
        ("s3://bucket", []),
        ("[a-z", []),
    ],
)
def test_words(line: str, names: list[str]) -> None:
    assert shown(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('"in progress"', ["churn-tune"]),
        ('"progress in"', []),
        ('"in prog', ["churn-tune"]),
        ('status:"in progress" churn', ["churn-tune"]),
        ('!status:"in progress"', ["churn-train", "fraud-train"]),
        ('!"in progress" fraud', ["fraud-train"]),
        ('"', ["churn-train", "churn-tune", "fraud-train"]),
        ('""', ["churn-train", "churn-tune", "fraud-train"]),
        ('"churn"train', ["churn-train"]),
        ('in"progress', []),
    ],
)
def test_phrases(line: str, names: list[str]) -> None:
    assert shown(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("~chtr", ["churn-train"]),
        ("~CHT", ["churn-train", "churn-tune"]),
        ("!~chtr", ["churn-tune", "fraud-train"]),
        ("~nnr", []),
        ("~trainfailed", []),
        ("status:~ned", []),
        ("status:~ctd", ["fraud-train"]),
        ("!status:~ctd", ["churn-train", "churn-tune"]),
        ('~"in g"', ["churn-tune"]),
        ("~", ["churn-train", "churn-tune", "fraud-train"]),
        ("~[^", []),
    ],
)
def test_fuzzy_words_match_within_one_cell(line: str, names: list[str]) -> None:
    assert shown(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("re:^churn-t[ru]", ["churn-train", "churn-tune"]),
        ("re:TRAIN$", ["churn-train", "fraud-train"]),
        ("re:^failed$", ["churn-train"]),
        (r"re:train\sfailed", []),
        (r"re:train\Scompleted", []),
        ("re:train[^x]failed", []),
        ("!re:^churn", ["fraud-train"]),
        ("status:re:ed$ name:re:^f", ["fraud-train"]),
        ('re:"in p.*s"', ["churn-tune"]),
        (r"re:\Stune", ["churn-tune"]),
        ("re:", ["churn-train", "churn-tune", "fraud-train"]),
    ],
)
def test_regular_expressions_match_within_one_cell(line: str, names: list[str]) -> None:
    assert shown(line) == names


@pytest.mark.parametrize("line", ["re:(", "!re:(", "status:re:[", "re:*", "re:a{99999999999999999999}"])
def test_what_is_not_a_regular_expression_is_said(line: str) -> None:
    with pytest.raises(FilterError, match=f"{re.escape(line.split('re:')[1])} is not a regular expression: "):
        parse(line, ["status"])


def test_a_word_with_a_colon_that_names_no_column_is_text() -> None:
    match = parse("arn:aws:sagemaker", ["status"])
    assert match is not None
    assert match("arn:aws:sagemaker:eu-west-1")
    assert not match("sagemaker")


@pytest.mark.parametrize("line", ["", "   ", "!", "status:", "! status:", "~ re: !~", 'status:"'])
def test_a_line_that_asks_for_nothing_is_no_filter(line: str) -> None:
    assert parse(line, ["status"]) is None


cells = st.text("abAB[. -", max_size=6)


def _naive(form: str, wanted: str, cell: str) -> bool:
    if form == "~":
        rest = iter(cell.casefold())
        return all(char in rest for char in wanted.casefold())
    if form == "re:":
        return re.search(re.escape(wanted), cell, re.IGNORECASE) is not None
    return wanted.casefold() in cell.casefold()


@given(
    st.lists(st.tuples(cells, cells), max_size=8),
    st.lists(
        st.tuples(
            st.booleans(), st.sampled_from(["", "a:", "b:"]), st.sampled_from(["", "~", "re:"]), cells.filter(bool)
        ),
        max_size=3,
    ),
)
def test_a_filter_equals_the_naive_one(rows: list[tuple[str, str]], words: list[tuple[bool, str, str, str]]) -> None:
    line = " ".join(
        f'{"!" if inverse else ""}{column}{form}"{re.escape(wanted) if form == "re:" else wanted}"'
        for inverse, column, form, wanted in words
    )
    match = parse(line, ["a", "B"])
    for row in rows:
        searched = {"": row, "a:": row[:1], "b:": row[1:]}
        wanted_row = all(
            any(_naive(form, wanted, cell) for cell in searched[column]) != inverse
            for inverse, column, form, wanted in words
        )
        assert (match is None or match("\n".join(row).casefold())) == wanted_row
