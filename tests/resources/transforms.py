"""A transform job as a form leaves it, and input as it is seen before the job runs."""

from __future__ import annotations

from typing import Any

from tui.resources.transform_choices import TransformChoice
from tui.resources.transform_plans import (
    InputPeek,
)

CHOICE = TransformChoice("job", "model", "s3://bucket/in/test.csv", "s3://bucket/out/job")


def peek(*lines: str, name: str = "a.csv", **members: Any) -> InputPeek:
    size = sum(len(line) + 1 for line in lines)
    longest = max(map(len, lines), default=0)
    values: dict[str, Any] = {"objects": 1, "total_size": size, "largest": size, "longest_line": longest}
    return InputPeek(first_name=name, lines=lines, compressed=False, **values | members)
