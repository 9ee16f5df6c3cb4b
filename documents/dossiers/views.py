"""The pages of a hospital's private link: `/d/<token>/`, and `/d/open/` once it is opened.

A GET shows a button and changes nothing, so that a mail scanner's look burns nothing. Opening
is a POST with the code from the mailbox; from then on the address holds no token, and a signed
cookie that only these pages get says which link was opened.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.dossiers.answers import find_choices, give_answer, mark_of, read_answer
from documents.dossiers.delivery import (
    answer_from_hospital,
    ask_for_new_link,
    find_grant,
    find_grant_by_id,
    open_link,
    read_for_hospital,
    send_code,
)
from documents.dossiers.links import Standing, standing_of
from documents.dossiers.models import Grant
from documents.dossiers.queries import find_newest_sealed, list_letters
from documents.dossiers.serving import pdf_headers

COOKIE: Final = "__Secure-dossier" if settings.HTTPS else "dossier"
COOKIE_PATH: Final = "/d/open/"
COOKIE_GOOD_FOR: Final = 60 * 60
SALT: Final = "dossiers.opened"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_link(request: HttpRequest, token: str) -> HttpResponse:
    """The front of a link: ask for the code, then type it."""
    now = timezone.now()
    grant = find_grant(token)
    standing = standing_of(grant, now) if grant is not None else Standing.CLOSED
    if grant is None or standing is Standing.CLOSED:
        return _show_nothing(request)
    if standing is Standing.EXPIRED:
        return _show_expired(request, grant, now)
    if request.method != "POST":
        return _show_front(request, grant, now)
    try:
        if "code" in request.POST:
            code = "".join(request.POST["code"].split())
            return _remember(open_link(grant=grant, code=code, now=now))
        send_code(grant=grant, now=now)
    except ValidationError as refusal:
        return _show_front(request, grant, now, refusal)
    return HttpResponseRedirect(request.path)


def _show_front(
    request: HttpRequest, grant: Grant, now: datetime, refusal: ValidationError | None = None
) -> HttpResponse:
    grant.refresh_from_db(fields=["code_expires_at"])
    waits = grant.code_expires_at is not None and now < grant.code_expires_at
    return render(
        request,
        "delivery/front.html",
        {"waits_for_code": waits, "refusal": refusal.messages[0] if refusal else ""},
        status=HTTPStatus.BAD_REQUEST if refusal else HTTPStatus.OK,
    )


def _show_expired(request: HttpRequest, grant: Grant, now: datetime) -> HttpResponse:
    """Name the coordinator; a POST asks for a new link."""
    asked = request.method == "POST"
    if asked:
        ask_for_new_link(grant=grant, now=now)
    owner = grant.version.dossier.case.owner
    context = {
        "coordinator": owner.name if owner else settings.ORGANISATION,
        "reference": grant.version.printed_reference,
        "asked": asked,
    }
    return render(request, "delivery/expired.html", context, status=HTTPStatus.GONE)


def _show_nothing(request: HttpRequest) -> HttpResponse:
    """One page for every link that opens nothing, whatever the reason."""
    response = render(request, "delivery/nothing.html", status=HTTPStatus.NOT_FOUND)
    response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Strict")
    return response


def _remember(grant: Grant) -> HttpResponse:
    response = HttpResponseRedirect(reverse("delivery:opened"))
    response.set_cookie(
        COOKIE,
        signing.dumps(str(grant.pk), salt=SALT),
        max_age=COOKIE_GOOD_FOR,
        path=COOKIE_PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response


def _find_opened(request: HttpRequest, now: datetime) -> Grant | None:
    """The grant that this browser opened, while its link is still open."""
    try:
        grant_id = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_GOOD_FOR
        )
        grant = find_grant_by_id(str(UUID(grant_id)))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    if grant is None or standing_of(grant, now) is not Standing.OPEN:
        return None
    return grant


@login_not_required
@never_cache
@require_safe
def show_opened(request: HttpRequest) -> HttpResponse:
    """What was opened: the version, whether a newer one was sealed since, and the letters."""
    grant = _find_opened(request, timezone.now())
    return _show_nothing(request) if grant is None else _render_opened(request, grant)


@login_not_required
@never_cache
@require_POST
def write_letter(request: HttpRequest) -> HttpResponse:
    """The contact answers where the dossier is read; it lands in the referral's thread."""
    now = timezone.now()
    grant = _find_opened(request, now)
    if grant is None:
        return _show_nothing(request)
    try:
        answer_from_hospital(grant=grant, body=request.POST.get("body", ""), now=now)
    except ValidationError as refusal:
        return _render_opened(request, grant, refusal=refusal.messages[0])
    return HttpResponseRedirect(reverse("delivery:opened") + "?done=letter")


@login_not_required
@never_cache
@require_POST
def take_answer(request: HttpRequest) -> HttpResponse:
    """The contact answers by a choice, with words where it needs them."""
    now = timezone.now()
    grant = _find_opened(request, now)
    if grant is None:
        return _show_nothing(request)
    chosen, words = request.POST.get("answer", ""), request.POST.get("words", "")
    try:
        answer = read_answer(chosen)
        seen = request.POST.get("seen", "")
        give_answer(grant=grant, answer=answer, words=words, seen=seen, now=now)
    except ValidationError as refusal:
        fresh = find_grant_by_id(str(grant.pk)) or grant
        typed = {"chosen": chosen, "words": words, "answer_refusal": refusal.messages[0]}
        return _render_opened(request, fresh, **typed)
    return HttpResponseRedirect(reverse("delivery:opened") + "?done=answer")


def _render_opened(
    request: HttpRequest, grant: Grant, *, refusal: str = "", **typed: str
) -> HttpResponse:
    version = grant.version
    referral = None if version.names_nobody else version.dossier.referral
    newest = find_newest_sealed(version)
    owner = version.dossier.case.owner
    context = {
        "reference": version.printed_reference,
        "version": version,
        "newer": newest if newest is not None and newest.number > version.number else None,
        "hospital": grant.contact.hospital,
        "coordinator": owner.name if owner else settings.ORGANISATION,
        "expires_at": grant.expires_at,
        "letters": [] if version.names_nobody else list_letters(grant),
        "refusal": refusal,
        "referral": referral,
        "choices": find_choices(referral),
        "seen": mark_of(referral) if referral is not None else "",
        "done": request.GET.get("done", ""),
        **typed,
        "hash_groups": [version.file_sha256[at : at + 8] for at in range(0, 64, 8)],
    }
    refused = refusal or typed.get("answer_refusal")
    status = HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK
    return render(request, "delivery/opened.html", context, status=status)


@login_not_required
@never_cache
@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """The stored bytes as an attachment; the log is committed before the first of them."""
    now = timezone.now()
    grant = _find_opened(request, now)
    if grant is None:
        return _show_nothing(request)
    try:
        data = read_for_hospital(grant=grant, now=now)
    except ValidationError as refusal:
        return render(
            request,
            "delivery/trouble.html",
            {"refusal": refusal.messages[0]},
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
    return HttpResponse(data, headers=pdf_headers(grant.version))
