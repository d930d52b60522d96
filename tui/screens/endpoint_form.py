"""The form of a new endpoint: variants with their weights, what they run on, what is captured, what it costs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from textual.widgets import TextArea

from tui.drafts import Drafts
from tui.resources.endpoint_configs import SERVERLESS_MB, Capture, ConfigVariant, Serverless, variants_problem
from tui.resources.endpoint_deployments import DeploymentPlan, DeployVariant
from tui.resources.endpoints import name_problem
from tui.resources.models import NAME_LIMIT, TrainedModel
from tui.resources.variant_lines import GRAMMAR, INSTANCE_TYPE, read_variants, variant_text
from tui.screens.form import Field
from tui.screens.priced_form import PriceBook, PricedForm

_S3_URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?")

INSTANCES, SERVERLESS = "instances", "serverless"

_MOST_LINES = 8


class VariantsForm(PricedForm):
    """What every form asks that has variants and a price."""

    def on_mount(self) -> None:
        """A line for each variant, however long it is, and one to add another."""
        super().on_mount()
        editor = self.query_one("#field-variants", TextArea)
        editor.soft_wrap = False
        editor.styles.scrollbar_size_horizontal = 0
        editor.styles.height = min(editor.document.line_count + 1, _MOST_LINES)

    def variants(self, values: Mapping[str, str]) -> tuple[ConfigVariant, ...]:
        """The variants that the values mean.

        Raises:
            ValueError: They cannot be read; the message is a sentence for the person.
        """
        raise NotImplementedError

    def variants_problem(self, values: Mapping[str, str]) -> str:
        """What is wrong with them, as a sentence; empty when nothing is."""
        try:
            variants = self.variants(values)
        except ValueError as problem:
            return str(problem)
        names = ((one.name, name_problem(one.name)) for one in variants)
        wrong = next((f"{name}: {problem}" for name, problem in names if problem), "")
        return wrong or variants_problem(variants)

    def machines(self, values: Mapping[str, str]) -> list[str]:
        """The instance types of the variants; none while these cannot be read."""
        try:
            return [one.instance_type for one in self.variants(values) if one.instance_type]
        except ValueError:
            return []

    def price(self, values: Mapping[str, str]) -> str:
        """What the variants cost; empty while they cannot be read."""
        try:
            return self.prices.of_variants(self.variants(values))
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Deployable:
    """What an endpoint can be made of."""

    models: tuple[str, ...] = ()
    """Models that were chosen."""

    trained: tuple[TrainedModel, ...] = ()
    """Training jobs that were chosen."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names behind the variants, each once."""
        return tuple(dict.fromkeys([*self.models, *(one.job for one in self.trained)]))


class DeployForm(VariantsForm):
    """Deploys models and training jobs behind a new endpoint."""

    def __init__(
        self,
        sources: Deployable,
        name: str,
        config: str,
        *,
        prices: PriceBook,
        drafts: Drafts,
        taken: Collection[str] = (),
        taken_configs: Collection[str] = (),
    ) -> None:
        self.prices = prices
        self._sources = sources
        self._taken = taken
        self._taken_configs = taken_configs
        self._proposed_config = config
        bucket = next((uri.removeprefix("s3://").partition("/")[0] for uri in _artifacts(sources)), "your-bucket")
        super().__init__(
            f"Deploy {', '.join(sources.names)}",
            (
                Field("name", "Endpoint", name),
                Field("variants", "Variants", "\n".join(_lines(sources)), lines=True, note=f"One a line: {GRAMMAR}."),
                Field(
                    "kind",
                    "Runs on",
                    INSTANCES,
                    (("Instances: always on, real-time", INSTANCES), ("Serverless: billed by use", SERVERLESS)),
                ),
                Field("instance_type", "Instance type", "ml.m5.large"),
                Field("instance_count", "Instances", "1"),
                Field(
                    "memory",
                    "Memory",
                    str(Serverless().memory_mb),
                    tuple((f"{size} MB", str(size)) for size in SERVERLESS_MB),
                    note="Only for serverless.",
                ),
                Field("concurrency", "At once", str(Serverless().max_concurrency), note="Only for serverless."),
                Field("capture", "Capture to", "", note=f"Empty: no data capture. E.g. s3://{bucket}/capture."),
                Field("percent", "Captured", "100", note="Percent of the requests; only with data capture."),
                Field("config", "Configuration", config, note="Made for this endpoint; it never changes."),
            ),
            "Deploy",
            f"deploy {' '.join(sorted(sources.names))}",
            drafts,
        )

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        serverless = values["kind"] == SERVERLESS
        problems = {
            "name": _name_problem(values["name"], self._taken, "An endpoint"),
            "config": _name_problem(values["config"], self._taken_configs, "A configuration"),
            "capture": _capture_problem(values["capture"], serverless=serverless),
            "percent": _whole_problem(values["percent"], 1, 100) if values["capture"] else "",
        }
        if serverless:
            problems["concurrency"] = _whole_problem(values["concurrency"], 1, 200)
        else:
            problems["instance_count"] = _whole_problem(values["instance_count"], 1, 1000)
            if not INSTANCE_TYPE.fullmatch(values["instance_type"]):
                problems["instance_type"] = "An instance type looks like ml.m5.large."
        if not any(problems.get(field) for field in ("concurrency", "instance_count", "instance_type")):
            problems["variants"] = self.variants_problem(values)
        return {key: problem for key, problem in problems.items() if problem}

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """How much of the name's length is used, and what it costs."""
        price = self.price(values) if values["instance_count"].isdecimal() else ""
        return {
            "name": f"{len(values['name'])} of {NAME_LIMIT} characters.",
            "kind" if values["kind"] == SERVERLESS else "instance_count": price,
        }

    def changed(self, key: str) -> None:
        """The configuration is called like the endpoint until a person calls it otherwise."""
        values = self.values
        if key == "name" and values["config"] == self._proposed_config and values["name"] not in self._taken_configs:
            self._proposed_config = values["name"]
            self.set_value("config", values["name"])

    def variants(self, values: Mapping[str, str]) -> tuple[ConfigVariant, ...]:
        """The variants of the lines; those that do not say what they run on take what the fields below say."""
        serverless = values["kind"] == SERVERLESS
        otherwise = ConfigVariant(
            "",
            "",
            "" if serverless else values["instance_type"],
            None if serverless else int(values["instance_count"]),
            serverless=Serverless(int(values["memory"]), int(values["concurrency"])) if serverless else None,
        )
        return tuple(line.applied(otherwise) for line in read_variants(values["variants"]))

    def plan(self, values: Mapping[str, str], trained: Mapping[str, TrainedModel]) -> DeploymentPlan:
        """The deployment that the values mean; `trained` has the training jobs among what the variants name."""
        variants = tuple(
            DeployVariant(one, trained[one.model]) if one.model in trained else DeployVariant(one)
            for one in self.variants(values)
        )
        capture = Capture(values["capture"], int(values["percent"])) if values["capture"] else None
        return DeploymentPlan(values["name"], values["config"], variants, capture)


def _lines(sources: Deployable) -> list[str]:
    names = sources.names
    if len(names) == 1:
        return [variant_text(ConfigVariant("AllTraffic", names[0]))]
    return [variant_text(ConfigVariant(name, name)) for name in names]


def _artifacts(sources: Deployable) -> tuple[str, ...]:
    return tuple(one.artifact for one in sources.trained)


def _name_problem(name: str, taken: Collection[str], what: str) -> str:
    return name_problem(name) or (f"{what} of that name exists already." if name in taken else "")


def _capture_problem(uri: str, *, serverless: bool) -> str:
    if not uri:
        return ""
    if serverless:
        return "A serverless endpoint does not capture data."
    return "" if _S3_URI.fullmatch(uri) else "An S3 address looks like s3://bucket/prefix."


def _whole_problem(text: str, low: int, high: int) -> str:
    return "" if text.isdecimal() and low <= int(text) <= high else f"A whole number from {low} to {high:,}."
