"""The forms of the runtime side: what is sent to an endpoint, and how its variants are judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.drafts import Drafts
from tui.resources.endpoint_invoking import ACCEPTS, CONTENT_TYPES, MAX_SHOTS
from tui.resources.endpoint_judging import JudgeRequest, TestSet
from tui.resources.endpoints import EndpointDetail
from tui.resources.invoke_settings import MOST_AT_ONCE, InvokeSettings
from tui.screens.form import Field, Form


def draft_of(endpoint: str) -> str:
    """Under what name the settings of an endpoint are kept: they are remembered, not submitted and forgotten."""
    return f"invoke {endpoint}"


class InvokeForm(Form):
    """What is sent to an endpoint, and how."""

    def __init__(self, detail: EndpointDetail, settings: InvokeSettings, drafts: Drafts) -> None:
        values = settings.values
        variants = (("whom the weights choose", ""), *((one.name, one.name) for one in detail.production))
        accepts = tuple((accept or "what the container likes", accept) for accept in ACCEPTS)
        super().__init__(
            f"Invoke {detail.endpoint.name}",
            (
                Field(
                    "payload", "Payload", values["payload"], lines=True, note="CSV: features only, no header, no label."
                ),
                Field("file", "or a file", values["file"], note="A path; its content is sent instead."),
                Field(
                    "content_type", "Content type", values["content_type"], tuple((one, one) for one in CONTENT_TYPES)
                ),
                Field("accept", "Accept", values["accept"], accepts),
                Field("variant", "Variant", values["variant"], variants),
                Field("shots", "Many are", values["shots"], note=f"At most {MAX_SHOTS:,}: a look, not a load test."),
                Field("at_once", "At once", values["at_once"], note=f"At most {MOST_AT_ONCE}."),
            ),
            "Use",
            draft_of(detail.endpoint.name),
            drafts,
        )

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = InvokeSettings.of(values).problems
        if values["file"] and not Path(values["file"]).expanduser().is_file():
            problems["file"] = "There is no such file."
        elif not values["file"] and not values["payload"].strip():
            problems["payload"] = "There is nothing to send: type a payload, or name a file."
        return problems


class JudgeForm(Form):
    """How the variants of an endpoint are judged on a test set."""

    def __init__(self, detail: EndpointDetail, name: str, test_set: TestSet, drafts: Drafts) -> None:
        self._detail = detail
        self._test_set = test_set
        accepts = tuple((accept or "what the container likes", accept) for accept in ACCEPTS)
        binary = test_set.task == "binary"
        super().__init__(
            f"Judge {detail.endpoint.name} on {name} ({test_set.task})",
            (
                Field(
                    "mode",
                    "Rows go",
                    "each variant",
                    (
                        ("each to every variant: fewest rows needed", "each variant"),
                        ("each to whom the weights choose: as traffic does", "by weight"),
                    ),
                ),
                Field("limit", "At most rows", "", note=f"Empty for all {test_set.rows or 0:,} of the test split."),
                Field("batch", "Rows a request", "50", note="1 is slower, and follows the weights most closely."),
                Field("accept", "Accept", "", accepts),
                *((Field("threshold", "Class 1 from", "0.5", note="The probability."),) if binary else ()),
            ),
            "Judge",
            f"judge {detail.endpoint.name}",
            drafts,
        )

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by field."""
        problems = {}
        if values["limit"] and not (values["limit"].isdecimal() and int(values["limit"]) > 0):
            problems["limit"] = "A whole number from 1, or nothing."
        if not (values["batch"].isdecimal() and 1 <= int(values["batch"]) <= 1000):
            problems["batch"] = "A whole number from 1 to 1,000."
        try:
            if not 0 < float(values.get("threshold", "0.5")) < 1:
                raise ValueError
        except ValueError:
            problems["threshold"] = "A number between 0 and 1."
        return problems

    def request(self, values: Mapping[str, str]) -> JudgeRequest:
        """What the values mean."""
        return JudgeRequest(
            self._detail.endpoint.name,
            self._test_set,
            tuple(variant.name for variant in self._detail.production),
            "by weight" if values["mode"] == "by weight" else "each variant",
            int(values["batch"]),
            int(values["limit"]) if values["limit"] else None,
            values["accept"],
            float(values.get("threshold", "0.5")),
        )
