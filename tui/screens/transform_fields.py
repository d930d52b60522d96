"""The fields of the runner form, and the transform job that their values mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.resources.algorithms import AlgorithmName
from tui.resources.transform_choices import TransformChoice
from tui.resources.transform_plans import ACCEPTED, READ, SPLITS, STRATEGIES
from tui.screens.form import Field

_YES, _NO = "Input", "None"


def choice_of(values: Mapping[str, str], model: str) -> TransformChoice:
    """The transform job that the values of the form mean."""
    return TransformChoice(
        name=values["name"],
        model=model,
        input_uri=values["input_uri"],
        output_uri=values["output_uri"],
        content_type=values["content_type"],
        accept=values["accept"],
        data_type=values["data_type"],
        compression=values["compression"],
        split=values["split"],
        strategy=values["strategy"],
        assemble=values["assemble"],
        max_payload=int(values["max_payload"]),
        max_concurrent=int(values["max_concurrent"] or 0),
        input_filter=values["input_filter"] or "$",
        output_filter=values["output_filter"] or "$",
        join=values["join"] == _YES,
        timeout_seconds=int(values["timeout"]),
        retries=int(values["retries"]),
        instance_type=values["instance_type"],
        instance_count=int(values["instance_count"]),
    )


def accepted_by(algorithm: AlgorithmName | None, choice: TransformChoice) -> TransformChoice:
    """The choice with an answer that the container gives."""
    return replace(choice, accept=ACCEPTED[algorithm][0]) if algorithm else choice


def transform_fields(choice: TransformChoice, algorithm: AlgorithmName | None) -> tuple[Field, ...]:
    """What the form asks for, with the choice as it stands and the formats of the algorithm."""

    def of(kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((kind, kind) for kind in kinds)

    return (
        Field("name", "Name", choice.name),
        Field("input_uri", "Input", choice.input_uri, note="Looking…"),
        Field("content_type", "Content type", choice.content_type, of(READ[algorithm]) if algorithm else ()),
        Field(
            "input_filter",
            "Input filter",
            choice.input_filter,
            note="What of a record the model gets: $ all of it, $[1:] without the first column.",
        ),
        Field("join", "Join input", _YES if choice.join else _NO, (("No", _NO), ("Yes: input and prediction", _YES))),
        Field("output_filter", "Output filter", choice.output_filter, note="What of it is stored: $ all, $[0,-1] …"),
        Field("accept", "Answers as", choice.accept, of(ACCEPTED[algorithm]) if algorithm else ()),
        Field("output_uri", "Output", choice.output_uri, note="Each object becomes one with .out behind its name."),
        Field("instance_type", "Instance type", choice.instance_type),
        Field("instance_count", "Instances", str(choice.instance_count)),
        Field("split", "Split by", choice.split, of(SPLITS)),
        Field("strategy", "Requests", choice.strategy or "MultiRecord", of(STRATEGIES)),
        Field("max_payload", "Largest request", str(choice.max_payload), note="Megabytes."),
        Field("max_concurrent", "At a time", str(choice.max_concurrent)),
        Field("assemble", "Assemble by", choice.assemble, of(("Line", "None"))),
        Field("compression", "Compression", choice.compression, of(("None", "Gzip"))),
        Field(
            "data_type", "Input is", choice.data_type, (("a prefix", "S3Prefix"), ("a manifest file", "ManifestFile"))
        ),
        Field("timeout", "Time-out", str(choice.timeout_seconds), note="Seconds that a request may take."),
        Field("retries", "Retries", str(choice.retries)),
    )
