"""How well a model predicts, in figures: errors with their picture, a threshold with what it does, confused classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.panes.facts import fact, heading
from tui.panes.wording import count, number
from tui.resources.scores import (
    AtThreshold,
    BinaryScores,
    ClassScores,
    MistakeRule,
    RegressionScores,
    Scores,
    class_named,
    mistakes_in,
)
from widgets.scatter import Dots, Scatter
from widgets.text import cells, content, end

SLIDER_CELLS = 32
NAMED = 12
CONFUSED = 8
"""Classes of a confusion matrix that fit beside the list; of more only the worst are named."""


def scores_said(scores: Scores, rule: MistakeRule, classes: Sequence[str]) -> tuple[list[Content], Scatter | None]:
    """The figures and what counts as a mistake, and their picture."""
    match scores:
        case RegressionScores():
            return _regression(scores, rule)
        case BinaryScores():
            return _binary(scores, rule, classes), None
        case ClassScores():
            return _classes(scores, classes), None


def _regression(scores: RegressionScores, rule: MistakeRule) -> tuple[list[Content], Scatter]:
    figures = [("Rows", f"{scores.rows:,}"), ("RMSE", number(scores.rmse)), ("MAE", number(scores.mae))]
    low, high = _bounds(scores.points)
    diagonal = tuple((low + (high - low) * step / 60,) * 2 for step in range(61))
    far = tuple(point for point in scores.points if abs(point[1] - point[0]) > rule.tolerance)
    near = tuple(point for point in scores.points if abs(point[1] - point[0]) <= rule.tolerance)
    picture = Scatter(
        (
            Dots("", diagonal, "·", "$text-muted"),
            Dots("predicted", near, "•", "$text-primary"),
            Dots("mistake", far, "×", "$text-error"),
        ),
        "predicted (up) against actual (across)",
    )
    share = rule.tolerance / (5 * scores.rmse) if scores.rmse else 0.0
    lines = [
        heading("How well it predicts"),
        *(fact(name, value) for name, value in [*figures, ("R²", number(scores.r2))]),
        fact("Mistake", f"off by more than {number(rule.tolerance)}: {_how_many(scores, rule, len(far))}"),
        fact("< >", _slider(share)),
    ]
    return lines, picture


def _how_many(scores: RegressionScores, rule: MistakeRule, far: int) -> str:
    """How many rows are mistakes; of a sample, about which share."""
    known = mistakes_in(scores, rule)
    return f"about {far / len(scores.points):.1%}" if known is None else count(known, "row")


def _bounds(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    values = [value for point in points for value in point]
    return min(values, default=0.0), max(values, default=1.0)


def _binary(scores: BinaryScores, rule: MistakeRule, classes: Sequence[str]) -> list[Content]:
    tried = scores.at(rule.threshold)
    low, high = scores.thresholds[0].threshold, scores.thresholds[-1].threshold
    second = class_named(classes, 1.0)
    return [
        heading("How well it predicts"),
        fact("Rows", f"{scores.rows:,}"),
        fact("AUC", number(scores.auc) if scores.auc is not None else "n/a: only one class is there"),
        fact("Accuracy", f"{tried.accuracy:.2%}"),
        fact("Precision", f"{tried.precision:.2%} of what it calls {second}"),
        fact("Recall", f"{tried.recall:.2%} of {second}"),
        fact("F1", number(tried.f1)),
        Content(""),
        fact("Threshold", f"{tried.threshold:.3g}: {second} from this score on"),
        fact("< >", _slider((tried.threshold - low) / (high - low) if high > low else 0.5)),
        Content(""),
        *confusion_said(tried.confusion, classes),
        *_best_said(scores, tried),
    ]


def _best_said(scores: BinaryScores, tried: AtThreshold) -> Iterator[Content]:
    best = max(scores.thresholds, key=lambda one: one.f1)
    if best.f1 > tried.f1:
        yield Content("")
        yield content(f"F1 is best at {best.threshold:.3g}: {number(best.f1)}", "$text-muted")


def _classes(scores: ClassScores, classes: Sequence[str]) -> list[Content]:
    places = range(len(scores.confusion))
    named = [class_named(classes, place) for place in places]
    width = max([5, *(cells(name) for name in named)])
    return [
        heading("How well it predicts"),
        fact("Rows", f"{scores.rows:,}"),
        fact("Accuracy", f"{scores.accuracy:.2%}"),
        Content(""),
        *confusion_said(scores.confusion, classes),
        Content(""),
        content(f"{'class':<{width}}  precision  recall", "$text-muted"),
        *(
            content(
                f"{end(named[place], width):<{width}}  {scores.precision(place):>9.2%}  {scores.recall(place):>6.1%}"
            )
            for place in places
        ),
    ]


def confusion_said(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> Iterator[Content]:
    """A confusion matrix: actual classes down, predicted ones across; of many classes, what is confused most."""
    names = [class_named(classes, place) for place in range(len(confusion))]
    if len(confusion) > CONFUSED:
        yield heading("Confused most")
        pairs = [(row[said], actual, said) for actual, row in enumerate(confusion) for said in range(len(row))]
        worst = sorted((pair for pair in pairs if pair[0] and pair[1] != pair[2]), reverse=True)[:NAMED]
        yield from (content(f"{rows:>8,}  {names[actual]} said to be {names[said]}") for rows, actual, said in worst)
        return
    width = max(
        [6, *(min(12, cells(name)) for name in names), *(len(f"{value:,}") for row in confusion for value in row)]
    )
    label = max([len("actual"), *(min(12, cells(name)) for name in names)])
    head = " ".join(f"{end(name, width):>{width}}" for name in names)
    yield content(f"{'actual':<{label}}  predicted", "$text-muted")
    yield content(f"{'':<{label}} {head}", "$text-muted")
    for actual, row in enumerate(confusion):
        spans = [(f" {value:>{width},}", _right_or_wrong(value, actual == said)) for said, value in enumerate(row)]
        yield Content.assemble(content(f"{end(names[actual], label):<{label}}", "$text-muted"), *spans)


def _right_or_wrong(value: int, right: bool) -> str:
    return "$text-success" if right else "$text-error" if value else "$text-muted"


def _slider(share: float) -> str:
    place = round(min(max(share, 0.0), 1.0) * (SLIDER_CELLS - 1))
    return "─" * place + "●" + "─" * (SLIDER_CELLS - 1 - place)
