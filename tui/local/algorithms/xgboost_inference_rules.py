"""What sets the releases of the XGBoost container apart when they serve, as its published source shows it.

Source: github.com/aws/sagemaker-xgboost-container, the branches 0.90-1 to 1.7-1, v3.0-5 and master, in
`src/sagemaker_xgboost_container/algorithm_mode`. `xgboost:1` is not published: it behaves like 0.90-1 in all that its
logs and the questions about it show.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.local.algorithms.xgboost_releases import Release


@dataclass(frozen=True, slots=True)
class InferenceRules:
    """How a release of the container answers."""

    release: Release

    @property
    def selects_output(self) -> bool:
        """Whether SAGEMAKER_INFERENCE_OUTPUT chooses what is answered."""
        return self.release.number >= (1, 0)

    @property
    def honours_accept(self) -> bool:
        """Whether Accept chooses the format; before, an answer is text/csv in one line."""
        return self.release.version == "1.2-2" or self.release.number > (1, 2)

    @property
    def averages_models(self) -> bool:
        """Whether several files in the model are an ensemble; before, the first file is the model."""
        return self.honours_accept

    @property
    def reads_recordio(self) -> bool:
        """Whether a request may be recordio-protobuf."""
        return self.release.number >= (0, 90)

    @property
    def predicts_up_to_best(self) -> bool:
        """Whether the rounds after the best are left out; since 2.0, XGBoost has no `best_ntree_limit` that says so."""
        return self.release.number < (2, 0)

    @property
    def web_server(self) -> str:
        """The version of the web server, gunicorn, that its log names."""
        versions = (((0, 90), "19.7.1"), ((1, 7), "19.10.0"), ((3, 2), "23.0.0"))
        return next((version for end, version in versions if self.release.number < end), "25.3.0")

    @property
    def body_ceiling(self) -> int | None:
        """The size, in bytes, over which MAX_CONTENT_LENGTH has no effect."""
        return None if self.honours_accept else 20 * 1024 * 1024
