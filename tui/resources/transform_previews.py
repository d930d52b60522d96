"""What the first records of a transform job's input become: what the model gets, and what the output holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.resources.transform_choices import TransformChoice
from tui.resources.transform_filters import CSV, FilterError, columns, filtered, parsed, read_filter, written
from tui.resources.transform_plans import InputPeek
from tui.resources.transforms import media_type


@dataclass(frozen=True, slots=True)
class Preview:
    """What becomes of one record."""

    record: str
    sent: str
    """What the model gets; empty where that is the record."""

    stored: str
    """What the output holds, with a stand-in for the prediction."""

    input_problem: str = ""
    """Why the input filter cannot be applied: the job would fail on this record."""

    output_problem: str = ""
    """Why the output filter cannot, if the answer is what it is taken to be: one value."""


ANSWER = "‹prediction›"


def previews(peek: InputPeek, choice: TransformChoice, how_many: int = 2) -> tuple[Preview, ...]:
    """What the first records of an input become; none where they cannot be told apart."""
    if choice.split != "Line":
        return ()
    return tuple(_preview(line, choice) for line in peek.lines[:how_many])


def _preview(record: str, choice: TransformChoice) -> Preview:
    try:
        sent = filtered(record, choice.input_filter, choice.content_type)
    except FilterError as error:
        return Preview(record, "", "", input_problem=str(error))
    sent = "" if sent == record else sent
    try:
        return Preview(record, sent, _stored(record, choice))
    except FilterError as error:
        return Preview(record, sent, "", output_problem=str(error))


def _stored(record: str, choice: TransformChoice) -> str:
    kind = media_type(choice.accept or choice.content_type)
    answer: Any = [ANSWER] if kind == CSV else {"score": ANSWER}
    if choice.join:
        given = parsed(record, choice.content_type)
        if kind == CSV:
            answer = given + answer
        else:
            answer = (given if isinstance(given, dict) else {"SageMakerInput": given}) | {"SageMakerOutput": answer}
    return written(read_filter(choice.output_filter).select(answer), kind)


def width_problem(found: Preview, content_type: str, features: int) -> str:
    """What is wrong with a record of CSV for a model that was trained with so many features; 0 where nobody knows."""
    if not features or found.input_problem or media_type(content_type) != CSV:
        return ""
    width = len(columns(found.sent or found.record))
    if width == features:
        return ""
    more = ": $[1:] leaves out a label in front" if width == features + 1 else ""
    return f"The model learnt from {features} columns and would get {width}{more}."


def label_filter(peek: InputPeek, features: int) -> str:
    """The input filter that leaves a label in the first column out; `$` where there seems to be none."""
    return "$[1:]" if features and peek.columns == features + 1 else "$"
