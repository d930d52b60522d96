"""Endpoint configurations as values: what an endpoint is to serve, and on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_VARIANTS = 10

SERVERLESS_MB = (1024, 2048, 3072, 4096, 5120, 6144)
"""Memory sizes of serverless variants."""

CaptureMode = Literal["Input", "Output", "InputAndOutput"]

READ_ONLY = frozenset({"EndpointConfigName", "EndpointConfigArn", "CreationTime"})
"""What DescribeEndpointConfig says that CreateEndpointConfig must not be told, or is told anew."""


@dataclass(frozen=True, slots=True)
class Serverless:
    """Capacity without instances, billed by use."""

    memory_mb: int = 2048
    max_concurrency: int = 5
    provisioned: int = 0
    """Concurrency that is kept warm; 0 for none."""

    @classmethod
    def from_answer(cls, config: Mapping[str, Any]) -> Serverless:
        """From a ServerlessConfig."""
        return cls(config["MemorySizeInMB"], config["MaxConcurrency"], config.get("ProvisionedConcurrency", 0))

    def to_request(self) -> dict[str, Any]:
        """The members of ServerlessConfig."""
        provisioned = {"ProvisionedConcurrency": self.provisioned} if self.provisioned else {}
        return {"MemorySizeInMB": self.memory_mb, "MaxConcurrency": self.max_concurrency} | provisioned

    def __str__(self) -> str:
        warm = f", {self.provisioned} warm" if self.provisioned else ""
        return f"serverless, {self.memory_mb} MB, {self.max_concurrency} at once{warm}"


@dataclass(frozen=True, slots=True)
class Capture:
    """Which part of the requests and answers is written to S3."""

    uri: str
    percent: int = 100
    modes: tuple[CaptureMode, ...] = ("Input", "Output")
    enabled: bool = True

    @classmethod
    def from_answer(cls, config: Mapping[str, Any]) -> Capture:
        """From the DataCaptureConfig of an endpoint configuration, or the summary in DescribeEndpoint."""
        return cls(
            uri=config["DestinationS3Uri"],
            percent=config.get("InitialSamplingPercentage", config.get("CurrentSamplingPercentage", 0)),
            modes=tuple(option["CaptureMode"] for option in config.get("CaptureOptions", ())),
            enabled=config.get("EnableCapture", True),
        )

    def to_request(self) -> dict[str, Any]:
        """The members of DataCaptureConfig; CSV and JSON bodies are kept readable."""
        return {
            "EnableCapture": self.enabled,
            "InitialSamplingPercentage": self.percent,
            "DestinationS3Uri": self.uri,
            "CaptureOptions": [{"CaptureMode": mode} for mode in self.modes],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
        }

    def __str__(self) -> str:
        return f"{self.percent} % to {self.uri}" if self.enabled else "off"


@dataclass(frozen=True, slots=True)
class ConfigVariant:
    """One variant of a configuration: a model, and what it runs on."""

    name: str
    model: str
    """Empty where inference components bring the models."""

    instance_type: str = ""
    """Empty for a serverless one."""

    count: int | None = None
    """Instances at the beginning; None for a serverless one."""

    weight: float = 1.0
    serverless: Serverless | None = None
    shadow: bool = False
    specification: Mapping[str, Any] = field(default_factory=dict)
    """The whole of it as the service describes it; what this class does not know is kept when it is copied."""

    @classmethod
    def from_answer(cls, variant: Mapping[str, Any], *, shadow: bool = False) -> ConfigVariant:
        """From an element of ProductionVariants or ShadowProductionVariants."""
        serverless = variant.get("ServerlessConfig")
        return cls(
            name=variant["VariantName"],
            model=variant.get("ModelName", ""),
            instance_type=variant.get("InstanceType", ""),
            count=variant.get("InitialInstanceCount"),
            weight=variant.get("InitialVariantWeight", 1.0),
            serverless=Serverless.from_answer(serverless) if serverless else None,
            shadow=shadow,
            specification=variant,
        )

    def to_request(self) -> dict[str, Any]:
        """The members of a ProductionVariant."""
        known = {"VariantName", "ModelName", "InstanceType", "InitialInstanceCount", "ServerlessConfig"}
        members = {name: value for name, value in self.specification.items() if name not in known}
        members |= {"VariantName": self.name, "InitialVariantWeight": self.weight}
        if self.model:
            members["ModelName"] = self.model
        if self.serverless:
            return members | {"ServerlessConfig": self.serverless.to_request()}
        return members | {"InstanceType": self.instance_type, "InitialInstanceCount": self.count or 1}

    @property
    def capacity(self) -> str:
        """What it runs on, e.g. `2 × ml.m5.large`."""
        return str(self.serverless) if self.serverless else f"{self.count} × {self.instance_type}"


@dataclass(frozen=True, slots=True)
class ConfigSummary:
    """One row of the list of endpoint configurations; `created` in seconds since the epoch."""

    name: str
    arn: str
    created: float

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> ConfigSummary:
        """From an element of ListEndpointConfigs."""
        return cls(summary["EndpointConfigName"], summary["EndpointConfigArn"], summary["CreationTime"])

    @property
    def running(self) -> bool:
        """Never: a configuration does not change."""
        return False


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    """Everything DescribeEndpointConfig says that a person looks at; `description` is the whole answer."""

    name: str
    arn: str
    created: float
    variants: tuple[ConfigVariant, ...]
    """Those for production, then the shadow if there is one."""

    capture: Capture | None
    asynchronous: bool
    description: Mapping[str, Any]

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> EndpointConfig:
        """From the answer of DescribeEndpointConfig."""
        capture = description.get("DataCaptureConfig")
        variants = [ConfigVariant.from_answer(variant) for variant in description["ProductionVariants"]]
        variants += [
            ConfigVariant.from_answer(variant, shadow=True)
            for variant in description.get("ShadowProductionVariants", ())
        ]
        return cls(
            name=description["EndpointConfigName"],
            arn=description["EndpointConfigArn"],
            created=description["CreationTime"],
            variants=tuple(variants),
            capture=Capture.from_answer(capture) if capture else None,
            asynchronous="AsyncInferenceConfig" in description,
            description=description,
        )

    def variant(self, name: str) -> ConfigVariant | None:
        """The variant of that name."""
        return next((variant for variant in self.variants if variant.name == name), None)

    @property
    def models(self) -> tuple[str, ...]:
        """The models it names, each once."""
        return tuple(dict.fromkeys(variant.model for variant in self.variants if variant.model))


def config_request(
    name: str,
    variants: Sequence[ConfigVariant],
    capture: Capture | None = None,
    like: EndpointConfig | None = None,
) -> dict[str, Any]:
    """The members of CreateEndpointConfig; what is not given is as in `like`, if there is one."""
    request = {key: value for key, value in like.description.items() if key not in READ_ONLY} if like else {}
    request |= {
        "EndpointConfigName": name,
        "ProductionVariants": [variant.to_request() for variant in variants if not variant.shadow],
    }
    request.pop("ShadowProductionVariants", None)
    if shadows := [variant.to_request() for variant in variants if variant.shadow]:
        request["ShadowProductionVariants"] = shadows
    if like is None or capture != like.capture:
        request.pop("DataCaptureConfig", None)
        if capture:
            request["DataCaptureConfig"] = capture.to_request()
    return request


def variants_problem(variants: Sequence[ConfigVariant]) -> str:
    """Why the service would refuse these variants together, as a sentence; empty when it would not."""
    production = [variant for variant in variants if not variant.shadow]
    names = [variant.name for variant in variants]
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    shadows = len(variants) - len(production)
    problems = {
        "A configuration needs a variant.": not production,
        f"A configuration has at most {MAX_VARIANTS} variants; these are {len(variants)}.": len(names) > MAX_VARIANTS,
        f"More than one variant is called {' and '.join(repeated)}.": bool(repeated),
        "A shadow variant goes with exactly one other variant.": shadows and (len(production), shadows) != (1, 1),
        "A serverless endpoint has one variant only.": len(names) > 1 and any(one.serverless for one in variants),
        "All weights are 0: no variant would get any traffic.": not any(one.weight > 0 for one in production),
    }
    found = [sentence for sentence, holds in problems.items() if holds]
    return next(filter(None, [*found, *map(_variant_problem, variants)]), "")


def _variant_problem(variant: ConfigVariant) -> str:
    name, serverless = variant.name, variant.serverless
    problems = {f"The weight of {name} is negative.": variant.weight < 0}
    if serverless:
        problems |= {
            f"The memory of {name} must be {', '.join(map(str, SERVERLESS_MB))} MB.": (
                serverless.memory_mb not in SERVERLESS_MB
            ),
            f"{name} can answer 1 to 200 requests at once.": not 1 <= serverless.max_concurrency <= 200,
            f"{name} would keep more warm than it may use.": serverless.provisioned > serverless.max_concurrency,
        }
    else:
        problems |= {
            f"{name} has no instance type.": not variant.instance_type,
            f"{name} needs at least one instance.": (variant.count or 0) < 1,
        }
    return next((sentence for sentence, holds in problems.items() if holds), "")
