"""What requests to both containers have in common: a header with parameters, a table of numbers as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from tui.local.algorithms.recordio import Tensor

Table = npt.NDArray[np.float64]


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """The media type of a Content-Type or Accept header, as written, and its parameters by lower-case name."""
    first, *rest = header.split(";")
    pairs = (part.partition("=") for part in rest if "=" in part)
    return first.strip(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def parse_table(text: str, delimiter: str) -> Table:
    """The numbers of headerless CSV text without a final newline; an empty cell is NaN.

    Raises ValueError, in the words of numpy, for text and for rows of different lengths.
    """
    rows = [line.split(delimiter) for line in text.split("\n")]
    width = len(rows[0])
    if any(len(row) != width for row in rows):
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous shape after "
            f"1 dimensions. The detected shape was ({len(rows)},) + inhomogeneous part."
        )
    numbers = [float(cell) if cell else math.nan for row in rows for cell in row]
    return np.array(numbers, dtype=np.float64).reshape(len(rows), width)


def stack(tensors: Sequence[Tensor]) -> Table | csr_matrix:
    """The rows of a request in one matrix, sparse if one of them is. Raises ValueError for rows of different widths."""
    if not any(tensor.sparse for tensor in tensors):
        return np.vstack([tensor.values for tensor in tensors]).astype(np.float64)
    return vstack([_sparse_row(tensor) for tensor in tensors], format="csr")


def _sparse_row(tensor: Tensor) -> csr_matrix:
    keys = tensor.keys if tensor.sparse else range(tensor.width)
    if any(not 0 <= key < tensor.width for key in keys):  # scipy would read other memory
        raise ValueError(f"the keys {list(keys)} are not all below the number of features, {tensor.width}")
    return csr_matrix((tensor.values, list(keys), [0, len(keys)]), shape=(1, tensor.width))
