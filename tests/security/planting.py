"""One case with a word planted in every text that belongs to it, and everyone around it."""

import hashlib
from dataclasses import dataclass, fields
from uuid import uuid4

from django.db.models import Model

from cases.accounts.models import Role, User
from cases.casework.models import (
    Case,
    Consent,
    ConsentPurpose,
    FamilyNotice,
    Note,
    NoticeState,
    Patient,
    RecordRequest,
    Relation,
    Task,
    TimelineEntry,
)
from cases.clinical.definitions import load_definitions
from cases.clinical.evaluating import evaluate_case
from cases.clinical.models import (
    ComparedFacts,
    CompleteHistory,
    DefinitionVersion,
    DryRun,
    DryRunChange,
    Evaluation,
    Fact,
    Settlement,
    SignOff,
    SignOffMeaning,
)
from cases.hospitals.models import (
    Audience,
    Direction,
    Message,
    MessageState,
    Referral,
    Thread,
)
from cases.jobs.models import Job
from cases.travel.models import Appointment, CostEstimate, Traveller, Trip, TripItem
from documents.dossiers.models import (
    Dossier,
    DossierVersion,
    Grant,
    Notice,
    NoticeReason,
    Sheets,
)
from documents.dossiers.seal_keys import take_seal_key
from documents.records.models import (
    ArchiveEntry,
    Document,
    DocumentFile,
    DocumentState,
    EntryState,
    Evidence,
    ImagingSeries,
    ImagingStudy,
    Page,
    RecordKind,
    Redaction,
    RedactionReason,
    Translation,
    Upload,
)
from documents.records.scanning import Verdict
from documents.records.search_index import index_pages
from documents.records.vault import seal_bytes
from tests import make
from tests.security.journey import plant_dossier, plant_travels
from tests.security.word import CANARY, DOSSIER, ORIGINAL, PREVIEW

__all__ = ["CANARY", "DOSSIER", "ORIGINAL", "PREVIEW", "Planted", "plant"]


@dataclass(frozen=True)
class Planted:
    """The cast, and a row of every model that hangs on its case."""

    cast: make.Cast
    team_lead_elsewhere: User
    translator_elsewhere: User
    patient: Patient
    request: RecordRequest
    consent: Consent
    notice: FamilyNotice
    note: Note
    task: Task
    document: Document
    waiting: Document
    file: DocumentFile
    page: Page
    series: ImagingSeries
    upload: Upload
    fact: Fact
    proposal: Fact
    history: CompleteHistory
    evaluation: Evaluation
    sign_off: SignOff
    definition: DefinitionVersion
    other: DefinitionVersion
    run: DryRun
    referral: Referral
    thread: Thread
    message: Message
    family_message: Message
    appointment: Appointment
    trip: Trip
    traveller: Traveller
    item: TripItem
    cost: CostEstimate
    dossier: Dossier
    version: DossierVersion
    grant: Grant
    job: Job

    @property
    def case(self) -> Case:
        return self.cast.case

    @property
    def rows(self) -> dict[str, Model]:
        """Every planted row by its name here, the case among them."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in ("cast", "team_lead_elsewhere", "translator_elsewhere"):
            del named[name]
        return {"case": self.case, **named}


def plant(cast: make.Cast) -> Planted:
    case, actor, now = cast.case, cast.coordinator, make.NOW
    patient = case.patient
    Patient.objects.filter(pk=patient.pk).update(
        name=f"{CANARY} Marta", native_name=f"{CANARY} नाम", country=CANARY
    )
    Case.objects.filter(pk=case.pk).update(
        inquiry=f"{CANARY} has been ill since spring.", hold_reason=f"{CANARY} travels"
    )
    case.refresh_from_db()
    request = RecordRequest.objects.create(
        case=case,
        kind=RecordKind.PATHOLOGY,
        title=f"{CANARY} report",
        reason=f"{CANARY} reason",
        asked_at=now,
    )
    consent = Consent.objects.create(
        case=case,
        purpose=ConsentPurpose.SHARE,
        recipient_id=cast.reviewer.hospital_id,
        recipient_name=cast.reviewer.hospital.name,
        given_by=cast.parent,
        capacity=Relation.PARENT,
        text_version="1",
        text_language="en",
        given_at=now,
    )
    note = Note.objects.create(case=case, author=actor, text=f"{CANARY} note", created_at=now)
    task = Task.objects.create(case=case, title=f"{CANARY} call", created_at=now, due_at=now)
    TimelineEntry.objects.create(case=case, code="case_opened", at=now, shown_to_family=True)
    notice = FamilyNotice.objects.create(
        party=case.parties.get(user=cast.parent), news_at=now, due_at=now, state=NoticeState.SENT
    )
    papers = plant_papers(case, actor, request)
    facts = plant_facts(case, actor, papers.file)
    letters = plant_letters(cast)
    travels = plant_travels(case, cast)
    going_out = plant_dossier(cast)
    take_seal_key(now)
    Notice.objects.create(
        version=going_out.version,
        contact=cast.reviewer,
        reason=NoticeReason.SUPERSEDED,
        message=letters.message,
        made_at=now,
    )
    return Planted(
        cast=cast,
        team_lead_elsewhere=make.user(role=Role.TEAM_LEAD, team=cast.outsider.teams.first()),
        translator_elsewhere=make.user(role=Role.TRANSLATOR, team=cast.outsider.teams.first()),
        patient=patient,
        request=request,
        consent=consent,
        notice=notice,
        note=note,
        task=task,
        document=papers.document,
        waiting=papers.waiting,
        file=papers.file,
        page=papers.page,
        series=papers.series,
        upload=papers.upload,
        fact=facts.fact,
        proposal=facts.proposal,
        history=facts.history,
        evaluation=facts.evaluation,
        sign_off=facts.sign_off,
        definition=facts.run.definition,
        other=facts.run.definition,
        run=facts.run,
        referral=cast.referral,
        thread=letters.thread,
        message=letters.message,
        family_message=letters.family_message,
        appointment=travels.appointment,
        trip=travels.trip,
        traveller=travels.traveller,
        item=travels.item,
        cost=travels.cost,
        dossier=going_out.dossier,
        version=going_out.version,
        grant=going_out.grant,
        job=going_out.job,
    )


@dataclass(frozen=True)
class Papers:
    document: Document
    waiting: Document
    file: DocumentFile
    page: Page
    series: ImagingSeries
    upload: Upload


def plant_papers(case: Case, actor: User, request: RecordRequest) -> Papers:
    """An accepted paper with a stored original and preview, and one that waits for review."""
    document, waiting = (
        Document.objects.create(
            case=case,
            request=request,
            kind=RecordKind.PATHOLOGY,
            title=f"{CANARY} {title}",
            issuer=f"{CANARY} clinic",
            sha256=hashlib.sha256(title.encode()).hexdigest(),
            state=state,
            reviewed_by=actor,
            received_at=make.NOW,
            reason=f"{CANARY} reason",
        )
        for title, state in (
            ("histology", DocumentState.ACCEPTED),
            ("letter", DocumentState.TO_REVIEW),
        )
    )
    kept = {}
    for paper in (waiting, document):
        stored = seal_bytes(case_id=case.pk, data=ORIGINAL)
        file = DocumentFile.objects.create(
            document=paper,
            object_name=stored.object_name,
            original_name=f"{CANARY}.pdf",
            content_type="application/pdf",
            sha256=stored.sha256,
            size=stored.size,
            page_count=1,
            scan_verdict=Verdict.CLEAN,
            created_at=make.NOW,
        )
        picture = seal_bytes(case_id=case.pk, data=PREVIEW)
        page = Page.objects.create(
            file=file,
            number=1,
            text=f"Name: {CANARY}",
            width=595,
            height=842,
            preview_name=picture.object_name,
        )
        index_pages([page])
        kept[paper] = (file, page)
    upload = Upload.objects.create(
        case=case,
        sent_by=case.parties.get().user,
        original_name=f"{CANARY}.pdf",
        size=100,
        created_at=make.NOW,
        changed_at=make.NOW,
    )
    plant_beside_papers(waiting, kept[waiting][0], actor)
    return Papers(document, waiting, *kept[document], plant_series(waiting), upload)


def plant_series(paper: Document) -> ImagingSeries:
    """Images of an archive, with a stored picture of their middle, and what was not taken."""
    ArchiveEntry.objects.create(
        archive=paper,
        number=1,
        name=f"{CANARY}/a.exe",
        size=10,
        state=EntryState.REFUSED,
        refusal_code="program",
    )
    study = ImagingStudy.objects.create(
        document=paper, study_uid="1.2.3", description=CANARY, patient_name=CANARY
    )
    picture = seal_bytes(case_id=paper.case_id, data=PREVIEW)
    return ImagingSeries.objects.create(
        study=study,
        series_uid="1.2.3.4",
        description=CANARY,
        image_count=3,
        preview_name=picture.object_name,
    )


def plant_beside_papers(paper: Document, file: DocumentFile, actor: User) -> None:
    """What may hang on a paper and has no address of its own."""
    Sheets.objects.create(
        file=file,
        made_of="1" * 64,
        object_name="sheets/planted",
        sha256="2" * 64,
        size=10,
        count=1,
        made_at=make.NOW,
    )
    Redaction.objects.create(
        file=file,
        page=1,
        boxes=[[0.1, 0.1, 0.2, 0.2]],
        reason=RedactionReason.IDENTITY,
        made_by=actor,
        made_at=make.NOW,
    )
    Translation.objects.create(
        document=paper,
        from_language="es",
        to_language="en",
        note=f"{CANARY} note",
        translator_name=CANARY,
        requested_by=actor,
        requested_at=make.NOW,
        changed_at=make.NOW,
    )


def plant_evaluation(case: Case) -> Evaluation:
    """A real comparison of unknown facts, with the word in one of its reasons."""
    definition = load_definitions()["us-fda/cabozantinib-tablets/net"]
    evaluation = evaluate_case(case=case, definition=definition, now=make.NOW)
    rows = evaluation.result["criteria"]
    first = rows[0] if isinstance(rows, list) else next(iter(rows.values()))
    first["reason"] = f"{CANARY} reason"
    evaluation.save()
    return evaluation


@dataclass(frozen=True)
class Facts:
    fact: Fact
    proposal: Fact
    history: CompleteHistory
    evaluation: Evaluation
    sign_off: SignOff
    run: DryRun


def plant_dry_run(case: Case, actor: User) -> DryRun:
    """A dry run that found a change for the case, and the facts that it was found by."""
    run = DryRun.objects.create(
        definition=DefinitionVersion.objects.get(indication="us-fda/cabozantinib-tablets/net"),
        digest="0" * 64,
        asked_by=actor,
        asked_at=make.NOW,
        finished_at=make.NOW,
        counted=1,
    )
    DryRunChange.objects.create(
        run=run, kind="answer", after="match", cases=[str(case.pk)], counted=1
    )
    ComparedFacts.objects.filter(case=case).update(snapshot={"case": CANARY})
    return run


def plant_facts(case: Case, actor: User, file: DocumentFile) -> Facts:
    now = make.NOW
    fact = Fact.objects.create(
        case=case,
        key="biomarker:MEN1",
        value={"result": f"{CANARY} mutation"},
        state="confirmed",
        origin="person",
        stated_source=f"{CANARY} letter",
        note=f"{CANARY} note",
        proposed_at=now,
        decided_at=now,
        decided_by=actor,
    )
    proposal = Fact.objects.create(
        case=case, key="ki67_percent", value=8, origin="rule", rule="en/ki67", proposed_at=now
    )
    for one in (fact, proposal):
        Evidence.objects.create(
            fact=one, file=file, page=1, start=0, end=17, quote=f"{CANARY} Ki-67: 8%"
        )
    history = CompleteHistory.objects.create(
        case=case, stated_source=f"{CANARY} said so", confirmed_at=now, confirmed_by=actor
    )
    evaluation = plant_evaluation(case)
    sign_off = SignOff.objects.create(
        evaluation=evaluation,
        meaning=SignOffMeaning.FACTS_COMPLETE,
        statement=f"{CANARY} is complete",
        signed_by=actor,
        signed_at=now,
    )
    Settlement.objects.create(
        evaluation=evaluation,
        criterion="unresectable",
        sentence=f"{CANARY} is read so",
        settled_by=actor,
        settled_at=now,
    )
    run = plant_dry_run(case, actor)
    return Facts(fact, proposal, history, evaluation, sign_off, run)


@dataclass(frozen=True)
class Letters:
    thread: Thread
    message: Message
    family_message: Message


def plant_letters(cast: make.Cast) -> Letters:
    now = make.NOW
    Referral.objects.filter(pk=cast.referral.pk).update(
        question=f"{CANARY}: would you see them?", outcome_note=f"{CANARY} accepted"
    )
    cast.referral.refresh_from_db()
    thread = Thread.objects.create(
        case=cast.case,
        referral=cast.referral,
        audience=Audience.HOSPITAL,
        subject=f"{CANARY} subject",
        created_at=now,
        waiting_on_us_since=now,
    )
    family = Thread.objects.create(
        case=cast.case, audience=Audience.FAMILY, subject=cast.case.reference, created_at=now
    )
    message, family_message = (
        Message.objects.create(
            thread=where,
            direction=Direction.IN,
            state=MessageState.FILED,
            body=f"{CANARY} writes",
            message_id=f"<{uuid4().hex}@mail.example>",
            created_at=now,
        )
        for where in (thread, family)
    )
    return Letters(thread, message, family_message)
