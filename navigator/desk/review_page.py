"""What the review page shows: the page with its words marked, and each proposal once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext as _

from cases.accounts.models import User
from cases.casework.models import CaseParty
from cases.clinical.fact_values import show_value
from cases.clinical.models import FactState
from cases.clinical.vocabulary import spec_for
from documents.records.digest import KINDS
from documents.records.models import (
    ARRANGEABLE,
    OPEN_TRANSLATIONS,
    Document,
    DocumentState,
    PersonCheck,
    RecordKind,
    TextSource,
    Translation,
    TranslationState,
    mark_details,
)
from documents.records.queries import PageView, ProposalView, RecordRow, page_view
from documents.records.queries.imaging import list_entries, list_studies
from documents.records.services import suggest_translation
from navigator.desk.doors import signed_in
from navigator.desk.review_drawing import FoundPlace, cut_text, list_marks, pack_words
from navigator.desk.review_forms import (
    ClearForm,
    CorrectForm,
    DetailsForm,
    PlaceForm,
    ReadAgainForm,
    ReturnForm,
    TranslateForm,
    ValueForm,
    list_said,
    make_details_form,
    name_language,
)
from navigator.desk.review_found import list_found, list_places
from navigator.desk.review_person import find_whose
from navigator.desk.review_work import find_work
from navigator.desk.search import list_looked_for
from navigator.desk.wording import FACT_TONES, RECORD_TONES

LONGEST_NUMBER: Final = 5
ALL_PAGES_SHOWN: Final = 7
PAGES_WITH_WORK: Final = 8
PERSON_TONES: Final = {
    PersonCheck.SAME: "ok",
    PersonCheck.CLEARED: "ok",
    PersonCheck.SAME_NAME: "info",
    PersonCheck.NOT_DONE: "quiet",
    PersonCheck.NOT_PRINTED: "wait",
    PersonCheck.NAME_DIFFERS: "wait",
    PersonCheck.BIRTH_DATE_DIFFERS: "stop",
    PersonCheck.BOTH_DIFFER: "stop",
}
TRANSLATION_TONES: Final = {
    TranslationState.APPROVED: "ok",
    TranslationState.STALE: "stop",
    TranslationState.CANCELLED: "quiet",
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
    sureness: int | None = None
    """In hundredths, where the words were read from a picture: the least sure of its places."""
    form: CorrectForm | None = None
    """There where the person asked to correct this one; forms for all would cost too much."""

    @property
    def waits(self) -> bool:
        return self.state == FactState.PROPOSED


@dataclass(frozen=True)
class PageLink:
    """A page to go to; number 0 stands for those that are left out between two others."""

    number: int
    waiting: int = 0
    is_here: bool = False


@dataclass
class Typed:
    """What a person typed into a form that was refused, so that nothing of it is lost."""

    details: Any = None
    returned: ReturnForm | None = None
    cleared: ClearForm | None = None
    reason: str = ""
    unsent: str = ""
    """Words for an act that the record no longer allows: shown, so that they can be copied."""
    corrections: Mapping[UUID, CorrectForm] = field(default_factory=dict)
    place: PlaceForm | None = None
    value: ValueForm | None = None
    translate: TranslateForm | None = None


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
        chip.sureness = find_less_sure(chip.sureness, one.confidence)
    return sorted(chips.values(), key=lambda chip: not chip.waits)


def find_less_sure(known: int | None, confidence: float | None) -> int | None:
    """In whole hundredths, never rounded up to certainty."""
    if confidence is None:
        return known
    return min(int(confidence * 100), 100 if known is None else known)


def make_chip(one: ProposalView, bound: CorrectForm | None) -> Chip:
    return Chip(
        fact_id=one.fact_id,
        key=one.key,
        label=_(spec_for(one.key).label),
        text=show_value(one.key, one.value, _),
        note=one.note,
        state=one.state,
        state_label=one.state_label,
        tone=FACT_TONES[one.state],
        form=bound,
    )


def open_correction(view: PageView, wanted: str) -> dict[UUID, CorrectForm]:
    """The form for the one proposal of this page that is to be corrected, if there is one."""
    return {
        one.fact_id: CorrectForm(fact_id=one.fact_id, key=one.key, value=one.value)
        for one in view.here
        if str(one.fact_id) == wanted and one.state == FactState.PROPOSED
    }


def count_waiting(view: PageView) -> dict[int, int]:
    """How many facts wait on each page that has any."""
    waiting: dict[int, set[UUID]] = {}
    for one in view.proposed:
        waiting.setdefault(one.page, set()).add(one.fact_id)
    return {number: len(waiting[number]) for number in sorted(waiting)}


def list_page_links(view: PageView, waiting: Mapping[int, int]) -> list[PageLink]:
    """All pages of a short record; of a long one the ends and those around this one."""
    count, here = view.page_count, view.number
    if count <= ALL_PAGES_SHOWN:
        numbers = list(range(1, count + 1))
    else:
        numbers = sorted({1, count, *range(max(here - 1, 1), min(here + 1, count) + 1)})
    links, before = [], 0
    for number in numbers:
        if number > before + 1:
            links.append(PageLink(0))
        links.append(PageLink(number, waiting.get(number, 0), number == here))
        before = number
    return links


def list_pages_with_work(
    view: PageView, waiting: Mapping[int, int], links: list[PageLink]
) -> list[PageLink]:
    """The next pages on which proposals wait and to which no link leads yet."""
    shown = {link.number for link in links}
    away = [number for number in waiting if number not in shown]
    away.sort(key=lambda number: (number < view.number, number))
    return [PageLink(number, waiting[number]) for number in away[:PAGES_WITH_WORK]]


def list_family_languages(document: Document) -> list[str]:
    """In which languages the family reads why a paper comes back."""
    parties = CaseParty.objects.filter(case=document.case_id, ended_at__isnull=True)
    return sorted(set(parties.values_list("user__language", flat=True)))


def render_review(
    request: HttpRequest,
    document: Document,
    number: int,
    *,
    typed: Typed | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; after a refusal with what was typed."""
    typed, user = typed or Typed(), signed_in(request)
    view = page_view(document=document, number=number, user=user)
    if not typed.corrections:
        typed.corrections = open_correction(view, request.GET.get("correct", ""))
    context = {
        **admin.site.each_context(request),
        **describe_page(view, document, typed, list_looked_for(request, view.text)),
        **describe_record(view, document, typed),
        **describe_choices(view, document, user, typed),
        "is_ahead": request.headers.get("X-Ahead") == "yes",
    }
    return render(request, "desk/review/page.html", context, status=status)


def describe_page(
    view: PageView, document: Document, typed: Typed, looked_for: list[FoundPlace]
) -> dict[str, Any]:
    """The left side, and the facts that stand there."""
    chips, waiting = list_chips(view, typed.corrections), count_waiting(view)
    links = list_page_links(view, waiting)
    is_picture = view.text_source == TextSource.RECOGNISED and view.confidence is not None
    return {
        "title": view.record.name,
        "view": view,
        "chips": chips,
        "waiting": sum(chip.waits for chip in chips),
        "undecided": len({one.fact_id for one in view.proposed}),
        "undecided_page": next(iter(waiting), 0),
        "page_links": links,
        "pages_with_work": list_pages_with_work(view, waiting, links),
        "marks": list_marks(view, [*list_places(document, view.number), *looked_for]),
        "pieces": cut_text(view, looked_for),
        "packed_words": pack_words(view.words),
        "sureness": round((view.confidence or 0) * 100) if is_picture else None,
        "place_form": typed.place or PlaceForm(initial={"page": view.number, "start": 0, "end": 0}),
        "place_typed": typed.place is not None,
        "value_form": typed.value,
    }


def describe_record(view: PageView, document: Document, typed: Typed) -> dict[str, Any]:
    """What is known and found of the paper itself."""
    record = view.record
    form = make_details_form(view)
    if typed.details is not None:
        form = DetailsForm(typed.details, language=record.language)
    found = list_found(document, {name: form[name].value() for name in form.fields})
    is_known = record.kind != RecordKind.OTHER and record.language and any(_dates(record))
    to_settle = not is_known or any(not one.is_kept for one in found.values())
    return {
        "record": record,
        "details_form": form,
        "details_open": typed.details is not None
        or (record.state == DocumentState.TO_REVIEW and to_settle),
        "details_seen": mark_details(record),
        "found": found,
        "can_use_all": sum(not one.is_kept and not one.is_ambiguous for one in found.values()) > 1,
        "whose": find_whose(document, view),
        # Of two people the sentence beside the printed names tells.
        "failure": "" if record.failure_code == "two_patients" else record.failure_for_staff,
        "tone": RECORD_TONES[record.state],
        "person_tone": PERSON_TONES[record.person_check],
    }


def _dates(record: RecordRow) -> tuple[str, str, str]:
    return record.specimen_date, record.study_date, record.report_date


def is_archive(record: RecordRow) -> bool:
    """Whether it has no pages of its own, but studies and files."""
    kind = KINDS.get(record.content_type)
    return kind is not None and kind.is_read_in_ranges


def describe_archive(record: RecordRow, document: Document) -> dict[str, Any]:
    """The studies in it, and the files."""
    if not is_archive(record):
        return {"studies": [], "entries": [], "entry_count": 0}
    entries, count = list_entries(document)
    studies = list_studies([document.pk]).get(document.pk, [])
    return {"studies": studies, "entries": entries, "entry_count": count}


def describe_choices(
    view: PageView, document: Document, user: User, typed: Typed
) -> dict[str, Any]:
    """What may be done with it now."""
    state, languages = view.record.state, list_family_languages(document)
    is_held = state == DocumentState.OTHER_PATIENT
    may_arrange = state in ARRANGEABLE and view.has_preview
    translations = list_translations(document)
    return {
        "typed_reason": typed.reason,
        "unsent": typed.unsent,
        "clear_form": typed.cleared or ClearForm(),
        "clear_typed": typed.cleared is not None,
        "return_form": typed.returned or ReturnForm(language=user.language, is_held=is_held),
        "return_typed": typed.returned is not None,
        "said": list_said(languages, get_language() or "en"),
        "family_languages": [name_language(code) for code in languages],
        "translations": translations,
        "suggested": ""
        if translations or state not in ARRANGEABLE
        else suggest_translation(document) or "",
        "translate_form": typed.translate or TranslateForm(language=document.language),
        "translate_typed": typed.translate is not None,
        "work": find_work(document),
        "may_decide": state == DocumentState.TO_REVIEW,
        "is_held": is_held,
        "is_locked": state == DocumentState.NEEDS_PASSWORD,
        "may_arrange": may_arrange,
        "may_enter": state in ARRANGEABLE and view.page_id is not None,
        "may_translate": state in ARRANGEABLE,
        "may_return": document.can_move_to(DocumentState.REJECTED),
        "again_form": ReadAgainForm(chosen=document.reading_languages),
        "may_reopen": state in {DocumentState.REJECTED, DocumentState.DUPLICATE},
        "may_withdraw": state
        in {DocumentState.ACCEPTED, DocumentState.SUPERSEDED, DocumentState.OTHER_PATIENT},
        "is_archive": is_archive(view.record),
        **describe_archive(view.record, document),
        "may_read_again": document.can_move_to(DocumentState.SCANNING) and not view.record.is_busy,
    }


@dataclass(frozen=True)
class TranslationLine:
    id: UUID
    language: str
    state_label: Any
    tone: str
    translator: str
    note: str
    translated_id: UUID | None
    may_cancel: bool


def list_translations(document: Document) -> list[TranslationLine]:
    """Those that somebody works at, or that stand beside the paper."""
    rows: list[Translation] = list(
        document.translations.exclude(state=TranslationState.CANCELLED).select_related("translator")
    )
    return [
        TranslationLine(
            id=row.pk,
            language=name_language(row.to_language),
            state_label=TranslationState(row.state).label,
            tone=TRANSLATION_TONES.get(TranslationState(row.state), "wait"),
            translator=row.translator.name if row.translator else row.translator_name,
            note=row.note,
            translated_id=row.translated_id,
            may_cancel=row.state in OPEN_TRANSLATIONS
            and row.can_move_to(TranslationState.CANCELLED),
        )
        for row in rows
    ]
