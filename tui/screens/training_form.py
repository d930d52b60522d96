"""The quick form of a training job: on a data set, or as a copy of another job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tui.drafts import Drafts
from tui.resources.algorithms import (
    ALGORITHMS,
    AlgorithmName,
    TrainingChoice,
    clone_request,
    default_hyperparameters,
    free_name,
    training_request,
)
from tui.resources.datasets import UploadedDataset
from tui.resources.training import TrainingJobDetail, name_problem
from tui.resources.variant_lines import INSTANCE_TYPE
from tui.screens.form import Field
from tui.screens.priced_form import EarlierJob, PriceBook, PricedForm

_ROLE = re.compile(r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")


class TrainingForm(PricedForm):
    """What both doors to a training job ask: its name, its hyperparameters, its machines."""

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        draft: str,
        drafts: Drafts,
        *,
        taken: frozenset[str],
        prices: PriceBook,
    ) -> None:
        self._taken = taken
        self.prices = prices
        super().__init__(title, fields, "Train", draft, drafts)

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {
            "name": name_problem(values["name"]) or self._taken_problem(values["name"]),
            "hyperparameters": _hyperparameters_problem(values["hyperparameters"]),
            **machine_problems(values),
        }
        return {key: problem for key, problem in problems.items() if problem}

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """How much of the name's length is used, and what the machines cost."""
        return {"name": f"{len(values['name'])} of 63 characters.", "instance_count": self.price(values)}

    def price(self, values: Mapping[str, str]) -> str:
        """What the job costs, in sentences; empty while its machines or its limit are no numbers."""
        if not (values["instance_count"].isdecimal() and values["max_runtime"].isdecimal()):
            return ""
        return self.cost(values["instance_type"], int(values["instance_count"]), int(values["max_runtime"]))

    def cost(self, instance_type: str, count: int, minutes: int) -> str:
        """What so many instances cost in at most so many minutes."""
        return self.prices.of_job(instance_type, count, hours=count * minutes / 60)

    def _taken_problem(self, name: str) -> str:
        return "A training job of that name exists already." if name in self._taken else ""


class NewTrainingForm(TrainingForm):
    """Trains a built-in algorithm on a data set."""

    def __init__(
        self,
        dataset: UploadedDataset,
        roles: tuple[str, ...],
        taken: frozenset[str],
        drafts: Drafts,
        *,
        prices: PriceBook,
    ) -> None:
        manifest = dataset.manifest
        self._dataset = dataset
        super().__init__(
            f"Train on {manifest.name}: predict {manifest.label} ({manifest.task})",
            (
                Field("name", "Name", free_name(f"{manifest.name}-xgboost", taken)),
                Field("algorithm", "Algorithm", "xgboost", tuple((title, key) for key, title in ALGORITHMS.items())),
                Field(
                    "hyperparameters",
                    "Hyperparameters",
                    _as_lines(default_hyperparameters("xgboost", manifest)),
                    lines=True,
                ),
                *machine_fields("ml.m5.large", "1", "60"),
                role_field(roles),
            ),
            f"train on {dataset.bucket} {manifest.name}",
            drafts,
            taken=taken,
            prices=prices,
        )

    def changed(self, key: str) -> None:
        """Another algorithm has other hyperparameters."""
        if key == "algorithm":
            algorithm = algorithm_named(self.values["algorithm"])
            defaults = {name: default_hyperparameters(name, self._dataset.manifest) for name in ALGORITHMS}
            # What a person typed for this algorithm stays; what stands there for another one goes.
            if hyperparameters_of(self.values["hyperparameters"]) in (
                values for name, values in defaults.items() if name != algorithm
            ):
                self.set_value("hyperparameters", _as_lines(defaults[algorithm]))
                self.set_value("name", free_name(f"{self._dataset.manifest.name}-{algorithm}", self._taken))


class CloneForm(TrainingForm):
    """Runs a job again, with what a person changes."""

    def __init__(self, detail: TrainingJobDetail, taken: frozenset[str], drafts: Drafts, *, prices: PriceBook) -> None:
        self._detail = detail
        request = clone_request(detail.description, detail.job.name)
        stopping = request.get("StoppingCondition", {})
        super().__init__(
            f"Run {detail.job.name} again",
            (
                Field("name", "Name", free_name(detail.job.name, taken)),
                Field("hyperparameters", "Hyperparameters", _as_lines(request.get("HyperParameters", {})), lines=True),
                *machine_fields(
                    detail.instance_type or "ml.m5.large",
                    str(detail.instance_count or 1),
                    str(max(1, stopping.get("MaxRuntimeInSeconds", 86400) // 60)),
                ),
            ),
            f"run again {detail.job.name}",
            drafts,
            taken=taken,
            prices=prices,
        )

    def cost(self, instance_type: str, count: int, minutes: int) -> str:
        """Likewise, with what the other job took and what else of its request is a matter of money."""
        detail, description = self._detail, self._detail.description
        earlier = None
        if detail.billable_seconds and detail.job.ended is not None:
            earlier = EarlierJob(detail.job.name, detail.instance_type, detail.instance_count, detail.billable_seconds)
        warm = description.get("ResourceConfig", {}).get("KeepAlivePeriodInSeconds", 0) / 60
        said = [self.prices.of_job(instance_type, count, hours=count * (minutes + warm) / 60, earlier=earlier)]
        if warm:
            said.append(f"That counts the {warm:g} minutes for which it keeps its machines.")
        if description.get("EnableManagedSpotTraining"):
            said.append("It is managed spot, which costs less: AWS lists no price for that.")
        return " ".join(filter(None, said))


def request_of_new(values: Mapping[str, str], dataset: UploadedDataset, image: str, output_uri: str) -> dict[str, Any]:
    """The request that the values of the form mean."""
    return training_request(
        TrainingChoice(
            name=values["name"],
            dataset=dataset,
            algorithm=algorithm_named(values["algorithm"]),
            image=image,
            role_arn=values["role"],
            output_uri=output_uri,
            hyperparameters=hyperparameters_of(values["hyperparameters"]),
            instance_type=values["instance_type"],
            instance_count=int(values["instance_count"]),
            max_runtime_seconds=int(values["max_runtime"]) * 60,
        )
    )


def request_of_clone(values: Mapping[str, str], detail: TrainingJobDetail) -> dict[str, Any]:
    """The request of the other job with what the person changed."""
    request = clone_request(detail.description, values["name"])
    request["HyperParameters"] = hyperparameters_of(values["hyperparameters"])
    resources = {
        "InstanceType": values["instance_type"],
        "InstanceCount": int(values["instance_count"]),
    }
    request["ResourceConfig"] = {**request.get("ResourceConfig", {}), **resources}
    stopping = {"MaxRuntimeInSeconds": int(values["max_runtime"]) * 60}
    request["StoppingCondition"] = {**request.get("StoppingCondition", {}), **stopping}
    return request


def algorithm_named(name: str) -> AlgorithmName:
    """The algorithm behind a choice of the form."""
    return "linear-learner" if name == "linear-learner" else "xgboost"


def hyperparameters_of(text: str) -> dict[str, str]:
    """The hyperparameters in lines of `name = value`."""
    pairs = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _hyperparameters_problem(text: str) -> str:
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            return f"Line {number} is not of the form name = value."
        if name in seen:
            return f"Line {number} names {name} again."
        if len(name) > 256 or len(value) > 2500:
            return f"Line {number} is too long: 256 characters for a name, 2,500 for a value."
        seen.add(name)
    return "" if len(seen) <= 100 else f"There are {len(seen)} hyperparameters, 100 are allowed."


def _whole_problem(text: str, low: int, high: int, what: str) -> str:
    if text.isdecimal() and low <= int(text) <= high:
        return ""
    return f"A whole number of {what} from {low} to {high:,}."


def _as_lines(hyperparameters: Mapping[str, str]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in hyperparameters.items())


def machine_fields(instance_type: str, instance_count: str, minutes: str) -> tuple[Field, ...]:
    """What is asked about the machines of a training job."""
    return (
        Field("instance_type", "Instance type", instance_type),
        Field("instance_count", "Instances", instance_count),
        Field("max_runtime", "At most", minutes, note="Minutes after which the job is stopped; it keeps its model."),
    )


def role_field(roles: tuple[str, ...]) -> Field:
    """The execution role, to be chosen where the roles are known, else to be typed."""
    return Field("role", "Role", roles[0] if roles else "", tuple((arn.rsplit("/", 1)[-1], arn) for arn in roles))


def machine_problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with machines and role, by field; empty where nothing is."""
    problems = {
        "instance_type": ""
        if INSTANCE_TYPE.fullmatch(values["instance_type"])
        else "An instance type looks like ml.m5.large.",
        "instance_count": _whole_problem(values["instance_count"], 1, 1000, "instances"),
        "max_runtime": _whole_problem(values["max_runtime"], 1, 28 * 24 * 60, "minutes"),
    }
    if "role" in values:
        problems["role"] = role_problem(values["role"])
    return problems


def role_problem(role: str) -> str:
    """What is wrong with an execution role; empty when nothing is."""
    if _ROLE.fullmatch(role):
        return ""
    return "The role is given by its ARN, e.g. arn:aws:iam::123456789012:role/SageMakerRole."
