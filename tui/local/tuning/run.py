"""One tuning job at work, in the thread that calls `TuningRun.run`: it launches training jobs and learns from them."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.errors import AwsError
from tui.local.jobs.states import Status as TrainingStatus
from tui.local.jobs.supervisor import Supervisor
from tui.local.jobs.table import Sample
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.training import TrainingJobs
from tui.local.tuning.definitions import Definition
from tui.local.tuning.hyperband import Hyperband, resources_of
from tui.local.tuning.progress import end_of, fails_always, progress_of
from tui.local.tuning.searchers import Searcher, Suggestion, searcher_for
from tui.local.tuning.stopping import MedianRule, StoppingRule
from tui.local.tuning.table import Child, ObjectiveStatus, Status, TuningJob, TuningTable, children_of
from tui.local.tuning.warm_start import Parents

INTERRUPTED = "InternalServerError: the embedded SageMaker stopped while this tuning job ran; start it again."
"""The FailureReason of a tuning job whose server went away."""

OBJECTIVE_METRIC = "ObjectiveMetric"
"""The metric definition that a tuned training job has for its objective."""

_UNEXPECTED = "InternalServerError: We encountered an internal error. Please try again."
_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A training job definition with what all its training jobs have in common."""

    definition: Definition
    template: Mapping[str, Any]
    """An accepted CreateTrainingJob request, but for its name and hyperparameters."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What every tuning job works with."""

    store: Store
    table: TuningTable
    tags: Tags
    training: TrainingJobs
    supervisor: Supervisor


@dataclass(slots=True)
class _Arm:
    """The search among the values of one definition."""

    plan: Plan
    searcher: Searcher
    rule: StoppingRule | None
    launched: int = 0
    next: Suggestion | None = None
    """What was suggested and not launched yet."""


class TuningRun:
    """One tuning job on its way to its end."""

    def __init__(self, job: TuningJob, plans: Sequence[Plan], parents: Parents | None, laboratory: Laboratory) -> None:
        self.name = job.name
        self._job = job
        self._plans = plans
        self._parents = parents
        self._laboratory = laboratory
        self._config: Mapping[str, Any] = job.request["HyperParameterTuningJobConfig"]
        self._objective = plans[0].definition.objective
        self._deadline = job.creation_time + self._config["ResourceLimits"].get("MaxRuntimeInSeconds", float("inf"))
        self._arms: list[_Arm] = []
        self._running: dict[str, tuple[_Arm, Suggestion]] = {}
        self._launched = 0
        self._stopped: set[str] = set()
        """The training jobs that were asked to stop."""
        self._over = False

        self._wake = threading.Event()
        self._abandoned = False
        self._lock = threading.Lock()
        """Held while the stopping rules are used, and for what follows."""
        self._judged: dict[str, StoppingRule] = {}
        self._hopeless: set[str] = set()

    def wake(self) -> None:
        """Have the run look at the store: somebody wants it to stop, or a training job has ended; from any thread."""
        self._wake.set()

    def abandon(self) -> None:
        """Have the run end at once, when the server closes; called from any thread."""
        self._abandoned = True
        self._wake.set()

    def sampled(self, name: str, samples: Sequence[Sample]) -> None:
        """Judge a training job, if it is one of this run's, by what it reports; called from its thread."""
        with self._lock:
            rule = self._judged.get(name)
            if rule is None:
                return
            values = (sample.value for sample in samples if sample.metric == OBJECTIVE_METRIC)
            if not any(rule.hopeless(name, value) for value in values):
                return
            del self._judged[name]
            self._hopeless.add(name)
        self._wake.set()

    def run(self) -> None:
        """Take the tuning job to its end."""
        status: Status = Status.FAILED
        reason: str | None = _UNEXPECTED
        try:
            self._arms = [self._arm(number, plan) for number, plan in enumerate(self._plans)]
            status, reason = self._search()
        finally:
            self._finish(status, reason)
            if not self._abandoned:
                self._stop(self._running)  # none are left, unless something went wrong that nobody foresaw

    def _arm(self, number: int, plan: Plan) -> _Arm:
        config, definition = self._config, plan.definition
        seed = config.get("RandomSeed")
        searcher = searcher_for(
            config["Strategy"],
            definition,
            seed=None if seed is None else seed + number,
            experiences=self._parents.experiences[number] if self._parents else (),
            identical=self._parents is not None and self._parents.identical,
        )
        rule: StoppingRule | None = None
        if config["Strategy"] == "Hyperband":
            rule = Hyperband(*resources_of(config, definition.static), maximize=definition.objective.maximize)
        elif config.get("TrainingJobEarlyStoppingType") == "Auto":
            rule = MedianRule(maximize=definition.objective.maximize)
        return _Arm(plan, searcher, rule)

    def _search(self) -> tuple[Status, str | None]:
        while not self._abandoned:
            self._wake.clear()
            try:
                end = self._step()
                patience = self._deadline - time.time()
            except AwsError as error:
                if error.code != "InsufficientStorage":
                    raise
                end, patience = None, _RETRY_SECONDS
            if end is not None:
                return end
            self._wake.wait(min(patience, threading.TIMEOUT_MAX) if patience > 0 else _RETRY_SECONDS)
        return Status.FAILED, INTERRUPTED

    def _step(self) -> tuple[Status, str | None] | None:
        """Do everything that can be done now; the end, when there is nothing more to wait for."""
        with self._laboratory.store.read() as connection:
            job = self._laboratory.table.find(connection, self.name)
            children = children_of(connection, self.name)
        self._learn(children)
        if job is None or job.status is not Status.IN_PROGRESS or self._is_over(children):
            self._stop(self._running)
        else:
            with self._lock:
                hopeless = self._hopeless & self._running.keys()
            self._stop(hopeless)
            if not fails_always(children):
                self._launch()
        return None if self._running else end_of(children)

    def _learn(self, children: Iterable[Child]) -> None:
        """Tell the searchers of the training jobs that have ended."""
        by_name = {child.name: child for child in children}
        ended = [
            name
            for name in self._running
            if name not in by_name or by_name[name].objective_status is not ObjectiveStatus.PENDING
        ]
        for name in ended:
            arm, suggestion = self._running.pop(name)
            child = by_name.get(name)
            arm.searcher.report(suggestion, None if child is None else child.objective)
            with self._lock:
                rule = self._judged.pop(name, None)
                if rule is not None and child is not None and child.status is TrainingStatus.COMPLETED:
                    rule.complete(name)
        if ended:
            with self._laboratory.store.write() as connection:
                self._laboratory.table.touch(connection, self.name)

    def _is_over(self, children: Iterable[Child]) -> bool:
        """Whether the time is up or a completion criterion was met, even if the last jobs improved after that."""
        if not self._over:
            criteria = self._config.get("TuningJobCompletionCriteria", {})
            met = progress_of(children, self._objective).meets(criteria, self._objective)
            self._over = met or time.time() >= self._deadline
        return self._over

    def _stop(self, names: Iterable[str]) -> None:
        for name in [name for name in names if name not in self._stopped]:
            self._laboratory.training.stop(name)
            self._stopped.add(name)

    def _launch(self) -> None:
        """Launch as many training jobs as the limits allow, in turns of the definitions."""
        limits = self._config["ResourceLimits"]
        arms = list(self._arms)
        while len(self._running) < limits["MaxParallelTrainingJobs"] and arms:
            if self._launched >= limits.get("MaxNumberOfTrainingJobs", float("inf")):
                return
            arm = min(arms, key=lambda arm: arm.launched)
            arm.next = arm.next or arm.searcher.suggest()
            if arm.next is None:
                arms.remove(arm)
            elif not self._train(arm, arm.next):
                return

    def _train(self, arm: _Arm, suggestion: Suggestion) -> bool:
        """Launch one training job; False when the tuning job is not in progress any more."""
        laboratory, definition = self._laboratory, arm.plan.definition
        name = f"{self.name}-{self._launched + 1:03d}-{secrets.token_hex(4)}"
        hyperparameters = {**definition.static, **suggestion.values}
        request = {
            **arm.plan.template,
            "TrainingJobName": name,
            "TuningJobArn": self._job.arn,
            "HyperParameters": hyperparameters,
        }
        with laboratory.store.write() as connection:
            job = laboratory.table.find(connection, self.name)
            if job is None or job.status is not Status.IN_PROGRESS:
                return False
            laboratory.training.insert(connection, request, laboratory.tags.of(connection, [job.arn])[job.arn])
            laboratory.table.add_child(
                connection,
                name,
                self.name,
                definition=definition.name,
                metric=definition.objective.metric,
                tuned=json.dumps(suggestion.values),
            )
        if arm.rule is not None:
            with self._lock:
                arm.rule.begin(name, hyperparameters)
                self._judged[name] = arm.rule
        self._running[name] = arm, suggestion
        self._launched += 1
        arm.launched += 1
        arm.next = None
        laboratory.supervisor.submit(name)
        return True

    def _finish(self, status: Status, reason: str | None) -> None:
        """Write down how the tuning job ended, trying again while the disk is full."""
        while not self._abandoned:
            try:
                self._laboratory.table.finish(self.name, status, reason)
            except AwsError:
                time.sleep(_RETRY_SECONDS)
            else:
                return
