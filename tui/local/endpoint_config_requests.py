"""What CreateEndpointConfig checks beyond the service model, and the defaults it fills in."""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.local.errors import validation_error
from tui.local.request_checks import refuse, require_role, require_s3_uri
from tui.local.settings import Settings

_NOT_HERE = {
    "AsyncInferenceConfig": "asynchronous inference",
    "ExplainerConfig": "explanations",
    "CrossRegionTrafficConfig": "traffic across regions",
}
_NOT_HERE_IN_VARIANT = {
    "InstancePools": "pools of instance types",
    "AcceleratorType": "elastic inference",
    "CapacityReservationConfig": "capacity reservations",
    "AcceleratorPartitionLayouts": "partitions of accelerators",
}
_INSTANCE_MEMBERS = ("InitialInstanceCount", "InstanceType", "VolumeSizeInGB")
_MEMORY_STEP = 1024


def accepted_request(request: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The request with the service's defaults filled in, without Tags; whether its models exist is for the caller.

    What changes nothing on one machine is accepted and described back: volumes, time-outs, routing among instances,
    encryption, network, core dumps, the detail of metrics. What cannot be done is refused.

    Raises AwsError: ValidationException.
    """
    accepted = {name: copy.deepcopy(value) for name, value in request.items() if name != "Tags"}
    refuse(accepted, _NOT_HERE)
    if "ExecutionRoleArn" in accepted:
        require_role(accepted["ExecutionRoleArn"], settings)
    production = accepted["ProductionVariants"]
    shadows = accepted.get("ShadowProductionVariants", [])
    _check_names([*production, *shadows])
    if shadows and (len(production), len(shadows)) != (1, 1):
        raise validation_error(
            "With ShadowProductionVariants you can specify one variant for ProductionVariants and one variant for "
            f"ShadowProductionVariants only, not {len(production)} and {len(shadows)}."
        )
    for variant in [*production, *shadows]:
        _check_variant(variant)
    require_traffic(variant["InitialVariantWeight"] for variant in production)
    _check_serverless(accepted, [*production, *shadows])
    capture = accepted.get("DataCaptureConfig")
    if capture is not None:
        require_s3_uri(capture["DestinationS3Uri"], "DestinationS3Uri of DataCaptureConfig")
        capture.setdefault("EnableCapture", True)
    accepted.setdefault("EnableNetworkIsolation", False)
    return accepted


def require_traffic(weights: Iterable[float]) -> None:
    """Raise ValidationException unless the weights of the production variants share out all traffic."""
    if not 0 < (total := sum(weights)) < math.inf:
        raise validation_error(
            f"The sum of the weights of all production variants must be a number greater than 0; it is {total:g}."
        )


def check_concurrency(variant: str, serverless: Mapping[str, Any]) -> None:
    """Raise ValidationException when a serverless configuration provisions more than it allows."""
    if serverless.get("ProvisionedConcurrency", 0) > serverless["MaxConcurrency"]:
        raise validation_error(
            f"ProvisionedConcurrency {serverless['ProvisionedConcurrency']} of variant {variant} must be less than or "
            f"equal to its MaxConcurrency {serverless['MaxConcurrency']}."
        )


def _check_names(variants: Sequence[Mapping[str, Any]]) -> None:
    counts = Counter(variant["VariantName"] for variant in variants)
    repeated = [name for name, count in counts.items() if count > 1]
    if repeated:
        raise validation_error(f"Duplicate variant names found: {', '.join(repeated)}. Variant names must be unique.")


def _check_variant(variant: dict[str, Any]) -> None:
    name = variant["VariantName"]
    refuse(variant, _NOT_HERE_IN_VARIANT)
    if variant.get("ManagedInstanceScaling", {}).get("Status") == "ENABLED":
        raise validation_error(
            f"ManagedInstanceScaling of variant {name} is not available: this embedded SageMaker does not scale by "
            "itself."
        )
    if "ModelName" not in variant:
        raise validation_error(
            f"ModelName of variant {name} is required: this embedded SageMaker does not do inference components."
        )
    variant.setdefault("InitialVariantWeight", 1.0)
    serverless = variant.get("ServerlessConfig")
    if serverless is None:
        for member in ("InitialInstanceCount", "InstanceType"):
            if member not in variant:
                raise validation_error(f"{member} of variant {name} is required unless it has a ServerlessConfig.")
        return
    for member in _INSTANCE_MEMBERS:
        if member in variant:
            raise validation_error(f"You must not specify both ServerlessConfig and {member} for variant {name}.")
    if serverless["MemorySizeInMB"] % _MEMORY_STEP:
        raise validation_error(
            f"MemorySizeInMB {serverless['MemorySizeInMB']} of variant {name} must be one of 1024, 2048, 3072, 4096, "
            "5120 and 6144."
        )
    check_concurrency(name, serverless)


def _check_serverless(request: Mapping[str, Any], variants: Sequence[Mapping[str, Any]]) -> None:
    """The features that serverless endpoints do not have."""
    if not any("ServerlessConfig" in variant for variant in variants):
        return
    if len(variants) > 1:
        raise validation_error("A serverless endpoint has one production variant and no shadow variant.")
    if "DataCaptureConfig" in request:
        raise validation_error("A serverless endpoint does not capture data: leave DataCaptureConfig out.")
