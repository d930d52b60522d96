"""Whether what writes a log still runs, and why it may have no lines: asked of SageMaker, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.resources.logs import NOUNS, Kind, LogSource, Writing
from tui.resources.training import TrainingJobDetail, why_no_log
from tui.service.errors import AccessDenied, NotFound, ServiceFault
from tui.service.gateway import Gateway


@dataclass(frozen=True, slots=True)
class _Question:
    """How SageMaker is asked about a kind of thing."""

    operation: str
    name: str
    status: str
    over: frozenset[str]
    """Statuses in which nothing more is written."""

    ended: str = "LastModifiedTime"


_JOB_OVER = frozenset({"Completed", "Failed", "Stopped"})

_QUESTIONS: Mapping[Kind, _Question] = {
    "training": _Question("DescribeTrainingJob", "TrainingJobName", "TrainingJobStatus", _JOB_OVER, "TrainingEndTime"),
    "processing": _Question(
        "DescribeProcessingJob", "ProcessingJobName", "ProcessingJobStatus", _JOB_OVER, "ProcessingEndTime"
    ),
    "transform": _Question(
        "DescribeTransformJob", "TransformJobName", "TransformJobStatus", _JOB_OVER, "TransformEndTime"
    ),
    "endpoint": _Question("DescribeEndpoint", "EndpointName", "EndpointStatus", frozenset({"Failed"})),
    "notebook": _Question(
        "DescribeNotebookInstance",
        "NotebookInstanceName",
        "NotebookInstanceStatus",
        frozenset({"Stopped", "Failed"}),
    ),
}


async def writing(gateway: Gateway, source: LogSource) -> Writing:
    """How it stands with what writes a log.

    A log outlives what wrote it, and may be read by people who may not ask about that: neither ends the reading.

    Raises:
        ServiceError: for what passes by itself, and for credentials that do not work.
    """
    question, noun = _QUESTIONS[source.kind], NOUNS[source.kind]
    try:
        answer = await gateway.call("sagemaker", question.operation, **{question.name: source.name})
    except NotFound:
        return Writing(False, f"There is no {noun} {source.name} here, and no log of one: check its name.")
    except (AccessDenied, ServiceFault) as error:
        return Writing(True, f"{source.label} has no log yet, and could not be asked about. {error}")
    return Writing(answer[question.status] not in question.over, _why_no_log(source, answer), _ended(question, answer))


def _ended(question: _Question, answer: Mapping[str, Any]) -> float | None:
    return answer.get(question.ended) if answer[question.status] in question.over else None


def _why_no_log(source: LogSource, answer: Mapping[str, Any]) -> str:
    if source.kind == "training":
        return why_no_log(TrainingJobDetail.from_description(answer))
    question = _QUESTIONS[source.kind]
    status, reason = answer[question.status], answer.get("FailureReason")
    said = f"{status}: {reason}" if reason else status
    yet = "" if status in question.over else " yet"
    return f"The {NOUNS[source.kind]} {source.label} has not written to its log{yet}. It is {said}."
