"""The column sheet of a CSV file: a line for each column with its type, what is missing, its range and its shape."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.panes.wording import number
from tui.resources.csv_reports import Column
from widgets.cells import Sparkline, as_content
from widgets.text import cells, content, end, middle

SHOWN = 200
"""Columns that have a line; who has more looks for the others in the file."""

_NAME = 12
_KIND = 7
_MISSING = 4
_DISTINCT = 6
_SHAPE = 8
_RANGE = 9
_FIXED = _KIND + _MISSING + _DISTINCT + _SHAPE + 5
"""Cells of everything but name and range, with the blanks between."""


def column_sheet(columns: Sequence[Column], width: int) -> list[Content]:
    """The sheet for a place of that many cells; name and range share what the other columns leave."""
    room = max(width - _FIXED, _NAME + _RANGE)
    name = min(max(_NAME, room // 2), max(_NAME, *(cells(column.name) for column in columns[:SHOWN]), 0))
    span = min(room - name, 24)
    head = _pieces(("column", "type", "miss", "unique", "range"), name, span)
    lines = [content(f"{head[0]}{head[1]} shape", "$text-muted")]
    lines += [_row(column, name, span) for column in columns[:SHOWN]]
    if len(columns) > SHOWN:
        lines.append(Content.styled(f"and {len(columns) - SHOWN:,} more", "$text-muted"))
    return lines


def _row(column: Column, name: int, span: int) -> Content:
    told = (column.name, column.kind, _share(column), _distinct(column), _range(column))
    called, rest = _pieces(told, name, span)
    shape = as_content(Sparkline(tuple(map(float, column.histogram)), floor=0.0), _SHAPE)
    return Content.assemble(content(called), content(rest, "$text-muted"), " ", shape)


def _pieces(told: tuple[str, str, str, str, str], name_width: int, span_width: int) -> tuple[str, str]:
    """The name and everything but the shape, each in its width."""
    name, kind, missing, distinct, span = told
    rest = f" {kind:<{_KIND}} {missing:>{_MISSING}} {distinct:>{_DISTINCT}} "
    return _padded(middle(name, name_width), name_width), rest + _padded(end(span, span_width), span_width)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _share(column: Column) -> str:
    rows = column.missing + column.numbers + column.texts
    share = column.missing / rows if rows else 0.0
    if not share:
        return ""
    return "<1%" if share < 0.01 else ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def _distinct(column: Column) -> str:
    return f"{column.distinct:,}" + ("+" if column.distinct_capped else "")


def _range(column: Column) -> str:
    if column.minimum is not None and column.maximum is not None:
        if column.minimum == column.maximum:
            return number(column.minimum)
        return f"{number(column.minimum)}…{number(column.maximum)}"
    return ", ".join(column.examples[:3])
