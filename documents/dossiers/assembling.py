"""The source pages become part of the dossier's own file.

Joining files would lose the dossier's tags, bookmarks and destinations. So the dossier is opened
and extended: its tree of tags, the list from marks to tags, its bookmarks. Every citation is then
led to the page that it names, and every source page back to where it is cited.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import pikepdf
from django.utils import translation
from django.utils.translation import gettext as _
from pikepdf import Array, Dictionary, Name, String

from documents.dossiers.attachments import Attachment, attach
from documents.dossiers.hidden_text import Area, UnseenFont, Word, write_words
from documents.dossiers.sheets import MARGIN, MARKS, SECTION, STRIP
from documents.dossiers.strip import Stamp, Strip, write_strip
from documents.dossiers.strip_font import load_strip_font

CITED: Final = re.compile(r"(S\d+)\D+(\d+)")
MOST_PLACES: Final = 12
"""Pages named as citing one source page; the others are found from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePages:
    """Which sheets of a source stand behind the dossier."""

    key: str
    title: str
    sheets: bytes
    """Of the pages wanted, and of no others."""
    numbers: tuple[int, ...]
    """The pages wanted, counted from 1, in their order."""
    total: int
    """How many pages the source has."""
    translates: str = ""
    """The key of the source that this is a translation of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every strip says of the dossier."""

    reference: str
    version: int
    language: str
    made_at: datetime
    verify_at: str = ""
    """The address where whoever holds the file may check it."""


def assemble_file(
    dossier: bytes,
    frame: Frame,
    sources: Sequence[SourcePages],
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The dossier with its source pages and attachments; the same parts give the same bytes."""
    with pikepdf.open(io.BytesIO(dossier)) as pdf:
        assembly = Assembly(pdf, frame)  # holds open what is copied until it is written
        if sources:
            with translation.override(frame.language):
                assembly.add_sources(sources)
        attach(pdf, attachments, made_at=frame.made_at)
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    return out.getvalue()


@dataclass
class Assembly:
    """One dossier that is being extended."""

    pdf: pikepdf.Pdf
    frame: Frame
    opened: list[pikepdf.Pdf] = field(default_factory=list)

    def __post_init__(self) -> None:
        tree = self.pdf.Root.StructTreeRoot
        self.whole = tree.K[0]
        self.by_mark = tree.ParentTree.Nums
        self.next_key = int(self.by_mark[-2]) + 1
        self.own = [page.obj for page in self.pdf.pages]
        self.unseen = UnseenFont()
        self.links: dict[tuple[str, int], list[tuple[int, Any]]] = {}
        self.listed_on: dict[str, int] = {}

    def add_sources(self, sources: Sequence[SourcePages]) -> None:
        self.links = find_citations(self.pdf)
        self.listed_on = find_listings(self.pdf)
        self.strip_font = load_strip_font().add_to(self.pdf)
        # Filled with its signs at the end: the headings that are written meanwhile need its place.
        self.unseen_font = self.pdf.make_indirect(Dictionary())
        part = self._add_element(self.whole, "Sect")
        bookmarks: list[tuple[str, Any]] = []
        begun = False
        for source in sources:
            section = self._add_element(part, "Sect")
            for at, page in enumerate(self._copy_sheets(source)):
                headings = []
                if not begun:
                    headings.append((part, "H2", _("Source documents")))
                if at == 0:
                    headings.append((section, "H3", f"{source.key} {source.title}"))
                    bookmarks.append((f"{source.key}  {source.title}", page))
                begun = True
                self._finish_page(page, source, source.numbers[at], section, headings)
        written = self.unseen.add_to(self.pdf)
        for name, value in written.items():
            self.unseen_font[name] = value
        add_bookmarks(self.pdf, str(_("Source documents")), bookmarks)

    def _copy_sheets(self, source: SourcePages) -> Iterator[Any]:
        """The sheets at the end of the dossier, as pages of it."""
        sheets = pikepdf.open(io.BytesIO(source.sheets))
        self.opened.append(sheets)
        for sheet in sheets.pages:
            self.pdf.pages.append(sheet)
            yield self.pdf.pages[-1].obj

    def _finish_page(
        self,
        page: Any,
        source: SourcePages,
        number: int,
        section: Any,
        headings: Sequence[tuple[Any, str, str]],
    ) -> None:
        own, marks = page[SECTION], page[MARKS]
        del page[SECTION], page[MARKS]
        own.P = section
        section.K.append(own)
        figure = marks[0]
        figure.Alt = self._describe_picture(source, number, has_text=len(marks) > 1)
        figure.Lang = self.frame.language
        key = self._take_key()
        page.StructParents, page.Tabs = key, Name.S
        self._tell_marks(key, marks)
        places = self.links.get((source.key, number), [])
        for _on, link in places:
            link.Dest = Array([page, Name.Fit])
        content = self._write_headings(page, marks, headings)
        strip = write_strip(
            stamp=Stamp(
                reference=self.frame.reference,
                version=self.frame.version,
                key=source.key,
                number=number,
                total=source.total,
                translates=source.translates,
                verify_at=self.frame.verify_at,
            ),
            cited_on=sorted({on for on, _link in places})[:MOST_PLACES],
            listed_on=self.listed_on.get(source.key),
            width=float(page.MediaBox[2]),
            first_mark=len(marks),
        )
        self._add_strip(page, own, marks, source, strip)
        page.Contents.append(self.pdf.make_stream((content + strip.content).encode()))
        page.Resources.Font.Strip = self.strip_font

    def _write_headings(
        self, page: Any, marks: Any, headings: Sequence[tuple[Any, str, str]]
    ) -> str:
        """Headings that are not seen: the strip says the same in a few signs."""
        lines = []
        width = float(page.MediaBox[2])
        area = Area(MARGIN, STRIP - 12, width - 2 * MARGIN, 8)
        for place, level, words in headings:
            mark = len(marks)
            heading = self._add_element(place, level, page=page, mark=mark, first=True)
            heading.Lang = self.frame.language
            marks.append(heading)
            written = write_words([Word(words, 0, 0, 1, 1)], area, self.unseen)
            written = written.replace("/Unseen ", "/Heading ")
            lines.append(f"/{level} <</MCID {mark}>> BDC q BT 3 Tr\n{written}\nET Q EMC\n")
        if lines:
            page.Resources.Font.Heading = self.unseen_font
        return "".join(lines)

    def _add_strip(
        self, page: Any, own: Any, marks: Any, source: SourcePages, strip: Strip
    ) -> None:
        """The tags of the links in a strip, and the links themselves."""
        if not strip.runs:
            return
        paragraph = self._add_element(own, "P", page=page)
        paragraph.K, paragraph.Lang = Array(), self.frame.language
        links = Array()
        for run in strip.runs:
            mark = len(marks)
            if run.to_page is None:
                paragraph.K.append(mark)
                marks.append(paragraph)
                continue
            element = self._add_element(paragraph, "Link", page=page)
            marks.append(element)
            key = self._take_key()
            note = self.pdf.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array(round(side, 2) for side in run.box),
                    Border=Array([0, 0, 0]),
                    F=4,
                    StructParent=key,
                    Contents=String(run.spoken),
                    Dest=self._lead_back(run.to_page, source.key, is_listing=run.is_listing),
                )
            )
            element.K = Array([mark, Dictionary(Type=Name.OBJR, Obj=note, Pg=page)])
            self._tell_marks(key, element)
            links.append(note)
        page.Annots = links

    def _lead_back(self, to_page: int, key: str, *, is_listing: bool) -> Any:
        return String(key) if is_listing else Array([self.own[to_page - 1], Name.Fit])

    def _add_element(
        self,
        parent: Any,
        kind: str,
        *,
        page: Any = None,
        mark: int | None = None,
        first: bool = False,
    ) -> Any:
        element = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name("/" + kind), P=parent)
        )
        if page is not None:
            element.Pg = page
        element.K = Array() if mark is None else mark
        if first:
            parent.K.insert(0, element)
        else:
            parent.K.append(element)
        return element

    def _tell_marks(self, key: int, element: Any) -> None:
        self.by_mark.append(key)
        self.by_mark.append(element)

    def _take_key(self) -> int:
        self.next_key += 1
        return self.next_key - 1

    def _describe_picture(self, source: SourcePages, number: int, *, has_text: bool) -> str:
        said = _("%(key)s, page %(number)d of %(total)d, as a picture.") % {
            "key": source.key,
            "number": number,
            "total": source.total,
        }
        told = _("Its text follows.") if has_text else _("No text could be read on it.")
        return f"{said} {told}"


def find_citations(pdf: pikepdf.Pdf) -> dict[tuple[str, int], list[tuple[int, Any]]]:
    """The links by the source page that they name, each with the number of its own page."""
    found: dict[tuple[str, int], list[tuple[int, Any]]] = {}
    for on, page in enumerate(pdf.pages, start=1):
        for note in page.obj.get("/Annots", []):
            named = CITED.fullmatch(str(note.get("/Contents", "")))
            if named and str(note.get("/Dest", "")) == named.group(1):
                found.setdefault((named.group(1), int(named.group(2))), []).append((on, note))
    return found


def find_listings(pdf: pikepdf.Pdf) -> dict[str, int]:
    """On which page each named place of the dossier is, the rows of its sources among them."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    names: Any = pdf.Root.get("/Names", Dictionary()).get("/Dests", Dictionary()).get("/Names", [])
    return {str(names[at]): numbers[names[at + 1][0].objgen] for at in range(0, len(names), 2)}


def add_bookmarks(pdf: pikepdf.Pdf, title: str, pages: Sequence[tuple[str, Any]]) -> None:
    """A bookmark behind the dossier's own, with one below it for each source."""
    root = pdf.Root.Outlines
    top = pdf.make_indirect(
        Dictionary(Title=String(title), Parent=root, Dest=Array([pages[0][1], Name.Fit]))
    )
    top.Prev = root.Last
    root.Last.Next = top
    root.Last = top
    below = [
        pdf.make_indirect(Dictionary(Title=String(words), Parent=top, Dest=Array([page, Name.Fit])))
        for words, page in pages
    ]
    for before, after in pairwise(below):
        before.Next, after.Prev = after, before
    top.First, top.Last, top.Count = below[0], below[-1], len(below)
    root.Count = int(root.Count) + 1 + len(below)
