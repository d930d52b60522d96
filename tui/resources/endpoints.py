"""Endpoints as values: a row of the list, one in full, its variants, and the statuses they go through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.resources.endpoint_configs import Capture, ConfigVariant, EndpointConfig, Serverless
from tui.resources.endpoint_metrics import Idle, Traffic
from tui.resources.models import NAME_LIMIT, NAME_PATTERN
from tui.resources.prices import Rate

CHANGING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
"""Statuses that pass by themselves."""

SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})
"""Statuses in which instances answer, and are billed."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of an endpoint as it is now: from DescribeEndpoint, with what only its configuration says."""

    name: str
    model: str
    """Empty when the configuration is gone."""

    instance_type: str
    """Empty for a serverless one, and when the configuration is gone."""

    serverless: Serverless | None
    shadow: bool
    """It gets copies of requests; its answers are thrown away."""

    weight: float
    desired_weight: float
    count: int | None
    """Instances that run; None for a serverless one."""

    desired_count: int | None
    status: str
    """`Creating`, `Updating`, `Deleting`, `ActivatingTraffic`, `Baking`; empty when nothing is being done to it."""

    status_message: str
    image: str

    @classmethod
    def from_answer(cls, variant: Mapping[str, Any], config: ConfigVariant | None, *, shadow: bool = False) -> Variant:
        """From an element of ProductionVariants in DescribeEndpoint, and of its configuration if that is known."""
        current = variant.get("CurrentWeight", 0.0)
        statuses = variant.get("VariantStatus") or [{}]
        images = variant.get("DeployedImages") or [{}]
        serverless = variant.get("DesiredServerlessConfig") or variant.get("CurrentServerlessConfig")
        count = variant.get("CurrentInstanceCount")
        return cls(
            name=variant["VariantName"],
            model=config.model if config else "",
            instance_type=config.instance_type if config else "",
            serverless=Serverless.from_answer(serverless) if serverless else config.serverless if config else None,
            shadow=shadow,
            weight=current,
            desired_weight=variant.get("DesiredWeight", current),
            count=count,
            desired_count=variant.get("DesiredInstanceCount", count),
            status=statuses[0].get("Status", ""),
            status_message=statuses[0].get("StatusMessage", ""),
            image=images[0].get("SpecifiedImage", ""),
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the list of endpoints; times are seconds since the epoch.

    The service's list knows name, ARN, status and times; the rest is learnt by other calls, and None before.
    """

    name: str
    arn: str
    status: str
    created: float
    modified: float
    config: str | None = None
    """The name of the configuration it serves."""

    variants: tuple[Variant, ...] = ()
    failure_reason: str = ""
    traffic: Traffic | None = None
    """Over the last hour."""

    idle: Idle | None = None
    rate: Rate | None = None
    """What its instances cost an hour, as far as prices are known."""

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Endpoint:
        """From an element of ListEndpoints."""
        return cls(
            name=summary["EndpointName"],
            arn=summary["EndpointArn"],
            status=summary["EndpointStatus"],
            created=summary["CreationTime"],
            modified=summary.get("LastModifiedTime", summary["CreationTime"]),
        )

    @property
    def running(self) -> bool:
        """Whether it is on its way from one status to another."""
        return self.status in CHANGING


@dataclass(frozen=True, slots=True)
class Pending:
    """What is to take the place of what an endpoint serves."""

    config: str
    variants: tuple[Variant, ...]
    started: float | None


@dataclass(frozen=True, slots=True)
class EndpointDetail:
    """Everything DescribeEndpoint says that a person looks at; `description` is the whole answer.

    While an endpoint is `Updating` it is still the old configuration and the old variants that serve; the new ones are
    `pending`.
    """

    endpoint: Endpoint
    config: EndpointConfig | None
    """None when it was deleted although the endpoint serves it: instance types and models are then unknown."""

    config_name: str
    pending: Pending | None
    capture: Capture | None
    failure_reason: str
    """Of an endpoint in service: why its last update was rolled back."""

    deployment: Mapping[str, Any]
    """The DeploymentConfig of the last update; empty when there was none."""

    description: Mapping[str, Any]

    @classmethod
    def from_descriptions(
        cls,
        description: Mapping[str, Any],
        config: EndpointConfig | None,
        pending_config: EndpointConfig | None = None,
        rate: Rate | None = None,
    ) -> EndpointDetail:
        """From the answers of DescribeEndpoint and of DescribeEndpointConfig, where those configurations exist."""
        name = description.get("EndpointConfigName", "")
        pending = description.get("PendingDeploymentSummary")
        capture = description.get("DataCaptureConfig")
        reason = description.get("FailureReason", "")
        return cls(
            endpoint=Endpoint(
                name=description["EndpointName"],
                arn=description["EndpointArn"],
                status=description["EndpointStatus"],
                created=description["CreationTime"],
                modified=description.get("LastModifiedTime", description["CreationTime"]),
                config=name,
                variants=variants_of(description, config),
                failure_reason=reason,
                rate=rate,
            ),
            config=config,
            config_name=name,
            pending=pending
            and Pending(pending["EndpointConfigName"], variants_of(pending, pending_config), pending.get("StartTime")),
            capture=Capture.from_answer(capture) if capture else None,
            failure_reason=reason,
            deployment=description.get("LastDeploymentConfig", {}),
            description=description,
        )

    @property
    def variants(self) -> tuple[Variant, ...]:
        """What serves now, shadows last."""
        return self.endpoint.variants

    @property
    def production(self) -> tuple[Variant, ...]:
        """The variants among which traffic is split."""
        return tuple(variant for variant in self.variants if not variant.shadow)

    def variant(self, name: str) -> Variant | None:
        """The variant of that name among those that serve."""
        return next((variant for variant in self.variants if variant.name == name), None)


def variants_of(described: Mapping[str, Any], config: EndpointConfig | None) -> tuple[Variant, ...]:
    """The variants in DescribeEndpoint or in its PendingDeploymentSummary, those for production first."""
    return tuple(
        Variant.from_answer(variant, config.variant(variant["VariantName"]) if config else None, shadow=shadow)
        for member, shadow in (("ProductionVariants", False), ("ShadowProductionVariants", True))
        for variant in described.get(member) or ()
    )


def name_problem(name: str) -> str:
    """What is wrong with the name of an endpoint, a configuration or a variant; empty when nothing is."""
    if not name:
        return "The name is empty."
    if len(name) > NAME_LIMIT:
        return f"The name has {len(name)} characters, {NAME_LIMIT} are allowed."
    if not NAME_PATTERN.fullmatch(name):
        return "The name may hold letters, digits and dashes, and begins and ends with a letter or a digit."
    return ""


def numbered(base: str, number: int) -> str:
    """A name with a number behind it, cut so that both fit; the first of its kind has none."""
    suffix = f"-{number}" if number > 1 else ""
    return base[: NAME_LIMIT - len(suffix)].strip("-") + suffix
