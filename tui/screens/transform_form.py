"""The runner form of a transform job: what goes in, what comes out, and what the first records become on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tui.drafts import Drafts
from tui.panes.wording import count, size
from tui.resources.algorithms import AlgorithmName
from tui.resources.training import name_problem
from tui.resources.transform_choices import MAX_RETRIES, MAX_TIMEOUT, TransformChoice, choice_problems, uri_problem
from tui.resources.transform_plans import MAX_PAYLOAD_MB, READ, InputPeek, plan_transform
from tui.resources.transform_previews import Preview, label_filter, previews, width_problem
from tui.resources.variant_lines import INSTANCE_TYPE
from tui.screens.priced_form import EarlierJob, PriceBook, PricedForm
from tui.screens.transform_fields import choice_of, transform_fields
from tui.service.errors import NotFound, ServiceError
from widgets.text import end

PEEK_SECONDS = 0.3
"""How long nothing is typed before S3 is asked what is there."""

PREVIEWED = 72
"""Characters of a record in a preview."""

Peek = Callable[[str, str], Awaitable[InputPeek]]
"""From an S3 URI and its kind to what lies there."""


@dataclass(frozen=True, slots=True)
class Container:
    """What is known of the model that will answer."""

    algorithm: AlgorithmName | None
    """None for a container that is not one of SageMaker's own."""

    features: int = 0
    """How many it was trained with; 0 where that is not known."""


class TransformForm(PricedForm):
    """Asks how a model shall predict for a whole prefix.

    It looks at the input while it is typed and proposes how to send it; what a person changed stays.
    """

    def __init__(
        self,
        title: str,
        choice: TransformChoice,
        container: Container,
        *,
        peek: Peek,
        prices: PriceBook,
        taken: frozenset[str],
        draft: str,
        drafts: Drafts,
        propose: bool = True,
        earlier: EarlierJob | None = None,
    ) -> None:
        self.prices = prices
        self._earlier = earlier
        self._container = container
        self._ask = peek
        self._taken = taken
        self._model = choice.model
        self._proposes = propose
        self._proposed: dict[str, str] = {}
        """What was last proposed, by field: what still stands there may be proposed anew."""
        self._peek: InputPeek | None = None
        self._unseen = ""
        """Why the input could not be looked at."""
        self._missing = ""
        self._reason = ""
        self._output_of = choice.name
        super().__init__(title, transform_fields(choice, container.algorithm), "Transform", draft, drafts)

    def on_mount(self) -> None:
        """Look at the input that stands there from the start."""
        self._proposed = {key: field.value for key, field in self._fields.items()}
        super().on_mount()
        self._look()

    def changed(self, key: str) -> None:
        """Another input is looked at; what depends on a field is proposed anew."""
        if key in ("input_uri", "data_type"):
            self._look()
        elif key in ("content_type", "instance_type"):
            self._propose()
        elif key == "name":
            self._follow_name()

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {
            "name": name_problem(values["name"])
            or ("A transform job of that name exists already." if values["name"] in self._taken else ""),
            "instance_type": "" if INSTANCE_TYPE.fullmatch(values["instance_type"]) else "It looks like ml.m5.large.",
            "instance_count": _whole_problem(values["instance_count"], 1, 1000),
            "max_payload": _whole_problem(values["max_payload"], 0, MAX_PAYLOAD_MB),
            "max_concurrent": _whole_problem(values["max_concurrent"] or "0", 0, MAX_PAYLOAD_MB),
            "timeout": _whole_problem(values["timeout"], 1, MAX_TIMEOUT),
            "retries": _whole_problem(values["retries"], 0, MAX_RETRIES),
        }
        problems = {key: problem for key, problem in problems.items() if problem}
        if not {"instance_count", "max_payload", "max_concurrent", "timeout", "retries"} & problems.keys():
            found = choice_problems(choice_of(values, self._model), self._container.algorithm)
            problems = found | problems
        if self._missing and "input_uri" not in problems:
            problems["input_uri"] = self._missing
        if self._peek and "compression" not in problems and (packing := _packing_problem(self._peek, values)):
            problems["compression"] = packing
        if "input_filter" not in problems and (refused := self._refused(values)):
            problems["input_filter"] = refused
        return problems

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """What was seen, what is proposed and why, what it costs, and what the first records become."""
        notes = {"name": f"{len(values['name'])} of 63 characters.", "instance_count": self._price(values)}
        if self._peek:
            notes["input_uri"] = _seen(self._peek)
            if self._reason:
                notes["strategy"] = self._reason
        elif self._unseen:
            notes["input_uri"] = f"Not checked: {self._unseen}"
        if values["max_payload"].isdecimal() and values["max_concurrent"].isdecimal():
            product = int(values["max_payload"]) * int(values["max_concurrent"])
            notes["max_concurrent"] = f"{product} of {MAX_PAYLOAD_MB} MB at a time; 0: what the container wants."
        return notes | self._said_of_records(values)

    def _price(self, values: Mapping[str, str]) -> str:
        if not values["instance_count"].isdecimal():
            return ""
        count = int(values["instance_count"])
        shared = "Files are shared out among them. " if count > 1 else ""
        return f"{shared}{self.prices.of_job(values['instance_type'], count, earlier=self._earlier)}"

    def _previews(self, values: Mapping[str, str]) -> tuple[Preview, ...]:
        """What the first records become; none while a number is none, so that there is no choice to try out."""
        numbers = (values["instance_count"], values["max_payload"], values["timeout"], values["retries"])
        if self._peek is None or not all(map(str.isdecimal, (*numbers, values["max_concurrent"] or "0"))):
            return ()
        return previews(self._peek, choice_of(values, self._model))

    def _refused(self, values: Mapping[str, str]) -> str:
        """Why the first records, as they would be sent, make the job fail."""
        features = self._container.features if self._container.algorithm else 0
        for found in self._previews(values):
            if problem := found.input_problem or width_problem(found, values["content_type"], features):
                return problem
        return ""

    def _said_of_records(self, values: Mapping[str, str]) -> dict[str, str]:
        found = self._previews(values)
        if not found:
            return {}
        sent = "\n".join(f"{_cut(one.record)}\n→ {_cut(one.sent or 'as it is')}" for one in found)
        doubt = next((one.output_problem for one in found if one.output_problem), "")
        stored = "\n".join(f"→ {_cut(one.stored)}" for one in found)
        return {
            "input_filter": f"What the model gets:\n{sent}",
            "output_filter": f"If an answer is one value: {doubt}" if doubt else f"What is stored:\n{stored}",
        }

    def _look(self) -> None:
        looking: Callable[[], Awaitable[None]] = self._look_at_input
        self.run_worker(looking, group="peek", exclusive=True)

    async def _look_at_input(self) -> None:
        await asyncio.sleep(PEEK_SECONDS)
        values = self.values
        self._peek, self._unseen, self._missing = None, "", ""
        if not uri_problem(values["input_uri"]):
            try:
                self._peek = await self._ask(values["input_uri"], values["data_type"])
            except NotFound as error:
                self._missing = error.what if error.why == "" else str(error)
            except ServiceError as error:
                self._unseen = str(error)
        self._propose()
        self.check()

    def _propose(self) -> None:
        """Put what fits the input into the fields that hold what was proposed before."""
        peek = self._peek
        if peek is None or not self._proposes:
            return
        algorithm = self._container.algorithm
        kind = peek.content_type
        if kind and (algorithm is None or kind in READ[algorithm]):
            self._put("content_type", kind)
        values = self.values
        plan = plan_transform(peek, values["content_type"], values["instance_type"])
        self._reason = plan.reason
        self._put("compression", "Gzip" if peek.compressed else "None")
        self._put("split", plan.split)
        if plan.strategy:
            self._put("strategy", plan.strategy)
        self._put("assemble", plan.assemble)
        self._put("max_payload", str(plan.max_payload))
        self._put("max_concurrent", str(plan.max_concurrent))
        self._put("input_filter", label_filter(peek, self._container.features))

    def _put(self, key: str, value: str) -> None:
        if self.values[key] == self._proposed.get(key):
            self._proposed[key] = value
            self.set_value(key, value)

    def _follow_name(self) -> None:
        """The output lies below the name of the job, until a person puts it elsewhere."""
        name, output = self.values["name"], self.values["output_uri"]
        folder, _, last = output.rpartition("/")
        if last == self._output_of and name:
            self.set_value("output_uri", f"{folder}/{name}")
            self._output_of = name


def _packing_problem(peek: InputPeek, values: Mapping[str, str]) -> str:
    if peek.compressed and values["compression"] == "None":
        return f"{peek.first_name} is compressed: choose Gzip."
    if not peek.compressed and values["compression"] == "Gzip" and peek.largest:
        return f"{peek.first_name} is not compressed: choose None."
    return ""


def _seen(peek: InputPeek) -> str:
    more = "" if peek.complete else " or more"
    columns = f", {count(peek.columns, 'column')}" if peek.columns else ""
    return f"{count(peek.objects, 'object')}{more}, {size(peek.total_size)}; the first is {peek.first_name}{columns}."


def _cut(text: str) -> str:
    return end(text, PREVIEWED)


def _whole_problem(text: str, low: int, high: int) -> str:
    return "" if text.isdecimal() and low <= int(text) <= high else f"A whole number from {low} to {high:,}."
