"""One part of a document of Word, element by element as its XML is read."""

from __future__ import annotations

from typing import Any

from documents.records.parsers.answers import Unreadable

WORD = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships ",
    "http://purl.oclc.org/ooxml/officeDocument/relationships ",
)
MOST_ELEMENTS = 3_000_000
DEEPEST = 250
MOST_CHARACTERS = 10_000_000
EMU_A_POINT = 12_700
LONGEST_SIDE = 9  # digits
OFF = frozenset({"0", "false", "off", "none"})
# Subtrees that hold what is not on the paper, or holds the same once more.
PASSED_OVER = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText"})
# Signs that Word keeps as places in a font of symbols.
SYMBOLS = {
    "F061": "α",
    "F062": "β",
    "F067": "γ",
    "F06D": "µ",
    "F0A3": "≤",
    "F0B0": "°",
    "F0B1": "±",
    "F0B3": "≥",
    "F0B4": "×",
    "F0B7": "•",
    "F0BB": "≈",
    "F0A8": "☐",
    "F0FE": "☒",
    "F0FC": "✓",
}


class WordPart:
    """Handlers for a stream of XML; afterwards `blocks`, `notes`, `sections`."""

    def __init__(self, make_block: Any) -> None:
        self.make_block = make_block
        self.blocks: list[Any] = []
        self.notes: dict[str, str] = {}
        self.sections: list[dict[str, Any]] = []
        self.left_out = 0
        self._names: list[str] = []
        self._passing = 0
        self._elements = self._letters = 0
        self._paragraphs: list[Any] = []
        self._rows: list[Any] = []
        self._tables = 0
        self._hidden = self._writing = False
        self._section: dict[str, Any] = {}
        self._note = ""
        self._size = (0, 0)

    # --- The three handlers of expat --------------------------------------------------------

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _blank, name = tag.rpartition(" ")
        self._elements += 1
        self._names.append(name)
        if self._elements > MOST_ELEMENTS or len(self._names) > DEEPEST:
            raise Unreadable("too_big")
        if self._passing or name in PASSED_OVER or name.endswith("PrChange"):
            self._passing += 1
            return
        begin = getattr(self, f"_begin_{name}", None)
        if begin is not None and (space in WORD or name in OTHER_SPACES):
            begin(Values(attributes, space))

    def end(self, tag: str) -> None:
        name = self._names.pop()
        if self._passing:
            self._passing -= 1
            return
        finish = getattr(self, f"_finish_{name}", None)
        if finish is not None and (tag.rpartition(" ")[0] in WORD or name in OTHER_SPACES):
            finish()

    def characters(self, text: str) -> None:
        if self._writing and not self._passing and not self._hidden:
            self._write(text)

    # --- Words ------------------------------------------------------------------------------

    def _write(self, text: str) -> None:
        self._letters += len(text)
        if self._letters > MOST_CHARACTERS:
            raise Unreadable("too_big")
        if self._paragraphs:
            self._paragraphs[-1].text += text

    def _begin_p(self, _values: Values) -> None:
        paragraph = self.make_block("text", section=len(self.sections))
        self._paragraphs.append(paragraph)

    def _finish_p(self) -> None:
        paragraph = self._paragraphs.pop()
        if self._note:
            self.notes[self._note] = " ".join(
                filter(None, (self.notes.get(self._note, ""), paragraph.text.strip()))
            )
        elif self._rows:
            cell = self._rows[-1].cells
            if cell:
                cell[-1] = "\n".join(filter(None, (cell[-1], paragraph.text)))
                self._rows[-1].notes += paragraph.notes
        else:
            self.blocks.append(paragraph)
        if self._section:
            self._finish_section()

    def _begin_r(self, _values: Values) -> None:
        self._hidden = False

    def _finish_r(self) -> None:
        self._hidden = False

    def _begin_t(self, _values: Values) -> None:
        self._writing = True

    def _finish_t(self) -> None:
        self._writing = False

    def _begin_vanish(self, values: Values) -> None:
        if "r" in self._names and values.get("val") not in OFF:
            self._hidden = True

    def _begin_b(self, values: Values) -> None:
        if self._paragraphs and values.get("val") not in OFF and not self._paragraphs[-1].text:
            self._paragraphs[-1].heading = True

    def _begin_pStyle(self, values: Values) -> None:  # noqa: N802  Word's names
        if self._paragraphs and values.get("val").lower().startswith(("heading", "title")):
            self._paragraphs[-1].heading = True

    def _begin_bidi(self, values: Values) -> None:
        if self._paragraphs and values.get("val") not in OFF:
            self._paragraphs[-1].right_to_left = True

    def _begin_numPr(self, _values: Values) -> None:  # noqa: N802  Word's names
        if self._paragraphs and not self._paragraphs[-1].text:
            self._write("• ")

    def _begin_tab(self, _values: Values) -> None:
        if self._names[-2:-1] == ["r"]:
            self._say("\t")

    def _begin_cr(self, _values: Values) -> None:
        self._say("\n")

    def _begin_noBreakHyphen(self, _values: Values) -> None:  # noqa: N802  Word's names
        self._say("-")

    def _begin_sym(self, values: Values) -> None:
        self._say(SYMBOLS.get(values.get("char").upper(), "\ufffd"))

    def _say(self, text: str) -> None:
        if not self._hidden:
            self._write(text)

    def _begin_br(self, values: Values) -> None:
        if values.get("type") == "page":
            self._break_page()
        elif values.get("type") != "column":
            self._say("\n")

    def _begin_pageBreakBefore(self, values: Values) -> None:  # noqa: N802  Word's names
        if values.get("val") not in OFF and (self.blocks or len(self._paragraphs) > 1):
            self._break_page()

    def _break_page(self) -> None:
        """What was written of a paragraph stays on its page."""
        if self._rows or self._note or not self._paragraphs:
            return
        written = self._paragraphs[-1]
        if written.text.strip():
            self.blocks.append(written)
            self._paragraphs[-1] = self.make_block(
                "text", section=len(self.sections), right_to_left=written.right_to_left
            )
        self.blocks.append(self.make_block("break"))

    # --- Notes ------------------------------------------------------------------------------

    def _begin_footnoteReference(self, values: Values) -> None:  # noqa: N802  Word's names
        self._refer("footnote", values.get("id"))

    def _begin_endnoteReference(self, values: Values) -> None:  # noqa: N802  Word's names
        self._refer("endnote", values.get("id"))

    def _refer(self, kind: str, number: str) -> None:
        if self._paragraphs and number:
            self._paragraphs[-1].notes.append(f"{kind}:{number}")
            self._say(f" [{number}]")

    def _begin_footnote(self, values: Values) -> None:
        self._note = values.get("id") if not values.get("type") else "-"

    _begin_endnote = _begin_footnote

    def _finish_footnote(self) -> None:
        self._note = ""

    _finish_endnote = _finish_footnote

    # --- Tables -----------------------------------------------------------------------------

    def _begin_tbl(self, _values: Values) -> None:
        self._tables += 1

    def _finish_tbl(self) -> None:
        self._tables -= 1

    def _begin_tr(self, _values: Values) -> None:
        if self._tables == 1 and not self._note:
            self._rows.append(self.make_block("row", section=len(self.sections)))

    def _finish_tr(self) -> None:
        if self._tables == 1 and self._rows:
            row = self._rows.pop()
            if any(cell.strip() for cell in row.cells):
                self.blocks.append(row)

    def _begin_tc(self, _values: Values) -> None:
        if self._tables == 1 and self._rows:
            self._rows[-1].cells.append("")
            self._rows[-1].spans.append(1)

    def _begin_gridSpan(self, values: Values) -> None:  # noqa: N802  Word's names
        if self._tables == 1 and self._rows and self._rows[-1].spans:
            wide = values.get("val")
            self._rows[-1].spans[-1] = min(int(wide), 60) if wide.isdecimal() else 1

    # --- Pictures ---------------------------------------------------------------------------

    def _begin_extent(self, values: Values) -> None:
        sides = [values.get("cx"), values.get("cy")]
        if all(side.isdecimal() and len(side) <= LONGEST_SIDE for side in sides):
            self._size = (int(sides[0]) // EMU_A_POINT, int(sides[1]) // EMU_A_POINT)

    def _begin_blip(self, values: Values) -> None:
        self._show(values.relation("embed"))

    def _begin_imagedata(self, values: Values) -> None:
        self._show(values.relation("id"))

    def _show(self, relation: str) -> None:
        if relation and not self._note and not self._hidden:
            self.blocks.append(
                self.make_block(
                    "picture", picture=relation, size=self._size, section=len(self.sections)
                )
            )
        self._size = (0, 0)

    def _begin_altChunk(self, _values: Values) -> None:  # noqa: N802  Word's names
        self.left_out += 1

    def _begin_subDoc(self, _values: Values) -> None:  # noqa: N802  Word's names
        self.left_out += 1

    # --- Sections ---------------------------------------------------------------------------

    def _begin_sectPr(self, _values: Values) -> None:  # noqa: N802  Word's names
        self._section = {"header": {}, "footer": {}}

    def _finish_sectPr(self) -> None:  # noqa: N802  Word's names
        if not self._paragraphs:  # the last one of the document stands behind its paragraphs
            self._finish_section()

    def _finish_section(self) -> None:
        self.sections.append(self._section)
        self._section = {}

    def _begin_type(self, values: Values) -> None:
        if self._section:
            self._section["continuous"] = values.get("val") == "continuous"

    def _begin_headerReference(self, values: Values) -> None:  # noqa: N802  Word's names
        self._section.get("header", {})[values.get("type")] = values.relation("id")

    def _begin_footerReference(self, values: Values) -> None:  # noqa: N802  Word's names
        self._section.get("footer", {})[values.get("type")] = values.relation("id")

    def _begin_titlePg(self, values: Values) -> None:  # noqa: N802  Word's names
        if self._section:
            self._section["first_differs"] = values.get("val") not in OFF


# Elements of drawings and of formulas, whose names no element of Word's own has.
OTHER_SPACES = frozenset({"blip", "imagedata", "extent", "t"})


class Values:
    """The attributes of one element."""

    def __init__(self, attributes: dict[str, str], space: str) -> None:
        self._attributes = attributes
        self._space = space

    def get(self, name: str) -> str:
        return self._attributes.get(f"{self._space} {name}") or self._attributes.get(name, "")

    def relation(self, name: str) -> str:
        found = (self._attributes.get(space + name) for space in RELATIONS)
        return next((value for value in found if value), "")
