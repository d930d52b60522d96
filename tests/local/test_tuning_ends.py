"""How tuning jobs end: stopped, failed, early, interrupted, and what stays of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local import training
from tests.local.processes import Marked, needs_proc
from tests.local.server import LocalServer, run_server
from tests.local.training import channel, hyperparameters, log_messages, upload_data, without_data
from tests.local.tuning import (
    ENDLESS,
    RMSE,
    children,
    config,
    definition,
    describe,
    ranges,
    request,
    tune,
    wait_for,
    wait_for_end,
)

pytestmark = pytest.mark.usefixtures("training_data")

_WITHOUT_DATA = {"TrainingJobDefinition": definition(**without_data())}
_WITHOUT_VALIDATION = {"TrainingJobDefinition": definition(InputDataConfig=[channel("train")])}


def _running(job: Any) -> bool:
    return bool(job["TrainingJobStatusCounters"]["InProgress"])


def _rounds(server: LocalServer, child: Any) -> int:
    """How many rounds a training job has logged."""
    return sum("validation-rmse" in message for message in log_messages(server, child["TrainingJobName"]))


def test_stopping_stops_the_training_jobs_and_keeps_their_models(server: LocalServer, sagemaker: Any) -> None:
    settings = config(9, 2, Strategy="Bayesian")
    sagemaker.create_hyper_parameter_tuning_job(**request("stopped", HyperParameterTuningJobConfig=settings, **ENDLESS))
    wait_for(server, "stopped", lambda job: job["TrainingJobStatusCounters"]["InProgress"] == 2)
    first = children(server, "stopped")[0]["TrainingJobName"]
    training.wait_for_log(server, first, "validation-rmse")

    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")
    after = describe(server, "stopped")
    assert after["HyperParameterTuningJobStatus"] in ("Stopping", "Stopped")
    job = wait_for_end(server, "stopped")

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert "FailureReason" not in job
    assert job["TrainingJobStatusCounters"]["Stopped"] == len(children(server, "stopped")) == 2
    assert job["BestTrainingJob"]["TrainingJobName"] == first
    assert job["BestTrainingJob"]["TrainingJobStatus"] == "Stopped"
    assert "ModelArtifacts" in training.describe(server, first)
    with pytest.raises(ClientError, match=r"rejected because the hyperparameter tuning job is in status Stopped\."):
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")


def test_a_tuning_job_can_be_stopped_at_once(server: LocalServer, sagemaker: Any) -> None:
    sagemaker.create_hyper_parameter_tuning_job(**request("at-once", **ENDLESS))
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="at-once")
    job = wait_for_end(server, "at-once")
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert sum(job["TrainingJobStatusCounters"].values()) <= 1


def test_a_training_job_stopped_by_hand_does_not_end_the_search(server: LocalServer, sagemaker: Any) -> None:
    searched = ranges(num_round=["100000000", "2"])
    static = hyperparameters()
    static.pop("num_round")
    settings = config(2, Strategy="Grid", ParameterRanges=searched)
    sagemaker.create_hyper_parameter_tuning_job(
        **request("by-hand", HyperParameterTuningJobConfig=settings, TrainingJobDefinition=definition(static))
    )
    wait_for(server, "by-hand", _running)
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="InProgress and cannot be deleted"):
        sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="by-hand")
    endless = children(server, "by-hand")[0]["TrainingJobName"]
    training.wait_for_log(server, endless, "validation-rmse")
    sagemaker.stop_training_job(TrainingJobName=endless)

    job = wait_for_end(server, "by-hand")

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    counters = job["TrainingJobStatusCounters"]
    assert (counters["Stopped"], counters["Completed"]) == (1, 1)
    assert job["ObjectiveStatusCounters"]["Succeeded"] == 2, "what was reported before the stop counts"


def test_a_search_whose_training_jobs_all_fail_gives_up(server: LocalServer, sagemaker: Any) -> None:
    job = tune(server, "hopeless", HyperParameterTuningJobConfig=config(9, 1), **_WITHOUT_DATA)
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No training job succeeded after 5 attempts. For additional details, please")
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 5
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 5}
    assert "BestTrainingJob" not in job
    failed = children(server, "hopeless")[0]
    assert failed["ObjectiveStatus"] == "Failed"
    assert failed["FailureReason"].startswith("ClientError: Data download failed")
    assert children(server, "hopeless", SortBy="FinalObjectiveMetricValue") == []


def test_a_search_goes_on_when_some_training_jobs_fail(server: LocalServer, sagemaker: Any) -> None:
    searched = {"HyperParameterRanges": ranges(eta=("0.1", "0.5")), "TuningObjective": RMSE}
    settings = config(8, 2)
    for member in ("ParameterRanges", "HyperParameterTuningJobObjective"):
        settings.pop(member)
    job = tune(
        server,
        "half",
        HyperParameterTuningJobConfig=settings,
        TrainingJobDefinition=None,
        TrainingJobDefinitions=[
            definition() | searched | {"DefinitionName": "good"},
            definition(**without_data()) | searched | {"DefinitionName": "bad"},
        ],
    )
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    counters = job["TrainingJobStatusCounters"]
    assert (counters["Completed"], counters["NonRetryableError"]) == (4, 4)
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 4}
    assert len(children(server, "half")) == 8
    by_objective = children(server, "half", SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    assert [child["TrainingJobDefinitionName"] for child in by_objective] == ["good"] * 4


def test_a_search_without_a_validation_channel_finds_no_objective(server: LocalServer, sagemaker: Any) -> None:
    job = tune(server, "blind", **_WITHOUT_VALIDATION)
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No objective metrics found after running 2 training jobs.")
    assert job["TrainingJobStatusCounters"]["Completed"] == 2
    assert job["ObjectiveStatusCounters"]["Failed"] == 2


def test_early_stopping_ends_what_is_worse_than_the_median(server: LocalServer, sagemaker: Any) -> None:
    searched = ranges(eta=["0.3", "0.2", "0.000001"])
    settings = config(None, Strategy="Grid", ParameterRanges=searched, TrainingJobEarlyStoppingType="Auto")
    tree = definition(hyperparameters(num_round="1500"))
    job = tune(server, "early", HyperParameterTuningJobConfig=settings, TrainingJobDefinition=tree)

    good, *_, bad = children(server, "early")
    assert bad["TunedHyperParameters"] == {"eta": "0.000001"}
    assert (good["TrainingJobStatus"], bad["TrainingJobStatus"]) == ("Completed", "Stopped")
    assert _rounds(server, good) == 1500
    assert 1500 / 4 <= _rounds(server, bad) < 1500
    assert bad["ObjectiveStatus"] == "Succeeded"
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] >= 1


def test_hyperband_stops_most_and_cuts_the_others_off(server: LocalServer, sagemaker: Any) -> None:
    bounds = {"HyperbandStrategyConfig": {"MinResource": 100, "MaxResource": 900}}
    settings = config(
        6,
        Strategy="Hyperband",
        StrategyConfig=bounds,
        RandomSeed=4,
        ParameterRanges=ranges(eta=("1e-6", "0.5", "Logarithmic")),
    )
    tree = definition(hyperparameters(num_round="20000"))
    job = tune(server, "hyperband", HyperParameterTuningJobConfig=settings, TrainingJobDefinition=tree)

    assert job["TrainingJobStatusCounters"]["Stopped"] == job["ObjectiveStatusCounters"]["Succeeded"] == 6
    rounds = {child["TrainingJobName"]: _rounds(server, child) for child in children(server, "hyperband")}
    assert all(100 <= count < 20_000 for count in rounds.values())
    cut_off = [name for name, count in rounds.items() if count >= 900]
    assert 1 <= len(cut_off) < 6
    assert job["BestTrainingJob"]["TrainingJobName"] in cut_off


@pytest.mark.parametrize(
    ("name", "criteria", "most"),
    [
        ("target", {"TargetObjectiveMetricValue": 100.0}, 2),
        ("stuck", {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}, 6),
    ],
)
def test_a_search_completes_when_a_criterion_is_met(
    server: LocalServer, sagemaker: Any, name: str, criteria: dict[str, Any], most: int
) -> None:
    # Nothing improves: all these values of a hyperparameter that counts for nothing train the same model.
    settings = config(30, 2, ParameterRanges=ranges(seed=("0", "1000")), TuningJobCompletionCriteria=criteria)
    job = tune(server, name, HyperParameterTuningJobConfig=settings)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert 1 <= sum(job["TrainingJobStatusCounters"].values()) <= most
    assert job["TrainingJobStatusCounters"]["InProgress"] == 0
    assert job["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"] <= most - 1


def test_deleting_a_tuning_job_leaves_its_training_jobs(server: LocalServer, sagemaker: Any) -> None:
    job = tune(server, "deleted", HyperParameterTuningJobConfig=config(1))
    child = job["BestTrainingJob"]["TrainingJobName"]
    sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="deleted")
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="deleted")
    with pytest.raises(ClientError, match="Requested resource not found"):
        sagemaker.list_tags(ResourceArn=job["HyperParameterTuningJobArn"])
    left = training.describe(server, child)
    assert (left["TrainingJobStatus"], left["TuningJobArn"]) == ("Completed", job["HyperParameterTuningJobArn"])
    again = tune(server, "deleted", HyperParameterTuningJobConfig=config(1))
    assert again["TrainingJobStatusCounters"]["Completed"] == 1
    sagemaker.delete_training_job(TrainingJobName=again["BestTrainingJob"]["TrainingJobName"])
    job = describe(server, "deleted")
    assert (job["TrainingJobStatusCounters"]["Completed"], children(server, "deleted")) == (0, [])
    assert "BestTrainingJob" not in job


@needs_proc
def test_a_tuning_job_whose_server_is_killed_has_failed_afterwards(tmp_path: Path, marked: Marked) -> None:
    data = tmp_path / "data"
    with run_server(data) as server:
        upload_data(server)
        finished = tune(server, "finished", HyperParameterTuningJobConfig=config(1), **_WITHOUT_DATA)
        server.client("sagemaker").create_hyper_parameter_tuning_job(
            **request("interrupted", HyperParameterTuningJobConfig=config(3, 2), **ENDLESS)
        )
        wait_for(server, "interrupted", lambda job: job["TrainingJobStatusCounters"]["InProgress"] == 2)
        server.process.kill()
        server.process.wait()
    marked.wait_until_gone()
    with run_server(data) as server:
        assert describe(server, "finished") == finished
        job = describe(server, "interrupted")
        assert job["HyperParameterTuningJobStatus"] == "Failed"
        assert job["FailureReason"] == (
            "InternalServerError: the embedded SageMaker stopped while this tuning job ran; start it again."
        )
        assert job["TrainingJobStatusCounters"]["RetryableError"] == 2
        assert job["TrainingJobStatusCounters"]["InProgress"] == 0
        assert {child["TrainingJobStatus"] for child in children(server, "interrupted")} == {"Failed"}
