"""What is known of the illness, and where a label's wording stands to it."""

from cases.clinical.models.definition import (
    ChangeKind,
    ComparedFacts,
    DefinitionState,
    DefinitionVersion,
    DryRun,
    DryRunChange,
)
from cases.clinical.models.evaluation import (
    Evaluation,
    OfEvaluationQuerySet,
    Overall,
    Settlement,
    SignOff,
    SignOffMeaning,
)
from cases.clinical.models.facts import (
    CompleteHistory,
    CompleteHistoryQuerySet,
    Fact,
    FactOrigin,
    FactQuerySet,
    FactState,
)

__all__ = [
    "ChangeKind",
    "ComparedFacts",
    "CompleteHistory",
    "CompleteHistoryQuerySet",
    "DefinitionState",
    "DefinitionVersion",
    "DryRun",
    "DryRunChange",
    "Evaluation",
    "Fact",
    "FactOrigin",
    "FactQuerySet",
    "FactState",
    "OfEvaluationQuerySet",
    "Overall",
    "Settlement",
    "SignOff",
    "SignOffMeaning",
]
