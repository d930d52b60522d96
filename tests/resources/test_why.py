"""Why something failed: the hint for every text that was seen, and the sentence when there is no log."""

from __future__ import annotations

from typing import Any

import pytest

from tui.resources.training import TrainingJobDetail
from tui.resources.why import hint_for
from tui.resources.why_endings import no_log_of_training
from tui.resources.why_rules import GENERAL, SPECIFIC

FRAMEWORK = (
    'AlgorithmError: framework error: \nTraceback (most recent call last):\n  File "/miniconda3/lib/python3/'
    'site-packages/sagemaker_containers/_trainer.py", line 84, in train\n    entrypoint()\n'
    "sagemaker_algorithm_toolkit.exceptions.UserError: {0}\n\n{0}, exit code: 1"
)
"""How the XGBoost container wraps what a person did wrong."""

REASONS = {
    "A quota of the account is reached": [
        "ResourceLimitExceeded: The account-level service limit 'ml.p3.2xlarge for training job usage' is 0 Instances, "
        "with current utilization of 0 Instances and a request delta of 1 Instances.",
    ],
    "AWS has no free instance of this type": [
        "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance "
        "type.",
        "Insufficient capacity error from EC2 while launching instances, retrying!",
    ],
    "It was stopped when its time was up": [
        "MaxRuntimeExceeded",
        "Training job runtime exceeded MaxRuntimeInSeconds provided",
    ],
    "It waited too long for spot instances": ["MaxWaitTimeExceeded"],
    "It ran out of memory": [
        "AlgorithmError: , exit code: 137",
        "AlgorithmError: Exit Code: 137",
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB",
        "xgboost.core.XGBoostError: Memory allocation error on worker 0: std::bad_alloc: out_of_memory: CUDA error",
        "numpy.core._exceptions.MemoryError: Unable to allocate 30.0 GiB",
        "OSError: [Errno 12] Cannot allocate memory",
        "Killed",
    ],
    "Native code crashed": ["AlgorithmError: Exit Code: 139", "Segmentation fault (core dumped)"],
    "The disk is full": [
        "OSError: [Errno 28] No space left on device",
        "ClientError: Artifact upload failed:[Errno 28] No space left on device. Make room on the disk, or check the "
        "bucket of S3OutputPath.",
    ],
    "You may not hand that role to SageMaker": [
        "User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: iam:PassRole on resource: "
        "arn:aws:iam::123456789012:role/X because no identity-based policy allows the iam:PassRole action",
    ],
    "SageMaker cannot assume the role": [
        "ClientError: SageMaker was unable to assume the role 'arn:aws:iam::123456789012:role/SageMakerRole'",
        "ClientError: TrainingHostAgent Initialization failed:InvalidInputException: SageMaker is unable to perform: "
        "sts:AssumeRole on the role. Check if you have a trust relationship for 'sagemaker.amazonaws.com' to assume "
        "the role.",
    ],
    "The container image does not exist": [
        "ClientError: API error (404): manifest for 123456789012.dkr.ecr.us-west-2.amazonaws.com/mine:1 not found: "
        "manifest unknown: Requested image not found",
    ],
    "The container image cannot be pulled": [
        "ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are "
        "incorrect.",
        "User: arn:aws:sts::123456789012:assumed-role/r/SageMaker is not authorized to perform: ecr:BatchGetImage on "
        "resource: arn:aws:ecr:us-west-2:123456789012:repository/mine",
    ],
    "There is no data where the job looked": [
        'ClientError: Data download failed:NoSuchKey (404): No S3 objects found under S3 URL "s3://b/nothing/here" '
        "given in input data source. Please ensure that the bucket exists in the selected region (us-east-1), that "
        'objects exist under that S3 prefix, and that the role "r" has "s3:ListBucket" permissions on bucket "b".',
        FRAMEWORK.format("No data in training channel path /opt/ml/input/data/train"),
        "ClientError: No data in the train channel, /opt/ml/input/data/train (caused by ValueError), exit code: 1",
        'ClientError: Data download failed:The manifest file "s3://b/m" does not exist or is not a JSON list',
    ],
    "The role may not read or write in S3": [
        "ClientError: Data download failed:AccessDenied (403): Access Denied",
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: S3",
        "User: x is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k",
    ],
    "A permission is missing": [
        "AccessDeniedException: User: x is not authorized to perform: sagemaker:AddTags on resource: y",
    ],
    "The model could not be saved": ["ClientError: Artifact upload failed:The specified bucket is gone."],
    "The container cannot read the records": [
        "2020-10-14T04:08:19.163:[sagemaker logs]: b/test.csv: Bad HTTP status received from algorithm: 415",
        "ClientError: 415",
    ],
    "A request is too large": [
        "2020-10-14T04:08:19.163:[sagemaker logs]: b/test.csv: Bad HTTP status received from algorithm: 413",
        "2020-10-14T04:08:19.163:[sagemaker logs]: b/test.csv: Too much data for max payload size",
    ],
    "The data has other columns than the model": [
        "2020-10-14T04:08:19.163:[sagemaker logs]: b/test.csv: Bad HTTP status received from algorithm: 400",
        "Feature size of csv inference data 11 is not consistent with feature size of trained model 10.",
        "ClientError: 400",
        FRAMEWORK.format("Number of columns does not match number of features in booster. Columns: 9 Features: 8"),
        "ValueError: feature_names mismatch: ['f0', 'f1'] ['f0', 'f1', 'f2']",
    ],
    "The CSV has a header or a value that is no number": [
        FRAMEWORK.format(
            "Non-numeric value 'l' found in the header line 'label,a,b...' of file 'x.csv'. CSV format require no "
            "header line in it. If header line is already removed, XGBoost does not accept non-numeric value in the "
            "data."
        ),
        "ClientError: Unable to parse csv: rows 1-1000, file /opt/ml/input/data/train/x.csv (caused by ValueError)\n\n"
        "Caused by: could not convert string to float: 'label', exit code: 1",
    ],
    "The rows of the CSV differ in length": [
        FRAMEWORK.format("Failed to load csv data with exception:\nExpected 3 fields in line 201, saw 2 (/opt/x.csv)"),
    ],
    "The channel's ContentType does not fit its data": [
        FRAMEWORK.format("application/json is not an accepted ContentType: csv, libsvm, parquet, recordio-protobuf."),
        FRAMEWORK.format("First line '0.8,0.3...' of file 'train.csv' is not 'LIBSVM' format."),
        "ClientError: No iterator has been registered for ContentType ('text/json', '1.0'), exit code: 1",
        "ClientError: Unable to parse recordio-protobuf (give ContentType text/csv for CSV): rows 1-1000, file x "
        "(caused by ValueError)\n\nCaused by: not a recordio-protobuf record: no record starts at byte 0, exit code: 1",
    ],
    "The data has only one class": [
        FRAMEWORK.format("Check failed: !auc_error AUC: the dataset only contains pos or neg samples"),
    ],
    "The labels do not fit the objective": [
        FRAMEWORK.format("label must be in [0,1] for logistic regression"),
        FRAMEWORK.format("label must be in [0, num_class), num_class=2 but found 3 in label"),
        "ClientError: The labels of a binary_classifier must be the whole numbers from 0 to 1, but the train channel "
        "has 0.82065 (caused by ValueError), exit code: 1",
    ],
    "The input channels are not the algorithm's": [FRAMEWORK.format("Missing required channel: train")],
    "A hyperparameter is missing": [
        FRAMEWORK.format("Missing required hyperparameter: num_round"),
        FRAMEWORK.format("Require input for parameter 'num_class' for multi-classification"),
        "ClientError: No value(s) were specified for 'predictor_type' which are required hyperparameter(s) (caused by "
        "ValidationError)\n\nCaused by: 'predictor_type' is a required property, exit code: 1",
    ],
    "The algorithm does not know a hyperparameter": [
        FRAMEWORK.format("Extraneous hyperparameter found: foo"),
        "ClientError: Additional hyperparameters are not allowed ('epoch' was unexpected) (caused by ValidationError)",
    ],
    "A hyperparameter has a value that is not allowed": [
        FRAMEWORK.format("Hyperparameter eta: 7.0 is not in [0, 1]"),
        FRAMEWORK.format("Metric 'auc' can only be applied for classification and ranking problems."),
        "ClientError: The value '-3' is not valid for the 'epochs' hyperparameter which expects an integer in "
        "[1, +inf) (caused by ValidationError)",
        "ClientError: feature_dim is 9, but the train channel has 2 features (caused by ValueError), exit code: 1",
    ],
    "The container did not answer its health check": [
        "The primary container for production variant AllTraffic did not pass the ping health check. Please check "
        "CloudWatch logs for this endpoint.",
    ],
    "The model's artifact cannot be used": [
        'Failed to download model data for container "container_1" from URL: "s3://b/m.tar.gz". Please ensure that '
        "there is an object located at the URL and that the role passed to CreateModel has permissions to download "
        "the object.",
        'Failed to extract model data archive for container "container_1" from URL "s3://b/m". Please ensure that the '
        "object located at the URL is a valid tar.gz archive.",
        "The model data of production variant A could not be unpacked in /data: not enough room.",
    ],
    "An alarm took the update back": [
        "The alarm errors of AutoRollbackConfiguration is in state ALARM.",
    ],
    "The update took too long": ["The deployment exceeded its MaximumExecutionTimeoutInSeconds of 600."],
    "The objective metric was not seen in the log": [
        "No objective metrics found after running 5 training jobs. Please ensure that the custom algorithm is emitting "
        "the objective metric as defined by the regular expression provided.",
    ],
    "Its first training jobs all failed": [
        "No training job succeeded after 5 attempts. For additional details, please take a look at the training job "
        "failures by listing training jobs for the hyperparameter tuning job.",
    ],
    "The model gave no answer": ["Unable to get response from algorithm"],
    "The answers cannot be joined with the input": ["Failed to parse output from the algorithm as CSV"],
    "A Python package is missing in the container": ["ModuleNotFoundError: No module named 'lightgbm'"],
    "The embedded SageMaker was stopped": [
        "InternalServerError: the embedded SageMaker stopped while this job ran; start the job again.",
    ],
    "The embedded SageMaker could not do its work": [
        "InternalServerError: the embedded SageMaker could not work in its data folder: [Errno 13] Permission denied",
        "InternalServerError: The process that starts training hosts was killed. Start the job again.",
    ],
    "Somebody stopped it": ["Stopped"],
    "Another host ended first": [
        FRAMEWORK.format("The connection to the other hosts was lost during the training: one of them ended."),
    ],
    "AWS had an error of its own": ["InternalServerError: We encountered an internal error. Please try again."],
    "The code in the container failed": ["AlgorithmError: ExecuteUserScriptError:\nExitCode 1, exit code: 1"],
    "Something in the request cannot be used": ["ClientError: See job logs for more information"],
}


@pytest.mark.parametrize(
    ("title", "text"),
    [(title, text) for title, texts in REASONS.items() for text in texts],
    ids=lambda text: text[-50:],
)
def test_a_text_that_was_seen_has_its_hint(title: str, text: str) -> None:
    hint = hint_for(text)
    assert hint is not None
    assert hint.title == title


def test_every_rule_is_tried_by_a_text() -> None:
    assert {rule.hint.title for rule in (*SPECIFIC, *GENERAL)} == set(REASONS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Failed",
        "[2023-03-22:07:44:36:INFO] Failed to parse hyperparameter objective value binary:logistic to Json.",
        "[0]#011train-error:0.13700#011validation-error:0.13900",
        "[2023-03-22:07:44:36:INFO] No GPUs detected (normal if no gpus installed)",
        "No objection, your honour",
    ],
)
def test_a_text_that_tells_nothing_has_no_hint(text: str) -> None:
    assert hint_for(text) is None


def test_the_word_of_the_higher_authority_counts() -> None:
    reason, log = "ClientError: Data download failed:AccessDenied (403): Access Denied", "MemoryError"
    assert _title(reason, log) == "The role may not read or write in S3"
    assert _title(log, reason) == "It ran out of memory"


def test_a_cause_in_the_log_counts_more_than_a_reason_without_one() -> None:
    assert _title("AlgorithmError: , exit code: 1", "ModuleNotFoundError: No module named 'x'") == (
        "A Python package is missing in the container"
    )
    assert _title("InternalServerError: We encountered an internal error.", "Killed") == "It ran out of memory"


def test_a_job_that_never_came_to_its_code_has_no_log_for_that_reason() -> None:
    data = _failed(("Starting", "Starting the training job"), ("Downloading", "Downloading input data"))
    assert no_log_of_training(data) == (
        "No log exists: it failed before its container started, in the phase Downloading (Downloading input data)."
    )
    image = _failed(("Starting", "Preparing"), ("Training", "Downloading the training image"))
    assert "before its container started, in the phase Training (Downloading the training image)" in no_log_of_training(
        image
    )
    assert no_log_of_training(_failed()) == "No log exists: it failed before its container started."


def test_a_job_that_was_stopped_while_it_waited_was_stopped() -> None:
    detail = _failed(("Pending", "Waiting for a free place"), ("Stopping", ""), status="Stopped")
    assert no_log_of_training(detail) == (
        "No log exists: it was stopped before its container started, in the phase Pending (Waiting for a free place)."
    )


def test_a_job_that_ran_without_a_log_may_lack_the_permission() -> None:
    ran = _failed(("Training", "Training image download completed. Training in progress."))
    assert "may not write logs (logs:CreateLogStream" in no_log_of_training(ran)


def _title(*texts: str) -> str:
    hint = hint_for(*texts)
    assert hint is not None
    return hint.title


def _failed(*steps: tuple[str, str], status: str = "Failed") -> TrainingJobDetail:
    transitions: list[dict[str, Any]] = [
        {"Status": name, "StartTime": 10.0 * number, "EndTime": 10.0 * number + 10, "StatusMessage": message}
        for number, (name, message) in enumerate((*steps, (status, f"Training job {status.lower()}")))
    ]
    return TrainingJobDetail.from_description(
        {
            "TrainingJobName": "job",
            "TrainingJobArn": "arn",
            "TrainingJobStatus": status,
            "CreationTime": 0.0,
            "SecondaryStatusTransitions": transitions,
        }
    )
