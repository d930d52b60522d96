"""Reading the files of a channel into numbers: CSV with the label first, libsvm, recordio-protobuf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, vstack

from tui.local.algorithms.libsvm import read_libsvm_file

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Dataset:
    """The rows of a channel. A missing value is NaN, or absent from a sparse matrix."""

    features: Floats | csr_matrix
    labels: Floats
    weights: Floats | None = None

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return int(self.features.shape[0])

    @property
    def columns(self) -> int:
        """How many features an example has."""
        return int(self.features.shape[1])


class UnreadableRowsError(ValueError):
    """A file that is not what its content type says; `first_row` is where the unreadable block begins, from 1."""

    def __init__(self, path: Path, first_row: int, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.first_row = first_row
        self.reason = reason


def read_csv(files: Sequence[Path], delimiter: str = ",", weight_column: bool = False) -> Dataset:
    """Read headerless CSV files: the label in column 0, optionally the weight in column 1, then the features.

    An empty cell or NaN is a missing value. Raises UnreadableRowsError for text, for rows of different lengths and for
    a file with other columns than the first.
    """
    tables = [_read_csv_file(path, delimiter) for path in files]
    for path, table in zip(files, tables, strict=True):
        if table.shape[1] != tables[0].shape[1]:
            raise UnreadableRowsError(path, 1, f"Expected {tables[0].shape[1]} fields in line 1, saw {table.shape[1]}")
    table = np.concatenate(tables)
    if weight_column:
        return Dataset(table[:, 2:], table[:, 0], table[:, 1])
    return Dataset(table[:, 1:], table[:, 0])


BLOCK_ROWS = 1000
"""How many rows are parsed at a time, so that an error can say where."""


def _read_csv_file(path: Path, delimiter: str) -> Floats:
    blocks: list[Floats] = []
    width = _consistent_width(path, delimiter)
    reader = pd.read_csv(
        path,
        sep=delimiter,
        header=None,
        names=list(range(width)),
        dtype=np.float32,
        na_values=["", "nan", "NaN", "NAN"],
        keep_default_na=False,
        encoding="utf-8-sig",
        encoding_errors="ignore",
        skip_blank_lines=True,
        chunksize=BLOCK_ROWS,
        index_col=False,
    )
    with reader:
        while True:
            try:
                blocks.append(next(reader).to_numpy())
            except StopIteration:
                return np.concatenate(blocks)
            except (ValueError, pd.errors.ParserError) as error:
                raise UnreadableRowsError(path, len(blocks) * BLOCK_ROWS + 1, str(error)) from error


def _consistent_width(path: Path, delimiter: str) -> int:
    """The number of cells of every row; pandas by itself would fill a short row up with missing values."""
    width = 0
    separator = delimiter.encode()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip(b"\r\n"):
                continue
            cells = line.count(separator) + 1
            width = width or cells
            if cells != width:
                raise UnreadableRowsError(path, number, f"Expected {width} fields in line {number}, saw {cells}")
    if not width:
        raise UnreadableRowsError(path, 1, "The file has no rows")
    return width


def read_libsvm(files: Sequence[Path], columns: int | None = None) -> Dataset:
    """Read libsvm files, whose column numbers start at 0; `columns` widens the matrix to that of another channel.

    Raises UnreadableRowsError for a line that is not `<label> <index>:<value> …`.
    """
    parts: list[tuple[csr_matrix, Floats]] = []
    for path in files:
        try:
            parts.append(read_libsvm_file(path))
        except ValueError as error:
            raise UnreadableRowsError(path, 1, str(error)) from error
    width = max([columns or 0, *(int(matrix.shape[1]) for matrix, _ in parts)])
    for matrix, _ in parts:
        matrix.resize((matrix.shape[0], width))
    stacked = csr_matrix(vstack([matrix for matrix, _ in parts]))
    return Dataset(stacked, np.concatenate([labels for _, labels in parts]))
