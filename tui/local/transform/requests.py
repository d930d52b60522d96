"""What CreateTransformJob checks beyond the service model, and the defaults it fills in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tui.local.errors import validation_error
from tui.local.jobs.sources import no_sources, split_uri
from tui.local.request_checks import over_quota, refuse, require_s3_uri
from tui.local.s3.objects import ObjectStore
from tui.local.transform.jsonpath import PathSyntaxError, parse
from tui.local.transform.processing import CSV, JSON, JSON_LINES, media_type

MAX_INSTANCES = 8
"""The quota of instances for one job: each is a process on this one machine."""

MAX_PAYLOAD_MB = 100
"""The most megabytes of one request, and of all requests at a time on one instance."""

DEFAULT_PAYLOAD_MB = 6

_NOT_HERE = {"DataCaptureConfig": "data capture in batch transform"}


def accepted_request(request: Mapping[str, Any], role_arn: str, objects: ObjectStore) -> dict[str, Any]:
    """The request with the service's defaults filled in, without Tags; `role_arn` is the role of its model.

    What changes nothing on one machine is accepted and described back: encryption, the experiment, retries (a model
    in the same process answers the second time as the first).

    Raises AwsError: ValidationException, or ResourceLimitExceeded for the quota.
    """
    accepted = {name: copy.deepcopy(value) for name, value in request.items() if name != "Tags"}
    refuse(request, _NOT_HERE)
    _check_input(accepted["TransformInput"], role_arn, objects)
    _check_output(accepted["TransformOutput"], objects)
    _check_size(accepted)
    _check_processing(accepted)
    resources = accepted["TransformResources"]
    if resources["InstanceCount"] > MAX_INSTANCES:
        usage = f"{resources['InstanceType']} for transform job usage"
        raise over_quota(usage, MAX_INSTANCES, resources["InstanceCount"])
    return accepted


def _check_input(given: dict[str, Any], role_arn: str, objects: ObjectStore) -> None:
    s3 = given["DataSource"]["S3DataSource"]
    if s3["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise validation_error(f"S3DataType {s3['S3DataType']} needs AWS; use S3Prefix or ManifestFile.")
    require_s3_uri(s3["S3Uri"], "S3Uri of the S3DataSource")
    if given.setdefault("SplitType", "None") == "TFRecord":
        raise validation_error(
            "SplitType TFRecord needs AWS: no algorithm of this embedded SageMaker reads TFRecords. Use Line, RecordIO "
            "or None."
        )
    given.setdefault("CompressionType", "None")
    bucket, prefix = split_uri(s3["S3Uri"])
    if not objects.bucket_exists(bucket) or next(objects.list(bucket, prefix), None) is None:
        raise validation_error(no_sources(s3["S3Uri"], role_arn))


def _check_output(given: dict[str, Any], objects: ObjectStore) -> None:
    uri = given["S3OutputPath"]
    require_s3_uri(uri, "S3OutputPath")
    bucket, _ = split_uri(uri)
    if not objects.bucket_exists(bucket):
        raise validation_error(
            f"The S3 bucket '{bucket}' of S3OutputPath {uri} does not exist. Create the bucket, or use another one."
        )
    given.setdefault("AssembleWith", "None")
    given.setdefault("KmsKeyId", "")


def _check_size(request: Mapping[str, Any]) -> None:
    payload = request.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MB)
    if payload > MAX_PAYLOAD_MB:
        raise validation_error(f"MaxPayloadInMB must not be greater than {MAX_PAYLOAD_MB}; it is {payload}.")
    concurrent = request.get("MaxConcurrentTransforms", 0)
    if concurrent * payload > MAX_PAYLOAD_MB:
        raise validation_error(
            f"The product of MaxConcurrentTransforms ({concurrent}) and MaxPayloadInMB ({payload}) must not be greater "
            f"than {MAX_PAYLOAD_MB}; it is {concurrent * payload}. Lower one of them."
        )


def _check_processing(request: dict[str, Any]) -> None:
    given = request.setdefault("DataProcessing", {})
    given.setdefault("InputFilter", "$")
    given.setdefault("OutputFilter", "$")
    given.setdefault("JoinSource", "None")
    try:
        filters = parse(given["InputFilter"]), parse(given["OutputFilter"])
    except PathSyntaxError as error:
        raise validation_error(f"DataProcessing has a filter that is not a supported JSONPath: {error}.") from None
    joins = given["JoinSource"] == "Input" or not filters[1].selects_all
    if not joins and filters[0].selects_all:
        return
    kind = media_type(request["TransformInput"].get("ContentType", ""))
    if kind not in (CSV, JSON, JSON_LINES):
        raise validation_error(
            f"DataProcessing needs a ContentType of {CSV}, {JSON} or {JSON_LINES}; it is {kind or 'not given'}."
        )
    if kind == CSV and not all(path.fits_rows for path in filters):
        raise validation_error(f"A filter of {CSV} selects columns by index, like $[1:] or $[0,-1].")
    _check_split(request, kind, joins=joins)


def _check_split(request: Mapping[str, Any], kind: str, *, joins: bool) -> None:
    """Whether records stay apart on their way in and, where they are joined or filtered, on their way out."""
    split = request["TransformInput"]["SplitType"]
    if split != "Line" and not (kind == JSON and split == "None"):
        raise validation_error(f"DataProcessing of {kind} needs SplitType Line; it is {split}.")
    if not joins:
        return
    output = request["TransformOutput"]
    accept = media_type(output.get("Accept", ""))
    if accept not in ((CSV,) if kind == CSV else (JSON, JSON_LINES)):
        wanted = CSV if kind == CSV else f"{JSON} or {JSON_LINES}"
        raise validation_error(
            f"JoinSource and OutputFilter need an Accept of {wanted} with a ContentType of {kind}; it is "
            f"{accept or 'not given'}."
        )
    if split == "Line" and output["AssembleWith"] != "Line":
        raise validation_error("JoinSource and OutputFilter need AssembleWith Line with SplitType Line; it is None.")
