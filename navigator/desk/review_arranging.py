"""Turning, parting, joining and covering pages, and asking for translations, from the review.

Each asks for one piece of work and comes back to the record, which shows how far it is.
"""

import json
from collections.abc import Mapping
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from documents.records import services
from documents.records.models import ARRANGEABLE, BUSY, Document, Page, RedactionReason
from documents.records.paper_names import name_record
from documents.records.services import Mark
from documents.records.services.opening import open_with_password
from navigator.desk.actions.registry import as_uuid
from navigator.desk.doors import find_row, note_look, say_refusal, signed_in
from navigator.desk.review import act_on_record, find_document, go_on
from navigator.desk.review_forms import TranslateForm
from navigator.desk.review_page import Typed, read_number, render_review
from navigator.desk.review_work import find_work
from navigator.desk.wording import RECORD_TONES

QUARTERS = {"90": 90, "180": 180, "270": 270}
PAGES_AT_ONCE = 24
LONGEST_MARKS = 60_000
SIDES = 4


@require_safe
def show_work(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """How far the machine is with a record, as a part that the page asks for again."""
    document = find_document(request, document_id)
    context = {"document_id": document.pk, "work": find_work(document), "is_asked_again": True}
    return render(request, "desk/review/work.html", context)


@act_on_record
def turn_page(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Keep one page as the reviewer has turned it on the screen."""
    document, number = find_document(request, document_id), read_number(request.POST)
    turn = QUARTERS.get(request.POST.get("turn", ""))
    if turn is None:
        raise Http404
    try:
        services.turn_pages(
            document=document, turns={number: turn}, actor=signed_in(request), now=timezone.now()
        )
    except ValidationError as refusal:
        say_refusal(request, refusal)
    else:
        messages.success(request, _("The page is being turned for everybody who reads it."))
    return go_on(request, document.pk, number)


# --- Parting and joining -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def split_record(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Part a record between its pages: `before` are the pages with which a new one begins."""
    document = find_document(request, document_id)
    pages = list_pages(document)
    numbers = [page.number for page in pages]
    cuts = {number for number in numbers if str(number) in request.POST.getlist("before")}
    if request.method == "POST":
        try:
            services.split_document(
                document=document,
                parts=cut_numbers(numbers, cuts),
                actor=signed_in(request),
                now=timezone.now(),
            )
        except ValidationError as refusal:
            say_refusal(request, refusal)
        else:
            messages.success(request, _("The record is being parted; the parts will wait here."))
            return go_on(request, document.pk, 1)
    else:
        note_look(request, document.case, "review")
    context = {"pages": pages, "cuts": cuts, "title": _("Part the record")}
    return show_tool(request, document, "split", context)


def cut_numbers(numbers: list[int], cuts: set[int]) -> list[list[int]]:
    """The pages in runs; each cut begins a new one."""
    parts: list[list[int]] = []
    for number in numbers:
        if not parts or number in cuts:
            parts.append([])
        parts[-1].append(number)
    return parts


@require_http_methods(["GET", "HEAD", "POST"])
def join_records(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Make one record of several of the case, in the order in which they are numbered."""
    document = find_document(request, document_id)
    others = list(
        Document.objects.visible_to(signed_in(request))
        .filter(case=document.case_id, state__in=ARRANGEABLE | BUSY)
        .exclude(pk=document.pk)
        .order_by("received_at", "id")
    )
    rows = [document, *others]
    if request.method == "POST":
        try:
            services.join_documents(
                documents=order_chosen(rows, request),
                title=request.POST.get("title", "").strip(),
                actor=signed_in(request),
                now=timezone.now(),
            )
        except ValidationError as refusal:
            say_refusal(request, refusal)
        else:
            messages.success(request, _("The records are being joined into one."))
            return go_on(request, document.pk, 1)
    else:
        note_look(request, document.case, "review")
    chosen = request.POST.getlist("record") or [str(document.pk)]
    places = {str(row.pk): request.POST.get(f"place-{row.pk}", "") for row in rows}
    context = {
        "rows": [
            {
                "document": row,
                "name": name_record(row),
                "is_chosen": str(row.pk) in chosen,
                "place": places[str(row.pk)] or str(index),
                "tone": RECORD_TONES[row.state],  # type: ignore[index]  # the column holds its words
                "first_page": first_picture(row),
            }
            for index, row in enumerate(rows, start=1)
        ],
        "typed_title": request.POST.get("title", name_record(document)),
        "title": _("Join records"),
    }
    return show_tool(request, document, "join", context)


def order_chosen(rows: list[Document], request: HttpRequest) -> list[Document]:
    """The chosen records by the numbers written beside them; those alike stay in their order."""
    chosen = set(request.POST.getlist("record"))

    def place(row: Document) -> int:
        written = request.POST.get(f"place-{row.pk}", "")
        return int(written) if written.isdecimal() and len(written) <= SIDES else len(rows)

    return sorted((row for row in rows if str(row.pk) in chosen), key=place)


def first_picture(document: Document) -> UUID | None:
    newest = document.files.order_by("-version").first()
    if newest is None:
        return None
    page = newest.pages.filter(number=1).exclude(preview_name="").first()
    return page.pk if page else None


# --- Covering ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def redact_record(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Mark what is to be covered, look at it once more, and have it covered for good."""
    document = find_document(request, document_id)
    asked = request.POST if request.method == "POST" else request.GET
    number = read_number({"page": asked.get("goto") or asked.get("page", "1")})
    pages = list_pages(document)
    if request.method != "POST":
        note_look(request, document.case, "review")
        return show_marking(request, document, pages, number, [])
    marks = read_marks(request.POST.get("marks", ""))
    if request.POST.get("do") != "cover":
        if marks and request.POST.get("do") == "look":
            return show_marks_again(request, document, pages, number, marks)
        if request.POST.get("do") == "look":
            messages.error(request, _("Mark at least one place, and say for each why."))
        return show_marking(request, document, pages, number, marks)
    try:
        require_second_look(request)
        services.redact_pages(
            document=document, marks=marks, actor=signed_in(request), now=timezone.now()
        )
    except ValidationError as refusal:
        say_refusal(request, refusal)
        return show_marks_again(request, document, pages, number, marks)
    messages.success(request, _("What was marked is being covered in a new version."))
    return go_on(request, document.pk, number)


def require_second_look(request: HttpRequest) -> None:
    if not request.POST.get("sure"):
        raise ValidationError(_("Say that you have looked at every mark."))


def read_marks(text: str) -> list[Mark]:
    """The marks as the page sends them, `[page, left, top, right, bottom, reason]` each.

    What is none of these is left out: the service refuses an empty list.
    """
    try:
        told = json.loads(text) if len(text) <= LONGEST_MARKS else []
    except ValueError:
        return []
    return [mark for one in told if (mark := read_mark(one))] if isinstance(told, list) else []


def read_mark(one: object) -> Mark | None:
    if not isinstance(one, list) or len(one) != SIDES + 2 or one[-1] not in RedactionReason.values:
        return None
    page, sides = one[0], one[1:-1]
    if type(page) is not int or not all(isinstance(side, int | float) for side in sides):
        return None
    left, top, right, bottom = (min(max(float(side), 0.0), 1.0) for side in sides)
    if left >= right or top >= bottom:
        return None
    return Mark(page=page, boxes=((left, top, right, bottom),), reason=RedactionReason(one[-1]))


def write_marks(marks: list[Mark]) -> str:
    return json.dumps([[mark.page, *mark.boxes[0], str(mark.reason.value)] for mark in marks])


def show_marking(
    request: HttpRequest, document: Document, pages: list[Page], number: int, marks: list[Mark]
) -> HttpResponse:
    """Some pages to mark on, beginning at the one that was looked at."""
    first = (max(number, 1) - 1) // PAGES_AT_ONCE * PAGES_AT_ONCE
    context = {
        "pages": pages[first : first + PAGES_AT_ONCE],
        "page_count": len(pages),
        "first": first + 1,
        "last": min(first + PAGES_AT_ONCE, len(pages)),
        "before": first + 1 - PAGES_AT_ONCE if first else 0,
        "behind": first + 1 + PAGES_AT_ONCE if first + PAGES_AT_ONCE < len(pages) else 0,
        "number": number,
        "marks": write_marks(marks),
        "reasons": RedactionReason.choices,
        "title": _("Cover parts of the record"),
    }
    return show_tool(request, document, "redact", context)


def show_marks_again(
    request: HttpRequest, document: Document, pages: list[Page], number: int, marks: list[Mark]
) -> HttpResponse:
    """What will be covered, drawn on its pages, before anything is."""
    by_page = {page.number: page for page in pages}
    shown = [
        {
            "page": by_page[one],
            "marks": [
                {
                    "left": mark.boxes[0][0],
                    "top": mark.boxes[0][1],
                    "width": mark.boxes[0][2] - mark.boxes[0][0],
                    "height": mark.boxes[0][3] - mark.boxes[0][1],
                    "reason": mark.reason.label,
                }
                for mark in marks
                if mark.page == one
            ],
        }
        for one in sorted({mark.page for mark in marks} & set(by_page))
    ]
    context = {
        "shown": shown,
        "count": len(marks),
        "number": number,
        "marks": write_marks(marks),
        "title": _("Cover for good?"),
    }
    return show_tool(request, document, "redact_sure", context)


# --- Locked papers -----------------------------------------------------------------------------


@act_on_record
def open_record(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Open a locked paper with its password, which is kept nowhere."""
    document = find_document(request, document_id)
    try:
        open_with_password(
            document=document,
            password=request.POST.get("password", ""),
            actor=signed_in(request),
            now=timezone.now(),
        )
    except ValidationError as refusal:
        say_refusal(request, refusal)
        return render_review(request, document, 1, status=400)
    messages.success(request, _("The record is open; it is being checked and read now."))
    return go_on(request, document.pk, 1)


# --- Translations ------------------------------------------------------------------------------


@act_on_record
def translate_record(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Ask for a translation, or take the asking back."""
    document, number = find_document(request, document_id), read_number(request.POST)
    asked = request.POST.get("do", "")
    if asked not in {"cancel", "request"}:
        raise Http404
    form = TranslateForm(request.POST, language=document.language) if asked == "request" else None
    try:
        said = ask_translation(document, form, request) if form else stop_asking(document, request)
    except ValidationError as refusal:
        say_refusal(request, refusal)
        return render_review(request, document, number, typed=Typed(translate=form), status=400)
    messages.success(request, said)
    return go_on(request, document.pk, number)


def ask_translation(document: Document, form: TranslateForm, request: HttpRequest) -> str:
    if not form.is_valid():
        raise ValidationError([one for found in form.errors.values() for one in found])
    services.request_translation(
        document=document, actor=signed_in(request), now=timezone.now(), **form.cleaned_data
    )
    return _("The translation is asked for; it stands among the tasks of the case.")


def stop_asking(document: Document, request: HttpRequest) -> str:
    wanted = as_uuid(request.POST.get("translation", ""))
    translation = find_row(document.translations.all(), request, wanted)
    services.cancel_translation(
        translation=translation, actor=signed_in(request), now=timezone.now()
    )
    return _("The translation is no longer asked for.")


# --- What these pages share ----------------------------------------------------------------------


def list_pages(document: Document) -> list[Page]:
    """The pages of the newest version, without their text."""
    newest = document.files.order_by("-version").first()
    return list(newest.pages.defer("text", "words").order_by("number")) if newest else []


def show_tool(
    request: HttpRequest, document: Document, name: str, context: Mapping[str, object]
) -> HttpResponse:
    return render(
        request,
        f"desk/review/{name}.html",
        {
            **admin.site.each_context(request),
            "document": document,
            "name": name_record(document),
            "case": document.case,
            "work": find_work(document),
            "may_arrange": document.state in ARRANGEABLE,
            **context,
        },
    )
