"""Reading libsvm, a text with `<label> <index>:<value> …` in a line; what follows a `#` is a comment.

scikit-learn reads it as well, but to import that takes longer than to read a file of ordinary size.
"""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

_COLUMNS = 2**31 - 1
"""How many a matrix can have."""


def read_libsvm_file(path: Path) -> tuple[csr_matrix, npt.NDArray[np.float32]]:
    """The features, whose columns are counted from 0, and the labels; a `qid:` before the features is passed over.

    Raises ValueError, in the words of scikit-learn, for what is no number, and for columns that are not in order.
    """
    labels, values = array("d"), array("d")
    columns, ends = array("i"), array("q", [0])
    with path.open("rb") as file:
        for line in file:
            words = line.partition(b"#")[0].split()
            if not words:
                continue
            labels.append(float(words[0]))
            first = 2 if words[1:] and words[1].startswith(b"qid:") else 1
            before = -1
            for word in words[first:]:
                index, colon, value = word.partition(b":")
                if not colon:
                    raise ValueError("need more than 1 value to unpack")
                column = int(index)
                if not 0 <= column < _COLUMNS:
                    raise ValueError(f"Invalid index {column} in SVMlight/LibSVM data file.")
                if column <= before:
                    raise ValueError("Feature indices in SVMlight/LibSVM data file should be sorted and unique.")
                before = column
                columns.append(column)
                values.append(float(value))
            ends.append(len(columns))
    width = max(columns, default=0) + 1
    features = csr_matrix((np.array(values, dtype=np.float32), columns, ends), shape=(len(labels), width))
    return features, np.array(labels, dtype=np.float32)
