"""What the operations on endpoints check beyond the service model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.local.endpoint_config_requests import check_concurrency, require_traffic
from tui.local.endpoints.fleets import Capacity, Fleet, Variant
from tui.local.endpoints.rollout import alarm_names
from tui.local.endpoints.table import Endpoint, Status
from tui.local.errors import validation_error
from tui.local.request_checks import over_quota

MAX_INSTANCES = 200
"""The quota of instances of one type for all endpoints. They exist on paper: each variant is one copy of its model."""

_IN_PROGRESS = (Status.CREATING, Status.UPDATING, Status.ROLLING_BACK, Status.DELETING)


def require_settled(endpoint: Endpoint) -> None:
    """Raise ValidationException while something is being done to an endpoint."""
    if endpoint.status in _IN_PROGRESS:
        raise validation_error(f'Cannot update in-progress endpoint "{endpoint.arn}".')


def require_in_service(endpoint: Endpoint) -> Fleet:
    """What an endpoint serves; raises ValidationException when it cannot be changed."""
    require_settled(endpoint)
    if endpoint.status is Status.FAILED or endpoint.active is None:
        raise validation_error(
            f'Cannot update failed endpoint "{endpoint.arn}". The only thing to do with it is to delete it.'
        )
    return endpoint.active


def require_alarms(deployment_config: Mapping[str, Any], alarm_state: Callable[[str], str | None]) -> None:
    """Raise ValidationException when a DeploymentConfig names an alarm that does not exist."""
    missing = [name for name in alarm_names(deployment_config) if alarm_state(name) is None]
    if missing:
        raise validation_error(
            f"Could not find the CloudWatch alarms of AutoRollbackConfiguration: {', '.join(missing)}. Create them "
            "before the deployment."
        )


def require_instances(fleet: Fleet, endpoints: Iterable[Endpoint]) -> None:
    """Raise ResourceLimitExceeded when there is no room for a fleet beside those of the existing endpoints."""
    used: Counter[str] = Counter()
    for endpoint in endpoints:
        if endpoint.status is not Status.FAILED:
            for existing in (endpoint.active, endpoint.pending):
                used += _instances(existing.variants if existing is not None else ())
    for instance_type, wanted in _instances(fleet.variants).items():
        if used[instance_type] + wanted > MAX_INSTANCES:
            usage = f"{instance_type} for endpoint usage"
            raise over_quota(usage, MAX_INSTANCES, wanted, used[instance_type])


def resized(fleet: Fleet, wanted: Sequence[Mapping[str, Any]]) -> Fleet:
    """A fleet whose variants are to have the DesiredWeightsAndCapacities of a request.

    Raises AwsError: ValidationException for variants it does not have, and capacities they cannot have.
    """
    counts = Counter(item["VariantName"] for item in wanted)
    unknown = counts.keys() - {variant.name for variant in fleet.variants}
    if unknown:
        raise validation_error(
            f"The variant name(s) {_quoted(unknown)} is/are not present within endpoint configuration "
            f'"{fleet.config_name}".'
        )
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise validation_error(f"Duplicate variant names found: {_quoted(repeated)}. Name each variant once.")
    changes = {item["VariantName"]: item for item in wanted}
    changed = replace(
        fleet, variants=tuple(_resized(variant, changes.get(variant.name, {})) for variant in fleet.variants)
    )
    require_traffic(variant.desired.weight for variant in changed.production)
    return changed


def _resized(variant: Variant, wanted: Mapping[str, Any]) -> Variant:
    current = variant.current
    weight, instances = wanted.get("DesiredWeight", current.weight), wanted.get("DesiredInstanceCount")
    serverless = wanted.get("ServerlessUpdateConfig")
    if current.serverless is None:
        if serverless is not None:
            raise validation_error(f"ServerlessUpdateConfig cannot be applied to {variant.name}: it has instances.")
        if instances == 0:
            raise validation_error(f"DesiredInstanceCount of variant {variant.name} must be at least 1.")
        return replace(variant, desired=Capacity(weight, current.instances if instances is None else instances, None))
    if instances is not None:
        raise validation_error(f"DesiredInstanceCount cannot be applied to {variant.name}: it is serverless.")
    updated = {**current.serverless, **(serverless or {})}
    check_concurrency(variant.name, updated)
    return replace(variant, desired=Capacity(weight, None, updated))


def _instances(variants: Iterable[Variant]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for variant in variants:
        if variant.desired.instances is not None:
            counts[variant.specification["InstanceType"]] += variant.desired.instances
    return counts


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))
