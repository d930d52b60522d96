"""The road to why: what kind of thing failed, the page that explains it, and from there to its log."""

from __future__ import annotations

from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted
from tui.resources.training import TrainingJob
from tui.resources.transforms import TransformJob
from tui.resources.tuning import TuningJob
from tui.screens.stage import Stage
from tui.screens.why import WhyScreen
from tui.service.sagemaker import SageMaker
from tui.service.why import Subject, endpoint_subject, training_subject, transform_subject, tuning_subject


async def explain(stage: Stage, wish: WhyWanted) -> None:
    """Say why something failed or was stopped."""
    subject = _subject(stage.service, wish)
    if await stage.ask(WhyScreen(subject)) and subject.log:
        stage.screen.post_message(LogsWanted(subject.log))


def _subject(service: SageMaker, wish: WhyWanted) -> Subject:
    match wish.row:
        case TrainingJob() as job:
            return training_subject(service.training, service.logs, job)
        case TuningJob() as search:
            return tuning_subject(service.tuning, service.logs, search)
        case TransformJob() as transform:
            return transform_subject(service.transforms, service.logs, transform)
        case endpoint:
            return endpoint_subject(service.endpoints, service.logs, endpoint)
