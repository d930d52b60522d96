"""The forms of endpoints and models: every rule they keep, at its field; what they mean; what they cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.resources.endpoints import configure, configured, describe, serving
from tests.screens.forms import TOLD, given, hourly
from tui.drafts import Drafts
from tui.resources.endpoint_configs import Capture, ConfigVariant, EndpointConfig, Serverless
from tui.resources.endpoint_updates import DeploymentPolicy
from tui.resources.models import TrainedModel
from tui.screens.endpoint_form import Deployable, DeployForm
from tui.screens.model_flows import ModelForm
from tui.screens.priced_form import PriceBook
from tui.screens.update_form import UpdateForm

ROLE = "arn:aws:iam::123456789012:role/service-role/Execution"
TRAINED = TrainedModel("xgb-job", "image/xgb:1", "s3://artifacts/xgb/model.tar.gz", ROLE)

OLD = configure("old", configured("A", "m"), configured("B", "n"))
OTHER = configure("other", configured("A", "m", InitialVariantWeight=5.0, InitialInstanceCount=2))
LIVE = describe(OLD, ProductionVariants=[serving("A", 3.0), serving("B", 1.0)])


@pytest.fixture
async def prices() -> PriceBook:
    """Prices that have been asked for."""
    book = PriceBook(hourly, billed=True)
    await book.learn(["ml.m5.large", "ml.m5.xlarge", "ml.m4.xlarge"])
    return book


@pytest.fixture
def deploy(prices: PriceBook, tmp_path: Path) -> DeployForm:
    return DeployForm(
        Deployable(("linear",), (TRAINED,)),
        "ab",
        "ab",
        prices=prices,
        drafts=Drafts(tmp_path),
        taken={"taken"},
        taken_configs={"taken-config"},
    )


@pytest.fixture
async def update(prices: PriceBook, tmp_path: Path) -> UpdateForm:
    async def find(name: str) -> EndpointConfig | None:
        return {"other": OTHER}.get(name)

    form = UpdateForm(
        LIVE, ("other", "old", "gone"), "old-2", find=find, prices=prices, drafts=Drafts(tmp_path), taken={"taken"}
    )
    form._found = {"other": OTHER, "gone": None}
    return form


def test_what_stands_in_a_new_endpoint_at_first_is_right(deploy: DeployForm) -> None:
    assert deploy.problems(given(deploy)) == {}
    plan = deploy.plan(given(deploy), {"xgb-job": TRAINED})
    assert plan.problem == ""
    assert [(one.variant.model, one.trained) for one in plan.variants] == [("linear", None), ("xgb-job", TRAINED)]
    assert {one.variant.capacity for one in plan.variants} == {"1 × ml.m5.large"}
    assert plan.capture is None


def test_a_model_that_is_alone_has_the_usual_name(prices: PriceBook, tmp_path: Path) -> None:
    form = DeployForm(Deployable(("m",)), "m", "m", prices=prices, drafts=Drafts(tmp_path))
    assert given(form)["variants"] == "AllTraffic = m, weight 1"


def test_serverless_and_capture_become_what_they_say(deploy: DeployForm) -> None:
    serverless = given(deploy, variants="A = m", kind="serverless", memory="4096", concurrency="7")
    [variant] = deploy.plan(serverless, {}).variants
    assert variant.variant.serverless == Serverless(4096, 7)
    captured = given(deploy, capture="s3://bucket/capture", percent="20")
    assert deploy.plan(captured, {}).capture == Capture("s3://bucket/capture", 20)


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"name": ""}, "name", "The name is empty."),
        ({"name": "a" * 64}, "name", "The name has 64 characters, 63 are allowed."),
        (
            {"name": "my_endpoint"},
            "name",
            "The name may hold letters, digits and dashes, and begins and ends with a letter or a digit.",
        ),
        ({"name": "taken"}, "name", "An endpoint of that name exists already."),
        ({"config": "taken-config"}, "config", "A configuration of that name exists already."),
        ({"config": ""}, "config", "The name is empty."),
        ({"instance_type": "big"}, "instance_type", "An instance type looks like ml.m5.large."),
        ({"instance_count": "0"}, "instance_count", "A whole number from 1 to 1,000."),
        ({"instance_count": "some"}, "instance_count", "A whole number from 1 to 1,000."),
        ({"kind": "serverless", "concurrency": "0"}, "concurrency", "A whole number from 1 to 200."),
        ({"kind": "serverless"}, "variants", "A serverless endpoint has one variant only."),
        (
            {"kind": "serverless", "variants": "A = m", "capture": "s3://bucket/x"},
            "capture",
            "A serverless endpoint does not capture data.",
        ),
        ({"capture": "bucket/x"}, "capture", "An S3 address looks like s3://bucket/prefix."),
        ({"capture": "s3://bucket/x", "percent": "101"}, "percent", "A whole number from 1 to 100."),
        ({"variants": ""}, "variants", "A configuration needs a variant."),
        ({"variants": "A = m\nA = n"}, "variants", "More than one variant is called A."),
        (
            {"variants": "A = m, weight 0\nB = n, weight 0"},
            "variants",
            "All weights are 0: no variant would get any traffic.",
        ),
        ({"variants": "A = m, weight -1"}, "variants", "Line 1: A weight is not negative."),
        (
            {"variants": "A_1 = m"},
            "variants",
            "A_1: The name may hold letters, digits and dashes, and begins and ends with a letter or a digit.",
        ),
        (
            {"variants": "\n".join(f"V{place} = m" for place in range(11))},
            "variants",
            "A configuration has at most 10 variants; these are 11.",
        ),
    ],
)
def test_what_is_wrong_with_a_new_endpoint_is_said_at_its_field(
    deploy: DeployForm, changes: dict[str, str], field: str, problem: str
) -> None:
    assert deploy.problems(given(deploy, **changes)) == {field: problem}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        (
            {},
            "instance_count",
            f"$0.23/h, $168 a month, idle or not, until it is shut down. {TOLD}",
        ),
        ({"instance_type": "ml.m4.xlarge"}, "instance_count", "The price is n/a."),
        (
            {"variants": "A = m\nB = n, 3 x ml.m4.xlarge"},
            "instance_count",
            f"$0.115/h + 3 × n/a, $84 a month, idle or not, until it is shut down. {TOLD}",
        ),
        ({"kind": "serverless"}, "kind", "Billed by use, nothing while idle."),
        ({"instance_count": "many"}, "instance_count", ""),
    ],
)
def test_the_price_is_said_as_far_as_it_is_known(
    deploy: DeployForm, changes: dict[str, str], field: str, said: str
) -> None:
    assert deploy.notes(given(deploy, **changes))[field] == said


async def test_the_embedded_sagemaker_says_what_aws_would_take() -> None:
    book = PriceBook(hourly, billed=False)
    variants = [ConfigVariant("A", "m", "ml.m5.large", 2)]
    assert book.unknown(["ml.m5.large", "ml.m5.large", "big"]) == ["ml.m5.large"]
    assert book.of_variants(variants) == "Asking for the price …"
    await book.learn(["ml.m5.large"])
    assert book.unknown(["ml.m5.large"]) == []
    assert book.of_variants(variants).startswith("Costs nothing here. At AWS: $0.23/h, $168 a month")


def test_an_update_begins_with_nothing_changed(update: UpdateForm) -> None:
    assert update.problems(given(update)) == {"variants": "Nothing is changed yet."}


def test_one_thing_is_changed(update: UpdateForm) -> None:
    values = given(update)
    values["variants"] = values["variants"].replace("1 x ml.m5.large", "2 x ml.m5.xlarge", 1)
    assert update.problems(values) == {}
    assert [str(one) for one in update.differences(values)] == [
        "variant A: runs on: 1 × ml.m5.large → 2 × ml.m5.xlarge"
    ]
    assert [str(one) for one in update.resets(values)] == [
        "weight of A: 3 live, 1 in the configuration",
        "instances of A: 1 live, 2 in the configuration",
    ]
    notes = update.notes(values)
    assert notes["variants"] == "variant A: runs on: 1 × ml.m5.large → 2 × ml.m5.xlarge."
    assert notes["live"].startswith("Kept: weight of A: 3 live")
    assert update.notes(values | {"live": "reset"})["live"].startswith("Would be reset: weight of A")


def test_a_configuration_there_is_is_compared(update: UpdateForm) -> None:
    values = given(update, to="other")
    assert update.problems(values) == {}
    assert [str(one) for one in update.differences(values)] == [
        "variant A: runs on: 1 × ml.m5.large → 2 × ml.m5.large",
        "variant A: weight: 1 → 5",
        "variant B: n, 1 × ml.m5.large, weight 1 goes",
    ]
    assert update.notes(values)["to"].startswith("variant A: runs on")


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"to": "gone"}, "to", "It is gone, or may not be read."),
        ({"to": "unread"}, "to", "Reading the configuration …"),
        ({"variants": "A = other", "config": "taken"}, "config", "A configuration of that name exists already."),
        ({"variants": "A = other", "config": "a b"}, "config", "The name may hold letters, digits and dashes"),
        ({"variants": "C = other"}, "variants", "C has no instance type."),
        ({"variants": "A"}, "variants", "Line 1 is not of the form"),
        ({"to": "other", "wait": "3601"}, "wait", "A whole number of seconds up to 3,600."),
        ({"to": "other", "termination": "soon"}, "termination", "A whole number of seconds up to 3,600."),
        ({"to": "other", "policy": "canary", "step": "60"}, "step", "A canary step is 1 to 50 % of the capacity."),
        ({"to": "other", "policy": "linear", "step": "5"}, "step", "A linear step is 10 to 50 % of the capacity."),
        ({"to": "other", "policy": "rolling", "step": "x"}, "step", "A whole number of percent."),
        (
            {"to": "other", "alarms": ",".join(f"a{place}" for place in range(11))},
            "alarms",
            "At most 10 alarms can roll an update back.",
        ),
    ],
)
def test_what_is_wrong_with_an_update_is_said_at_its_field(
    update: UpdateForm, changes: dict[str, str], field: str, problem: str
) -> None:
    problems = update.problems(given(update, **changes))
    assert list(problems) == [field]
    assert problems[field].startswith(problem)


def test_live_weights_that_would_starve_the_new_variants_are_refused(prices: PriceBook, tmp_path: Path) -> None:
    starved = describe(OLD, ProductionVariants=[serving("A", 0.0), serving("B", 1.0)])

    async def find(name: str) -> EndpointConfig | None:
        return OTHER

    form = UpdateForm(starved, ("other",), "old-2", find=find, prices=prices, drafts=Drafts(tmp_path))
    form._found = {"other": OTHER}
    assert form.problems(given(form, to="other"))["live"].startswith("With the live weights none of its variants")
    assert form.problems(given(form, to="other", live="reset")) == {}


def test_an_endpoint_whose_configuration_is_gone_can_move_to_another(prices: PriceBook, tmp_path: Path) -> None:
    async def find(name: str) -> EndpointConfig | None:
        return OTHER

    form = UpdateForm(describe(None), ("other",), "config-2", find=find, prices=prices, drafts=Drafts(tmp_path))
    form._found = {"other": OTHER}
    assert form.problems(given(form, to="other")) == {}


def test_the_policy_is_what_the_fields_say(update: UpdateForm) -> None:
    values = given(
        update, to="other", policy="canary", step="20", wait="60", termination="30", alarms="too-slow, too-many-5xx,"
    )
    assert update.policy(values) == DeploymentPolicy("canary", 20, 60, 30, alarms=("too-slow", "too-many-5xx"))
    assert update.notes(values)["policy"] == "A second fleet gets a small part of the traffic first, then all of it."


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"name": "taken"}, "name", "A model of that name exists already."),
        ({"name": "-x"}, "name", "The name may hold letters"),
        ({"image": "xgboost"}, "image", "An image is given by its registry path."),
        ({"artifact": "model.tar.gz"}, "artifact", "An S3 address looks like s3://bucket/key."),
        ({"role": "me"}, "role", "The role is given by its ARN"),
    ],
)
def test_what_is_wrong_with_a_new_model_is_said_at_its_field(
    tmp_path: Path, changes: dict[str, str], field: str, problem: str
) -> None:
    form = ModelForm(TRAINED, Drafts(tmp_path), {"taken"})
    assert form.problems(given(form)) == {}
    problems = form.problems(given(form, **changes))
    assert list(problems) == [field]
    assert problems[field].startswith(problem)
