"""What is found for a person: pages by their words, cases and records by their names.

Pages are many and have an index. Names are few: they are read and compared here, so that accents,
scripts and spellings do not matter. Everything comes through `visible_to(user)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import override

from cases.accounts.models import User
from cases.casework.models import Case, Stage
from documents.records.models import (
    GONE,
    Document,
    DocumentState,
    RecordKind,
    SearchedPage,
    SearchedPageQuerySet,
)
from documents.records.person_names import are_alike, read_name
from documents.records.queries.snippets import Piece, find_direction, make_snippet
from documents.records.search_query import QUOTES, Query

PAGES_SHOWN: Final = 20
FEW: Final = 500
CASES_NAMED: Final = 1_000
NAMES_SHOWN: Final = 8
NAMES_READ: Final = 2_000
"""The newest of what a person sees; older ones must be written as they are kept."""
LIKELY_READ: Final = 200
LONGEST_NAME: Final = 4
SOUNDING_WORD: Final = 6
M = TypeVar("M", bound=Model)
Agrees = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class FoundCase:
    id: UUID
    reference: str
    patient_name: str
    patient_native_name: str
    stage_label: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """`date` is the one that the paper bears, else the day on which it came."""

    id: UUID
    case: FoundCase
    title: str
    issuer: str
    kind_label: str | Promise
    state: DocumentState
    state_label: str | Promise
    date: str


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`direction`: "ltr" or "rtl", as the page is read."""

    record: FoundRecord
    number: int
    page_count: int
    snippet: tuple[Piece, ...]
    direction: str


@dataclass(frozen=True, slots=True)
class SearchResults:
    """`after` leads to the pages that follow these; None where there are no more.

    `cases_alike`: nothing has the words as they were typed, and these names sound like them.
    """

    cases: tuple[FoundCase, ...]
    cases_alike: bool
    records: tuple[FoundRecord, ...]
    pages: tuple[FoundPage, ...]
    after: int | None

    @property
    def case_ids(self) -> list[UUID]:
        """Every case of which something is shown, each once."""
        shown = [case.id for case in self.cases]
        shown += [record.case.id for record in self.records]
        return list(dict.fromkeys([*shown, *(page.record.case.id for page in self.pages)]))


def find_everything(
    query: Query, asked: str, *, user: User, case: Case | None = None, after: int | None = None
) -> SearchResults:
    """Of one case if it is given, which the caller found through `visible_to`.

    `after` is the last one of an earlier answer, and brings the pages that follow.
    """
    pages, more = find_pages(query, user=user, case=case, after=after)
    cases: tuple[FoundCase, ...] = ()
    alike: tuple[FoundCase, ...] = ()
    records: tuple[FoundRecord, ...] = ()
    if after is None:
        records = find_records(query, asked, user=user, case=case)
    if after is None and case is None:
        cases = find_cases(query, asked, user=user)
    if after is None and case is None and not (cases or records or pages):
        alike = find_cases_alike(asked, user=user)
    return SearchResults(
        cases=cases or alike,
        cases_alike=bool(alike),
        records=records,
        pages=pages,
        after=more,
    )


# --- Pages -----------------------------------------------------------------------------------


def find_pages(
    query: Query, *, user: User, case: Case | None = None, after: int | None = None
) -> tuple[tuple[FoundPage, ...], int | None]:
    """Pages with all the words, those that were read last first; three queries.

    Few pages with the words are all taken from the index and put into order here; of many, the
    newest are looked through for the words. A planner, which knows only how many there might be,
    would take the second way for a rare word as well, and read every page there is.
    """
    rows = _list_pages(query, user=user, case=case)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    keys = list(rows.values_list("pk", flat=True)[: FEW + 1])
    if len(keys) <= FEW:
        rows = SearchedPage.objects.filter(pk__in=sorted(keys, reverse=True)[: PAGES_SHOWN + 1])
    rows = rows.select_related("page__file__document__case__patient")
    rows = rows.defer("terms", "page__words", "page__file__document__findings")
    found = list(rows.order_by("-pk")[: PAGES_SHOWN + 1])
    pages = tuple(
        FoundPage(
            record=_make_record(row.page.file.document),
            number=row.page.number,
            page_count=row.page.file.page_count or 0,
            snippet=make_snippet(row.page.text, query),
            direction=find_direction(row.page.text),
        )
        for row in found[:PAGES_SHOWN]
    )
    return pages, found[PAGES_SHOWN - 1].pk if len(found) > PAGES_SHOWN else None


def _list_pages(query: Query, *, user: User, case: Case | None) -> SearchedPageQuerySet:
    """Those that stand, of the cases that the person sees.

    Where these are not too many they are named one by one, so that the planner knows how few.
    """
    cases = Case.objects.visible_to(user)
    if case is not None:
        cases = cases.filter(pk=case.pk)
    named = list(cases.values_list("pk", flat=True)[: CASES_NAMED + 1])
    scope = named if len(named) <= CASES_NAMED else cases
    pages = SearchedPage.objects.standing().filter(page__file__document__case__in=scope)
    return pages.filter(terms__has_words=query)


# --- Names -----------------------------------------------------------------------------------


def find_cases(query: Query, asked: str, *, user: User) -> tuple[FoundCase, ...]:
    """Cases by their number and by the patient's names; three queries at most."""
    found = _read_names(
        _list_cases(user),
        ("reference", "patient__name", "patient__native_name"),
        agrees=lambda names: query.is_in(" ".join(names)),
        asked=asked,
    )
    return tuple(_make_case(case) for case in found)


def find_cases_alike(asked: str, *, user: User) -> tuple[FoundCase, ...]:
    """Cases whose patient's name is spelt otherwise, or in other letters; two queries at most."""
    name, is_latin = read_name(asked), asked.isascii()
    shortest = SOUNDING_WORD if is_latin else 2
    if not 0 < len(name.parts) <= LONGEST_NAME or min(map(len, name.parts)) < shortest:
        return ()
    found = _read_names(
        _list_cases(user),
        ("patient__name", "patient__native_name"),
        agrees=lambda names: _sounds_like(name.parts, names, is_latin=is_latin),
    )
    return tuple(_make_case(case) for case in found)


def _list_cases(user: User) -> QuerySet[Case]:
    return Case.objects.visible_to(user).select_related("patient").order_by("-opened_at", "-pk")


def _sounds_like(asked: tuple[str, ...], names: Sequence[str], *, is_latin: bool) -> bool:
    """Whether each part is one of a name's; of Latin ones the first letter must be the same.

    Otherwise "liver" would find Oliver.
    """
    parts = [part for name in names for part in read_name(name).parts]
    return all(
        any((not is_latin or one[0] == part[0]) and are_alike(one, part) for part in parts)
        for one in asked
    )


def find_records(
    query: Query, asked: str, *, user: User, case: Case | None = None
) -> tuple[FoundRecord, ...]:
    """Records by title, issuer and kind; three queries at most."""
    seen = Document.objects.visible_to(user).exclude(state__in=GONE)
    if case is not None:
        seen = seen.filter(case=case)
    kinds = _name_kinds()
    found = _read_names(
        seen.select_related("case__patient").defer("findings").order_by("-received_at", "-pk"),
        ("title", "issuer", "kind"),
        agrees=lambda names: query.is_in(" | ".join([names[0], names[1], kinds[names[2]]])),
        asked=asked,
    )
    return tuple(_make_record(document) for document in found)


def _name_kinds() -> dict[str, str]:
    """The kinds of records as the person reads them, and in English."""
    kinds = {kind.value: str(kind.label) for kind in RecordKind}
    with override("en"):
        return {value: f"{label} | {RecordKind(value).label}" for value, label in kinds.items()}


def _read_names(
    rows: QuerySet[M], fields: Sequence[str], *, agrees: Agrees, asked: str = ""
) -> list[M]:
    """The first few rows whose names agree.

    The newest are all read; older ones must hold the longest word as it was typed.
    """
    named = list(rows.values_list("pk", *fields)[:NAMES_READ])
    word = max(asked.replace("\x00", " ").split(), key=len, default="").strip(QUOTES)
    if len(named) == NAMES_READ and word:
        likely = Q()
        for field in fields:
            likely |= Q(**{f"{field}__icontains": word})
        named += rows.filter(likely).values_list("pk", *fields)[:LIKELY_READ]
    chosen = dict.fromkeys(pk for pk, *names in named if agrees(names))
    return list(rows.filter(pk__in=list(chosen)[:NAMES_SHOWN])) if chosen else []


# --- Rows ------------------------------------------------------------------------------------


def _make_case(case: Case) -> FoundCase:
    return FoundCase(
        id=case.pk,
        reference=case.reference,
        patient_name=case.patient.name,
        patient_native_name=case.patient.native_name,
        stage_label=Stage(case.stage).label,
    )


def _make_record(document: Document) -> FoundRecord:
    came: datetime = document.received_at
    return FoundRecord(
        id=document.pk,
        case=_make_case(document.case),
        title=document.title,
        issuer=document.issuer,
        kind_label=RecordKind(document.kind).label,
        state=DocumentState(document.state),
        state_label=DocumentState(document.state).label,
        date=document.report_date
        or document.study_date
        or document.specimen_date
        or came.date().isoformat(),
    )
