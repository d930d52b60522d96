"""The rules by which a failure is explained.

They hold texts that Amazon SageMaker, its containers and the embedded SageMaker were seen to write. They are
ordered: of two that fit the same text the first one, which is the narrower, is meant.
"""

from __future__ import annotations

from tui.resources.why_hints import rule
from tui.resources.why_rules_input import DATA, HYPERPARAMETERS

LIMITS = (
    rule(
        r"ResourceLimitExceeded|account-level service limit",
        "A quota of the account is reached",
        "The account may not run as many instances of this type for this purpose; new accounts often have 0.",
        "Ask for more in Service Quotas (each instance type and each use has its own), take another type, or stop "
        "what runs.",
    ),
    rule(
        r"CapacityError|Unable to provision requested ML compute|Insufficient ?capacity",
        "AWS has no free instance of this type",
        "The availability zones of the region are out of it for now; the request itself is right.",
        "Run it again later, with another instance type, or in another region.",
    ),
    rule(
        r"MaxRuntimeExceeded|exceeded MaxRuntimeInSeconds",
        "It was stopped when its time was up",
        "It reached MaxRuntimeInSeconds. What it had learned until then was saved as its model.",
        "Run it again with a longer MaxRuntimeInSeconds, fewer rounds or a larger instance.",
    ),
    rule(
        r"MaxWaitTimeExceeded|exceeded MaxWaitTimeInSeconds",
        "It waited too long for spot instances",
        "MaxWaitTimeInSeconds passed before enough spot capacity was there to finish.",
        "Run it again with a longer MaxWaitTimeInSeconds, another instance type, or without spot.",
    ),
    rule(
        r"exit ?code:? ?137\b|out ?of ?memory|\bOOM\b|MemoryError|bad_alloc|Cannot allocate memory|SIGKILL|\bKilled$",
        "It ran out of memory",
        "The process was killed, or could not get the memory it asked for (exit code 137 is a kill).",
        "Take an instance type with more memory, or smaller batches, fewer columns or Pipe mode.",
    ),
    rule(
        r"exit ?code:? ?139\b|SIGSEGV|segmentation fault",
        "Native code crashed",
        "A library below Python touched memory that is not its own (exit code 139), often because versions do not "
        "fit each other or the instance's processor or driver.",
        "Pin the versions of native libraries, or take the next version of the container image.",
    ),
    rule(
        r"no space left|not enough space|disk quota exceeded",
        "The disk is full",
        "Data, checkpoints and model together did not fit on the volume.",
        "Run it again with a larger VolumeSizeInGB, with Pipe or FastFile mode, or make room on this machine's disk "
        "if it ran there.",
    ),
)

ACCESS = (
    rule(
        r"iam:PassRole",
        "You may not hand that role to SageMaker",
        "The permission iam:PassRole is missing from your own identity, not from the execution role.",
        "Have iam:PassRole on the role's ARN allowed to you, with iam:PassedToService sagemaker.amazonaws.com.",
    ),
    rule(
        r"assume the role|sts:AssumeRole|assume role|trust relationship",
        "SageMaker cannot assume the role",
        "The role does not exist, or its trust policy does not name sagemaker.amazonaws.com.",
        "Add sagemaker.amazonaws.com to the role's trust policy, or run it again with another role.",
    ),
    rule(
        r"manifest unknown|requested image not found|RepositoryNotFound|ImageNotFound|repository .*does not exist",
        "The container image does not exist",
        "There is no such repository or tag in the registry of that account and region.",
        "Check account, region, name and tag of the image; images of AWS have another account in each region.",
    ),
    rule(
        r"cannot pull|perform: ecr:|pull access denied|registry.*denied",
        "The container image cannot be pulled",
        "The image does not exist, or the execution role may not read it from ECR.",
        "Check the image's URI and allow the role ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and "
        "ecr:GetAuthorizationToken, and the repository's own policy if it is another account's.",
    ),
    rule(
        r"No S3 objects found|NoSuchKey|NoSuchBucket|No data in .*channel|manifest file .* does not exist",
        "There is no data where the job looked",
        "No object with content lies under the prefix of an input channel; a prefix is matched to the letter.",
        "Check bucket, region and prefix of the channels (y shows the request), then run it again.",
    ),
    rule(
        r"perform: s3:|S3.*(?:Access ?Denied|Forbidden|\(403\))|(?:Access ?Denied|Forbidden|\(403\)).*S3|"
        r"Data download failed:\s*Access ?Denied",
        "The role may not read or write in S3",
        "S3 refused a request that was made with the execution role.",
        "Allow the role s3:GetObject and s3:ListBucket on the data, s3:PutObject on the output, and kms:Decrypt "
        "where the bucket is encrypted with a key of your own.",
    ),
    rule(
        r"AccessDenied|not authorized to perform",
        "A permission is missing",
        "AWS refused a request; the message names the action and who asked.",
        "Allow that action to the role or the person named in the message.",
    ),
    rule(
        r"Artifact upload failed",
        "The model could not be saved",
        "The training came to its end, its result did not reach the output location.",
        "Check bucket, region and permissions of S3OutputPath, then run it again.",
    ),
)

SERVING = (
    rule(
        r"Failed to download model data|Failed to extract model data|could not find model data|"
        r"model data (?:archive|of production variant)",
        "The model's artifact cannot be used",
        "The object at ModelDataUrl does not exist, is no model.tar.gz, is too large, or may not be read by the role "
        "of the model. It is read when the endpoint or job begins, not when the model is created.",
        "Check the URL of the model's artifact and s3:GetObject of its role, then create the model anew.",
    ),
    rule(
        r"alarm .* AutoRollbackConfiguration",
        "An alarm took the update back",
        "An alarm of AutoRollbackConfiguration went off while traffic moved to the new instances; the old "
        "configuration serves again.",
        "Look at the metric of that alarm and at the log of the new variant, then update again.",
    ),
    rule(
        r"exceeded its MaximumExecutionTimeoutInSeconds",
        "The update took too long",
        "The deployment was not over when MaximumExecutionTimeoutInSeconds had passed, and was taken back.",
        "Update again with a longer time-out, shorter waits or larger steps.",
    ),
    rule(
        r"Unable to get response from algorithm",
        "The model gave no answer",
        "A request took too long, was too large, or ended the container.",
        "Use SplitType Line with a smaller MaxPayloadInMB, or a longer InvocationsTimeoutInSeconds.",
    ),
    rule(
        r"Failed to parse output from the algorithm as CSV",
        "The answers cannot be joined with the input",
        "Joining and filtering as CSV needs a container that answers in CSV; Linear Learner answers in JSON.",
        "Set Accept to text/csv, or leave JoinSource and OutputFilter out.",
    ),
)

CODE = (
    rule(
        r"ModuleNotFoundError|No module named|ImportError",
        "A Python package is missing in the container",
        "The code imports what the image does not have in that version.",
        "Put it into requirements.txt beside the script, or take an image that has it.",
    ),
)

TUNING = (
    rule(
        r"No objective metrics? found|objective metric was never seen",
        "The objective metric was not seen in the log",
        "Training jobs ended well, and the tuning job found no value of its objective in what they wrote: the metric "
        "is not computed, there is no validation channel, or the regex of an own metric does not match.",
        "Give a validation channel, have the metric computed (eval_metric), or try the regex on a line of the log.",
    ),
)

ENDS = (
    rule(
        r"embedded SageMaker stopped while",
        "The embedded SageMaker was stopped",
        "Its jobs end with it: somebody ended it, or the machine went to sleep or down.",
        "Run it again (N) and leave the embedded SageMaker running until it has ended.",
    ),
    rule(
        r"could not work in its data folder|starts training hosts was killed",
        "The embedded SageMaker could not do its work",
        "This machine did not give it what it needs: room on the disk, permission, or memory.",
        "Do what the message says, then run it again (N).",
    ),
    rule(
        r"\AStopped\Z",
        "Somebody stopped it",
        "It was asked to stop, and nothing failed; a training job has two minutes to save its model.",
        "Run it again (N) if that was a mistake; CloudTrail tells who called the Stop operation.",
    ),
)

SPECIFIC = (*LIMITS, *ACCESS, *DATA, *HYPERPARAMETERS, *SERVING, *CODE, *TUNING, *ENDS)
"""Rules that name one cause."""

GENERAL = (
    rule(
        r"ping health check",
        "The container did not answer its health check",
        "GET /ping on port 8080 was never answered with 200: the model does not load, takes too long, or the "
        "container does not serve.",
        "Read the log for the error at loading (l opens it); give more memory or a longer start-up time.",
    ),
    rule(
        r"No training job succeeded after \d+ attempts",
        "Its first training jobs all failed",
        "A tuning job gives up when its first training jobs fail without any success.",
        "Correct what made them fail, and run the search again (N).",
    ),
    rule(
        r"connection to the other hosts was lost",
        "Another host ended first",
        "The hosts train together; when one ends, all do. This message comes from one that was left behind.",
        "Look for the host whose log ends in another way.",
    ),
    rule(
        r"InternalServerError",
        "AWS had an error of its own",
        "It is not yours, and the same request often works the next time.",
        "Run it again (N); when it happens again, give AWS support the job's ARN.",
    ),
    rule(
        r"AlgorithmError",
        "The code in the container failed",
        "The instance, the data and the image were there; the algorithm or script ended with an error.",
        "Read the traceback below from its last line upwards; l opens the whole log.",
    ),
    rule(
        r"ClientError",
        "Something in the request cannot be used",
        "SageMaker or the container refused what the job was given: data, role, image or parameters.",
        "Check what the message names (y shows the request), then run it again (N).",
    ),
)
"""Rules for what says no more than where it went wrong; they apply when no other does."""
