"""The coordinator of the demonstration reviews records and their proposals, one by one."""

from datetime import datetime

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.models import CompleteHistory, Fact, FactState
from cases.clinical.services import (
    confirm_fact,
    confirm_history_complete,
    correct_fact,
    enter_fact,
    reject_fact,
)
from documents.records.models import Document, DocumentState, Evidence
from documents.records.services import accept_document, clear_other_patient, set_document_details
from navigator.demo.samples import kind_of
from tests.samples import shapes
from tests.samples.agreement import agrees


def review_papers(sample: shapes.SampleCase, case: Case, coordinator: User, now: datetime) -> int:
    """Go through the records as a careful reader: details, proposals one by one, accept."""
    reviewed = 0
    for file in sample.files:
        document = Document.objects.filter(case=case, files__original_name=file.name).first()
        if document is None:
            continue
        if document.state == DocumentState.OTHER_PATIENT:
            document = clear_other_patient(
                document=document,
                reason="Name and birth date are written as the family writes them at home.",
                actor=coordinator,
                now=now,
            )
        if document.state != DocumentState.TO_REVIEW:
            continue
        decide_proposals(sample, file, document, coordinator, now)
        set_document_details(
            document=document,
            kind=kind_of(file),
            title=file.title,
            language=file.language,
            issuer=file.issuer,
            dates={
                "specimen_date": file.specimen_date.isoformat() if file.specimen_date else "",
                "study_date": file.study_date.isoformat() if file.study_date else "",
                "report_date": file.report_date.isoformat(),
            },
            actor=coordinator,
            now=now,
        )
        accept_document(document=document, actor=coordinator, now=now)
        reviewed += 1
    return reviewed


def decide_proposals(
    sample: shapes.SampleCase,
    file: shapes.SampleFile,
    document: Document,
    coordinator: User,
    now: datetime,
) -> None:
    """Confirm what a careful reader takes from the page, correct what is close, reject the rest."""
    wanted = [one for one in sample.proposals if one.file == file.name]
    taken: set[int] = set()
    found = (
        Evidence.objects.filter(file__document=document, fact__state=FactState.PROPOSED)
        .select_related("fact__case")
        .order_by("page", "start")
    )
    for evidence in found:
        fact = evidence.fact
        match = next(
            (
                at
                for at, one in enumerate(wanted)
                if at not in taken and agrees(one, fact.key, fact.value)
            ),
            None,
        )
        if match is None or not wanted[match].confirm:
            repeats = any(agrees(one, fact.key, fact.value) for one in wanted if one.confirm)
            why = "said before on these pages" if repeats else "not what the page says"
            reject_fact(fact=fact, actor=coordinator, now=now, reason=why)
            continue
        taken.add(match)
        confirm_as_wanted(wanted[match], fact, coordinator, now)


def confirm_as_wanted(
    wanted: shapes.ExpectedProposal, fact: Fact, coordinator: User, now: datetime
) -> None:
    if (fact.key == "prior_treatments" and fact.value != wanted.value) or (
        isinstance(fact.value, dict) and "conflict" in fact.value
    ):
        correct_fact(fact=fact, value=wanted.value, actor=coordinator, now=now)
    else:
        confirm_fact(fact=fact, actor=coordinator, now=now)


def state_facts(
    sample: shapes.SampleCase, case: Case, staff: dict[str, User], now: datetime
) -> None:
    """What nobody proposed: read by a person on a page, or said by a named person."""
    coordinator = staff["coordinator"]
    confirmed = list(Fact.objects.confirmed().filter(case=case))
    for wanted in sample.confirmed:
        if any(agrees(wanted, fact.key, fact.value) for fact in confirmed):
            continue
        confirmed.append(
            enter_fact(
                case=case,
                key=wanted.fact,
                value=wanted.value,
                dated=wanted.as_of.isoformat() if wanted.as_of else "",
                stated_source=f"{sample.file_named(wanted.file).title}, page {wanted.page}"[:200],
                actor=coordinator,
                now=now,
            )
        )
    for entered in sample.entered:
        if not any(fact.stated_source == entered.source[:200] for fact in confirmed):
            enter_fact(
                case=case,
                key=entered.fact,
                value=entered.value,
                dated=entered.as_of.isoformat() if entered.as_of else "",
                stated_source=entered.source[:200],
                actor=staff[entered.by],
                now=now,
            )
    if sample.treatments_complete and not CompleteHistory.objects.live().filter(case=case).exists():
        confirm_history_complete(
            case=case,
            stated_source="Letter of the treating physician, read with the family",
            actor=coordinator,
            now=now,
        )
