"""Reads across facts and comparisons; each answers with frozen values in a few queries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from cases.casework.models import Case, RequestState, Stage
from cases.clinical.asking import asks_for
from cases.clinical.definitions import load_definitions
from cases.clinical.fact_values import describe_value
from cases.clinical.grounds import counted_facts
from cases.clinical.models import CompleteHistory, Evaluation, Fact, Overall, SignOff
from cases.clinical.standing import Standing, build_snapshot, build_standing
from cases.clinical.vocabulary import spec_for
from cases.jobs.models import Job

__all__ = ["Standing", "build_snapshot", "build_standing", "cases_to_compare_again", "flag_panel"]

MAIN: Final = ("us-fda/cabozantinib-tablets/net", "eu-ema/cabozantinib-tablets/net")


@dataclass(frozen=True)
class FactLine:
    """A confirmed fact as the panel shows it. Its evidence is found by its id."""

    id: UUID
    key: str
    label: str
    text: str
    dated: str
    confirmed_by: str
    confirmed_at: datetime | None
    stated_source: str
    differs: bool
    """Another confirmed row of the same fact says otherwise."""


@dataclass(frozen=True)
class OtherAnswer:
    """What another reading answers: for one row, or for the whole."""

    id: str
    says: str
    answer: str


@dataclass(frozen=True)
class CriterionLine:
    id: str
    phrase: str
    tag: str
    answer: str
    unknown_kind: str
    basis: str
    reason: str
    ask: str
    facts: tuple[FactLine, ...]
    other_answers: tuple[OtherAnswer, ...]
    can_be_asked: bool
    """A record could settle it, and the family has not been asked yet."""
    is_asked: bool
    proposals: int
    """Proposals about its facts that wait for a person."""


@dataclass(frozen=True)
class SignOffLine:
    meaning: str
    meaning_text: str
    statement: str
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True)
class IndicationPanel:
    evaluation_id: UUID
    indication: str
    version: str
    definition: Mapping[str, Any]
    """Words of the definition as compared: title, wording, authority, status and so on."""
    overall: str
    overall_text: str
    cohort: str
    rows: tuple[CriterionLine, ...]
    other_readings: tuple[OtherAnswer, ...]
    dose_note_mg: int | None
    dose_text: str
    unknowns: int
    next_transition_date: date | None
    reference_date: date
    evaluated_at: datetime
    sign_offs: tuple[SignOffLine, ...]


@dataclass(frozen=True)
class FlagPanel:
    """The desk's panel: `main` holds the two labels of the product in question.

    `others` holds the rest by the number of unknowns left to resolve, never by merit.
    """

    main: tuple[IndicationPanel, ...]
    others: tuple[IndicationPanel, ...]
    is_history_complete: bool
    is_being_compared: bool
    proposals: int


def flag_panel(case: Case) -> FlagPanel:
    """Everything that the desk's panel of a case shows, in six queries."""
    evaluations = list(Evaluation.objects.current().filter(case=case))
    facts = _describe_facts(case)
    signed: dict[UUID, list[SignOffLine]] = {}
    for sign_off in (
        SignOff.objects.valid().filter(evaluation__case=case).select_related("signed_by")
    ):
        signed.setdefault(sign_off.evaluation_id, []).append(_describe_sign_off(sign_off))
    asked = set(
        case.record_requests.filter(
            state__in=[RequestState.OPEN, RequestState.RECEIVED]
        ).values_list("fact_key", flat=True)
    )
    waiting = Counter(Fact.objects.proposed().filter(case=case).values_list("key", flat=True))
    panels = [
        _describe_evaluation(
            row, facts=facts, asked=asked, waiting=waiting, signed=signed.get(row.pk, ())
        )
        for row in evaluations
    ]
    main = sorted((p for p in panels if p.indication in MAIN), key=_main_order)
    others = [panel for panel in panels if panel.indication not in MAIN]
    return FlagPanel(
        main=tuple(main),
        others=tuple(sorted(others, key=lambda panel: (panel.unknowns, panel.indication))),
        is_history_complete=CompleteHistory.objects.live().filter(case=case).exists(),
        is_being_compared=Job.objects.unfinished()
        .filter(subject=f"clinical.evaluation:{case.pk}")
        .exists(),
        proposals=sum(waiting.values()),
    )


def cases_to_compare_again(day: date, *, limit: int) -> list[UUID]:
    """Open cases whose answer changes by itself by `day`, or that an older version answered."""
    outdated = Q()
    for definition in load_definitions().values():
        outdated |= Q(indication=definition.id) & ~Q(definition_version=definition.version)
    due = Q(next_transition_date__lte=day)
    current = Evaluation.objects.current().exclude(case__stage=Stage.CLOSED)
    return list(
        dict.fromkeys(
            current.filter(due | outdated).order_by().values_list("case_id", flat=True)[:limit]
        )
    )


def _main_order(panel: IndicationPanel) -> int:
    return MAIN.index(panel.indication)


def _describe_facts(case: Case) -> dict[str, FactLine]:
    """The confirmed facts of a case by their ids."""
    rows = list(counted_facts(case).select_related("decided_by"))
    values: dict[str, set[str]] = {}
    for row in rows:
        values.setdefault(row.key, set()).add(repr(row.value))
    return {str(row.pk): _describe_fact(row, values) for row in rows}


def _describe_fact(row: Fact, values: Mapping[str, set[str]]) -> FactLine:
    spec = spec_for(row.key)
    return FactLine(
        id=row.pk,
        key=row.key,
        label=spec.label,
        text=describe_value(row.key, row.value),
        dated=row.dated,
        confirmed_by=row.decided_by.name if row.decided_by else "",
        confirmed_at=row.decided_at,
        stated_source=row.stated_source,
        differs=not spec.repeats and len(values[row.key]) > 1,
    )


def _describe_sign_off(row: SignOff) -> SignOffLine:
    return SignOffLine(
        meaning=row.meaning,
        meaning_text=row.get_meaning_display(),
        statement=row.statement,
        signed_by=row.signed_by.name,
        signed_at=row.signed_at,
    )


def _describe_evaluation(
    row: Evaluation,
    *,
    facts: Mapping[str, FactLine],
    asked: set[str],
    waiting: Mapping[str, int],
    signed: Iterable[SignOffLine],
) -> IndicationPanel:
    said = row.result
    lines = tuple(
        _describe_criterion(
            criterion,
            facts=[facts[pk] for pk in row.facts.get(criterion["id"], ()) if pk in facts],
            asked=asked,
            waiting=waiting,
        )
        for criterion in said["criteria"]
    )
    return IndicationPanel(
        evaluation_id=row.pk,
        indication=row.indication,
        version=row.definition_version,
        definition=said["definition"],
        overall=row.overall,
        overall_text=str(Overall(row.overall).label),
        cohort=row.cohort,
        rows=lines,
        other_readings=tuple(
            OtherAnswer(reading["id"], reading["says"], reading["overall"])
            for reading in said["other_readings"]
        ),
        dose_note_mg=said["dose_note_mg"],
        dose_text=said["dose_text"],
        unknowns=sum(line.answer == "unknown" for line in lines),
        next_transition_date=row.next_transition_date,
        reference_date=row.reference_date,
        evaluated_at=row.evaluated_at,
        sign_offs=tuple(signed),
    )


def _describe_criterion(
    said: Mapping[str, Any],
    *,
    facts: Iterable[FactLine],
    asked: set[str],
    waiting: Mapping[str, int],
) -> CriterionLine:
    ask = asks_for(said["facts"]) if said["answer"] == "unknown" else None
    is_asked = any(key in asked for key in said["facts"])
    return CriterionLine(
        id=said["id"],
        phrase=said["phrase"],
        tag=said["tag"],
        answer=said["answer"],
        unknown_kind=said["unknown_kind"] or "",
        basis=said["basis"],
        reason=said["reason"],
        ask=said["ask"] or "",
        facts=tuple(facts),
        other_answers=tuple(
            OtherAnswer(other["id"], other["says"], other["answer"])
            for other in said["other_answers"]
        ),
        can_be_asked=ask is not None and not is_asked,
        is_asked=is_asked,
        proposals=sum(waiting.get(key, 0) for key in said["facts"]),
    )
