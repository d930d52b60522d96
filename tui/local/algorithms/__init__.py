"""The algorithms of the embedded SageMaker: XGBoost and Linear Learner, behaving as their containers do."""

PRELOAD: tuple[str, ...] = (
    "tui.local.algorithms.lean_xgboost",
    "tui.local.algorithms.container",
    "tui.local.algorithms.linear_learner_training",
    "tui.local.algorithms.xgboost_training",
)
"""What a fork server imports once, so that a job starts in a tenth of a second instead of two.

None of these starts a thread that a fork would lose: with `OMP_NUM_THREADS=1` set before the import, numpy, scipy and
xgboost stay on one thread.
"""
