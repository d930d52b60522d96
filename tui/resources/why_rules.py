"""The rules by which a failure is explained.

They hold texts that Amazon SageMaker, its containers and the embedded SageMaker were seen to write. They are
ordered: of two that fit the same text the first one, which is the narrower, is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """What is probably wrong, why, and what to do about it."""

    title: str
    explanation: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A hint for the texts in which a pattern is found."""

    pattern: re.Pattern[str]
    hint: Hint


def _rule(pattern: str, title: str, explanation: str, next_step: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE | re.MULTILINE), Hint(title, explanation, next_step))


LIMITS = (
    _rule(
        r"ResourceLimitExceeded|account-level service limit",
        "A quota of the account is reached",
        "The account may not run as many instances of this type for this purpose; new accounts often have 0.",
        "Ask for more in Service Quotas (each instance type and each use has its own), take another type, or stop "
        "what runs.",
    ),
    _rule(
        r"CapacityError|Unable to provision requested ML compute|Insufficient ?capacity",
        "AWS has no free instance of this type",
        "The availability zones of the region are out of it for now; the request itself is right.",
        "Run it again later, with another instance type, or in another region.",
    ),
    _rule(
        r"MaxRuntimeExceeded|exceeded MaxRuntimeInSeconds",
        "It was stopped when its time was up",
        "It reached MaxRuntimeInSeconds. What it had learned until then was saved as its model.",
        "Run it again with a longer MaxRuntimeInSeconds, fewer rounds or a larger instance.",
    ),
    _rule(
        r"MaxWaitTimeExceeded|exceeded MaxWaitTimeInSeconds",
        "It waited too long for spot instances",
        "MaxWaitTimeInSeconds passed before enough spot capacity was there to finish.",
        "Run it again with a longer MaxWaitTimeInSeconds, another instance type, or without spot.",
    ),
    _rule(
        r"exit ?code:? ?137\b|out ?of ?memory|\bOOM\b|MemoryError|bad_alloc|Cannot allocate memory|SIGKILL|\bKilled$",
        "It ran out of memory",
        "The process was killed, or could not get the memory it asked for (exit code 137 is a kill).",
        "Take an instance type with more memory, or smaller batches, fewer columns or Pipe mode.",
    ),
    _rule(
        r"exit ?code:? ?139\b|SIGSEGV|segmentation fault",
        "Native code crashed",
        "A library below Python touched memory that is not its own (exit code 139), often because versions do not "
        "fit each other or the instance's processor or driver.",
        "Pin the versions of native libraries, or take the next version of the container image.",
    ),
    _rule(
        r"no space left|not enough space|disk quota exceeded",
        "The disk is full",
        "Data, checkpoints and model together did not fit on the volume.",
        "Run it again with a larger VolumeSizeInGB, with Pipe or FastFile mode, or make room on this machine's disk "
        "if it ran there.",
    ),
)

ACCESS = (
    _rule(
        r"iam:PassRole",
        "You may not hand that role to SageMaker",
        "The permission iam:PassRole is missing from your own identity, not from the execution role.",
        "Have iam:PassRole on the role's ARN allowed to you, with iam:PassedToService sagemaker.amazonaws.com.",
    ),
    _rule(
        r"assume the role|sts:AssumeRole|assume role|trust relationship",
        "SageMaker cannot assume the role",
        "The role does not exist, or its trust policy does not name sagemaker.amazonaws.com.",
        "Add sagemaker.amazonaws.com to the role's trust policy, or run it again with another role.",
    ),
    _rule(
        r"manifest unknown|requested image not found|RepositoryNotFound|ImageNotFound|repository .*does not exist",
        "The container image does not exist",
        "There is no such repository or tag in the registry of that account and region.",
        "Check account, region, name and tag of the image; images of AWS have another account in each region.",
    ),
    _rule(
        r"cannot pull|perform: ecr:|pull access denied|registry.*denied",
        "The container image cannot be pulled",
        "The image does not exist, or the execution role may not read it from ECR.",
        "Check the image's URI and allow the role ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and "
        "ecr:GetAuthorizationToken, and the repository's own policy if it is another account's.",
    ),
    _rule(
        r"No S3 objects found|NoSuchKey|NoSuchBucket|No data in .*channel|manifest file .* does not exist",
        "There is no data where the job looked",
        "No object with content lies under the prefix of an input channel; a prefix is matched to the letter.",
        "Check bucket, region and prefix of the channels (y shows the request), then run it again.",
    ),
    _rule(
        r"perform: s3:|S3.*(?:Access ?Denied|Forbidden|\(403\))|(?:Access ?Denied|Forbidden|\(403\)).*S3|"
        r"Data download failed:\s*Access ?Denied",
        "The role may not read or write in S3",
        "S3 refused a request that was made with the execution role.",
        "Allow the role s3:GetObject and s3:ListBucket on the data, s3:PutObject on the output, and kms:Decrypt "
        "where the bucket is encrypted with a key of your own.",
    ),
    _rule(
        r"AccessDenied|not authorized to perform",
        "A permission is missing",
        "AWS refused a request; the message names the action and who asked.",
        "Allow that action to the role or the person named in the message.",
    ),
    _rule(
        r"Artifact upload failed",
        "The model could not be saved",
        "The training came to its end, its result did not reach the output location.",
        "Check bucket, region and permissions of S3OutputPath, then run it again.",
    ),
)

DATA = (
    _rule(
        r"feature_names mismatch|Number of columns does not match|Feature ?shape mismatch|"
        r"Bad HTTP status received from algorithm: 4\d\d|ClientError: 4(?:00|15)\b",
        "The data has other columns than the model",
        "The rows have another number of columns than the model was trained with: mostly the label column, an id or "
        "a header row is still in the input of a transform.",
        "Take label, id and header out of the input (InputFilter $[1:] drops the first column), give every channel "
        "the same columns, and ContentType text/csv.",
    ),
    _rule(
        r"Non-numeric value|could not convert string to float|require no header|invalid literal for float",
        "The CSV has a header or a value that is no number",
        "The built-in algorithms read numbers only: no header row, no text, the label in the first column.",
        "Make a data set of the file in the pane Data (2), which leaves out the header and encodes text, and train "
        "on that.",
    ),
    _rule(
        r"Expected \d+ fields in line \d+, saw \d+|Error tokenizing data|Could not determine delimiter",
        "The rows of the CSV differ in length",
        "A row has more or fewer fields than those before it; a quote or comma inside a value does that too.",
        "Correct the line that the message names, or let the pane Data (2) write the file anew.",
    ),
    _rule(
        r"not an accepted (?:csv )?ContentType|No iterator has been registered for ContentType|in libsvm format|"
        r"'LIBSVM' format|recordio-protobuf",
        "The channel's ContentType does not fit its data",
        "Without a ContentType XGBoost expects libsvm and Linear Learner recordio-protobuf.",
        "Give the channels ContentType text/csv for CSV files.",
    ),
    _rule(
        r"only contains pos or neg samples",
        "The data has only one class",
        "A classifier, and its AUC, need examples of both classes in each channel.",
        "Split the data again so that each part has both classes (a stratified split does).",
    ),
    _rule(
        r"label must be|labels of a \w+ must be|Label contains NaN|base_score must be",
        "The labels do not fit the objective",
        "The first column is the label: 0 and 1 for two classes, 0 to num_class - 1 for several, a number for a "
        "regression, and never empty.",
        "Choose the objective that fits the label, or check that the label is the first column.",
    ),
    _rule(
        r"(?:Missing required|Extraneous) channel",
        "The input channels are not the algorithm's",
        "The built-in algorithms know the channels train and validation, Linear Learner and some others also test.",
        "Name the channels so, and give at least train.",
    ),
)

HYPERPARAMETERS = (
    _rule(
        r"Missing required hyperparameter|required hyperparameter\(s\)|Require input for parameter|"
        r"hyperparameter \S+ is required",
        "A hyperparameter is missing",
        "The algorithm has no default for it.",
        "Run it again (N) with the hyperparameter that the message names.",
    ),
    _rule(
        r"Extraneous hyperparameter|Additional hyperparameters are not allowed",
        "The algorithm does not know a hyperparameter",
        "It is misspelled, or belongs to another algorithm or another version of this one.",
        "Run it again (N) without it, or with its right name.",
    ),
    _rule(
        r"Hyperparameter \S+: |not valid for the '\S+' hyperparameter|feature_dim is \d+, but|"
        r"cannot be used with predictor_type|Do not need to setup parameter|Metric '\S+' (?:can|is)|"
        r"Threshold value 't'|updater should be|tree_method parameter|process_type 'update'",
        "A hyperparameter has a value that is not allowed",
        "The value is out of its range, or does not go with the other hyperparameters.",
        "Run it again (N) with a value that the message allows.",
    ),
)

SERVING = (
    _rule(
        r"ping health check",
        "The container did not answer its health check",
        "GET /ping on port 8080 was never answered with 200: the model does not load, takes too long, or the "
        "container does not serve.",
        "Look in the log for the error at loading; give more memory or a longer start-up time.",
    ),
    _rule(
        r"Unable to get response from algorithm",
        "The model gave no answer",
        "A request took too long, was too large, or ended the container.",
        "Use SplitType Line with a smaller MaxPayloadInMB, or a longer InvocationsTimeoutInSeconds.",
    ),
    _rule(
        r"Failed to parse output from the algorithm as CSV",
        "The answers cannot be joined with the input",
        "Joining and filtering as CSV needs a container that answers in CSV; Linear Learner answers in JSON.",
        "Set Accept to text/csv, or leave JoinSource and OutputFilter out.",
    ),
)

CODE = (
    _rule(
        r"ModuleNotFoundError|No module named|ImportError",
        "A Python package is missing in the container",
        "The code imports what the image does not have in that version.",
        "Put it into requirements.txt beside the script, or take an image that has it.",
    ),
)

ENDS = (
    _rule(
        r"embedded SageMaker stopped while",
        "The embedded SageMaker was stopped",
        "Its jobs end with it: somebody ended it, or the machine went to sleep or down.",
        "Run it again (N) and leave the embedded SageMaker running until it has ended.",
    ),
    _rule(
        r"could not work in its data folder|starts training hosts was killed",
        "The embedded SageMaker could not do its work",
        "This machine did not give it what it needs: room on the disk, permission, or memory.",
        "Do what the message says, then run it again (N).",
    ),
    _rule(
        r"\AStopped\Z",
        "Somebody stopped it",
        "It was asked to stop and had two minutes to save its model. Nothing failed.",
        "Run it again (N) if that was a mistake; CloudTrail tells who called StopTrainingJob.",
    ),
)

SPECIFIC = (*LIMITS, *ACCESS, *DATA, *HYPERPARAMETERS, *SERVING, *CODE, *ENDS)
"""Rules that name one cause."""

GENERAL = (
    _rule(
        r"connection to the other hosts was lost",
        "Another host ended first",
        "The hosts train together; when one ends, all do. This message comes from one that was left behind.",
        "Look for the host whose log ends in another way.",
    ),
    _rule(
        r"InternalServerError",
        "AWS had an error of its own",
        "It is not yours, and the same request often works the next time.",
        "Run it again (N); when it happens again, give AWS support the job's ARN.",
    ),
    _rule(
        r"AlgorithmError",
        "The code in the container failed",
        "The instance, the data and the image were there; the algorithm or script ended with an error.",
        "Read the traceback below from its last line upwards; l opens the whole log.",
    ),
    _rule(
        r"ClientError",
        "Something in the request cannot be used",
        "SageMaker or the container refused what the job was given: data, role, image or parameters.",
        "Check what the message names (y shows the request), then run it again (N).",
    ),
)
"""Rules for what says no more than whose fault it is; they apply when no other does."""
