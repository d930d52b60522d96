"""Models that XGBoost's container trained, for the tests to look into."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import xgboost

from tests.local.container_runs import Host

REGRESSION = {
    "num_round": 100,
    "eta": 0.1,
    "max_depth": 3,
    "subsample": 0.8,
    "objective": "reg:squarederror",
    "seed": 7,
}


def model_of(host: Host) -> xgboost.Booster:
    path = host.root / "model" / "xgboost-model"
    content = path.read_bytes()
    if content.startswith(b"\x80"):
        booster: xgboost.Booster = pickle.loads(content)
        return booster
    return xgboost.Booster(model_file=bytearray(content))


def predictions(host: Host, features: Any) -> Any:
    return model_of(host).predict(xgboost.DMatrix(features, nthread=1))


def rmse(labels: Any, predicted: Any) -> float:
    return float(np.sqrt(np.mean((np.asarray(labels, dtype=np.float64) - predicted) ** 2)))


def small() -> tuple[Any, Any]:
    features = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    return features, (features[:, 0] * 2 + 1).astype(np.float32)
