"""Making papers of papers: pages turned, covered, parted and joined, with what stands on them.

The machine's half of `services.arranging`. Each step makes its bytes outside of any transaction
and then, in the one that ends its job, writes the new version or the new papers and moves the
words of facts to where they stand now. Nothing of what was sent is changed or deleted.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from cases.accounts.models import User
from cases.jobs.registry import Run
from documents.records.errors import VersionNotNewest
from documents.records.ground import report_lost_ground
from documents.records.leaves import (
    COVERED,
    Leaf,
    Made,
    cover_text,
    drop_made,
    list_leaves,
    make_leaves,
    make_page,
    overlaps,
    turn_box,
)
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    FileRole,
    Page,
    PersonCheck,
    Redaction,
)
from documents.records.search_index import index_pages
from documents.records.sniffing import Kind
from documents.records.states import lock_document, move_document, tell
from documents.records.versions import add_version

# Of joined papers the worst word on whose they are stands for the whole.
PERSON_ORDER: Final = (
    PersonCheck.BOTH_DIFFER,
    PersonCheck.BIRTH_DATE_DIFFERS,
    PersonCheck.NAME_DIFFERS,
    PersonCheck.NOT_DONE,
    PersonCheck.NOT_PRINTED,
    PersonCheck.SAME_NAME,
    PersonCheck.SAME,
    PersonCheck.CLEARED,
)


# --- What is written ----------------------------------------------------------------------


def add_arranged(
    document: Document,
    leaves: Sequence[Leaf],
    made: Made,
    *,
    role: FileRole,
    actor: User | None,
    now: datetime,
) -> DocumentFile:
    """Write a made file as the newest version of a paper, with its pages. In a transaction.

    It needs no check of its own: it was made here of files that were checked.
    """
    file = add_version(
        document=document,
        stored=made.stored,
        role=role,
        made_from=leaves[0].page.file,
        made_by=actor,
        content_type=Kind.PDF.media_type,
        now=now,
    )
    file.page_count = len(leaves)
    file.save(update_fields=["page_count"])
    pages = Page.objects.bulk_create(
        make_page(leaf, file=file, number=number, preview_name=name)
        for number, (leaf, name) in enumerate(zip(leaves, made.previews, strict=True), 1)
    )
    index_pages(pages)
    move_evidence(leaves, file)
    return file


def move_evidence(leaves: Sequence[Leaf], file: DocumentFile) -> None:
    """Let the words of facts stand in the new file. Words that were covered stay where they were.

    There they give no ground to leave the house: only the newest version does.
    """
    places = {(leaf.page.file_id, leaf.page.number): (leaf, n) for n, leaf in enumerate(leaves, 1)}
    words = Evidence.objects.filter(file__in={leaf.page.file_id for leaf in leaves})
    for one in words.select_for_update(no_key=True):
        leaf, number = places.get((one.file_id, one.page), (None, 0))
        if leaf is None or is_covered(one, leaf):
            continue
        one.file, one.page = file, number
        one.boxes = [turn_box(box, leaf.turn) for box in one.boxes]
        one.save(update_fields=["file", "page", "boxes"])


def is_covered(one: Evidence, leaf: Leaf) -> bool:
    """Whether something of these words was covered; where their place is unknown, all of them."""
    if not leaf.boxes:
        return False
    if one.boxes:
        return any(overlaps(box, mark) for box in one.boxes for mark in leaf.boxes)
    text, _words = cover_text(leaf)
    return COVERED in text[one.start : one.end] or not text


def require_newest(file: DocumentFile) -> Document:
    """The locked document, if the file is still its newest version."""
    document = lock_document(file.document)
    if document.files.filter(version__gt=file.version).exists():
        raise VersionNotNewest
    return document


# --- The four acts ------------------------------------------------------------------------


def make_turned(
    run: Run, file: DocumentFile, turns: Mapping[int, int], actor: User, now: datetime
) -> None:
    leaves = [
        Leaf(leaf.page, turn=turns.get(leaf.page.number, 0) % 360) for leaf in list_leaves(file)
    ]
    _write_version(run, file, leaves, FileRole.ARRANGED, "turned", actor, now)


def make_redacted(run: Run, file: DocumentFile, actor: User, now: datetime) -> None:
    """Cover what the redactions of this file name; they were written when they were asked for."""
    marks: dict[int, list[tuple[float, float, float, float]]] = {}
    for redaction in Redaction.objects.filter(file=file):
        marks.setdefault(redaction.page, []).extend(tuple(box) for box in redaction.boxes)
    leaves = [
        Leaf(leaf.page, boxes=tuple(marks.get(leaf.page.number, ()))) for leaf in list_leaves(file)
    ]
    _write_version(run, file, leaves, FileRole.REDACTED, "redacted", actor, now)


def _write_version(  # noqa: PLR0917  one thing each
    run: Run,
    file: DocumentFile,
    leaves: Sequence[Leaf],
    role: FileRole,
    what: str,
    actor: User,
    now: datetime,
) -> None:
    made = make_leaves(run, leaves)
    try:
        with run.finishing():
            document = require_newest(file)
            newer = add_arranged(document, leaves, made, role=role, actor=actor, now=now)
            touched = [leaf.page.number for leaf in leaves if not leaf.is_as_it_was]
            tell(
                document,
                what,
                actor=actor,
                now=now,
                detail={"version": newer.version, "pages": " ".join(map(str, touched))},
            )
            report_lost_ground(document, now)
    except BaseException:
        drop_made(made)
        raise


def make_parts(
    run: Run, file: DocumentFile, parts: Sequence[Sequence[int]], actor: User, now: datetime
) -> None:
    """Part a paper into several; it gives way to them."""
    by_number = {leaf.page.number: leaf for leaf in list_leaves(file)}
    cut = [[by_number[number] for number in numbers] for numbers in parts]
    made: list[Made] = []
    try:
        made.extend(make_leaves(run, leaves) for leaves in cut)
        with run.finishing():
            whole = require_newest(file)
            for at, (leaves, one) in enumerate(zip(cut, made, strict=True), 1):
                part = _make_paper(
                    whole, title=f"{whole.title} ({at}/{len(cut)})", taken_from=whole
                )
                add_arranged(part, leaves, one, role=FileRole.ARRANGED, actor=actor, now=now)
                tell(part, "parted", actor=actor, now=now, detail={"of": str(whole.pk)})
            _give_way([whole], None, actor, now)
    except BaseException:
        for one in made:
            drop_made(one)
        raise


def make_joined(run: Run, documents: Sequence[Document], actor: User, now: datetime) -> None:
    """Join papers into one, in this order; they give way to it."""
    files = [document.files.order_by("-version")[0] for document in documents]
    leaves = [leaf for file in files for leaf in list_leaves(file)]
    made = make_leaves(run, leaves)
    try:
        with run.finishing():
            locked = [require_newest(file) for file in files]
            whole = _make_paper(locked[0], title=locked[0].title)
            Document.objects.filter(pk=whole.pk).update(
                person_check=min(
                    (PersonCheck(one.person_check) for one in locked), key=PERSON_ORDER.index
                )
            )
            add_arranged(whole, leaves, made, role=FileRole.ARRANGED, actor=actor, now=now)
            tell(whole, "joined", actor=actor, now=now, detail={"of": len(locked)})
            _give_way(locked, whole, actor, now)
    except BaseException:
        drop_made(made)
        raise


def _make_paper(like: Document, *, title: str, taken_from: Document | None = None) -> Document:
    """A new paper that waits for review, described as the one it is made of."""
    return Document.objects.create(
        case=like.case,
        request=like.request,
        kind=like.kind,
        title=title[:150],
        state=DocumentState.TO_REVIEW,
        person_check=like.person_check,
        specimen_date=like.specimen_date,
        study_date=like.study_date,
        report_date=like.report_date,
        language=like.language,
        reading_languages=like.reading_languages,
        issuer=like.issuer,
        shown_to_hospitals=like.shown_to_hospitals,
        sent_by=like.sent_by,
        received_at=like.received_at,
        taken_from=taken_from,
    )


def _give_way(
    documents: Iterable[Document], newer: Document | None, actor: User, now: datetime
) -> None:
    for document in documents:
        move_document(document, DocumentState.SUPERSEDED, replaced_by=newer)
        detail = {"by": str(newer.pk)} if newer is not None else {"by": "parts"}
        tell(document, "superseded", actor=actor, now=now, detail=detail, shown_to_family=False)
        report_lost_ground(document, now)


def as_text(parts: Sequence[Sequence[int]]) -> str:
    """How cuts stand in the arguments of a job."""
    return json.dumps([list(numbers) for numbers in parts], separators=(",", ":"))
