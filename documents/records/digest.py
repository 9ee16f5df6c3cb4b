"""All that the machine takes from one file: pages, pictures, language, whose it is, proposals.

Making a digest touches no row and may be done again; storing it replaces what an earlier
attempt stored, in one transaction.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import transaction

from cases.clinical.errors import FactRefused
from cases.clinical.models import Fact, FactOrigin, FactState
from cases.clinical.services import propose_fact, read_value
from documents.records.models import Document, DocumentFile, Evidence, Page, PersonCheck
from documents.records.paper_dates import describe_paper
from documents.records.previews import PAGES_AT_ONCE, render_pages
from documents.records.printed_person import HOLDING, compare_person, describe_people
from documents.records.proposals import Proposal, propose
from documents.records.reading import PageText, find_all_boxes, read_pages
from documents.records.sandbox import ReadingFailure
from documents.records.search_index import index_pages
from documents.records.sniffing import MEDIA_TYPES, Kind
from documents.records.vault import delete_object, plain_copy, seal_bytes

log = structlog.get_logger(__name__)

MAX_PREVIEWS: Final = 300
MAX_PROPOSALS: Final = 200
MAX_QUOTE: Final = 500
KINDS: Final = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}
Report = Callable[[int, int, str], None]
Box = list[float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A proposal and where its words are drawn on the page."""

    proposal: Proposal
    value: Any
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """`previews`: stored objects by page; `failure_code`: what a person must look at.

    `findings`: what the pages say of the paper itself, with the words it stands on.
    """

    pages: tuple[PageText, ...]
    language: str
    previews: dict[int, str]
    person_check: PersonCheck
    proposals: tuple[Placed, ...]
    failure_code: str
    findings: dict[str, Any] = field(default_factory=dict)

    @property
    def is_held(self) -> bool:
        return self.person_check in HOLDING


def make_digest(file: DocumentFile, report: Report) -> Digest:
    """Read a file from end to end. Raises ReadingFailure, or a refusal of the vault."""
    case, kind = file.document.case, KINDS[file.content_type]
    with plain_copy(case_id=case.pk, object_name=file.object_name) as path:
        report(0, 4, "reading")
        reading = read_pages(path, kind)
        report(1, 4, "pictures")
        texts = [page.text for page in reading.pages]
        person = compare_person(texts, case.patient)
        found: tuple[Placed, ...] = ()
        if person not in HOLDING:
            found = place_proposals(texts, path, kind, report)
        previews, complete = _store_previews(file, path, kind, len(texts), report)
    report(4, 4, "storing")
    return Digest(
        pages=reading.pages,
        language=reading.language,
        previews=previews,
        person_check=person,
        proposals=found,
        failure_code=_name_gaps(reading.pages, complete=complete or kind is Kind.TEXT),
        findings={**describe_paper(texts), "people": describe_people(texts, case.patient)},
    )


def _name_gaps(pages: Sequence[PageText], *, complete: bool) -> str:
    """What the reader could not do although the file opened: a person has to see it."""
    silent = [page for page in pages if not page.has_text]
    if len(silent) == len(pages):
        return "no_text"
    if silent:
        return "pages_without_text"
    return "" if complete else "pages_without_picture"


def _store_previews(
    file: DocumentFile, path: Path, kind: Kind, count: int, report: Report
) -> tuple[dict[int, str], bool]:
    """Stored pictures by page, and whether every page has one.

    A page that cannot be drawn costs its handful of pages their pictures, not the document.
    """
    stored: dict[int, str] = {}
    wanted = min(count, MAX_PREVIEWS)
    try:
        for first in range(1, wanted + 1, PAGES_AT_ONCE):
            numbers = list(range(first, min(first + PAGES_AT_ONCE, wanted + 1)))
            report(2, 4, "pictures")
            try:
                pictures = render_pages(path, kind, numbers)
            except ReadingFailure as failure:
                log.warning("document.no_picture", file=str(file.pk), code=failure.code)
                continue
            for number, picture in zip(numbers, pictures, strict=False):
                kept = seal_bytes(case_id=file.document.case_id, data=picture, folder="previews")
                stored[number] = kept.object_name
    except BaseException:
        drop_objects(stored.values())
        raise
    return stored, len(stored) == count


def place_proposals(
    texts: Sequence[str], path: Path, kind: Kind, report: Report
) -> tuple[Placed, ...]:
    """What the rules propose, in the vocabulary's words, with its place on the page."""
    found = []
    for proposal in propose(texts)[:MAX_PROPOSALS]:
        try:
            found.append((proposal, read_value(proposal.fact, proposal.value)))
        except FactRefused:
            log.warning("proposal.not_in_vocabulary", rule=proposal.rule, fact=proposal.fact)
    report(3, 4, "proposals")
    boxes = _find_places([proposal for proposal, _value in found], path, kind)
    return tuple(
        Placed(proposal, value, places)
        for (proposal, value), places in zip(found, boxes, strict=True)
    )


def _find_places(proposals: Sequence[Proposal], path: Path, kind: Kind) -> list[tuple[Box, ...]]:
    """Where the words of each are drawn; nowhere if that cannot be found out."""
    if kind is Kind.PDF:
        try:
            found = find_all_boxes(path, [(one.page, one.start, one.end) for one in proposals])
        except ReadingFailure as failure:
            log.warning("proposals.no_places", code=failure.code)
        else:
            return [
                tuple([box.left, box.top, box.right, box.bottom] for box in boxes)
                for boxes in found
            ]
    return [()] * len(proposals)


def store_pages(file: DocumentFile, digest: Digest) -> None:
    """Put the pages in place of those of an earlier attempt. Inside a transaction."""
    former = [name for name in file.pages.values_list("preview_name", flat=True) if name]
    file.pages.all().delete()
    pages = Page.objects.bulk_create(
        Page(
            file=file,
            number=page.number,
            text=page.text,
            width=page.width,
            height=page.height,
            text_source=page.source,
            confidence=page.confidence,
            words=page.words,
            preview_name=digest.previews.get(page.number, ""),
        )
        for page in digest.pages
    )
    index_pages(pages)
    file.page_count = len(digest.pages)
    file.save(update_fields=["page_count"])
    if former:
        transaction.on_commit(lambda: drop_objects(former), robust=True)


def store_proposals(file: DocumentFile, placed: Iterable[Placed], *, now: datetime) -> int:
    """Put the proposals in place of those that nobody has decided; how many there are now.

    One value found at several places is one proposal with all its places. What a person has
    decided about these words before is not proposed again. Inside a transaction.
    """
    drop_proposals(file.document)
    decided = {
        (fact.key, _as_text(fact.value))
        for fact in Fact.objects.filter(evidence__file=file).exclude(state=FactState.PROPOSED)
    }
    facts: dict[tuple[str, str], Fact] = {}
    for one in placed:
        proposal, name = one.proposal, (one.proposal.fact, _as_text(one.value))
        if name in decided:
            continue
        if name not in facts:
            facts[name] = propose_fact(
                case=file.document.case,
                key=proposal.fact,
                value=one.value,
                rule=proposal.rule,
                note=proposal.note or "",
                now=now,
            )
        Evidence.objects.get_or_create(
            fact=facts[name],
            file=file,
            page=proposal.page,
            start=proposal.start,
            defaults={
                "end": proposal.end,
                "quote": proposal.quote[:MAX_QUOTE],
                "boxes": list(one.boxes),
            },
        )
    return len(facts)


def drop_proposals(document: Document) -> None:
    """Take back what the rules read in a document and nobody has decided."""
    Fact.objects.filter(
        state=FactState.PROPOSED, origin=FactOrigin.RULE, evidence__file__document=document
    ).delete()


def drop_objects(names: Iterable[str]) -> None:
    for name in names:
        delete_object(name)


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
