"""Splitting a CSV file into the files that the built-in algorithms read, with a manifest that says what they are."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tui.resources.csv_cells import in_order
from tui.resources.csv_reports import ReadProgress
from tui.resources.datasets import (
    MANIFEST,
    SPLITS,
    DataError,
    DatasetManifest,
    SplitName,
    SplitPlan,
    SplitResult,
)
from tui.resources.split_plans import classes_problem, plan_problem, shares
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_reading import opened
from tui.service.worker.row_repeats import RowRepeats
from tui.service.worker.split_draw import Draw, NoMoreRows
from tui.service.worker.split_files import SplitFiles, replacing
from tui.service.worker.split_rows import RowReader, Survey, changed

_REPORT_SECONDS = 0.2


def split_csv(context: TaskContext, path: str, plan: SplitPlan, folder: str) -> SplitResult:
    """Split the rows of a file into `folder`, which appears complete or not at all; a data set there is replaced.

    The source is read twice, in bounded memory, while `ReadProgress` over both readings is sent. A row's split is
    drawn so that each split gets exactly its share of the rows, with `stratify` of every class. Rows are shuffled
    within each block of the file: samples are often sorted by class, and Linear Learner learns badly from those.

    Raises:
        DataError: The plan does not hold, a row is wrong, a split would be empty or miss a class in training, the
            folder cannot be written, or the disk is full.
    """
    source = Path(path)
    if problem := plan_problem(plan):
        raise DataError(f"Cannot split '{path}'", "the plan does not hold", problem)
    with opened(source):
        advance = _Progress(context, source.stat().st_size)
    reader = RowReader(plan, source, advance)
    first_reading, second_reading = hashlib.sha256(), hashlib.sha256()
    with replacing(Path(folder)) as staged:
        survey = reader.survey(first_reading.update)
        classes = in_order(survey.label_counts) if plan.task != "regression" else ()
        draw = Draw(plan.seed, _quotas(plan, source, survey, classes))
        advance.read_before = advance.size
        splits = [split for split, share in zip(SPLITS, plan.fractions, strict=True) if share]
        trained: set[str] = set()
        with SplitFiles(staged, splits) as files, RowRepeats() as repeats:
            for labels, features in reader.rows(classes, survey.categories, second_reading.update):
                dealt = _dealt(draw, labels if plan.stratify else [""] * len(labels), source)
                _write(dealt, labels, features, files, repeats)
                if classes:
                    trained.update(labels[place] for place in dealt.get("train", ()))
                labels.clear()  # the reading of the next block needs the room
                features.clear()
            across = repeats.across(context.check)
        if first_reading.digest() != second_reading.digest():
            raise changed(source)
        for code, name in enumerate(classes):
            if str(code) not in trained:
                why = f"no row of class '{name}' would be in the train split"
                raise _impossible(source, why, "Stratify, or take a larger train fraction.")
        manifest = DatasetManifest(
            name=plan.name,
            source=source.name,
            source_sha256=first_reading.hexdigest(),
            task=plan.task,
            label=plan.label,
            classes=classes,
            columns=(plan.label, *_feature_columns(plan, survey.categories)),
            categories=survey.categories,
            one_hot=tuple(encoding.column for encoding in plan.encodings if encoding.kind == "one-hot"),
            rows={str(split): count for split, count in files.rows.items()},
            rows_without_label=survey.rows_without_label,
            seed=plan.seed,
            fractions=plan.fractions,
            stratified=plan.stratify,
            files=files.infos(),
            repeated_across=across,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        (staged / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    return SplitResult(folder, manifest)


def _write(
    dealt: Mapping[SplitName, Sequence[int]],
    labels: Sequence[str],
    features: Sequence[str],
    files: SplitFiles,
    repeats: RowRepeats,
) -> None:
    """Write the rows of a block, of which `dealt` has the places in each split."""
    for split, places in dealt.items():
        split_labels = [labels[place] for place in places]
        split_features = [features[place] for place in places]
        files.write(split, split_labels, split_features)
        hashes = np.fromiter(map(hash, zip(split_labels, split_features, strict=True)), np.int64, len(places))
        repeats.add(hashes, np.full(len(places), SPLITS.index(split)))


class _Progress:
    """Passes on how far both readings are, and a person's wish to stop."""

    def __init__(self, context: TaskContext, size: int) -> None:
        self._context = context
        self._reported = time.monotonic()
        self.size = size
        """Bytes of the source."""

        self.read_before = 0
        """Bytes of the readings before this one."""

    def __call__(self, rows: int, done_bytes: int) -> None:
        self._context.check()
        if time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._reported = time.monotonic()
            self._context.report(ReadProgress(rows, self.read_before + done_bytes, 2 * self.size))


def _dealt(draw: Draw, groups: Sequence[str], source: Path) -> dict[SplitName, list[int]]:
    try:
        return {split: places.tolist() for split, places in draw.deal(groups).items() if len(places)}
    except NoMoreRows as error:
        raise changed(source) from error


def _quotas(plan: SplitPlan, source: Path, survey: Survey, classes: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """The shares of the classes by code, or of all rows under the empty name when they are not stratified."""
    if problem := classes_problem(plan.label, plan.task, classes):
        raise _impossible(source, problem, "Choose another label.")
    total = sum(survey.label_counts.values())
    counts = {str(code): survey.label_counts[name] for code, name in enumerate(classes)}
    quotas = {
        group: shares(count, plan.fractions) for group, count in (counts if plan.stratify else {"": total}).items()
    }
    for place, (split, share) in enumerate(zip(SPLITS, plan.fractions, strict=True)):
        if share and not any(quota[place] for quota in quotas.values()):
            raise _impossible(source, f"the {split} split would be empty with {total:,} rows", "Add rows.")
    return quotas


def _feature_columns(plan: SplitPlan, categories: Mapping[str, Sequence[str]]) -> list[str]:
    one_hot = {encoding.column for encoding in plan.encodings if encoding.kind == "one-hot"}
    names: list[str] = []
    for feature in plan.features:
        names.extend([f"{feature}={value}" for value in categories[feature]] if feature in one_hot else [feature])
    return names


def _impossible(source: Path, why: str, what_next: str) -> DataError:
    return DataError(f"Cannot split '{source}'", why, what_next)
