"""Filling what a document says from the database, out of what the dossier gathered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import translation

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.definitions import DEFAULT_INDICATION
from cases.clinical.evaluating import facts_behind, is_derived, say_reason
from cases.clinical.matcher import Result
from cases.clinical.models import Fact
from cases.clinical.rows import Row
from cases.clinical.snapshot import Snapshot
from cases.clinical.standing import Standing
from cases.hospitals.models import Referral
from cases.travel.models import Appointment, AppointmentState
from documents.dossiers.fhir.bundle import build_bundle
from documents.dossiers.fhir.hiding import hide_person
from documents.dossiers.fhir.known import (
    Agreement,
    AskedRecord,
    CaseKnown,
    ComparedRow,
    ComparedWording,
    Identity,
    ImageSeries,
    ImageStudy,
    KnownFact,
    Paper,
    Person,
    Place,
    Signed,
    Visit,
)
from documents.dossiers.findings import Flag
from documents.dossiers.gather import LANGUAGE, Gathered, gather_version
from documents.dossiers.gather_flag import STATUS_WORDS, find_comparisons, list_sign_offs
from documents.dossiers.gather_journey import (
    REQUEST_WORDS,
    concerns,
    find_share_consent,
    print_correspondence,
)
from documents.dossiers.models import Dossier, DossierVersion
from documents.dossiers.one_moment import at_one_moment
from documents.dossiers.printed import Absence
from documents.dossiers.sources import SourceBook, SourceFile, date_of, dated_of
from documents.records.models import RecordKind, Translation, TranslationState
from documents.records.queries.imaging import list_studies, merge_studies


def bundle_version(version: DossierVersion, gathered: Gathered, *, deidentified: bool) -> bytes:
    """The document for the PDF of a version, from what was gathered for that very PDF."""
    with translation.override(LANGUAGE):
        known = collect_known(version, gathered)
    return build_bundle(hide_person(known) if deidentified else known)


def bundle_case(
    case: Case, referral: Referral | None, *, now: datetime, deidentified: bool = False
) -> bytes:
    """The document of a case as it stands, by the rules of a dossier; nothing is stored.

    Raises WordRefused or DossierTooLong, as making a dossier would.
    """
    version = DossierVersion(
        dossier=Dossier(case=case, referral=referral, created_at=now),
        number=0,
        reference_date=now.date(),
        asked_at=now,
    )
    with at_one_moment():
        gathered = gather_version(version, now=now)
        return bundle_version(version, gathered, deidentified=deidentified)


def collect_known(version: DossierVersion, gathered: Gathered) -> CaseKnown:
    contents, standing, book = gathered.contents, gathered.standing, gathered.book
    dossier = version.dossier
    case, referral = dossier.case, dossier.referral
    withheld = isinstance(contents.patient.name, Absence)
    recipient = None if isinstance(contents.recipient, Absence) else contents.recipient
    letters = print_correspondence(case, referral)
    facts = [fact for fact in book.facts if not (withheld and fact.key == "date_of_birth")]
    people = {by.pk: _read_person(by) for by in {fact.decided_by for fact in facts} if by}
    return CaseKnown(
        case_id=str(case.pk),
        case_reference=case.reference,
        now=contents.made_at,
        snapshot=_without_birth(standing) if withheld else standing.snapshot,
        audience=str(referral.pk) if referral else "office",
        version=version.number,
        organisation=contents.organisation,
        coordinator=contents.coordinator,
        hospital=recipient.hospital if recipient else "",
        hospital_unit=recipient.unit if recipient else "",
        hospital_place=recipient.place if recipient else "",
        question="" if isinstance(contents.question, Absence) else contents.question.text,
        identity=Identity(
            name=contents.patient.name if isinstance(contents.patient.name, str) else "",
            native_name=contents.patient.native_name,
            country=case.patient.country,
            language=case.patient.language,
            age_years=contents.patient.age_years,
            withheld=withheld,
        ),
        facts=tuple(_read_fact(fact, book, people) for fact in facts),
        compared_facts={
            key: tuple(str(row.pk) for row in rows) for key, rows in standing.by_key.items()
        },
        is_history_complete=standing.is_history_complete,
        papers=tuple(_read_papers(gathered.files)),
        studies=tuple(_read_studies(gathered.files)),
        wordings=tuple(_compare(gathered, withheld=withheld)),
        signed=_read_sign_offs(case, gathered) if isinstance(contents.flag, Flag) else (),
        requests=tuple(_read_requests(case)),
        visits=tuple(_read_visits(case, referral)),
        letters=letters if isinstance(letters, tuple) else (),
        agreement=_read_agreement(case, referral),
    )


def _without_birth(standing: Standing) -> Snapshot:
    snapshot = standing.snapshot
    return replace(snapshot, patient=replace(snapshot.patient, date_of_birth=None))


def _read_fact(fact: Fact, book: SourceBook, people: Mapping[int, Person]) -> KnownFact:
    return KnownFact(
        id=str(fact.pk),
        key=fact.key,
        value=fact.value,
        dated=dated_of(fact),
        stated_source=fact.stated_source,
        details={name: str(said) for name, said in fact.details.items()},
        places=tuple(
            Place(paper=cite.source, page=cite.page, quote=cite.quote)
            for cite in book.cites([fact])
        ),
        confirmed_by=people.get(fact.decided_by_id or 0),
        confirmed_at=fact.decided_at,
    )


def _read_papers(files: Iterable[SourceFile]) -> Iterator[Paper]:
    """The files of the dossier; a translation names its original, where that is among them."""
    listed = list(files)
    keys = {source.document.pk: source.key for source in listed}
    approved = Translation.objects.filter(
        translated__in=list(keys), state=TranslationState.APPROVED
    ).values_list("translated_id", "document_id")
    originals = {translated: keys.get(original, "") for translated, original in approved}
    for source in listed:
        document, file = source.document, source.file
        yield Paper(
            key=source.key,
            id=str(file.pk),
            title=document.title,
            kind=document.kind,
            kind_words=str(RecordKind(document.kind).label),
            received_at=document.received_at,
            dated=date_of(document),
            issuer=document.issuer,
            language=document.language,
            content_type=file.content_type,
            pages=file.page_count or 1,
            size=file.size,
            sha256=file.sha256,
            translation_of=originals.get(document.pk, ""),
        )


def _read_studies(files: Iterable[SourceFile]) -> Iterator[ImageStudy]:
    """Studies in the records of the dossier, once each, without the names in them."""
    held = list_studies(dict.fromkeys(source.document.pk for source in files))
    studies = merge_studies(study for copies in held.values() for study in copies)
    for study in sorted(studies, key=lambda study: (study.study_date, study.uid)):
        yield ImageStudy(
            uid=study.uid,
            started=study.study_date,
            description=study.description,
            series=tuple(
                ImageSeries(
                    uid=series.uid,
                    modality=series.modality,
                    images=series.images,
                    number=series.number,
                    description=series.description,
                )
                for series in study.series
            ),
        )


def _compare(gathered: Gathered, *, withheld: bool) -> Iterator[ComparedWording]:
    """Each wording that the dossier shows, the default one first; none without a fact."""
    flag = gathered.contents.flag
    if not isinstance(flag, Flag):
        return
    settled = {row.id: row.settled for row in flag.rows}
    for result in gathered.results:
        definition = result.definition
        is_first = definition.id == flag.definition_id
        yield ComparedWording(
            definition=definition.id,
            version=definition.version,
            status=STATUS_WORDS[definition.status],
            title=definition.title,
            overall=result.overall.value,
            rows=tuple(
                _read_row(
                    row,
                    gathered.standing,
                    gathered.book,
                    settled=settled.get(row.id, "") if is_first else "",
                    withheld=withheld,
                )
                for row in result.rows
            ),
        )


def _read_row(
    row: Row, standing: Standing, book: SourceBook, *, settled: str, withheld: bool
) -> ComparedRow:
    """A criterion; where the birth date is left out, so is a reason that could name it."""
    facts = facts_behind(row, standing)
    cites = book.cites(facts)
    is_of_birth = "date_of_birth" in row.facts
    return ComparedRow(
        id=row.id,
        phrase=row.phrase,
        tag=row.tag.value,
        answer=row.answer.value,
        unknown_kind=row.unknown_kind.value if row.unknown_kind else "",
        reason="" if is_of_birth and withheld else say_reason(row, standing.derived),
        ask=row.ask or "",
        settled=settled,
        is_derived=is_derived(row, standing.derived),
        facts=tuple(str(fact.pk) for fact in facts),
        papers=tuple(dict.fromkeys(cite.source for cite in cites)),
    )


def _read_sign_offs(case: Case, gathered: Gathered) -> tuple[Signed, ...]:
    """What people signed on these very facts, of the wording that is shown first."""
    shown_first: Iterator[Result] = (
        result for result in gathered.results if result.definition.id == DEFAULT_INDICATION
    )
    same = find_comparisons(case, next(shown_first, None), gathered.standing)
    return tuple(
        Signed(
            by=_read_person(row.signed_by),
            meaning=str(row.get_meaning_display()),
            statement=row.statement,
            at=row.signed_at,
        )
        for row in list_sign_offs(same)
    )


def _read_person(user: User) -> Person:
    return Person(name=user.name, role=str(user.get_role_display()))


def _read_requests(case: Case) -> Iterator[AskedRecord]:
    for asked in case.record_requests.filter(state__in=list(REQUEST_WORDS)):
        yield AskedRecord(
            id=str(asked.pk),
            what=asked.title,
            why=asked.reason,
            state=asked.state,
            asked_at=asked.asked_at,
        )


def _read_visits(case: Case, referral: Referral | None) -> Iterator[Visit]:
    """Appointments that concern this hospital, and no other hospital's."""
    visits = Appointment.objects.filter(concerns(referral), case=case).exclude(
        state=AppointmentState.CANCELLED
    )
    for visit in visits.order_by("starts_at", "pk"):
        yield Visit(
            id=str(visit.pk),
            what=visit.title,
            place=visit.place,
            starts_at=visit.starts_at,
            ends_at=visit.starts_at + timedelta(minutes=visit.minutes),
            state=visit.state,
        )


def _read_agreement(case: Case, referral: Referral | None) -> Agreement | None:
    agreed = find_share_consent(case, referral)
    if agreed is None:
        return None
    return Agreement(
        id=str(agreed.pk),
        given_at=agreed.given_at,
        capacity=str(agreed.get_capacity_display()),
        text_version=agreed.text_version,
    )
