"""What people said on the comparisons of a case: what was signed, and which rows were settled.

It holds until something behind the comparison changes; what held before is told as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from cases.casework.models import Case
from cases.clinical.models import Evaluation, Settlement, SignOff


@dataclass(frozen=True)
class SignOffLine:
    meaning: str
    meaning_text: str
    statement: str
    signed_by: str
    signed_at: datetime
    stale_at: datetime | None


@dataclass(frozen=True)
class SettledLine:
    sentence: str
    settled_by: str
    settled_at: datetime


@dataclass(frozen=True)
class Said:
    """All of it for one case."""

    signed: Mapping[UUID, Sequence[SignOffLine]]
    """What holds, by comparison."""
    was_signed: Mapping[str, Sequence[SignOffLine]]
    """What holds no more, by indication: the newest of each meaning."""
    settled: Mapping[tuple[UUID, str], SettledLine]
    was_settled: Mapping[tuple[str, str], str]

    def signed_on(self, evaluation: Evaluation) -> tuple[SignOffLine, ...]:
        return tuple(self.signed.get(evaluation.pk, ()))

    def signed_before(self, evaluation: Evaluation) -> tuple[SignOffLine, ...]:
        """What held once and nobody has said again since."""
        again = {line.meaning for line in self.signed_on(evaluation)}
        before = self.was_signed.get(evaluation.indication, ())
        return tuple(line for line in before if line.meaning not in again)


def read_said(case: Case) -> Said:
    """In two queries."""
    signed, was_signed = _read_sign_offs(case)
    settled, was_settled = _read_settlements(case)
    return Said(signed, was_signed, settled, was_settled)


def settled_rows(case: Case, evaluations: QuerySet[Evaluation]) -> dict[str, SettledLine]:
    """What holds of a clinician's sentences on these comparisons of a case, by criterion."""
    rows = (
        Settlement.objects.valid()
        .filter(evaluation__case=case, evaluation__in=evaluations)
        .select_related("settled_by")
    )
    return {row.criterion: _describe_settlement(row) for row in rows}


def _describe_settlement(row: Settlement) -> SettledLine:
    return SettledLine(row.sentence, row.settled_by.name, row.settled_at)


def _read_settlements(
    case: Case,
) -> tuple[dict[tuple[UUID, str], SettledLine], dict[tuple[str, str], str]]:
    """Sentences that hold, by comparison and row; the newest that hold no more, by indication."""
    rows = (
        Settlement.objects.filter(evaluation__case=case)
        .select_related("settled_by", "evaluation")
        .defer("evaluation__result", "evaluation__snapshot", "evaluation__facts")
        .order_by("settled_at")
    )
    valid, stale = {}, {}
    for row in rows:
        if row.stale_at is None:
            valid[row.evaluation_id, row.criterion] = _describe_settlement(row)
        else:
            stale[row.evaluation.indication, row.criterion] = row.sentence
    return valid, stale


def _read_sign_offs(
    case: Case,
) -> tuple[dict[UUID, list[SignOffLine]], dict[str, list[SignOffLine]]]:
    rows = (
        SignOff.objects.filter(evaluation__case=case)
        .select_related("signed_by", "evaluation")
        .defer("evaluation__result", "evaluation__snapshot", "evaluation__facts")
        .order_by("signed_at")
    )
    valid: dict[UUID, list[SignOffLine]] = {}
    stale: dict[str, dict[str, SignOffLine]] = {}
    for row in rows:
        line = SignOffLine(
            meaning=row.meaning,
            meaning_text=row.get_meaning_display(),
            statement=row.statement,
            signed_by=row.signed_by.name,
            signed_at=row.signed_at,
            stale_at=row.stale_at,
        )
        if row.stale_at is None:
            valid.setdefault(row.evaluation_id, []).append(line)
        else:
            stale.setdefault(row.evaluation.indication, {})[row.meaning] = line
    return valid, {name: list(lines.values()) for name, lines in stale.items()}
