"""The review of one record: its page on one side, what is to be decided on the other.

A decision answers with the same page; review.js puts the new one in the place of the old, so
that the picture stays and the next proposal has the focus. Without it, the page is loaded anew.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cases.accounts.models import User
from cases.clinical import services as facts
from cases.clinical.models import Fact
from documents.records import services
from documents.records.checklist import is_too_old
from documents.records.errors import DetailsChanged, MoveNotPossible
from documents.records.models import Document, RecordKind
from documents.records.queries.pages import (
    count_undecided,
    find_neighbour,
    find_queue_place,
    list_review_ids,
)
from documents.records.services.facts_on_pages import enter_fact_from_page
from navigator.desk.actions.registry import as_uuid
from navigator.desk.doors import find_row, note_look, say_refusal, signed_in
from navigator.desk.review_forms import (
    ClearForm,
    DetailsForm,
    PlaceForm,
    ReadAgainForm,
    ReturnForm,
    ValueForm,
    bind_correction,
    make_value_form,
)
from navigator.desk.review_found import list_found
from navigator.desk.review_meanwhile import say_changed_details, say_meanwhile
from navigator.desk.review_page import Typed, read_number, render_review

Decide = Callable[[Document, HttpRequest, User, datetime], object]
Act = Callable[[HttpRequest, UUID], HttpResponse]


def find_document(request: HttpRequest, document_id: UUID) -> Document:
    rows = Document.objects.select_related("case__patient", "taken_from")
    return find_row(rows, request, document_id)


def act_on_record(act: Act) -> Act:
    """An act is posted; its address opened as a page, after a sign-in, leads to the record."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(act)
    def take(request: HttpRequest, document_id: UUID) -> HttpResponse:
        if request.method == "POST":
            return act(request, document_id)
        return redirect("admin:review", find_document(request, document_id).pk)

    return take


def go_on(
    request: HttpRequest, document_id: UUID, number: int = 1, *, place: str = ""
) -> HttpResponse:
    """The page that follows an act: by a redirect, or at once for a script that asks so.

    Of another record that the script has fetched beforehand only what differs on it by now.
    """
    path = reverse("admin:review", args=[document_id])
    address = f"{path}?page={number}"
    if request.headers.get("X-Swap") != "yes":
        return redirect(f"{address}{place}")
    document = find_document(request, document_id)
    note_look(request, document.case, "review")
    if path in request.headers.get("X-Have", "").split():
        queue = find_queue_place(signed_in(request), document.pk)
        response = render(request, "desk/review/follow.html", {"queue": queue})
    else:
        response = render_review(request, document, number)
    response.headers["Content-Location"] = address
    return response


@require_safe
def open_queue(request: HttpRequest) -> HttpResponse:
    """Begin with the record that has waited longest."""
    first = next(iter(list_review_ids(signed_in(request))), None)
    if first is None:
        messages.info(request, _("No record waits for review."))
        return redirect("admin:index")
    return redirect("admin:review", first)


@require_safe
def show_review(request: HttpRequest, document_id: UUID) -> HttpResponse:
    document = find_document(request, document_id)
    note_look(request, document.case, "review")
    return render_review(request, document, read_number(request.GET))


# --- The record ------------------------------------------------------------------------------


def take_details(document: Document, data: QueryDict) -> QueryDict:
    """What the form holds; with `use`, one of the values that were found for that field.

    With `use` "all", every value that was found for sure.
    """
    found = list_found(document, data)
    if data.get("use") == "all":
        sure = [one for one in found.values() if not one.is_kept and not one.is_ambiguous]
        chosen = {one.field: one.choices[0][0] for one in sure}
    else:
        field, _colon, place = data.get("use", "").partition(":")
        choices = found[field].choices if field in found else ()
        if not place.isdecimal() or len(place) > 1 or int(place) >= len(choices):
            return data
        chosen = {field: choices[int(place)][0]}
    data = data.copy()
    data.update(chosen)
    return data


def keep_details(document: Document, request: HttpRequest, user: User, now: datetime) -> None:
    """Kind, title, dates, language and issuer as they stand in the form, if it was sent."""
    if "title" not in request.POST:
        return
    form = DetailsForm(take_details(document, request.POST), language=document.language)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    data = form.cleaned_data
    services.set_document_details(
        document=document,
        kind=RecordKind(data["kind"]),
        title=data["title"],
        language=data["language"],
        issuer=data["issuer"],
        shown_to_hospitals=data["shown_to_hospitals"],
        dates=form.dates,
        seen=request.POST.get("seen", ""),
        actor=user,
        now=now,
    )


@transaction.atomic
def accept(document: Document, request: HttpRequest, user: User, now: datetime) -> None:
    """With the details, or with nothing of it."""
    keep_details(document, request, user, now)
    services.accept_document(document=document, actor=user, now=now)


def give_back(document: Document, request: HttpRequest, user: User, now: datetime) -> None:
    form = ReturnForm(request.POST, language=user.language)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    services.reject_document(
        document=document,
        code=form.cleaned_data["code"],
        reason=form.cleaned_data["reason"],
        language=form.cleaned_data["language"] or user.language,
        actor=user,
        now=now,
    )


def withdraw(document: Document, request: HttpRequest, user: User, now: datetime) -> None:
    reason = request.POST.get("reason", "")
    services.withdraw_document(document=document, reason=reason, actor=user, now=now)


def hold(document: Document, _request: HttpRequest, user: User, now: datetime) -> None:
    services.mark_other_patient(document=document, actor=user, now=now)


def clear(document: Document, request: HttpRequest, user: User, now: datetime) -> None:
    reason = request.POST.get("reason", "")
    services.clear_other_patient(document=document, reason=reason, actor=user, now=now)


def read_again(document: Document, request: HttpRequest, user: User, now: datetime) -> None:
    form = ReadAgainForm(request.POST)
    languages = form.languages if "first" in request.POST and form.is_valid() else None
    services.retry_reading(document=document, languages=languages, actor=user, now=now)


def reopen(document: Document, _request: HttpRequest, user: User, now: datetime) -> None:
    services.reopen_document(document=document, actor=user, now=now)


DECISIONS: dict[str, Decide] = {
    "accept": accept,
    "reject": give_back,
    "withdraw": withdraw,
    "other": hold,
    "clear": clear,
    "details": keep_details,
    "again": read_again,
    "reopen": reopen,
}
TYPES = frozenset({"accept", "details"})
MOVES_ON = frozenset({"accept", "reject", "other"})


@act_on_record
def decide_record(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Accept, return, hold, clear or describe a record; then the next one that waits."""
    document = find_document(request, document_id)
    user, asked, now = signed_in(request), request.POST.get("do", ""), timezone.now()
    if asked not in DECISIONS:
        raise Http404
    number = read_number(request.POST)
    following = find_neighbour(user, document) if asked in MOVES_ON else None
    try:
        DECISIONS[asked](document, request, user, now)
    except ValidationError as refusal:
        return render_refused(request, document, refusal)
    document.refresh_from_db()
    messages.success(request, say_done(asked, document))
    if asked == "accept" and is_too_old(document, now):
        messages.warning(request, _("It is older than was asked for: the line stays open."))
    if following is not None:
        return go_on(request, following)
    return go_on(request, document.pk, number)


def render_refused(
    request: HttpRequest, document: Document, refusal: ValidationError
) -> HttpResponse:
    """The page as the record is now, with what was typed and why nothing came of it."""
    user, asked = signed_in(request), request.POST.get("do", "")
    document = find_document(request, document.pk)
    typed = keep_typed(asked, request, user)
    if isinstance(refusal, MoveNotPossible):
        messages.error(request, say_meanwhile(document, user))
        typed.unsent = request.POST.get("reason", "").strip()
    else:
        say_refusal(request, refusal)
    if isinstance(refusal, DetailsChanged):
        messages.info(request, say_changed_details(document, request.POST))
    return render_review(request, document, read_number(request.POST), typed=typed, status=400)


def keep_typed(asked: str, request: HttpRequest, user: User) -> Typed:
    return Typed(
        details=request.POST if "title" in request.POST else None,
        returned=ReturnForm(request.POST, language=user.language) if asked == "reject" else None,
        cleared=ClearForm(request.POST) if asked == "clear" else None,
        reason=request.POST.get("reason", "") if asked == "withdraw" else "",
    )


def say_undecided(count: int) -> str:
    words = ngettext(
        "%(count)d proposal of it is undecided: it waits among the facts of the case and counts"
        " nowhere until somebody decides it.",
        "%(count)d proposals of it are undecided: they wait among the facts of the case and count"
        " nowhere until somebody decides them.",
        count,
    )
    return words % {"count": count}


def say_done(asked: str, document: Document) -> str:
    words = {
        "accept": _("“%(title)s” is accepted."),
        "reject": _("“%(title)s” was returned; the family reads why."),
        "withdraw": _("“%(title)s” was withdrawn."),
        "other": _("“%(title)s” is held as another person’s."),
        "clear": _("“%(title)s” is this patient’s."),
        "again": _("“%(title)s” is being read anew."),
        "reopen": _("“%(title)s” waits for review again."),
    }.get(asked, _("The details of “%(title)s” are kept."))
    done = words % {"title": document.title}
    count = count_undecided(document) if asked == "accept" else 0
    return f"{done} {say_undecided(count)}" if count else done


# --- The facts -------------------------------------------------------------------------------


@act_on_record
def decide_fact(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Confirm, correct or reject one proposal of a record."""
    document = find_document(request, document_id)
    fact = get_object_or_404(
        Fact.objects.filter(case=document.case_id, evidence__file__document=document).distinct(),
        pk=as_uuid(request.POST.get("fact", "")),
    )
    user, now, number = signed_in(request), timezone.now(), read_number(request.POST)
    asked = request.POST.get("do", "")
    try:
        if asked == "confirm":
            facts.confirm_fact(fact=fact, actor=user, now=now)
        elif asked == "correct":
            correct(fact, request, user, now)
        elif asked == "reject":
            facts.reject_fact(fact=fact, reason=request.POST.get("reason", ""), actor=user, now=now)
        else:
            raise Http404
    except ValidationError as refusal:
        say_refusal(request, refusal)
        corrected = {fact.pk: bind_correction(request.POST, fact)} if asked == "correct" else {}
        typed = Typed(corrections=corrected)
        return render_review(request, document, number, typed=typed, status=400)
    return go_on(request, document.pk, number, place="#waiting")


def correct(fact: Fact, request: HttpRequest, user: User, now: datetime) -> Any:
    form = bind_correction(request.POST, fact)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    return facts.correct_fact(fact=fact, value=form.read_value(), actor=user, now=now)


@require_safe
def show_value_fields(request: HttpRequest) -> HttpResponse:
    """The fields in which the value of one fact is written; they tell nothing of any case."""
    form = make_value_form(request.GET.get("key", ""))
    if form is None:
        raise Http404
    return render(request, "desk/review/value_fields.html", {"value_form": form})


@act_on_record
def enter_fact(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Keep a fact that the reviewer read on the page; without a value yet, ask for it."""
    document, user = find_document(request, document_id), signed_in(request)
    number = read_number(request.POST)
    place = PlaceForm(request.POST)
    value = make_value_form(request.POST.get("key", ""), request.POST)
    asks_for_fields = request.POST.get("do") == "fields"
    if asks_for_fields and value is not None:
        fields = make_value_form(value.key)
        return render_review(request, document, number, typed=Typed(place=place, value=fields))
    try:
        keep_fact(document, place, value, user, timezone.now())
    except ValidationError as refusal:
        say_refusal(request, refusal)
        typed = Typed(place=place, value=value)
        return render_review(request, document, number, typed=typed, status=400)
    messages.success(request, _("The fact is entered, with its place on the page."))
    return go_on(request, document.pk, number, place="#waiting")


def keep_fact(
    document: Document, place: PlaceForm, value: ValueForm | None, user: User, now: datetime
) -> None:
    if value is None or not place.is_valid() or not value.is_valid():
        raise ValidationError(_("Choose the fact and write down its value."))
    enter_fact_from_page(
        document=document,
        page=place.cleaned_data["page"],
        start=place.cleaned_data["start"],
        end=place.cleaned_data["end"],
        quote=place.cleaned_data["quote"],
        key=value.fact_key,
        value=value.read_value(),
        actor=user,
        now=now,
    )
