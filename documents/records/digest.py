"""All that the machine takes from one file: pages, pictures, language, whose it is, proposals.

Making a digest touches no row and may be done again; storing it replaces what an earlier
attempt stored, in one transaction.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog
from django.db import transaction

from cases.clinical.errors import FactRefused
from cases.clinical.models import Fact, FactOrigin, FactState
from cases.clinical.services import propose_fact, read_value
from documents.records.language import detect_by_letters
from documents.records.models import (
    Document,
    DocumentFile,
    Evidence,
    Page,
    PersonCheck,
    TextSource,
)
from documents.records.page_words import join_words
from documents.records.paper_dates import describe_paper
from documents.records.previews import PAGES_AT_ONCE, render_pages
from documents.records.printed_person import HOLDING, compare_person, describe_people
from documents.records.proposals import Proposal, propose
from documents.records.reading import PageText, Reading, find_all_boxes, read_pages
from documents.records.recognition import Letters, count_pictures, recognise_pages
from documents.records.sandbox import ReadingFailure
from documents.records.search_index import index_pages
from documents.records.sniffing import MEDIA_TYPES, Kind
from documents.records.sureness import LEAST_SURE, find_sureness, hide_unsure
from documents.records.vault import delete_object, plain_copy, seal_bytes

log = structlog.get_logger(__name__)

MAX_PREVIEWS: Final = 300
MAX_PROPOSALS: Final = 200
MAX_QUOTE: Final = 500
STEPS: Final = 4
KINDS: Final = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}
Report = Callable[[int, int, str], None]
Box = list[float]


@dataclass(frozen=True, slots=True)
class Placed:
    """A proposal, where its words are drawn on the page, and how surely they were recognised."""

    proposal: Proposal
    value: Any
    boxes: tuple[Box, ...]
    confidence: float | None = None


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
        report(0, STEPS, "reading")
        reading = read_pages(path, kind)
        reading, report = _recognise(file.document, path, kind, reading, report)
        report(1, STEPS, "pictures")
        texts = [page.text for page in reading.pages]
        sure = [hide_unsure(page) for page in reading.pages]
        person = compare_person(texts, case.patient, sure=sure)
        found: tuple[Placed, ...] = ()
        if person not in HOLDING:
            found = place_proposals(reading.pages, path, kind, report)
        previews, complete = _store_previews(file, path, kind, len(texts), report)
    report(STEPS, STEPS, "storing")
    return Digest(
        pages=reading.pages,
        language=reading.language
        if reading.language != "other"
        else detect_by_letters(texts) or "other",
        previews=previews,
        person_check=person,
        proposals=found,
        failure_code=_name_gaps(reading.pages, complete=complete or kind is Kind.TEXT),
        findings={
            **describe_paper(texts, sure=sure),
            "people": describe_people(texts, case.patient, sure=sure),
        },
    )


def _recognise(
    document: Document, path: Path, kind: Kind, reading: Reading, report: Report
) -> tuple[Reading, Report]:
    """The reading with the text of its pictures; each of them is a step of its own to report."""
    pictures = count_pictures(reading)
    if not pictures:
        return reading, report
    spoken = document.case.parties.filter(ended_at__isnull=True).values_list(
        "user__language", flat=True
    )
    letters = Letters(
        chosen=document.reading_languages,
        language=document.language,
        spoken=(document.case.patient.language, *sorted(set(spoken))),
    )
    read = recognise_pages(
        path,
        kind,
        reading,
        letters,
        say=lambda done: report(done, pictures + STEPS, "recognising"),
    )
    return read, lambda done, total, step: report(pictures + done, pictures + total, step)


def _name_gaps(pages: Sequence[PageText], *, complete: bool) -> str:
    """What the reader could not do although the file opened: a person has to see it."""
    if all(page.is_blank for page in pages):
        return "blank"
    if not any(page.has_text for page in pages):
        return "no_text"
    if any(not page.has_text and not page.is_blank for page in pages):
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
            report(2, STEPS, "pictures")
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
    pages: Sequence[PageText], path: Path, kind: Kind, report: Report
) -> tuple[Placed, ...]:
    """What the rules propose, in the vocabulary's words, with its place on the page."""
    found = []
    for proposal, sureness in propose_surely(pages)[:MAX_PROPOSALS]:
        try:
            value = read_value(proposal.fact, proposal.value)
        except FactRefused:
            log.warning("proposal.not_in_vocabulary", rule=proposal.rule, fact=proposal.fact)
        else:
            found.append(Placed(proposal, value, (), sureness))
    report(3, STEPS, "proposals")
    drawn = [one for one in found if one.confidence is None]
    places = _find_places([one.proposal for one in drawn], path, kind)
    boxes = {id(one): place for one, place in zip(drawn, places, strict=True)}
    return tuple(
        replace(one, boxes=boxes[id(one)] if id(one) in boxes else _join_boxes(one.proposal, pages))
        for one in found
    )


def propose_surely(
    pages: Sequence[PageText], language: str = "auto"
) -> list[tuple[Proposal, float | None]]:
    """What the rules propose, each with how surely its words were recognised, None for others.

    What stands on words that may be misread is left out: a person reads those on the page.
    """
    found = []
    for proposal in propose([page.text for page in pages], language):
        page = pages[proposal.page - 1]
        sureness = None
        if page.source == TextSource.RECOGNISED:
            sureness = find_sureness(page.words, proposal.start, proposal.end)
        if sureness is None or sureness >= LEAST_SURE:
            found.append((proposal, sureness))
    return found


def _join_boxes(proposal: Proposal, pages: Sequence[PageText]) -> tuple[Box, ...]:
    """Where the words of a recognised page are drawn."""
    words = pages[proposal.page - 1].words
    return tuple(join_words(words, proposal.start, proposal.end))


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


def read_stored_pages(file: DocumentFile) -> list[PageText]:
    """The pages of a file as they were read, from their rows."""
    return [
        PageText(page.number, page.text, words=page.words, source=TextSource(page.text_source))
        for page in file.pages.order_by("number")
    ]


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
            turn=page.turn,
            sharpness=page.sharpness,
            is_blank=page.is_blank,
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
                "confidence": one.confidence,
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
