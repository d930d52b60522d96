"""How one variant did in a judgement, and which of its predictions count as mistakes."""

from __future__ import annotations

from textual.content import Content

from tui.panes.endpoint_cells import milliseconds
from tui.panes.facts import fact, heading
from tui.panes.results_views import scores_said
from tui.panes.wording import count
from tui.resources.endpoint_judging import Judgement, Score
from tui.resources.scores import MistakeRule, RegressionScores
from widgets.scatter import Scatter
from widgets.text import content

_WORST = 20
"""Rows of a regression that count as mistakes: the furthest off."""


def tolerance(score: Score) -> float:
    """What a variant may be off without counting as wrong: only its largest errors do; of classes nothing."""
    if not isinstance(score.figures, RegressionScores) or len(score.worst) <= _WORST:
        return 0.0
    return abs(score.worst[_WORST].error)


def score_said(score: Score, judgement: Judgement, rule: MistakeRule) -> tuple[list[Content], Scatter | None]:
    """One variant in full: against the others, then by itself."""
    request = judgement.request
    figures, picture = scores_said(score.figures, rule, request.test_set.classes)
    lines = [heading(score.variant)]
    lines += [content(one.sentence) for one in judgement.comparisons if score.variant in (one.first, one.second)]
    if request.mode == "by weight":
        words = "The variants saw different rows: each row went to whom the weights chose."
        lines.append(content(words, "$text-muted"))
    if slow := score.latencies:
        said = f"p50 {milliseconds(slow.p50)}, p90 {milliseconds(slow.p90)}, p99 {milliseconds(slow.p99)}"
        lines += [Content(""), fact("Latency", f"{said}, {count(request.batch_rows, 'row')} a request")]
    return [*lines, Content(""), *figures], picture
