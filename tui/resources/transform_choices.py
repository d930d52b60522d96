"""What a person decides about a transform job: the rules it must keep, and the request it adds up to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.resources.algorithms import AlgorithmName
from tui.resources.transform_filters import (
    CSV,
    JSON,
    JSON_LINES,
    filter_problem,
)
from tui.resources.transform_plans import ACCEPTED, MAX_PAYLOAD_MB, READ, RECORDIO
from tui.resources.transforms import media_type

NAME_LIMIT = 63
MAX_TIMEOUT = 3600
MAX_RETRIES = 3

_URI = re.compile(r"s3://[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9](/.*)?")


@dataclass(frozen=True, slots=True)
class TransformChoice:
    """A transform job as its form leaves it; empty texts and None leave the choice to the service."""

    name: str
    model: str
    input_uri: str
    output_uri: str
    content_type: str = CSV
    accept: str = CSV
    data_type: str = "S3Prefix"
    compression: str = "None"
    split: str = "Line"
    strategy: str = "MultiRecord"
    assemble: str = "Line"
    max_payload: int = 6
    max_concurrent: int = 0
    """0 for what the container wants."""

    input_filter: str = "$"
    output_filter: str = "$"
    join: bool = False
    timeout_seconds: int = 600
    retries: int = 3
    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    tags: tuple[Mapping[str, str], ...] = field(default=())

    @property
    def processed(self) -> bool:
        """Whether anything is done with records on their way in or out."""
        return self.join or any(text not in ("", "$") for text in (self.input_filter, self.output_filter))

    @property
    def rewritten(self) -> bool:
        """Whether the model's answers are changed before they are stored."""
        return self.join or self.output_filter not in ("", "$")


def transform_request(choice: TransformChoice) -> dict[str, Any]:
    """The members of CreateTransformJob for a choice."""
    given: dict[str, Any] = {
        "DataSource": {"S3DataSource": {"S3DataType": choice.data_type, "S3Uri": choice.input_uri}},
        "SplitType": choice.split,
        "CompressionType": choice.compression,
    }
    output: dict[str, Any] = {"S3OutputPath": choice.output_uri, "AssembleWith": choice.assemble}
    if choice.content_type:
        given["ContentType"] = choice.content_type
    if choice.accept:
        output["Accept"] = choice.accept
    request: dict[str, Any] = {
        "TransformJobName": choice.name,
        "ModelName": choice.model,
        "TransformInput": given,
        "TransformOutput": output,
        "TransformResources": {"InstanceType": choice.instance_type, "InstanceCount": choice.instance_count},
        "MaxPayloadInMB": choice.max_payload,
        "ModelClientConfig": {
            "InvocationsTimeoutInSeconds": choice.timeout_seconds,
            "InvocationsMaxRetries": choice.retries,
        },
    }
    if choice.split != "None":
        request["BatchStrategy"] = choice.strategy
    if choice.max_concurrent:
        request["MaxConcurrentTransforms"] = choice.max_concurrent
    if choice.processed:
        request["DataProcessing"] = {
            "InputFilter": choice.input_filter or "$",
            "OutputFilter": choice.output_filter or "$",
            "JoinSource": "Input" if choice.join else "None",
        }
    if choice.tags:
        request["Tags"] = [dict(tag) for tag in choice.tags]
    return request


_KEPT = ("DataCaptureConfig", "Environment", "ExperimentConfig")


def clone_request(choice: TransformChoice, description: Mapping[str, Any]) -> dict[str, Any]:
    """The request of a choice, with what another job has besides that no form asks for."""
    request = transform_request(choice)
    request |= {member: description[member] for member in _KEPT if description.get(member)}
    for side, members in (
        ("TransformOutput", ("KmsKeyId",)),
        ("TransformResources", ("VolumeKmsKeyId", "TransformAmiVersion")),
    ):
        known = description.get(side, {})
        request[side] |= {member: known[member] for member in members if known.get(member)}
    return request


def choice_problems(choice: TransformChoice, algorithm: AlgorithmName | None) -> dict[str, str]:
    """What the service or the container would refuse, by the field of the choice; empty where nothing is wrong.

    `algorithm` is the built-in algorithm of the model, None for any other container.
    """
    problems = {
        "input_uri": uri_problem(choice.input_uri),
        "output_uri": uri_problem(choice.output_uri) or _overwrites(choice),
        "content_type": _content_type_problem(choice, algorithm),
        "accept": _accept_problem(choice, algorithm),
        "split": _split_problem(choice, algorithm),
        "strategy": _strategy_problem(choice),
        "assemble": _assemble_problem(choice),
        "max_payload": _payload_problem(choice, algorithm),
        "max_concurrent": _concurrent_problem(choice),
        "input_filter": filter_problem(choice.input_filter, choice.content_type) or _filter_split(choice),
        "output_filter": filter_problem(choice.output_filter, choice.content_type),
        "join": _join_problem(choice, algorithm),
    }
    return {key: problem for key, problem in problems.items() if problem}


def uri_problem(uri: str) -> str:
    """What is wrong with a place in S3; empty when nothing is."""
    if _URI.fullmatch(uri) and len(uri) <= 1024:
        return ""
    return "A place in S3 looks like s3://bucket/prefix/."


def _overwrites(choice: TransformChoice) -> str:
    if choice.output_uri.rstrip("/") == choice.input_uri.rstrip("/"):
        return "The output would lie among the input, and be input of the next job."
    return ""


def _content_type_problem(choice: TransformChoice, algorithm: AlgorithmName | None) -> str:
    kind = media_type(choice.content_type)
    if choice.processed and kind not in (CSV, JSON, JSON_LINES):
        return f"Filters and joining need {CSV}, {JSON} or {JSON_LINES}."
    if algorithm and kind not in READ[algorithm]:
        return f"The container reads {', '.join(READ[algorithm])}."
    return ""


def _accept_problem(choice: TransformChoice, algorithm: AlgorithmName | None) -> str:
    kind, given = media_type(choice.accept), media_type(choice.content_type)
    if choice.rewritten:
        if algorithm == "linear-learner" and given == CSV:
            return (
                "Linear Learner answers in JSON, which cannot be joined with or filtered as CSV: "
                "store its answers alone, or give it JSON lines."
            )
        if given == CSV and kind != CSV:
            return f"Joining and the output filter need {CSV} out where {CSV} goes in."
        if given in (JSON, JSON_LINES) and kind not in (JSON, JSON_LINES):
            return f"Joining and the output filter need {JSON} or {JSON_LINES} out where JSON goes in."
    if algorithm and kind not in ACCEPTED[algorithm]:
        return f"The container answers in {', '.join(ACCEPTED[algorithm])}."
    return ""


def _split_problem(choice: TransformChoice, algorithm: AlgorithmName | None) -> str:
    if choice.split == "TFRecord" and algorithm:
        return "None of SageMaker's own algorithms reads TFRecords."
    if choice.split == "RecordIO" and media_type(choice.content_type) in (CSV, JSON, JSON_LINES):
        return f"{choice.content_type} is no RecordIO."
    if choice.split == "Line" and media_type(choice.content_type) == RECORDIO:
        return "RecordIO has no lines."
    return ""


def _filter_split(choice: TransformChoice) -> str:
    kind = media_type(choice.content_type)
    if choice.processed and choice.split != "Line" and not (kind == JSON and choice.split == "None"):
        return "Filters and joining work on lines: split by Line."
    return ""


def _strategy_problem(choice: TransformChoice) -> str:
    several = choice.split == "Line" and choice.strategy == "MultiRecord"
    if several and media_type(choice.content_type) == JSON:
        return "Several lines are no JSON document any more: SingleRecord, or give the lines as application/jsonlines."
    if several and choice.rewritten and media_type(choice.accept) == JSON:
        return "One JSON document answers several records and cannot be joined: application/jsonlines, or SingleRecord."
    return ""


def _assemble_problem(choice: TransformChoice) -> str:
    if choice.rewritten and choice.split == "Line" and choice.assemble != "Line":
        return "Joining and the output filter need the output assembled by Line."
    return ""


def _payload_problem(choice: TransformChoice, algorithm: AlgorithmName | None) -> str:
    if not 0 <= choice.max_payload <= MAX_PAYLOAD_MB:
        return f"A whole number of megabytes from 0 to {MAX_PAYLOAD_MB}."
    if choice.max_payload == 0 and algorithm:
        return "0 sends objects in chunks, which none of SageMaker's own algorithms supports."
    return ""


def _concurrent_problem(choice: TransformChoice) -> str:
    product = choice.max_concurrent * choice.max_payload
    if product > MAX_PAYLOAD_MB:
        return (
            f"{choice.max_concurrent} × {choice.max_payload} MB are {product} MB at a time; "
            f"{MAX_PAYLOAD_MB} are allowed: at most {MAX_PAYLOAD_MB // choice.max_payload} at a time."
        )
    return ""


def _join_problem(choice: TransformChoice, algorithm: AlgorithmName | None) -> str:
    if choice.join and algorithm == "linear-learner" and media_type(choice.content_type) == CSV:
        return "CSV cannot be joined with Linear Learner's JSON: the job would fail on its first answer."
    return ""
