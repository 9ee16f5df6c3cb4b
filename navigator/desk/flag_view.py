"""The indication panel as the desk shows it: each row with its facts and where they stand."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.casework.models import Case
from cases.clinical.definitions import load_versions
from cases.clinical.models import Fact, SignOffMeaning
from cases.clinical.people_said import SignOffLine
from cases.clinical.queries import CriterionLine, FlagPanel, IndicationPanel, flag_panel
from documents.records.queries import EvidenceView, evidence_for
from navigator.desk.known import KnownValue, describe_known

Words = str | Promise
READING = SignOffMeaning.READING_REVIEWED.value

ANSWERS: dict[str, tuple[str, str, Words]] = {
    "met": ("ok", "check", gettext_lazy("Met")),
    "not_met": ("stop", "stop", gettext_lazy("Not met")),
    "unknown": ("wait", "question", gettext_lazy("Unknown")),
}
OVERALL: dict[str, tuple[str, str, Words]] = {
    "match": ("ok", "check", gettext_lazy("Corresponds")),
    "no_match": ("stop", "stop", gettext_lazy("Does not correspond")),
    "insufficient_information": ("wait", "question", gettext_lazy("Not yet comparable")),
}
UNKNOWN_KINDS: dict[str, Words] = {
    "missing": gettext_lazy("nobody recorded it"),
    "ambiguous": gettext_lazy("recorded, but the label does not settle it: a physician decides"),
    "conflict": gettext_lazy("confirmed sources disagree"),
    "invalid": gettext_lazy("the recorded value cannot be true"),
}
SHORT_KINDS: dict[str, Words] = {
    "missing": gettext_lazy("missing"),
    "ambiguous": gettext_lazy("ambiguous"),
    "conflict": gettext_lazy("sources disagree"),
    "invalid": gettext_lazy("cannot be true"),
}
STATUSES: dict[str, Words] = {
    "draft": gettext_lazy("Draft"),
    "in_review": gettext_lazy("In review: not yet approved by a named clinician"),
    "approved": gettext_lazy("Approved"),
    "superseded": gettext_lazy("Superseded"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
COHORTS = {
    "pNET": gettext_lazy("pancreatic (pNET)"),
    "epNET": gettext_lazy("extra-pancreatic (epNET)"),
}


@dataclass(frozen=True)
class Sign:
    """An answer as people see it: never by colour alone."""

    tone: str
    icon: str
    word: Words


@dataclass(frozen=True)
class OtherSign:
    id: str
    says: str
    sign: Sign


@dataclass(frozen=True)
class Row:
    line: CriterionLine
    sign: Sign
    kind: Words
    values: tuple[KnownValue, ...]
    others: tuple[OtherSign, ...]
    may_settle: bool
    """The wording leaves the row to a physician, and the reader is one."""


@dataclass(frozen=True)
class Panel:
    said: IndicationPanel
    sign: Sign
    cohort: Words
    status: Words
    is_approved: bool
    rows: tuple[Row, ...]
    readings: tuple[OtherSign, ...]
    counts: tuple[tuple[Sign, int], ...]
    past_readings: tuple[SignOffLine, ...]
    """What a clinician signed before something changed; the coordinator's word stands apart."""
    may_sign: bool


def read_sign(signs: dict[str, tuple[str, str, Words]], answer: str) -> Sign:
    return Sign(*signs[answer])


def describe_panels(case: Case, meaning: str) -> tuple[FlagPanel, list[Panel], list[Panel]]:
    """The panel of a case: the two labels in question, and the rest by what is left to resolve."""
    panel = flag_panel(case)
    rows = {
        row.pk: row
        for row in Fact.objects.confirmed().filter(case=case).select_related("decided_by")
    }
    evidence = evidence_for(rows.values())
    return (
        panel,
        [describe_panel(one, meaning, rows, evidence) for one in panel.main],
        [describe_panel(one, "", {}, {}) for one in panel.others],
    )


def describe_panel(
    said: IndicationPanel,
    meaning: str,
    facts: dict[UUID, Fact],
    evidence: dict[UUID, list[EvidenceView]],
) -> Panel:
    status = str(said.definition.get("status", ""))
    answers = [line.answer for line in said.rows]
    return Panel(
        said=said,
        sign=read_sign(OVERALL, said.overall),
        cohort=COHORTS.get(said.cohort, said.cohort),
        status=STATUSES.get(status, status),
        is_approved=status == "approved",
        rows=tuple(
            describe_row(line, facts, evidence, is_clinician=meaning == READING)
            for line in said.rows
        ),
        readings=tuple(
            OtherSign(one.id, _(one.says), read_sign(OVERALL, one.answer))
            for one in said.other_readings
        ),
        counts=tuple(
            (read_sign(ANSWERS, answer), answers.count(answer))
            for answer in ANSWERS
            if answer in answers
        ),
        past_readings=tuple(line for line in said.past_sign_offs if line.meaning == READING),
        may_sign=meaning == READING and all(line.meaning != READING for line in said.sign_offs),
    )


def describe_row(
    line: CriterionLine,
    facts: dict[UUID, Fact],
    evidence: dict[UUID, list[EvidenceView]],
    *,
    is_clinician: bool,
) -> Row:
    same: dict[tuple[str, str], list[Fact]] = {}
    for said in line.facts:
        if fact := facts.get(said.id):
            same.setdefault((fact.key, repr(fact.value)), []).append(fact)
    return Row(
        line=line,
        sign=read_sign(ANSWERS, line.answer),
        kind=UNKNOWN_KINDS.get(line.unknown_kind, ""),
        values=tuple(describe_known(found, evidence) for found in same.values()),
        others=tuple(
            OtherSign(one.id, _(one.says), read_sign(ANSWERS, one.answer))
            for one in line.other_answers
            if one.answer != line.answer
        ),
        may_settle=is_clinician and line.unknown_kind == "ambiguous",
    )


def read_flag_context(case: Case, meaning: str) -> dict[str, Any]:
    """`meaning` is what the reader's word would say; empty: they do not sign.

    That the facts are complete is asked once, beside the comparisons; what was weighed in reading
    a wording is asked at that wording.
    """
    panel, main, others = describe_panels(case, meaning)
    titles = {definition.id: definition.title for definition in load_versions().values()}
    withdrawn = [
        {"line": line, "title": titles.get(line.indication, line.indication)}
        for line in panel.withdrawn
    ]
    return {
        "panel": panel,
        "main": main,
        "others": others,
        "withdrawn": withdrawn,
        "may_sign_facts": meaning == SignOffMeaning.FACTS_COMPLETE.value
        and panel.facts.evaluation_id is not None
        and panel.facts.held is None,
    }
