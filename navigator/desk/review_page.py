"""What the review page shows: the page with its words marked, and each proposal once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.clinical.fact_values import show_value
from cases.clinical.models import FactState
from cases.clinical.vocabulary import spec_for
from documents.records.models import Document, DocumentState, Page, PersonCheck
from documents.records.queries import PageView, ProposalView, page_view
from navigator.desk.doors import signed_in
from navigator.desk.review_forms import CorrectForm, DetailsForm, make_details_form
from navigator.desk.wording import FACT_TONES, RECORD_TONES

LONGEST_NUMBER = 5
PERSON_TONES = {
    PersonCheck.SAME: "ok",
    PersonCheck.CLEARED: "ok",
    PersonCheck.SAME_NAME: "info",
    PersonCheck.NOT_DONE: "quiet",
    PersonCheck.NOT_PRINTED: "wait",
    PersonCheck.NAME_DIFFERS: "wait",
    PersonCheck.BIRTH_DATE_DIFFERS: "stop",
    PersonCheck.BOTH_DIFFER: "stop",
}


@dataclass
class Chip:
    """One fact on this page, with all places where its words stand."""

    fact_id: UUID
    key: str
    label: str
    text: str
    note: str
    state: FactState
    state_label: Any
    tone: str
    quotes: list[str] = field(default_factory=list)
    form: CorrectForm | None = None
    opened: bool = False

    @property
    def waits(self) -> bool:
        return self.state == FactState.PROPOSED


@dataclass(frozen=True)
class PageLink:
    number: int
    waiting: int
    is_here: bool


@dataclass(frozen=True)
class Piece:
    """A run of the page's text; `fact` names the proposal whose words it is."""

    text: str
    fact: str


def read_number(data: Any) -> int:
    number = data.get("page", "1")
    return int(number) if number.isdecimal() and len(number) <= LONGEST_NUMBER else 1


def list_chips(view: PageView, corrections: Mapping[UUID, CorrectForm]) -> list[Chip]:
    """The facts of the page in the order of their words; waiting ones come first."""
    chips: dict[UUID, Chip] = {}
    for one in view.here:
        chip = chips.get(one.fact_id) or make_chip(one, corrections.get(one.fact_id))
        chips[one.fact_id] = chip
        if one.quote not in chip.quotes:
            chip.quotes.append(one.quote)
    return sorted(chips.values(), key=lambda chip: not chip.waits)


def make_chip(one: ProposalView, bound: CorrectForm | None) -> Chip:
    waits = one.state == FactState.PROPOSED
    return Chip(
        fact_id=one.fact_id,
        key=one.key,
        label=_(spec_for(one.key).label),
        text=show_value(one.key, one.value, _),
        note=one.note,
        state=one.state,
        state_label=one.state_label,
        tone=FACT_TONES[one.state],
        form=bound or CorrectForm(fact_id=one.fact_id, key=one.key, value=one.value)
        if waits
        else None,
        opened=bound is not None,
    )


def list_page_links(view: PageView) -> list[PageLink]:
    waiting: dict[int, set[UUID]] = {}
    for one in (*view.here, *view.elsewhere):
        if one.state == FactState.PROPOSED:
            waiting.setdefault(one.page, set()).add(one.fact_id)
    return [
        PageLink(number, len(waiting.get(number, ())), number == view.number)
        for number in range(1, view.page_count + 1)
    ]


def cut_text(view: PageView) -> list[Piece]:
    """The text of the page in pieces, the words of proposals marked."""
    pieces, at = [], 0
    for one in sorted(view.here, key=lambda one: one.start):
        if one.start < at or one.end > len(view.text):
            continue
        pieces += [
            Piece(view.text[at : one.start], ""),
            Piece(view.text[one.start : one.end], str(one.fact_id)),
        ]
        at = one.end
    return [piece for piece in [*pieces, Piece(view.text[at:], "")] if piece.text]


def list_boxes(view: PageView) -> list[dict[str, Any]]:
    return [
        {
            "fact": one.fact_id,
            "tone": FACT_TONES[one.state],
            "left": round(left, 5),
            "top": round(top, 5),
            "width": round(right - left, 5),
            "height": round(bottom - top, 5),
        }
        for one in view.here
        for left, top, right, bottom in one.boxes
    ]


def find_picture_ahead(view: PageView) -> str:
    """The picture that is wanted next: of the next page, else of the next record's first."""
    pages = Page.objects.exclude(preview_name="")
    if view.number < view.page_count:
        pages = pages.filter(file=view.record.file_id, number=view.number + 1)
    elif view.next_document:
        pages = pages.filter(file__document=view.next_document, number=1).order_by("-file__version")
    else:
        return ""
    page_id = pages.values_list("pk", flat=True).first()
    return reverse("admin:page_preview", args=[page_id]) if page_id else ""


def list_printed_dates(view: PageView) -> list[ProposalView]:
    """The birth dates that are printed on the record, each once."""
    found = {
        one.sentence: one for one in (*view.here, *view.elsewhere) if one.key == "date_of_birth"
    }
    return list(found.values())


def render_review(
    request: HttpRequest,
    document: Document,
    number: int,
    *,
    typed: Any = None,
    corrections: Mapping[UUID, CorrectForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; after a refusal with what was typed."""
    view = page_view(document=document, number=number, user=signed_in(request))
    has_details = typed is not None and "title" in typed
    chips = list_chips(view, corrections or {})
    state = view.record.state
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": view.record.title,
        "view": view,
        "record": view.record,
        "chips": chips,
        "waiting": sum(chip.waits for chip in chips),
        "page_links": list_page_links(view),
        "boxes": list_boxes(view),
        "pieces": cut_text(view),
        "picture_ahead": find_picture_ahead(view),
        "details_form": DetailsForm(typed) if has_details else make_details_form(view),
        "typed_reason": (typed or {}).get("reason", ""),
        "tone": RECORD_TONES[state],
        "person_tone": PERSON_TONES[view.record.person_check],
        "printed_dates": list_printed_dates(view),
        "may_decide": state == DocumentState.TO_REVIEW,
        "is_held": state == DocumentState.OTHER_PATIENT,
        "may_return": document.can_move_to(DocumentState.REJECTED),
        "may_reopen": state in {DocumentState.REJECTED, DocumentState.DUPLICATE},
        "may_withdraw": state in {DocumentState.ACCEPTED, DocumentState.SUPERSEDED},
        "may_read_again": document.can_move_to(DocumentState.SCANNING) and not view.record.is_busy,
    }
    return render(request, "desk/review.html", context, status=status)
