"""Reads across facts and comparisons; each answers with frozen values in a few queries."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import translation

from cases.casework.models import Case, RequestState, Stage
from cases.clinical.asking import asks_for, settled_by
from cases.clinical.fact_values import describe_value
from cases.clinical.grounds import counted_facts
from cases.clinical.in_use import read_use
from cases.clinical.models import (
    CompleteHistory,
    DefinitionState,
    DefinitionVersion,
    Evaluation,
    Fact,
    Overall,
    SignOffMeaning,
)
from cases.clinical.people_said import Said, SettledLine, SignOffLine, read_said
from cases.clinical.standing import Standing, build_snapshot, build_standing
from cases.clinical.vocabulary import spec_for
from cases.jobs.models import Job

__all__ = ["Standing", "build_snapshot", "build_standing", "cases_to_compare_again", "flag_panel"]

MAIN: Final = ("us-fda/cabozantinib-tablets/net", "eu-ema/cabozantinib-tablets/net")

WAITED_FOR = frozenset({RequestState.OPEN, RequestState.RECEIVED})


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
    settled: SettledLine | None
    """What a clinician said on a row that the wording does not settle."""
    was_settled: str
    """What a clinician said on the same row of an earlier comparison; it holds no more."""


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
    past_sign_offs: tuple[SignOffLine, ...]
    """What was signed before something behind it changed, and by nobody since."""
    facts_hash: str
    definition_id: UUID | None
    """The page of the definition that is active now."""
    is_outdated: bool
    """The active definition says something else by now; the case is compared again soon."""
    papers_to_ask: int
    """Papers that could settle rows that nobody recorded, not asked for yet."""


@dataclass(frozen=True)
class FactsWord:
    """Whether a coordinator said that the recorded facts are complete: one word for them all."""

    evaluation_id: UUID | None
    """The comparison on which the word is given; None where there is none yet."""
    held: SignOffLine | None
    past: SignOffLine | None
    """Somebody said so before a fact, a paper or a wording changed."""


@dataclass(frozen=True)
class WithdrawnLine:
    """An indication that cases are compared with no more."""

    definition_id: UUID
    indication: str
    withdrawn_on: datetime
    because: str


@dataclass(frozen=True)
class FlagPanel:
    """The desk's panel: `main` holds the two labels of the product in question.

    `others` holds the rest by the number of unknowns left to resolve, never by merit.
    """

    main: tuple[IndicationPanel, ...]
    others: tuple[IndicationPanel, ...]
    facts: FactsWord
    withdrawn: tuple[WithdrawnLine, ...]
    is_history_complete: bool
    is_being_compared: bool
    proposals: int


@dataclass(frozen=True)
class _Around:
    """What stands around the comparisons of one case, read once for all of them."""

    facts: Mapping[str, FactLine]
    asked: frozenset[str]
    complete: frozenset[tuple[str, str]]  # kind and title of the papers that came
    waiting: Mapping[str, int]
    said: Said
    active: Mapping[str, DefinitionVersion]


def flag_panel(case: Case) -> FlagPanel:
    """Everything that the desk's panel of a case shows, in a fixed number of queries."""
    versions = DefinitionVersion.objects.select_related("approved_by")
    active = {row.indication: row for row in versions.active()}
    requests = list(case.record_requests.asked())
    waited_for = [row for row in requests if row.state in WAITED_FOR]
    complete = {(row.kind, row.title) for row in requests if row.state == RequestState.FULFILLED}
    around = _Around(
        facts=_describe_facts(case),
        asked=settled_by(
            (row.fact_key for row in waited_for), ((row.kind, row.title) for row in waited_for)
        ),
        complete=frozenset(complete),
        waiting=Counter(Fact.objects.proposed().filter(case=case).values_list("key", flat=True)),
        said=read_said(case),
        active=active,
    )
    panels = [
        _describe_evaluation(row, around) for row in Evaluation.objects.current().filter(case=case)
    ]
    main = sorted((p for p in panels if p.indication in MAIN), key=_main_order)
    others = [panel for panel in panels if panel.indication not in MAIN]
    return FlagPanel(
        main=tuple(main),
        others=tuple(sorted(others, key=lambda panel: (panel.unknowns, panel.indication))),
        facts=_find_facts_word([*main, *others]),
        withdrawn=_describe_withdrawn(active),
        is_history_complete=CompleteHistory.objects.live().filter(case=case).exists(),
        is_being_compared=Job.objects.unfinished()
        .filter(subject=f"clinical.evaluation:{case.pk}")
        .exists(),
        proposals=sum(around.waiting.values()),
    )


def _find_facts_word(panels: Sequence[IndicationPanel]) -> FactsWord:
    """What holds for every comparison of the facts as they are now."""
    if not panels:
        return FactsWord(None, None, None)
    same = [panel for panel in panels if panel.facts_hash == panels[0].facts_hash]
    held = [_of_facts(panel.sign_offs) for panel in same]
    past = [word for panel in same if (word := _of_facts(panel.past_sign_offs))]
    return FactsWord(
        panels[0].evaluation_id,
        held=held[0] if all(held) else None,
        past=max(past, key=lambda word: word.signed_at, default=None),
    )


def _of_facts(words: Iterable[SignOffLine]) -> SignOffLine | None:
    return next((word for word in words if word.meaning == SignOffMeaning.FACTS_COMPLETE), None)


def _describe_withdrawn(active: Container[str]) -> tuple[WithdrawnLine, ...]:
    rows = DefinitionVersion.objects.filter(state=DefinitionState.WITHDRAWN).order_by("-ended_at")
    last = {row.indication: row for row in reversed(rows) if row.indication not in active}
    return tuple(
        WithdrawnLine(row.pk, row.indication, row.ended_at, row.withdrawn_because)
        for row in last.values()
        if row.ended_at is not None
    )


def cases_to_compare_again(day: date, *, limit: int) -> list[UUID]:
    """Open cases whose answer changes by itself by `day`, or that another wording answered.

    Another one is an older version, or one that is not active any more.
    """
    use = read_use(day)
    outdated = ~Q(indication__in=use.indications)
    for definition in use.definitions:
        outdated |= Q(indication=definition.id) & ~Q(definition_digest=definition.digest)
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


def _describe_evaluation(row: Evaluation, around: _Around) -> IndicationPanel:
    said = row.result
    active = around.active.get(row.indication)
    is_same = active is not None and active.digest == row.definition_digest
    lines = tuple(_describe_criterion(criterion, row, around) for criterion in said["criteria"])
    return IndicationPanel(
        evaluation_id=row.pk,
        indication=row.indication,
        version=row.definition_version,
        definition={**said["definition"], **_say_review(active)} if is_same else said["definition"],
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
        sign_offs=around.said.signed_on(row),
        past_sign_offs=around.said.signed_before(row),
        facts_hash=row.facts_hash,
        definition_id=None if active is None else active.pk,
        is_outdated=not is_same,
        papers_to_ask=_count_papers(lines, said["criteria"], around),
    )


def _say_review(active: DefinitionVersion | None) -> dict[str, Any]:
    """How the office stands to the wording today: it may have been approved since."""
    if active is None or active.approved_by is None or active.label_read_on is None:
        return {}
    day, name = active.label_read_on.isoformat(), active.approved_by.name
    return {
        "status": active.state,
        "label_reading": f"Label read on {day} by {name}",
        "label_read_on": day,
        "label_read_by": name,
    }


def _count_papers(
    lines: Iterable[CriterionLine], said: Iterable[Mapping[str, Any]], around: _Around
) -> int:
    """How many papers "ask for all" would ask for: those that came are complete."""
    wanted = (
        asks_for(criterion["facts"])
        for line, criterion in zip(lines, said, strict=True)
        if line.can_be_asked and line.unknown_kind == "missing"
    )
    with translation.override("en"):  # as the requests keep them
        papers = {one.key for one in wanted if one is not None}
    return len(papers - around.complete)


def _describe_criterion(
    said: Mapping[str, Any], evaluation: Evaluation, around: _Around
) -> CriterionLine:
    ask = asks_for(said["facts"]) if said["answer"] == "unknown" else None
    is_asked = not around.asked.isdisjoint(said["facts"])
    found = (around.facts.get(pk) for pk in evaluation.facts.get(said["id"], ()))
    is_ambiguous = said["unknown_kind"] == "ambiguous"
    return CriterionLine(
        id=said["id"],
        phrase=said["phrase"],
        tag=said["tag"],
        answer=said["answer"],
        unknown_kind=said["unknown_kind"] or "",
        basis=said["basis"],
        reason=said["reason"],
        ask=said["ask"] or "",
        facts=tuple(fact for fact in found if fact is not None),
        other_answers=tuple(
            OtherAnswer(other["id"], other["says"], other["answer"])
            for other in said["other_answers"]
        ),
        can_be_asked=ask is not None and not is_asked,
        is_asked=is_asked,
        proposals=sum(around.waiting.get(key, 0) for key in said["facts"]),
        settled=around.said.settled.get((evaluation.pk, said["id"])),
        was_settled=around.said.was_settled.get((evaluation.indication, said["id"]), "")
        if is_ambiguous
        else "",
    )
