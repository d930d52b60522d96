"""Loading models that come from anywhere: what they cannot do, and what is said when they cannot be used."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import xgboost

from tests.local.served_models import Trained, csv_rows, linear_learner_model, xgboost_model
from tui.local.algorithms.inference import ModelLoadError, load_model


class Call:
    """Pickles as a call of a function, which is what makes a pickle dangerous."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self._call


def restored(state: dict[str, Any]) -> bytes:
    """The pickle of a Booster with a state of one's own."""
    return b"\x80\x03cxgboost.core\nBooster\n)\x81" + pickle.dumps(state, 3)[2:-1] + b"b."


def failure(folder: Path, image: str) -> str:
    lines: list[str] = []
    with pytest.raises(ModelLoadError) as raised:
        load_model(folder, image, {}, lines.append)
    text = str(raised.value)
    assert text.rsplit("\n", maxsplit=1)[-1] in "\n".join(lines)
    return text


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_malicious_pickle_does_nothing(tmp_path: Path, protocol: int) -> None:
    folder, victim = tmp_path / "model", tmp_path / "victim"
    folder.mkdir()
    victim.write_text("still here", "utf-8")
    content = pickle.dumps(Call(os.remove, str(victim)), protocol)
    (folder / "xgboost-model").write_bytes(content)
    text = failure(folder, xgboost_model("1.2-1").image)
    assert victim.read_text("utf-8") == "still here"
    refused = f"the pickle asks for {os.remove.__module__}.remove, which no Booster needs: it was not loaded"
    assert text.startswith(
        f"Model /opt/ml/model/xgboost-model cannot be loaded:\nPickle load error={refused}\nXGB load model error="
    )
    pickle.loads(content)
    assert not victim.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            pickle.dumps(Call(eval, "1 + 1")),
            "the pickle asks for builtins.eval, which no Booster needs: it was not loaded",
        ),
        (
            pickle.dumps(Call(getattr, xgboost.Booster, "load_model")),
            "the pickle asks for builtins.getattr, which no Booster needs: it was not loaded",
        ),
        (
            pickle.dumps(Call(xgboost.Booster, None, (), "/etc/hostname")),
            "the pickle constructs a Booster instead of restoring one: it was not loaded",
        ),
        (
            b"cxgboost.core\nBooster.load_model\n.",
            "the pickle asks for xgboost.core.Booster.load_model, which no Booster needs: it was not loaded",
        ),
        (restored({"handle": bytearray(b"{L")}), "it ends after 2 bytes, in the middle of a value"),
        (restored({}), "'handle'"),
        (pickle.dumps(bytearray(b"weights")), "the pickle holds a bytearray, not a Booster"),
        (pickle.dumps({"a": 1}), "the pickle holds a dict, not a Booster"),
    ],
)
def test_a_pickle_of_anything_but_a_booster_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "xgboost-model").write_bytes(content)
    assert f"\nPickle load error={reason}\n" in failure(tmp_path, xgboost_model("1").image)


@pytest.mark.parametrize("version", ["1", "1.2-1", "1.7-1"])
@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"{}", b'{"learner": 1}', b'{"learner": {}}', b"not a model", b"\x80\x04", bytes(1000)),
        *(b'{"a":' + b"[" * 100_000, b"{L" + bytes(7) + b"\1a" + b"[" * 100_000, b"{L" + b"\xff" * 100),
        b"{L" + bytes(7) + b"\1a[$L#L\x7f" + b"\xff" * 7,
    ],
)
def test_a_corrupt_file_is_said_to_be_neither_a_pickle_nor_a_model(
    tmp_path: Path, version: str, content: bytes
) -> None:
    (tmp_path / "xgboost-model").write_bytes(content)
    text = failure(tmp_path, xgboost_model(version).image)
    assert text.startswith("Model /opt/ml/model/xgboost-model cannot be loaded:\nPickle load error=")
    assert "\nXGB load model error=" in text
    assert "Stack trace" not in text


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("version", ["1.2-1", "1.7-1"])
def test_a_truncated_model_is_not_loaded(tmp_path: Path, version: str, cut: float) -> None:
    model = xgboost_model(version)
    content = (model.folder / "xgboost-model").read_bytes()
    (tmp_path / "xgboost-model").write_bytes(content[: int(len(content) * cut)])
    assert "cannot be loaded" in failure(tmp_path, model.image)


def test_an_empty_archive_has_no_model(tmp_path: Path) -> None:
    (tmp_path / ".hidden").touch()
    (tmp_path / "folder").mkdir()
    assert failure(tmp_path, xgboost_model().image) == "No valid model files found in '/opt/ml/model'"


@pytest.mark.parametrize("version", ["1", "1.7-1"])
def test_every_release_reads_json_ubjson_and_pickles(tmp_path: Path, version: str) -> None:
    trained = xgboost_model("1.7-1")
    booster = trained.booster()
    contents = {
        "json": bytes(booster.save_raw("json")),
        "ubjson": bytes(booster.save_raw("ubj")),
        "pickle": pickle.dumps(booster),
    }
    expected = [str(float(value)) for value in trained.predictions()]
    for name, content in contents.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "xgboost-model").write_bytes(content)
        served = Trained(xgboost_model(version).image, folder, trained.rows).serve(SAGEMAKER_BATCH="true")
        assert served.text(csv_rows(trained.rows)).split() == expected, name


def test_linear_learner_says_what_is_wrong_with_its_model(tmp_path: Path) -> None:
    image = linear_learner_model().image
    missing = "Unable to load model: there is no file model_algo-1 in /opt/ml/model"
    assert failure(tmp_path, image) == missing
    for content in (b"", b"not a model", pickle.dumps(Call(os.remove, str(tmp_path)))):
        (tmp_path / "model_algo-1").write_bytes(content)
        text = failure(tmp_path, image)
        assert text.startswith(
            "Unable to load model: /opt/ml/model/model_algo-1 is not a model of the embedded SageMaker"
        )


def test_another_image_is_refused(tmp_path: Path) -> None:
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"
    with pytest.raises(ModelLoadError, match="mine:1 is no XGBoost or Linear Learner image"):
        load_model(tmp_path, image, {}, print)
