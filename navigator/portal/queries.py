"""What the families' pages show, read in a few queries and handed over as frozen values."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.accounts.models import STAFF_ROLES, AuditEvent, User
from cases.casework.models import (
    Case,
    Consent,
    ConsentPurpose,
    RecordRequest,
    RequestState,
    Stage,
    TimelineEntry,
)
from cases.hospitals.models import (
    Audience,
    Direction,
    Hospital,
    Message,
    MessageState,
    ReferralState,
)
from documents.dossiers.models import Access, AccessKind, Grant
from documents.records.models import Document, DocumentFile, DocumentState
from documents.records.queries.imaging import (
    StudyView,
    Unpacked,
    list_studies,
    tell_unpacked,
)
from documents.records.return_reasons import ToldReason, tell_reason
from documents.records.serving import CHECKED
from navigator.portal.wording import (
    CONSENT_WORDS,
    DOCUMENT_WORDS,
    NEWS_WORDS,
    NOT_SENT,
    RECEIVED,
    REFERRAL_WORDS,
    REQUEST_WORDS,
    STAGE_WORDS,
    ConsentWords,
    Said,
    Words,
    say_paper,
)

NEWS_READ, NEWS_SHOWN = 30, 5
READS_SHOWN = 200
# What one person opens within this of the page before is of the same sitting: one look.
SITTING = timedelta(minutes=30)
# What the audit calls a look: these, and whatever ends like them.
READ_ENDINGS = (".read", ".viewed", ".served", ".downloaded", ".exported")


@dataclass(frozen=True)
class ChecklistLine:
    id: UUID
    what: str
    why: str
    how_recent: str
    tone: str
    icon: str
    word: Words
    note: Words
    open: bool


@dataclass(frozen=True)
class Checklist:
    lines: list[ChecklistLine]
    received: int
    total: int


def read_checklist(case: Case, today: date) -> Checklist:
    """The family's list, what is still needed first (2 queries)."""
    requests = list(
        case.record_requests.asked().prefetch_related(
            Prefetch(
                "documents",
                Document.objects.filter(
                    state__in=[DocumentState.REJECTED, DocumentState.UNREADABLE]
                ).order_by("-received_at"),
                to_attr="returned",
            )
        )
    )
    requests.sort(key=lambda row: row.state != RequestState.OPEN)
    return Checklist(
        lines=[_line_of(row, today) for row in requests],
        received=sum(row.state in RECEIVED for row in requests),
        total=len(requests),
    )


def _line_of(row: RecordRequest, today: date) -> ChecklistLine:
    said = REQUEST_WORDS[row.state]
    returned: list[Document] = row.returned  # type: ignore[attr-defined]  # from the prefetch
    is_open = row.state == RequestState.OPEN
    note: Words = said.sentence
    if row.state == RequestState.CANNOT_GET:
        note = _("You wrote: “%(words)s”") % {"words": row.cannot_get_reason}
    elif is_open and returned:
        why = str(tell_reason(returned[0])) or DOCUMENT_WORDS[returned[0].state].sentence
        note = _("What you sent has to come once more: %(why)s") % {"why": why}
    return ChecklistLine(
        id=row.pk,
        # Our own sentences are kept in English and read in the family's language; what a
        # coordinator wrote stays as it is.
        what=_(row.title),
        why=_(row.reason),
        how_recent=_how_recent(row.not_older_than_days, today) if is_open else "",
        tone=said.tone,
        icon=said.icon,
        word=said.word,
        note=note,
        open=is_open,
    )


def _how_recent(days: int | None, today: date) -> str:
    if days is None:
        return ""
    oldest = date_format(today - timedelta(days=days), "DATE_FORMAT")
    return _("It should be from the last %(days)s days: not older than %(date)s.") % {
        "days": days,
        "date": oldest,
    }


def read_stage(case: Case) -> Said:
    """Where the case is; from the review on, how far hospitals are with the papers (1 query)."""
    if case.stage not in {Stage.REVIEW, Stage.HOSPITAL_REVIEW}:
        return STAGE_WORDS[case.stage]
    states = set(case.referrals.values_list("state", flat=True))
    told = next((said for state, said in REFERRAL_WORDS.items() if state in states), None)
    if told is not None:
        return told
    return NOT_SENT if case.stage == Stage.HOSPITAL_REVIEW else STAGE_WORDS[case.stage]


@dataclass(frozen=True)
class News:
    at: datetime
    title: Words
    text: Words
    now: bool


def read_news(case: Case) -> list[News]:
    """The newest things that the family should know of; the same thing thrice is one line."""
    rows = case.timeline.filter(shown_to_family=True, code__in=list(NEWS_WORDS))[:NEWS_READ]
    runs = [list(run) for _code, run in groupby(rows, key=lambda row: (row.code, row.at.date()))]
    return [
        News(at=run[0].at, title=NEWS_WORDS[run[0].code], text=_news_text(run), now=place == 0)
        for place, run in enumerate(runs[:NEWS_SHOWN])
    ]


def _news_text(run: list[TimelineEntry]) -> Words:
    if run[0].code == "stage_moved":
        said = STAGE_WORDS.get(str(run[0].detail.get("to", "")))
        return said.word if said else ""
    return _("%(n)s times") % {"n": len(run)} if len(run) > 1 else ""


@dataclass(frozen=True)
class Paper:
    id: UUID
    title: str
    file_name: str
    kind: str
    received_at: datetime
    sent_by: str
    said: Said
    reason: ToldReason | None
    can_be_read: bool
    is_locked: bool
    studies: list[StudyView]
    unpacked: Unpacked | None


def list_papers(case: Case) -> list[Paper]:
    """What arrived, newest first; erased papers are left out (5 queries)."""
    rows = list(
        case.documents.exclude(state=DocumentState.PURGED)
        .select_related("sent_by")
        .prefetch_related(Prefetch("files", DocumentFile.objects.order_by("version")))
    )
    ids = [row.pk for row in rows]
    studies, unpacked = list_studies(ids), tell_unpacked(ids)
    return [_paper_of(row, studies.get(row.pk, []), unpacked.get(row.pk)) for row in rows]


def _paper_of(row: Document, studies: list[StudyView], unpacked: Unpacked | None) -> Paper:
    files = list(row.files.all())
    return Paper(
        id=row.pk,
        title=row.title,
        file_name=files[0].original_name if files else "",
        kind=row.get_kind_display(),
        received_at=row.received_at,
        sent_by=row.sent_by.name if row.sent_by else "",
        said=say_paper(row),
        reason=tell_reason(row) if row.state == DocumentState.REJECTED else None,
        can_be_read=bool(files) and files[0].scan_verdict in CHECKED,
        is_locked=row.state == DocumentState.NEEDS_PASSWORD,
        studies=studies,
        unpacked=unpacked,
    )


@dataclass(frozen=True)
class Letter:
    at: datetime
    body: str
    author: str
    mine: bool
    from_family: bool


def list_letters(case: Case, reader: User) -> list[Letter]:
    """What the family and the coordinator wrote to each other, oldest first."""
    hidden = [MessageState.DRAFT, MessageState.HELD]
    rows = (
        Message.objects.filter(thread__case=case, thread__audience=Audience.FAMILY)
        .exclude(state__in=hidden)
        .select_related("author")
    )
    return [
        Letter(
            at=row.created_at,
            body=row.body,
            author=row.author.name if row.author else "",
            mine=row.author_id == reader.pk,
            from_family=row.direction == Direction.IN,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class ConsentLine:
    purpose: str
    hospital_id: UUID | None
    title: Words
    place: str
    words: ConsentWords
    consent: Consent | None


def list_consents(case: Case) -> tuple[list[ConsentLine], list[ConsentLine], list[Consent]]:
    """Purposes, hospitals that a referral or a consent names, and what was taken back."""
    consents = list(case.consents.select_related("given_by", "withdrawn_by"))
    live = {(row.purpose, row.recipient_id): row for row in consents if not row.withdrawn_at}
    purposes = [
        ConsentLine(
            purpose=purpose.value,
            hospital_id=None,
            title=CONSENT_WORDS[purpose].title,
            place="",
            words=CONSENT_WORDS[purpose],
            consent=live.get((purpose.value, None)),
        )
        for purpose in ConsentPurpose
        if purpose != ConsentPurpose.SHARE
    ]
    hospitals = [
        ConsentLine(
            purpose=ConsentPurpose.SHARE.value,
            hospital_id=hospital.pk,
            title=hospital.name,
            place=f"{hospital.city}, {hospital.country}",
            words=CONSENT_WORDS[ConsentPurpose.SHARE],
            consent=live.get((ConsentPurpose.SHARE.value, hospital.pk)),
        )
        for hospital in find_named_hospitals(case)
    ]
    return purposes, hospitals, [row for row in consents if row.withdrawn_at]


def find_named_hospitals(case: Case) -> list[Hospital]:
    """The hospitals that this case is, or may be, referred to: only these can be agreed to."""
    named = list(
        case.consents.filter(recipient_id__isnull=False).values_list("recipient_id", flat=True)
    )
    referred = case.referrals.exclude(state=ReferralState.WITHDRAWN).values_list(
        "hospital_id", flat=True
    )
    return list(Hospital.objects.filter(pk__in=[*named, *referred]))


@dataclass(frozen=True)
class HospitalAccess:
    hospital: str
    person: str
    form: str
    version: int
    granted_at: datetime
    said: Said
    until: datetime
    openings: list[Access]


def list_hospital_access(case: Case, now: datetime) -> list[HospitalAccess]:
    """Every link that a hospital was given, and each time that it was used (2 queries)."""
    used = Access.objects.filter(kind__in=[AccessKind.OPENED, AccessKind.DOWNLOADED])
    grants = (
        Grant.objects.filter(version__dossier__case=case)
        .select_related("contact__hospital", "version")
        .prefetch_related(Prefetch("accesses", used.order_by("at"), to_attr="openings"))
    )
    return [
        HospitalAccess(
            hospital=grant.contact.hospital.name,
            person=grant.contact.name,
            form=grant.version.get_variant_display(),
            version=grant.version.number,
            granted_at=grant.created_at,
            said=_say_grant(grant, now),
            until=grant.revoked_at or grant.expires_at,
            openings=grant.openings,  # type: ignore[attr-defined]  # from the prefetch
        )
        for grant in grants
    ]


def _say_grant(grant: Grant, now: datetime) -> Said:
    if grant.revoked_at:
        return Said("quiet", "lock", _("Stopped"))
    if grant.expires_at <= now:
        return Said("quiet", "clock", _("Run out"))
    return Said("ok", "link", _("Open now"))


@dataclass(frozen=True)
class StaffAccess:
    name: str
    role: str
    looks: int
    last_at: datetime


def list_staff_access(case: Case) -> list[StaffAccess]:
    """Who of the office looked at the case, how often and when last (2 queries).

    The audit has a row for every page and file; a sitting over many of them is counted once, as
    an opening by a hospital is.
    """
    rows = AuditEvent.objects.filter(case_id=case.pk, actor_id__isnull=False).order_by("at", "id")
    looks: Counter[int] = Counter()
    last: dict[int, datetime] = {}
    for actor_id, action, at in rows.values_list("actor_id", "action", "at"):
        if actor_id is None or not action.endswith(READ_ENDINGS):
            continue
        if actor_id not in last or at - last[actor_id] >= SITTING:
            looks[actor_id] += 1
        last[actor_id] = at
    people = User.objects.filter(pk__in=looks, role__in=STAFF_ROLES)
    found = [
        StaffAccess(
            name=user.name,
            role=user.get_role_display(),
            looks=looks[user.pk],
            last_at=last[user.pk],
        )
        for user in people
    ]
    return sorted(found, key=lambda row: row.last_at, reverse=True)[:READS_SHOWN]
