"""The strip at the foot of a source page: what it is, where it is cited, and the fixed words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _, gettext_noop

from documents.dossiers.sheets import MARGIN, STRIP
from documents.dossiers.strip_font import StripFont, load_strip_font

SIZE: Final = 8.5
SMALL: Final = 7.0
SMALLEST: Final = 6.2
INK: Final = "0.11 0.16 0.21 rg"
LINK: Final = "0.05 0.33 0.47 rg"
SOFT: Final = "0.33 0.38 0.43 rg"
RULE: Final = "0.78 0.81 0.84 RG 0.5 w"
LINES: Final = (STRIP - 22, STRIP - 34, STRIP - 45)
FIXED: Final = gettext_noop(
    "This dossier does not guarantee access, eligibility or outcome. The decision rests with the "
    "treating physicians after review of the complete records."
)


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one mark: text, or a link with its box (left, bottom, right, top)."""

    words: str
    spoken: str = ""
    to_page: int | None = None
    is_listing: bool = False
    box: tuple[float, float, float, float] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Strip:
    content: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a sheet is: which page of which source of which version of whose dossier."""

    reference: str
    version: int
    key: str
    number: int
    total: int
    translates: str = ""
    verify_at: str = ""


def write_strip(
    *,
    stamp: Stamp,
    cited_on: Sequence[int],
    listed_on: int | None,
    width: float,
    first_mark: int,
) -> Strip:
    """The operators of a strip, and its runs in the order of their marks from `first_mark` on."""
    font = load_strip_font()
    right = width - MARGIN
    left_words, right_words = say_source(font, stamp), say_issue(font, stamp)
    issue_width = font.measure(right_words, SIZE)
    check_words = say_where_to_check(font, stamp)
    check_width = font.measure(check_words, SMALL)
    lines = [
        "/Artifact <</Type /Pagination /Subtype /Footer>> BDC",
        f"q {RULE} {MARGIN:.2f} {STRIP - 10:.2f} m {right:.2f} {STRIP - 10:.2f} l S Q",
        set_words(font, left_words, (MARGIN, LINES[0]), SIZE, INK),
        set_words(font, right_words, (right - issue_width, LINES[0]), SIZE, INK),
        set_words(font, check_words, (right - check_width, LINES[1]), SMALL, SOFT),
        set_words(font, say(font, FIXED), (MARGIN, LINES[2]), SMALLEST, SOFT),
        "EMC",
    ]
    runs, left = [], MARGIN
    for number, run in enumerate(list_runs(font, cited_on, listed_on)):
        colour = SOFT if run.to_page is None else LINK
        end = left + font.measure(run.words, SMALL)
        lines.append(
            f"/{'P' if run.to_page is None else 'Link'} <</MCID {first_mark + number}>> BDC"
        )
        lines.append(set_words(font, run.words, (left, LINES[1]), SMALL, colour))
        lines.append("EMC")
        box = (left - 1, LINES[1] - 2.5, end + 1, LINES[1] + SMALL + 0.5)
        runs.append(Run(run.words, run.spoken, run.to_page, run.is_listing, box))
        left = end + font.measure(" ", SMALL) * 1.5
    return Strip("\n".join(lines), tuple(runs))


def list_runs(font: StripFont, cited_on: Sequence[int], listed_on: int | None) -> list[Run]:
    runs = []
    if cited_on:
        runs.append(Run(say(font, gettext_noop("Cited on page"))))
        runs += [
            Run(str(page), spoken=_("Cited on page %(page)d") % {"page": page}, to_page=page)
            for page in cited_on
        ]
    if listed_on is not None:
        runs.append(Run(say(font, gettext_noop("Listed on page"))))
        spoken = _("List of sources, page %(page)d") % {"page": listed_on}
        runs.append(Run(str(listed_on), spoken=spoken, to_page=listed_on, is_listing=True))
    return runs


def say_source(font: StripFont, stamp: Stamp) -> str:
    source = gettext_noop("Source %(key)s, page %(number)d of %(total)d")
    said = say(font, source, key=stamp.key, number=stamp.number, total=stamp.total)
    if stamp.translates:
        said += "  ·  " + say(font, gettext_noop("translation of %(key)s"), key=stamp.translates)
    return said


def say_issue(font: StripFont, stamp: Stamp) -> str:
    version = say(font, gettext_noop("Version %(version)d"), version=stamp.version)
    return f"{stamp.reference}  ·  {version}"


def say_where_to_check(font: StripFont, stamp: Stamp) -> str:
    if not stamp.verify_at:
        return ""
    return say(font, gettext_noop("Check this file at %(address)s"), address=stamp.verify_at)


def say(font: StripFont, sentence: str, **values: object) -> str:
    """A sentence in the language of the dossier, or in English where its script needs shaping."""
    said = _(sentence) % values
    if font.covers(said):
        return said
    with translation.override("en"):
        return _(sentence) % values


def set_words(
    font: StripFont, words: str, at: tuple[float, float], size: float, colour: str
) -> str:
    return (
        f"BT {colour} /Strip {size} Tf 1 0 0 1 {at[0]:.2f} {at[1]:.2f} Tm "
        f"<{font.encode(words)}> Tj ET"
    )
