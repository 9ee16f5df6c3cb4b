"""Making papers of papers: pages turned, covered, parted and joined, with what stands on them.

The machine's half of `services.arranging`. Each step makes its bytes outside of any transaction
and then, in the one that ends its job, writes the new version or the new papers and moves the
words of facts to where they stand now. Nothing of what was sent is changed or deleted.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cases.accounts.models import User
from cases.jobs.registry import Run
from documents.records.digest import KINDS, drop_objects
from documents.records.errors import VersionNotNewest
from documents.records.ground import report_lost_ground
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    FileRole,
    Page,
    PersonCheck,
    Redaction,
    TextSource,
)
from documents.records.previews import PAGES_AT_ONCE, render_pages
from documents.records.reading import (
    IMAGE_FORMATS,
    MAX_CHARS,
    MAX_PAGE_CHARS,
    MAX_PAGES,
    MAX_PIXELS,
)
from documents.records.sandbox import MEBIBYTE, Limits, run_parser
from documents.records.search_index import index_pages
from documents.records.sniffing import Kind
from documents.records.states import lock_document, move_document, tell
from documents.records.vault import StoredObject, read_bytes, seal_bytes
from documents.records.versions import add_version, keep_derived

ASSEMBLY_LIMITS: Final = Limits(
    memory=2048 * MEBIBYTE, cpu_seconds=240, wall_seconds=300.0, output=512 * MEBIBYTE
)
HALF_TURN: Final = 180
COVERED: Final = "█"
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
Box = list[float]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the file to be made: where it comes from and what is done to it.

    `turn`: degrees clockwise. `boxes`: what is covered, in fractions of the page as it was.
    """

    page: Page
    turn: int = 0
    boxes: tuple[tuple[float, float, float, float], ...] = ()

    @property
    def is_as_it_was(self) -> bool:
        return not self.turn and not self.boxes


@dataclass(frozen=True, slots=True)
class Made:
    """The stored file, and for each leaf the stored picture."""

    stored: StoredObject
    previews: tuple[str, ...]


# --- What is written of a page that was turned or covered ---------------------------------


def turn_box(box: Sequence[float], turn: int) -> Box:
    """Where a place stands after the page was turned clockwise."""
    left, top, right, bottom = box
    for _quarter in range(turn // 90 % 4):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return [left, top, right, bottom]


def overlaps(first: Sequence[float], second: Sequence[float]) -> bool:
    return (
        first[0] < second[2]
        and second[0] < first[2]
        and first[1] < second[3]
        and second[1] < first[3]
    )


def cover_text(leaf: Leaf) -> tuple[str, list[list[float]]]:
    """The text and words of a page without what was covered; offsets stay as they were.

    Where the places of the words are not known, nothing of the text is kept.
    """
    text, words = leaf.page.text, leaf.page.words
    if not leaf.boxes:
        return text, words
    if not words:
        return "", []
    kept, signs = [], list(text)
    for word in words:
        if any(overlaps(word[2:6], box) for box in leaf.boxes):
            start, end = int(word[0]), int(word[1])
            signs[start:end] = COVERED * (end - start)
        else:
            kept.append(word)
    return "".join(signs), kept


def make_page(leaf: Leaf, *, file: DocumentFile, number: int, preview_name: str) -> Page:
    page = leaf.page
    text, words = cover_text(leaf)
    lies = leaf.turn % HALF_TURN != 0
    return Page(
        file=file,
        number=number,
        text=text,
        words=[[*word[:2], *turn_box(word[2:6], leaf.turn), *word[6:]] for word in words],
        text_source=page.text_source if text.strip() else TextSource.NONE,
        confidence=page.confidence,
        width=page.height if lies else page.width,
        height=page.width if lies else page.height,
        preview_name=preview_name,
    )


# --- The bytes ----------------------------------------------------------------------------


def make_leaves(run: Run, leaves: Sequence[Leaf]) -> Made:
    """Assemble, seal and draw. Raises ReadingFailure, or a refusal of the vault."""
    case_id = leaves[0].page.file.document.case_id
    data = assemble(leaves)
    run.report_progress(1, 3, step="pictures")
    previews = _draw_leaves(leaves, data, case_id)
    try:
        run.report_progress(2, 3, step="storing")
        return Made(keep_derived(case_id=case_id, data=data), tuple(previews))
    except BaseException:
        drop_objects(previews)
        raise


def assemble(leaves: Sequence[Leaf]) -> bytes:
    """One PDF of these pages."""
    files = list({leaf.page.file_id: leaf.page.file for leaf in leaves}.values())
    places = {file.pk: at for at, file in enumerate(files)}
    sources = [
        read_bytes(case_id=file.document.case_id, object_name=file.object_name) for file in files
    ]
    arguments: dict[str, Any] = {
        "sources": [_name_source(file) for file in files],
        "pages": [
            {
                "source": places[leaf.page.file_id],
                "page": leaf.page.number,
                "turn": leaf.turn,
                "boxes": [list(box) for box in leaf.boxes],
            }
            for leaf in leaves
        ],
        "max_pages": MAX_PAGES,
        "max_page_chars": MAX_PAGE_CHARS,
        "max_chars": MAX_CHARS,
        "max_pixels": MAX_PIXELS,
    }
    answer = run_parser(
        "assemble_pdf", sources[0], arguments, limits=ASSEMBLY_LIMITS, others=sources[1:]
    )
    return answer.split_payload()[0]


def _name_source(file: DocumentFile) -> str | list[str]:
    kind = KINDS[file.content_type]
    return "pdf" if kind is Kind.PDF else IMAGE_FORMATS[kind]


def _draw_leaves(leaves: Sequence[Leaf], data: bytes, case_id: Any) -> list[str]:
    """Stored pictures: those of untouched pages are taken over, the others drawn anew."""
    anew = [number for number, leaf in enumerate(leaves, 1) if _needs_picture(leaf)]
    pictures: dict[int, bytes] = {}
    for first in range(0, len(anew), PAGES_AT_ONCE):
        numbers = anew[first : first + PAGES_AT_ONCE]
        pictures.update(zip(numbers, render_pages(data, Kind.PDF, numbers), strict=True))
    names: list[str] = []
    try:
        for number, leaf in enumerate(leaves, 1):
            picture = pictures.get(number) or read_bytes(
                case_id=case_id, object_name=leaf.page.preview_name
            )
            names.append(seal_bytes(case_id=case_id, data=picture, folder="previews").object_name)
    except BaseException:
        drop_objects(names)
        raise
    return names


def _needs_picture(leaf: Leaf) -> bool:
    return not leaf.is_as_it_was or not leaf.page.preview_name


def drop_made(made: Made) -> None:
    drop_objects([made.stored.object_name, *made.previews])


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


def list_leaves(file: DocumentFile) -> list[Leaf]:
    return [Leaf(page) for page in file.pages.select_related("file__document").order_by("number")]


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
