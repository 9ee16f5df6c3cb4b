"""A document of Word: its words in their order, and nothing that it refers to elsewhere.

The package is a zip archive of XML. Parts are unpacked under a limit and read as a stream; a
declaration of a document type (entities, other files) and programs are refused, relations to
other places are never followed. What is hidden, deleted or moved away is not read: a person
would not see it either.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from documents.records.parsers.answers import Answer, Unreadable
from documents.records.parsers.word_parts import WordPart

MAIN = re.compile(r"word/document\d{0,2}\.xml")
MOST_ENTRIES = 5_000
MOST_BYTES = 64 << 20
READ_AT_ONCE = 1 << 16
# Nothing that people write is squeezed to a two-hundredth.
MOST_SQUEEZED = 200
SMALL = 1 << 20


@dataclass
class Block:
    """A paragraph (`text`), a row of a table (`cells`), a picture, or the end of a page."""

    kind: str
    text: str = ""
    cells: list[str] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)
    picture: str = ""
    size: tuple[int, int] = (0, 0)
    heading: bool = False
    right_to_left: bool = False
    notes: list[str] = field(default_factory=list)
    section: int = 0


@dataclass
class Section:
    """What stands at the top and the bottom of the pages of one part of the document."""

    headers: dict[str, str] = field(default_factory=dict)
    footers: dict[str, str] = field(default_factory=dict)
    first_differs: bool = False
    continuous: bool = False


@dataclass
class Page:
    blocks: list[Block]
    header: str = ""
    footer: str = ""


class WordFile:
    """The package and its parts, none of them trusted."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
            raise Unreadable("damaged") from error
        names = self._zip.namelist()
        if len(names) > MOST_ENTRIES:
            raise Unreadable("too_big")
        if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
            raise Unreadable("programs_inside")
        if len(set(names)) != len(names):
            raise Unreadable("damaged")
        self.names = frozenset(names)
        self._left = MOST_BYTES

    def find_main(self) -> str:
        found = sorted(name for name in self.names if MAIN.fullmatch(name))
        if not found:
            raise Unreadable("damaged")
        types = self.read("[Content_Types].xml") if "[Content_Types].xml" in self.names else b""
        if b"macroEnabled" in types:
            raise Unreadable("programs_inside")
        return found[0]

    def read(self, name: str) -> bytes:
        """A whole part, within what all parts together may hold."""
        out = bytearray()
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(READ_AT_ONCE):
                    out += chunk
                    if len(out) > self._left:
                        raise Unreadable("too_big")
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, ValueError) as error:
            raise Unreadable("damaged") from error
        except (RuntimeError, NotImplementedError) as error:  # sealed with a password, or unknown
            raise Unreadable("damaged") from error
        squeezed = self._zip.getinfo(name).compress_size
        if len(out) > SMALL and len(out) > MOST_SQUEEZED * max(squeezed, 1):
            raise Unreadable("too_big")
        self._left -= len(out)
        return bytes(out)

    def relations(self, part: str) -> dict[str, str]:
        """The other parts of the package that one names; what lies elsewhere is left out."""
        folder, _slash, name = part.rpartition("/")
        path = f"{folder}/_rels/{name}.rels"
        if path not in self.names:
            return {}
        found: dict[str, str] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if not tag.endswith("Relationship") or attributes.get("TargetMode") == "External":
                return
            target = attributes.get("Target", "")
            whole = target[1:] if target.startswith("/") else f"{folder}/{target}"
            if whole in self.names:
                found[attributes.get("Id", "")] = whole

        parse_xml(self.read(path), start)
        return found


def parse_xml(
    data: bytes,
    start: Any,
    end: Any = None,
    characters: Any = None,
) -> None:
    """Read XML as a stream. Document types, and with them all entities, are refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse_declaration
    parser.EntityDeclHandler = refuse_declaration
    try:
        parser.Parse(data, True)  # noqa: FBT003  expat's
    except expat.ExpatError as error:
        raise Unreadable("damaged") from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise Unreadable("damaged") from error


def refuse_declaration(*_what: Any) -> None:
    raise Unreadable("programs_inside")


class WordReader:
    """The whole document as pages of blocks."""

    def __init__(self, file: BinaryIO) -> None:
        self.package = WordFile(file)
        main = self.package.find_main()
        self.relations = self.package.relations(main)
        part = self._read_part(main)
        self.left_out = part.left_out
        self._notes = {
            kind: self._read_notes(f"word/{kind}s.xml") for kind in ("footnote", "endnote")
        }
        self.sections = [self._make_section(wanted) for wanted in part.sections]
        self.pages = self._turn_to_pages(part.blocks)

    def _read_part(self, name: str) -> WordPart:
        part = WordPart(Block)
        parse_xml(self.package.read(name), part.start, part.end, part.characters)
        return part

    def _read_notes(self, name: str) -> dict[str, str]:
        if name not in self.package.names:
            return {}
        return self._read_part(name).notes

    def _make_section(self, wanted: dict[str, Any]) -> Section:
        section = Section(
            first_differs=bool(wanted.get("first_differs")),
            continuous=bool(wanted.get("continuous")),
        )
        for place, texts in (("header", section.headers), ("footer", section.footers)):
            for which, relation in wanted.get(place, {}).items():
                if relation in self.relations:
                    part = self._read_part(self.relations[relation])
                    texts[which] = "\n".join(filter(None, map(say_block, part.blocks)))
        return section

    def _turn_to_pages(self, blocks: list[Block]) -> list[Page]:
        most = max((block.section for block in blocks), default=0)
        self.sections += [Section()] * (most + 1 - len(self.sections))
        pages: list[list[Block]] = [[]]
        for block in blocks:
            begins = pages[-1] and block.section != pages[-1][-1].section
            if block.kind == "break" or (begins and not self.sections[block.section].continuous):
                pages.append([])
            if block.kind != "break":
                pages[-1].append(block)
        while len(pages) > 1 and not pages[-1]:
            pages.pop()
        made, last = [], -1
        for page in pages:
            at = page[0].section if page else max(last, 0)
            made.append(self._dress(page, at, is_first=at != last))
            last = at
        return made

    def _dress(self, blocks: list[Block], at: int, *, is_first: bool) -> Page:
        """With head and foot of its section, or of the last one before that has any."""
        page = Page(blocks)
        for earlier in reversed(self.sections[: at + 1]):
            which = "first" if is_first and self.sections[at].first_differs else "default"
            page.header = page.header or earlier.headers.get(which, "")
            page.footer = page.footer or earlier.footers.get(which, "")
        return page

    def list_notes(self, page: Page) -> list[str]:
        """The notes to which the page refers, each with its number."""
        found = []
        for block in page.blocks:
            for note in block.notes:
                kind, _colon, number = note.partition(":")
                if number in self._notes[kind]:
                    found.append(f"[{number}] {self._notes[kind][number]}")
        return found


def say_block(block: Block) -> str:
    return "\t".join(block.cells) if block.kind == "row" else block.text


def read_word(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """The text of every page: parted where its writer parted it, else one."""
    reader = WordReader(file)
    if len(reader.pages) > request["max_pages"]:
        raise Unreadable("too_many_pages")
    texts, left = [], request["max_chars"]
    for page in reader.pages:
        lines = [page.header, *map(say_block, page.blocks), *reader.list_notes(page), page.footer]
        text = "\n".join(line for line in lines if line)[: min(request["max_page_chars"], left)]
        left -= len(text)
        texts.append(text)
    return {}, json.dumps(texts).encode()
