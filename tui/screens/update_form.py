"""The form that moves an endpoint to another configuration: which, by what steps, and what becomes of live weights."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

from tui.drafts import Drafts
from tui.resources.config_differences import Difference, config_difference
from tui.resources.endpoint_configs import (
    Capture,
    ConfigVariant,
    EndpointConfig,
    config_request,
)
from tui.resources.endpoint_updates import (
    POLICIES,
    DeploymentPolicy,
    PolicyKind,
    Reset,
    keeps_no_traffic,
    resets,
)
from tui.resources.endpoints import EndpointDetail, name_problem
from tui.resources.variant_lines import GRAMMAR, read_variants, variant_text
from tui.screens.endpoint_form import VariantsForm
from tui.screens.form import Field
from tui.screens.priced_form import PriceBook

NEW = ""
"""In place of the name of a configuration: one that is still to be made."""

KEEP, RESET = "keep", "reset"

Find = Callable[[str], Awaitable[EndpointConfig | None]]


class UpdateForm(VariantsForm):
    """Moves an endpoint to another configuration: one there is, or the present one with something changed."""

    def __init__(
        self,
        detail: EndpointDetail,
        configs: tuple[str, ...],
        name: str,
        *,
        find: Find,
        prices: PriceBook,
        drafts: Drafts,
        taken: Collection[str] = (),
    ) -> None:
        self.prices = prices
        self._detail = detail
        self._find = find
        self._taken = taken
        self._found: dict[str, EndpointConfig | None] = {}
        """Configurations that were asked for; None for those that are not there."""

        others = tuple((config, config) for config in configs if config != detail.config_name)
        made = (("A new one, as changed below", NEW),) if detail.config else ()
        present = detail.config.variants if detail.config else ()
        super().__init__(
            f"Update {detail.endpoint.name}, which serves {detail.config_name}",
            (
                Field("to", "Configuration", made[0][1] if made else "", (*made, *others) or (("None", NEW),)),
                Field(
                    "variants",
                    "Changed",
                    "\n".join(map(variant_text, present)),
                    lines=True,
                    note=f"Change what you like: {GRAMMAR}.",
                ),
                Field("config", "New name", name),
                Field(
                    "live",
                    "Live weights",
                    KEEP,
                    (
                        ("Keep live weights and instance counts", KEEP),
                        ("Take those of the configuration", RESET),
                    ),
                ),
                Field("policy", "Traffic moves", "all at once", tuple((kind, kind) for kind in POLICIES)),
                Field("step", "Step", "10", note="Percent of the capacity: canary, linear step, or rolling batch."),
                Field("wait", "Wait", "0", note="Seconds between the steps, while the alarms are watched."),
                Field("termination", "Old fleet stays", "0", note="Seconds, paid for, once the new one has all."),
                Field("alarms", "Roll back on", "", note="CloudWatch alarms, separated by commas; empty: none."),
            ),
            "Look at the difference",
            f"update {detail.endpoint.name} from {detail.config_name}",
            drafts,
        )

    def variants(self, values: Mapping[str, str]) -> tuple[ConfigVariant, ...]:
        """The variants of the chosen configuration, or of the new one."""
        if values["to"] != NEW:
            found = self._found.get(values["to"])
            return found.variants if found else ()
        known = {one.name: one for one in self._detail.config.variants} if self._detail.config else {}
        return tuple(
            line.applied(known.get(line.name) or ConfigVariant(line.name, line.model))
            for line in read_variants(values["variants"])
        )

    def target(self, values: Mapping[str, str]) -> EndpointConfig | None:
        """The configuration that the values mean; None while it is not known, or cannot be."""
        if values["to"] != NEW:
            return self._found.get(values["to"])
        try:
            variants = self.variants(values)
        except ValueError:
            return None
        request = config_request(values["config"], variants, self._capture, self._detail.config)
        return EndpointConfig.from_description(request | {"EndpointConfigArn": "", "CreationTime": 0.0})

    @property
    def _capture(self) -> Capture | None:
        return self._detail.config.capture if self._detail.config else None

    def policy(self, values: Mapping[str, str]) -> DeploymentPolicy:
        """By what steps traffic moves."""
        alarms = tuple(name for part in values["alarms"].split(",") if (name := part.strip()))
        return DeploymentPolicy(
            policy_named(values["policy"]),
            int(values["step"]) if _has_steps(values) else 10,
            int(values["wait"]),
            int(values["termination"]),
            alarms=alarms,
        )

    def differences(self, values: Mapping[str, str]) -> tuple[Difference, ...]:
        """In what the configuration differs from that which serves."""
        target = self.target(values)
        return config_difference(self._detail.config, target) if self._detail.config and target else ()

    def resets(self, values: Mapping[str, str]) -> tuple[Reset, ...]:
        """The live settings that the configuration says otherwise."""
        target = self.target(values)
        return resets(self._detail, target) if target else ()

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {
            "to": self._target_problem(values),
            "live": self._live_problem(values),
            **{field: _seconds_problem(values[field]) for field in ("wait", "termination")},
        }
        if values["to"] == NEW:
            taken = "A configuration of that name exists already." if values["config"] in self._taken else ""
            problems |= {
                "config": name_problem(values["config"]) or taken,
                "variants": self.variants_problem(values) or self._unchanged(values),
            }
        if _has_steps(values) and not values["step"].isdecimal():
            problems["step"] = "A whole number of percent."
        elif not any(problems[field] for field in ("wait", "termination")):
            problems["step" if _has_steps(values) else "alarms"] = self.policy(values).problem
        return {key: problem for key, problem in problems.items() if problem}

    def notes(self, values: Mapping[str, str]) -> dict[str, str]:
        """What would change, what would be reset, what it would cost."""
        notes = {"policy": f"{POLICIES[policy_named(values['policy'])]}.".capitalize()}
        changes = "; ".join(map(str, self.differences(values)))
        if changes:
            notes["variants" if values["to"] == NEW else "to"] = f"{changes}."
        if values["to"] != NEW:
            notes["variants"] = "Only for a new configuration."
        found = "; ".join(map(str, self.resets(values)))
        if found and values["live"] == KEEP:
            notes["live"] = f"Kept: {found}."
        elif found:
            notes["live"] = f"Would be reset: {found}."
        notes["config"] = self.price(values)
        return notes

    def changed(self, key: str) -> None:
        """Another configuration is looked at."""
        if key == "to" and (name := self.values["to"]) != NEW and name not in self._found:
            look: Callable[[], Awaitable[None]] = partial(self._look_at, name)
            self.run_worker(look, group="config", exclusive=True)

    def on_mount(self) -> None:
        """A draft may have chosen a configuration."""
        super().on_mount()
        self.changed("to")

    async def _look_at(self, name: str) -> None:
        self._found[name] = await self._find(name)
        self.check()

    def _target_problem(self, values: Mapping[str, str]) -> str:
        name = values["to"]
        if name == NEW:
            return "" if self._detail.config else "There is no other configuration."
        if name not in self._found:
            return "Reading the configuration …"
        return "" if self._found[name] else "It is gone, or may not be read."

    def _live_problem(self, values: Mapping[str, str]) -> str:
        target = self.target(values)
        if values["live"] == KEEP and target and keeps_no_traffic(self._detail, target):
            return "With the live weights none of its variants would get any traffic: take those of the configuration."
        return ""

    def _unchanged(self, values: Mapping[str, str]) -> str:
        return "" if self.differences(values) else "Nothing is changed yet."


def policy_named(name: str) -> PolicyKind:
    """The policy behind a choice of the form."""
    return next((kind for kind in POLICIES if kind == name), "all at once")


def _has_steps(values: Mapping[str, str]) -> bool:
    return policy_named(values["policy"]) != "all at once"


def _seconds_problem(text: str) -> str:
    return "" if text.isdecimal() and int(text) <= 3600 else "A whole number of seconds up to 3,600."
