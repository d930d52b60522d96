"""Fleets whose models are loaded, and the routing of an endpoint's traffic among them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from tui.local.endpoints.fleets import Fleet, Variant
from tui.local.serving.fleet import LoadedModel, ModelFleet, ModelSpec
from tui.local.serving.link import HostLost
from tui.local.serving.routing import Route, Routing, Share


@dataclass(frozen=True, slots=True)
class LoadedFleet:
    """A fleet that can serve."""

    fleet: Fleet
    models: Mapping[str, LoadedModel]
    """By the names of the variants."""

    def resized(self, fleet: Fleet) -> LoadedFleet:
        """The same models with the capacity that the fleet says."""
        return replace(self, fleet=fleet)

    def share(self, fraction: float) -> Share:
        """This fleet with a part of the endpoint's traffic."""
        routes = (
            Route(variant.name, variant.current.weight, self.models[variant.name], variant.shadow)
            for variant in self.fleet.variants
        )
        return Share(fraction, tuple(routes))

    def unload(self, models: ModelFleet) -> None:
        """Drop the models of a fleet without traffic, once what is under way has been answered."""
        _unload(self.models, models)


def load_fleet(endpoint: str, fleet: Fleet, models: ModelFleet) -> LoadedFleet:
    """Load all models of a fleet, or none: raises LoadFailed, or OSError or AwsError for trouble in the data folder."""
    loaded: dict[str, LoadedModel] = {}
    try:
        for variant in fleet.variants:
            loaded[variant.name] = models.load(_spec(endpoint, variant))
    except BaseException:
        _unload(loaded, models)
        raise
    return LoadedFleet(fleet, loaded)


def routing(new: LoadedFleet, old: LoadedFleet | None = None, fraction: float = 1.0) -> Routing:
    """The traffic of an endpoint that gives a part of it to a new fleet and the rest, if any, to the old one.

    Data is captured as the old fleet's configuration says until all traffic is the new one's.
    """
    if old is None or fraction == 1:
        return Routing((new.share(1.0),), _capture(new.fleet), _instance_counts(new.fleet))
    if fraction == 0:
        return routing(old)
    return Routing(
        (old.share(1 - fraction), new.share(fraction)),
        _capture(old.fleet),
        _instance_counts(old.fleet) | _instance_counts(new.fleet),
    )


def _unload(loaded: Mapping[str, LoadedModel], models: ModelFleet) -> None:
    for model in loaded.values():
        with suppress(HostLost):  # the server closes, and takes the models along
            models.unload(model)


def _capture(fleet: Fleet) -> Mapping[str, object] | None:
    capture: Mapping[str, object] | None = fleet.config.get("DataCaptureConfig")
    return capture if capture is not None and capture["EnableCapture"] else None


def _instance_counts(fleet: Fleet) -> dict[str, int]:
    """A serverless variant counts as one instance."""
    return {variant.name: variant.current.instances or 1 for variant in fleet.variants}


def _spec(endpoint: str, variant: Variant) -> ModelSpec:
    container = variant.container
    return ModelSpec(
        endpoint=endpoint,
        variant=variant.name,
        image=container.image,
        model_data_url=container.model_data_url,
        environment=container.environment,
        compressed=container.compressed,
    )
