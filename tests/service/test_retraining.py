"""New data against what a model learnt from: how far it is off, and training again with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.local.server import LocalServer
from tests.local.training import BUCKET, log_messages, wait_for_end
from tests.local.transforms import MODEL, create_model, put
from tests.service.transform_road import FAST, labelled, reading, run
from tui.resources.algorithms import clone_request
from tui.resources.datasets import DataError
from tui.resources.results import JobResults, Labels, Origin, retraining_problem
from tui.service.gateway import Gateway
from tui.service.logs import Logs
from tui.service.training import Training
from tui.service.transform_results import TransformResults
from tui.service.transforms import Transforms

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_new_data_is_compared_with_training_data(
    transforms: Transforms, results: TransformResults, server: LocalServer
) -> None:
    random = np.random.default_rng(5)
    put(server, "drift/train.csv", "".join(f"0,{a:.4f},{b:.4f}\n" for a, b in random.normal(size=(2000, 2))))
    new = "".join(
        f"{a:.4f},{'' if n % 4 == 0 else f'{b + 2:.4f}'}\n" for n, (a, b) in enumerate(random.normal(size=(500, 2)))
    )
    detail, files = await run(transforms, "drifted", put(server, "drift/new.csv", new))
    origin = Origin("job", "regression", f"s3://{BUCKET}/drift/train.csv", ("same", "moved"))

    drift = await results.drift(origin, files.files, reading(detail), lambda _: None)

    same, moved = drift.columns
    assert (same.name, same.verdict, same.new.missing) == ("same", "", 0)
    assert (moved.name, moved.verdict, moved.new.missing) == ("moved", "moved much", 125)
    assert moved.new.mean == pytest.approx(2, abs=0.2)
    assert moved.outside > 0
    assert moved.ks is not None
    assert same.ks is not None
    assert moved.ks > 0.6 > 0.1 > same.ks
    with pytest.raises(DataError, match="2 features, the new data 1"):
        await results.drift(origin, files.files, replace(reading(detail), input_filter="$[1:]"), lambda _: None)


async def test_a_model_is_trained_again_with_labelled_input_included(
    transforms: Transforms, results: TransformResults, embedded: Gateway, server: LocalServer
) -> None:
    labelled_input = put(server, "batch/more/new.csv", labelled(50))
    detail, files = await run(transforms, "more", labelled_input, DataProcessing={"InputFilter": "$[1:]"})
    origin = await results.origin(MODEL, ())
    assert origin == Origin(MODEL, "regression", f"s3://{BUCKET}/data/train")
    known = JobResults(detail, files, reading(detail, Labels("column", 0)), origin)
    assert retraining_problem(known) == ""

    again = await results.training_with(known)

    training = Training(embedded, lambda: Logs(embedded, 0.05), lambda: FAST)
    await training.create(clone_request(again.description, "with-more"))
    description = wait_for_end(server, "with-more")
    assert description["TrainingJobStatus"] == "Completed"
    assert any("Train matrix has 250 rows" in line for line in log_messages(server, "with-more"))


async def test_the_origin_of_a_model_that_nobody_knows(results: TransformResults, server: LocalServer) -> None:
    create_model(server, "from-elsewhere", put(server, "elsewhere.tar.gz", "anything"))
    assert await results.origin("from-elsewhere", ()) is None
    assert await results.origin("never-there", ()) is None
