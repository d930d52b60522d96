"""The form of a tuning job: every rule it keeps, at its field."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.panes.scripted import detail as detail_of
from tests.panes.scripted import job, uploaded
from tests.panes.scripted_tuning import JOBS, tuning_detail
from tests.screens.forms import TOLD, given, hourly
from tui.drafts import Drafts
from tui.resources.tuning import Objective
from tui.resources.tuning_choices import tuning_request
from tui.screens.priced_form import PriceBook
from tui.screens.tuning_doors import JobTuningForm, NewTuningForm, TuningCloneForm
from tui.screens.tuning_fields import choice_of

ROLE = "arn:aws:iam::123456789012:role/service-role/Execution"


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path)


@pytest.fixture
def prices() -> PriceBook:
    return PriceBook(hourly, billed=True)


@pytest.fixture
def form(drafts: Drafts, prices: PriceBook) -> NewTuningForm:
    return NewTuningForm(uploaded("diabetes"), (ROLE,), ("parent",), frozenset({"taken"}), drafts, prices=prices)


def test_what_stands_there_at_first_is_right(form: NewTuningForm) -> None:
    assert form.problems(given(form)) == {}


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"name": "a" * 33}, "name", "The name has 33 characters, 32 are allowed."),
        ({"name": "taken"}, "name", "A tuning job of that name exists already."),
        (
            {"strategy": "Grid"},
            "hyperparameters",
            "Grid takes categorical ranges only: write eta as a list of values, {1, 2, 3}.",
        ),
        (
            {"strategy": "Grid", "hyperparameters": "eta = {0.1, 0.2}\nmax_depth = {3, 4, 5}", "jobs": "5"},
            "jobs",
            "A grid has as many training jobs as its lists have combinations: 6.",
        ),
        (
            {"hyperparameters": "eta = 0 .. 1 log"},
            "hyperparameters",
            "Line 1, eta: logarithmic scaling needs a lower bound above 0; it is 0.",
        ),
        (
            {"hyperparameters": "\n".join(f"p{number} = 0 .. 1" for number in range(31))},
            "hyperparameters",
            "There are 31 ranges, 30 are allowed.",
        ),
        (
            {"objective": "validation:auc"},
            "objective",
            "With these hyperparameters the algorithm does not compute validation:auc; it computes validation:rmse.",
        ),
        ({"objective": ""}, "objective", "Which metric shall be optimised? E.g. validation:rmse."),
        ({"jobs": "2", "parallel": "3"}, "parallel", "There are only 2 training jobs in all."),
        (
            {"hyperparameters": "eta = 0.5 .. 0.1"},
            "hyperparameters",
            "Line 1, eta: the lower bound 0.5 must be below the upper bound 0.1.",
        ),
        ({"hyperparameters": "eta = low .. 1"}, "hyperparameters", "Line 1, eta: the bound 'low' is not a number."),
        ({"jobs": "0"}, "jobs", "A whole number of training jobs from 1 to 750."),
        (
            {"strategy": "Hyperband"},
            "resource",
            "Hyperband needs the least and the most epochs or rounds of a trial, as whole numbers from 1.",
        ),
        (
            {"strategy": "Hyperband", "resource": "1 .. 9", "early_stopping": "Auto"},
            "early_stopping",
            "Hyperband stops trials by its own rule: early stopping must be off.",
        ),
        ({"target": "good"}, "target", "A number, or nothing."),
        ({"not_improving": "2"}, "not_improving", "A whole number from 3, or nothing."),
        ({"instance_type": "big"}, "instance_type", "An instance type looks like ml.m5.large."),
    ],
)
def test_each_rule_is_told_at_its_field(form: NewTuningForm, changes: dict[str, str], field: str, problem: str) -> None:
    assert form.problems(given(form, **changes))[field] == problem


def test_the_direction_is_the_metrics_own(form: NewTuningForm) -> None:
    auc = "eta = 0.1 .. 0.5\nobjective = binary:logistic\neval_metric = auc"
    values = given(form, hyperparameters=auc, objective="validation:auc")
    assert form.problems(values) == {}
    assert form.objective(values) == Objective("validation:auc", maximize=True)
    assert form.objective(given(form)) == Objective("validation:rmse", maximize=False)


async def test_the_forecast_says_what_it_may_take(form: NewTuningForm, prices: PriceBook) -> None:
    values = given(form, jobs="20", parallel="3", instance_count="2", max_runtime="30")
    sentence = (
        "20 training jobs on 2 × ml.m5.large, 3 at a time, at most 30 minutes each: "
        "at the very most 20.0 instance-hours."
    )
    assert form.notes(values)["max_runtime"] == f"{sentence} Asking for the price …"
    await prices.learn(["ml.m5.large", "ml.none.large"])
    cost = f"$0.69/h, at most $2.30 in all. {TOLD}"
    assert form.notes(values)["max_runtime"] == f"{sentence} {cost}"
    prices.billed = False
    assert form.notes(values)["max_runtime"] == f"{sentence} Costs nothing here. At AWS: {cost}"
    prices.billed = True
    assert form.notes(values | {"instance_type": "ml.none.large"})["max_runtime"].endswith("hours. The price is n/a.")
    assert form.notes(values | {"instance_type": "big"})["max_runtime"].endswith("20.0 instance-hours.")


def test_a_search_comes_back_whole_in_the_form_of_its_clone(drafts: Drafts, prices: PriceBook) -> None:
    detail = tuning_detail(JOBS[0])
    form = TuningCloneForm(detail, detail.hyperparameters, (), frozenset({detail.job.name}), drafts, prices=prices)
    values = given(form)
    assert form.problems(values) == {}
    assert values["name"] == "boston-tune-3"
    request = tuning_request(choice_of(values, form.objective(values), detail.description["TrainingJobDefinition"]))
    config, own = request["HyperParameterTuningJobConfig"], detail.description["HyperParameterTuningJobConfig"]
    assert config["ResourceLimits"] == own["ResourceLimits"]
    assert config["HyperParameterTuningJobObjective"] == own["HyperParameterTuningJobObjective"]
    assert config["TrainingJobEarlyStoppingType"] == "Auto"
    assert request["TrainingJobDefinition"]["StaticHyperParameters"] == {"gamma": "4"}


def test_what_a_training_job_was_given_is_where_a_search_begins(drafts: Drafts, prices: PriceBook) -> None:
    trained = detail_of(job("boston-xgboost", "Completed", 300))
    form = JobTuningForm(trained, (), frozenset(), drafts, prices=prices)
    values = given(form)
    assert form.problems(values) == {}
    assert values["name"] == "boston-xgboost-tune"
    assert "eta = 0.1 .. 0.5" in values["hyperparameters"]
    assert "num_round = 200" in values["hyperparameters"]
    assert values["objective"] == "validation:rmse"
