"""A dossier version before a person: what they will see, sealing, sending, calling back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.accounts.models import User
from cases.casework.models import Case, Consent, ConsentPurpose
from cases.hospitals.models import Contact
from documents.dossiers.delivery import GOOD_FOR, LONGEST, grant_version, revoke_grant
from documents.dossiers.models import (
    DossierVersion,
    Grant,
    Notice,
    NoticeReason,
    VersionState,
    VersionVariant,
)
from documents.dossiers.queries import find_newest_sealed, list_versions
from documents.dossiers.sealing_rule import (
    list_second_people,
    needs_another_to_seal,
    needs_two_to_seal,
)
from documents.dossiers.services import (
    OUT,
    RECALLABLE,
    recall_version,
    request_dossier,
    seal_version,
)
from documents.records.models import Document, DocumentState
from navigator.desk.actions.registry import as_uuid
from navigator.desk.doors import find_row, note_look, say_refusal, signed_in
from navigator.desk.source_choice import keep_typed, list_choices, read_choice
from navigator.desk.wording import VERSION_TONES

CANNOT_BE_IN = [DocumentState.DUPLICATE, DocumentState.WITHDRAWN, DocumentState.PURGED]


def find_version(request: HttpRequest, version_id: UUID) -> DossierVersion:
    rows = DossierVersion.objects.select_related(
        "dossier__case__patient",
        "dossier__case__team",
        "dossier__referral__hospital",
        "asked_by",
        "sealed_by",
    ).defer("contents")
    return find_row(rows, request, version_id)


def find_contacts(version: DossierVersion) -> Any:
    """Who may be sent a version: the contacts of the hospital that it was made for."""
    referral = version.dossier.referral
    if referral is None:
        return Contact.objects.none()
    return Contact.objects.filter(
        hospital=referral.hospital_id, ended_at__isnull=True
    ).select_related("hospital")


@dataclass(frozen=True)
class Recipient:
    """Whom a version may be sent to, and what they have of it."""

    contact: Contact
    has_link: bool
    waits: bool
    """They opened an earlier version, were told that it was replaced, and have no link yet."""


def list_recipients(version: DossierVersion, now: datetime) -> list[Recipient]:
    """In four queries."""
    given = set(version.grants.values_list("contact", flat=True))
    live = set(Grant.objects.live(now).filter(version=version).values_list("contact", flat=True))
    told = set(
        Notice.objects.filter(
            version__dossier=version.dossier_id,
            version__variant=version.variant,
            version__number__lt=version.number,
            reason=NoticeReason.SUPERSEDED,
        ).values_list("contact", flat=True)
    )
    return [
        Recipient(
            contact,
            has_link=contact.pk in live,
            waits=contact.pk in told - given,
        )
        for contact in find_contacts(version)
    ]


def find_consent(case: Case, hospital_id: UUID) -> Consent | None:
    consent: Consent | None = (
        case.consents.live()
        .filter(purpose=ConsentPurpose.SHARE, recipient_id=hospital_id)
        .select_related("given_by")
        .first()
    )
    return consent


@require_safe
def show_version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """One version: its pages as they will be seen, what it was made from, and who opened it."""
    version = find_version(request, version_id)
    note_look(request, version.dossier.case, "version")
    return render_version(request, version)


def render_version(
    request: HttpRequest,
    version: DossierVersion,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    status: int = 200,
) -> HttpResponse:
    """`typed` is what somebody had filled in when it was refused."""
    case, referral = version.dossier.case, version.dossier.referral
    sources = version.items.select_related("file__document").order_by("position")
    within = {source.file.document_id for source in sources}
    newest = find_newest_sealed(version)
    has_pages_behind = version.variant == VersionVariant.FULL
    lines = list_choices(version, sources)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Version %(number)d of the dossier") % {"number": version.number},
        "case": case,
        "version": version,
        "tone": VERSION_TONES[VersionState(version.state)],
        "line": next(one for one in list_versions(case, timezone.now()) if one.id == version.pk),
        "newer": newest if newest and newest.number > version.number else None,
        "pages": range(1, version.page_count + 1) if version.object_name else (),
        "sources": lines,
        "choices": keep_typed(lines, typed) if typed.get("do") == "choose" else lines,
        "is_choosing": typed.get("do") == "choose",
        "has_pages_behind": has_pages_behind,
        "new_sources": " · ".join(
            f"S{line.position} {line.title}" for line in lines if has_pages_behind and line.is_new
        ),
        **describe_four_eyes(version, signed_in(request)),
        "left_out": ()
        if version.names_nobody
        else Document.objects.filter(case=case)
        .exclude(pk__in=within)
        .exclude(state__in=CANNOT_BE_IN)
        .order_by("received_at"),
        "may_send": version.state in OUT,
        "may_recall": version.state in RECALLABLE,
        "recipients": list_recipients(version, timezone.now()) if version.state in OUT else (),
        "notices": version.notices.select_related("contact", "message").order_by("made_at"),
        "has_consent": referral is not None
        and find_consent(case, referral.hospital_id) is not None,
        "typed_reason": typed.get("reason", "")[:300],
    }
    return render(request, "desk/version.html", context, status=status)


def describe_four_eyes(version: DossierVersion, user: User) -> dict[str, Any]:
    """Whether two people seal the version, and who the second one may be."""
    if version.state != VersionState.TO_CHECK or version.asked_by is None:
        return {"needs_two": False}
    return {
        "needs_two": needs_two_to_seal(version.dossier.case),
        "waits_for_another": needs_another_to_seal(version, user),
        "second_people": list_second_people(version),
    }


@require_safe
def show_sending(request: HttpRequest, version_id: UUID, contact_id: UUID) -> HttpResponse:
    """The last page before something leaves: to whom, where, under which consent."""
    version = find_version(request, version_id)
    if version.state not in OUT:
        return redirect("admin:version", version.pk)
    contact = get_object_or_404(find_contacts(version), pk=contact_id)
    note_look(request, version.dossier.case, "sending")
    return render_sending(request, version, contact)


def render_sending(
    request: HttpRequest,
    version: DossierVersion,
    contact: Contact,
    *,
    typed_days: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Send the dossier"),
        "case": version.dossier.case,
        "version": version,
        "contact": contact,
        "consent": find_consent(version.dossier.case, contact.hospital_id),
        "days": typed_days or GOOD_FOR.days,
        "most_days": LONGEST.days,
    }
    return render(request, "desk/version_send.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def decide_version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Seal, send, close a link, or call back; a refusal is said on the page it was asked on.

    Whoever loads that answer again as a page comes back to the version.
    """
    version = find_version(request, version_id)
    if request.method != "POST":
        return redirect("admin:version", version.pk)
    act = DECISIONS.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    try:
        done = act(request, version, signed_in(request))
    except ValidationError as refusal:
        say_refusal(request, refusal)
        return render_refused(request, version)
    messages.success(request, done)
    return redirect("admin:version", version.pk)


def render_refused(request: HttpRequest, version: DossierVersion) -> HttpResponse:
    """The page on which something was asked, with what was typed there."""
    if request.POST.get("do") == "grant" and version.state in OUT:
        contact = get_object_or_404(find_contacts(version), pk=as_uuid(request.POST.get("contact")))
        days = request.POST.get("days", "")[:5]
        return render_sending(request, version, contact, typed_days=days, status=400)
    return render_version(request, version, typed=request.POST.dict(), status=400)


def seal(request: HttpRequest, version: DossierVersion, user: User) -> str:
    if not request.POST.get("looked"):
        raise ValidationError(
            _("Say that you looked at all pages before you seal them."), code="not_looked"
        )
    seal_version(version=version, actor=user, now=timezone.now())
    return _("Version %(number)d is sealed.") % {"number": version.number}


def send(request: HttpRequest, version: DossierVersion, user: User) -> str:
    now = timezone.now()
    contact = get_object_or_404(find_contacts(version), pk=as_uuid(request.POST.get("contact")))
    days = request.POST.get("days", "")
    if not days.isdecimal() or int(days[:5]) > LONGEST.days:
        raise ValidationError(_("Write a number of days, at most 90."), code="days_unreadable")
    grant_version(
        version=version,
        contact=contact,
        expires_at=now + timedelta(days=int(days)),
        actor=user,
        now=now,
    )
    return _("The link is on its way to %(name)s.") % {"name": contact.name}


def close_link(request: HttpRequest, version: DossierVersion, user: User) -> str:
    grant = get_object_or_404(
        Grant.objects.filter(version=version), pk=as_uuid(request.POST.get("grant"))
    )
    revoke_grant(grant=grant, actor=user, now=timezone.now())
    return _("The link is closed.")


def recall(request: HttpRequest, version: DossierVersion, user: User) -> str:
    recall_version(
        version=version, reason=request.POST.get("reason", ""), actor=user, now=timezone.now()
    )
    return _("Version %(number)d is called back; its links are closed.") % {
        "number": version.number
    }


def choose(request: HttpRequest, version: DossierVersion, user: User) -> str:
    """The next version, with other pages behind it; this one stays as it is.

    In the language of this one. Only a whole dossier has pages behind it.
    """
    if version.variant != VersionVariant.FULL:
        raise Http404
    items = version.items.select_related("file__document").order_by("position")
    made = request_dossier(
        case=version.dossier.case,
        referral=version.dossier.referral,
        actor=user,
        now=timezone.now(),
        language=version.language,
        source_choice=read_choice(version, items, request.POST),
    )
    return _("Version %(number)d is being made with these pages.") % {"number": made.number}


DECISIONS = {"seal": seal, "choose": choose, "grant": send, "revoke": close_link, "recall": recall}
