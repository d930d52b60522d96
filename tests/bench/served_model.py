"""A small XGBoost model behind an endpoint, for the benchmarks that invoke it."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost

from tests.local.training import XGBOOST, role_arn

FEATURES = 20
_DEADLINE_SECONDS = 60


def endpoint_with_model(client: Callable[[str], Any], bucket: str) -> tuple[str, xgboost.Booster]:
    """The name of an endpoint InService, and the very model behind it."""
    booster = _booster()
    client("s3").put_object(Bucket=bucket, Key="model.tar.gz", Body=_archive(booster))
    sagemaker, name = client("sagemaker"), "bench"
    container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role_arn())
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while (status := sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]) != "InService":
        if status == "Failed" or time.monotonic() > deadline:
            raise RuntimeError(f"the endpoint is {status}")
        time.sleep(0.05)
    return name, booster


def _booster() -> xgboost.Booster:
    numbers = np.random.default_rng(7)
    features = numbers.random((2000, FEATURES))
    label = features[:, 0] * 3 - features[:, 1] + numbers.normal(0, 0.1, 2000)
    matrix = xgboost.DMatrix(features, label)
    return xgboost.train({"max_depth": 5, "nthread": 1}, matrix, num_boost_round=100)


def _archive(booster: xgboost.Booster) -> bytes:
    model = bytes(booster.save_raw("json"))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("xgboost-model")
        member.size = len(model)
        archive.addfile(member, io.BytesIO(model))
    return packed.getvalue()
