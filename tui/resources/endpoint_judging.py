"""Judging the variants of an endpoint by rows whose labels are known: what is measured, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tui.resources.csv_reports import Task
from tui.resources.datasets import UploadedDataset
from tui.resources.endpoint_invoking import Latencies, Mode, ShotError
from tui.resources.scores import Judged, Scores, class_named

Measure = Literal["RMSE", "MAE", "R²", "accuracy", "AUC", "log loss"]

LOWER_IS_BETTER: frozenset[Measure] = frozenset({"RMSE", "MAE", "log loss"})

PRIMARY: Mapping[Task, Measure] = {"regression": "RMSE", "binary": "accuracy", "multiclass": "accuracy"}
"""By which variants are compared unless a person chooses otherwise."""


@dataclass(frozen=True, slots=True)
class TestSet:
    """Rows with their labels, where they lie: numbers in CSV without a header, as the algorithms take them."""

    __test__ = False

    features: str
    """A path or an S3 URI."""

    labels: str
    """Likewise, one label a line in the order of the rows; empty when the label is a column of `features`."""

    task: Task
    columns: tuple[str, ...] = ()
    """Names of the features; empty when they have none."""

    classes: tuple[str, ...] = ()
    """Names of the classes by their codes."""

    rows: int | None = None
    """How many there are; None when nobody has counted them."""

    label_column: int = 0
    """Where the label is when `labels` is empty."""

    @classmethod
    def of(cls, dataset: UploadedDataset) -> TestSet | None:
        """The test split of an uploaded data set; None when it has none."""
        manifest = dataset.manifest
        if not manifest.rows.get("test"):
            return None
        return cls(
            features=dataset.uri("test"),
            labels=dataset.labels_uri,
            task=manifest.task,
            columns=manifest.columns[1:],
            classes=manifest.classes,
            rows=manifest.rows["test"],
        )

    def class_name(self, code: float) -> str:
        """What a label or prediction means: the name of the class, or the number."""
        return f"{code:g}" if self.task == "regression" else class_named(self.classes, code)

    def named(self, row: Judged) -> tuple[tuple[str, str], ...]:
        """The features of a row with their names, or with their places where they have none."""
        names = self.columns or tuple(f"column {place}" for place in range(1, len(row.features) + 1))
        return tuple(zip(names, row.features, strict=False))


@dataclass(frozen=True, slots=True)
class TestRow:
    """One row of a test set."""

    __test__ = False

    row: int
    """Its place in the test set, counted from 0."""

    text: str
    """The features, as CSV."""

    label: float


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """How variants are to be judged."""

    endpoint: str
    test_set: TestSet
    variants: tuple[str, ...]
    """Those that get every row; without effect when the weights decide."""

    mode: Mode = "each variant"
    batch_rows: int = 50
    """Rows in one invocation; 1 for shares that follow the weights closely."""

    limit: int | None = None
    """Rows to judge by; None for all."""

    accept: str = ""
    threshold: float = 0.5
    """From which probability on a row counts as class 1, unless the model says itself."""

    concurrency: int = 4


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """How far a judgement is."""

    done: int
    """Rows that every variant has seen."""

    total: int | None
    seconds: float
    failed: int
    """Invocations that failed."""

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """None while it cannot be known."""
        return (self.total - self.done) / self.rate if self.total is not None and self.rate else None


@dataclass(frozen=True, slots=True)
class MistakeCursor:
    """Where a walk over mistakes goes on: a place in the test set, and what it has cost so far."""

    row: int = 0
    """Rows read."""

    feature_bytes: int = 0
    label_bytes: int = 0
    mistakes: int = 0
    """Found so far."""

    ended: bool = False
    """There are no more rows."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well one variant did on the rows that it answered."""

    variant: str
    rows: int
    measures: Mapping[Measure, float]
    """Those that its predictions allow."""

    figures: Scores
    """What can be drawn of it: points, a confusion table, all thresholds."""

    latencies: Latencies | None
    """Of the invocations, each with a batch of rows; None without an answer."""

    worst: tuple[Judged, ...]
    """The rows that are furthest off, the furthest first; of classifications, the most confident mistakes."""


MOST_WORST = 50
"""Rows of a variant that are kept as its worst."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one variant compares with another by one measure."""

    measure: Measure
    first: str
    second: str
    difference: float
    """The first's value less the second's, on the rows that were compared."""

    low: float
    """Bounds of the interval of that difference, by the bootstrap."""

    high: float
    rows: int
    paired: bool
    """Both saw the same rows."""

    more_rows: int | None
    """About how many more rows would show a difference as large as this one; None when no number would do."""

    confidence: float = 0.95

    @property
    def better(self) -> str | None:
        """The variant that is shown to be better; None when no difference is shown."""
        if self.low <= 0 <= self.high:
            return None
        first = (self.difference < 0) == (self.measure in LOWER_IS_BETTER)
        return self.first if first else self.second

    @property
    def sentence(self) -> str:
        """What it shows, in one sentence."""
        percent = f"{self.confidence:.0%}".replace("%", " %")
        if self.better is None:
            more = f"about {self.more_rows:,} more rows needed" if self.more_rows else "more rows would hardly show one"
            bounds = f"{_readable(self.low)} to {_readable(self.high)}"
            names = f"{self.first} and {self.second}"
            return f"No difference between {names} shown yet ({self.measure} {percent}: {bounds}), {more}."
        low, high = sorted((abs(self.low), abs(self.high)))
        return (
            f"{self.better} is better by {_readable(abs(self.difference))} {self.measure} "
            f"({percent}: {_readable(low)} to {_readable(high)})."
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What labelled rows show about the variants of an endpoint."""

    request: JudgeRequest
    rows: int
    """Rows that were read."""

    seconds: float
    scores: Mapping[str, Score]
    comparisons: tuple[Comparison, ...]
    """The best by the primary measure against each of the others, by every measure that can be compared."""

    errors: tuple[ShotError, ...]

    @property
    def best(self) -> str | None:
        """The variant with the best primary measure, shown to be better or not; None when none was scored."""
        measure = PRIMARY[self.request.test_set.task]
        sign = 1 if measure in LOWER_IS_BETTER else -1
        scored = [score for score in self.scores.values() if measure in score.measures]
        return min(scored, key=lambda score: sign * score.measures[measure]).variant if scored else None

    @property
    def verdict(self) -> str:
        """The primary comparisons as sentences."""
        measure = PRIMARY[self.request.test_set.task]
        return " ".join(one.sentence for one in self.comparisons if one.measure == measure)


def _readable(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
