"""Searching from the desk. What is looked for stands in no address: a person's name is among it.

The words are posted, kept in the person's own session, and shown again by the address that the
answer leads to; so back, forward and reload work, and a log or a history holds a number alone.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cases.casework.models import Case
from documents.records.queries.searching import FoundCase, FoundPage, SearchResults
from documents.records.queries.snippets import find_places
from documents.records.search_query import LONGEST_SEARCH, read_query
from documents.records.services.searching import search_papers
from navigator.desk.doors import find_case, signed_in
from navigator.desk.review_drawing import FoundPlace
from navigator.desk.wording import RECORD_TONES

KEPT: Final = "searches"
MOST_KEPT: Final = 12
A_PLACE: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
LOOKED_FOR: Final = "looked-for"
"""How the words that were searched are named among the marks of a page."""


@dataclass(frozen=True)
class Search:
    """What was looked for, and the case in which, as the session keeps it."""

    number: str
    words: str
    case_id: str = ""


@dataclass
class CaseGroup:
    """The pages found in one case, in the order in which they were found."""

    case: FoundCase
    pages: list[tuple[FoundPage, str]] = field(default_factory=list)


def keep_search(request: HttpRequest, words: str, case: Case | None) -> Search:
    """The last few searches of a session are kept, for as long as it lasts."""
    search = Search(
        secrets.token_hex(6), words[: LONGEST_SEARCH + 1], str(case.pk) if case is not None else ""
    )
    others = request.session.get(KEPT, [])
    kept = [search.number, search.words, search.case_id]
    request.session[KEPT] = [*others, kept][-MOST_KEPT:]
    return search


def find_search(request: HttpRequest) -> Search | None:
    """The search that an address names, if this session has it still."""
    number = request.GET.get("look", "")
    for kept in request.session.get(KEPT, []):
        if kept[0] == number:
            return Search(*kept)
    return None


def list_looked_for(request: HttpRequest, text: str) -> list[FoundPlace]:
    """Where the words of the search stand on a page that was opened from its results."""
    search = find_search(request)
    if search is None:
        return []
    try:
        places = find_places(text, read_query(search.words))
    except ValidationError:
        return []
    return [FoundPlace(LOOKED_FOR, start, end, "looked") for start, end in places]


@require_http_methods(["GET", "HEAD", "POST"])
def show_search(request: HttpRequest) -> HttpResponse:
    """The search and what it found; every case that is shown is recorded as looked at."""
    if request.method == "POST":
        return begin_search(request)
    search = find_search(request)
    case = find_case(request, UUID(search.case_id)) if search and search.case_id else None
    context: dict[str, Any] = {"search": search, "case": case}
    if search is not None:
        try:
            results = search_papers(
                asked=search.words,
                actor=signed_in(request),
                now=timezone.now(),
                case=case,
                after=read_place(request),
            )
            context |= describe_results(results, search)
        except ValidationError as refusal:
            context["refusal"] = " ".join(refusal.messages)
    return render(request, "desk/search.html", {**admin.site.each_context(request), **context})


def begin_search(request: HttpRequest) -> HttpResponse:
    case = None
    if wanted := request.POST.get("case", ""):
        try:
            case = find_case(request, UUID(wanted))
        except ValueError:
            raise Http404 from None
    search = keep_search(request, request.POST.get("words", ""), case)
    return redirect(f"{reverse('admin:search')}?look={search.number}")


def read_place(request: HttpRequest) -> int | None:
    place = request.GET.get("after", "")
    return int(place) if A_PLACE.fullmatch(place) else None


def describe_results(results: SearchResults, search: Search) -> dict[str, Any]:
    groups: dict[UUID, CaseGroup] = {}
    for page in results.pages:
        case = page.record.case
        group = groups.setdefault(case.id, CaseGroup(case))
        group.pages.append((page, RECORD_TONES[page.record.state]))
    more = f"?look={search.number}&after={results.after}" if results.after is not None else ""
    return {
        "results": results,
        "groups": list(groups.values()),
        "records": [(record, RECORD_TONES[record.state]) for record in results.records],
        "more_url": more,
        "is_empty": not results.case_ids,
    }
