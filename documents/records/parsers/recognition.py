# ruff: noqa: PLC0415  libraries are imported after the limits are set, and only those needed
"""A page that is a picture: whether anything stands on it, how sharp it is, and its words.

The words are Tesseract's. It is started here, as a child of this child, so that it has the same
limits and sees as little; the picture goes to it and its table comes back through pipes, and no
byte of either touches a disk.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO

from documents.records.parsers.answers import Answer, Unreadable
from documents.records.parsers.sharpness import (
    LEAST_CONTRAST,
    LONGEST,
    list_tiles,
    measure_sharpness,
    percentile,
)

POINTS_AN_INCH = 72
DPI = 200
LEAST_SIDE, MOST_SIDE = 1_800, 3_000
MARGIN = 0.02
PAPER = 96
QUARTERS = (0, 90, 180, 270)
DECIMALS = 4
WORD_ROW = "5"
COLUMNS = 12
FEW_WORDS = 4
LONG_WORD = 3
PARTS, ONE_COLUMN = "3", "4"
SOFTENED = 0.7
GROUND_SIZE = (64, 90)
GROUND_REACH = 9
UNEVEN = 50
BY_NEIGHBOURHOOD = ("-c", "thresholding_method=2")
GOOD = 0.85
SURE = 0.6
# A raised two behind "mm" is read as what looks like it.
SQUARE = re.compile(r"((?:\b(?:per|in|por|en)|/) ?\d{1,2} ?mm)[?*~Zz\"'\u2019\u201d](?!\w)")
BROKEN_WORD = re.compile(r"(?<=[^\W\d_]{2})-(?=\n[^\W\d_])")
SOFT_HYPHEN = "\u00ad"
TURNED = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
SCRIPT = re.compile(r"^Script: (\w+)$", re.MULTILINE)
Word = list[float]


@dataclass
class Attempt:
    """What was read of a picture after a turn, in some languages."""

    turn: int
    languages: list[str]
    text: str = ""
    words: list[Word] = field(default_factory=list)

    @property
    def confidence(self) -> float:
        """The mean over the words; 0 where there is none."""
        return sum(word[6] for word in self.words) / max(len(self.words), 1)

    @property
    def is_good(self) -> bool:
        return len(self.words) >= FEW_WORDS and self.confidence >= GOOD

    @property
    def sure_letters(self) -> int:
        """How many letters one may be sure of."""
        return sum(int(word[1] - word[0]) for word in self.words if word[6] >= SURE)

    @property
    def worth(self) -> float:
        """By this, attempts are compared: sure letters speak for one, unsure ones against it."""
        return sum((word[1] - word[0]) * (word[6] - SURE) for word in self.words)


def recognise_page(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """One page: `blank`, `sharpness`, and, where there is a `program`, the text and its words.

    Words are those of `models.Page`, placed on the page as it lies; `turn` is by how much it has
    to be turned clockwise to be read.
    """
    picture = draw_page(file, request)
    seen = {"blank": is_blank(picture), "sharpness": measure_sharpness(picture)}
    if seen["blank"] or not request["program"]:
        return seen, b""
    best = choose_attempt(picture, request)
    header = {**seen, "turn": best.turn, "languages": best.languages, "sure": best.sure_letters}
    return header, json.dumps([best.text, best.words]).encode()


def measure_pages(file: BinaryIO, request: dict[str, Any]) -> Answer:
    """How sharp the first pages are that are asked for at most; None where nobody can tell."""
    measured = []
    for number in range(1, request["most"] + 1):
        try:
            picture = draw_page(file, {**request, "page": number})
        except Unreadable as error:
            if error.code == "no_such_page":
                break
            raise
        measured.append(measure_sharpness(picture))
    return {"sharpness": measured}, b""


def draw_page(file: BinaryIO, request: dict[str, Any]) -> Any:
    """The page in greys, fine enough to be read and no finer."""
    if request["formats"]:
        from documents.records.parsers.images import make_plain, open_image

        picture = make_plain(open_image(file, request)).convert("L")
        longest = max(picture.size)
        if longest > MOST_SIDE:
            size = (max(1, round(side * MOST_SIDE / longest)) for side in picture.size)
            picture = picture.resize(tuple(size))
        return picture
    from documents.records.parsers.pdf import load_page, open_pdf, scale_page

    page = load_page(open_pdf(file, request), request["page"])
    longest = max(*page.get_size(), 1.0)
    wanted = min(max(longest * DPI / POINTS_AN_INCH, LEAST_SIDE), MOST_SIDE)
    scale = scale_page(page, wanted / longest, request["max_pixels"])
    return page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()


def is_blank(picture: Any) -> bool:
    """Whether it is light, and no piece of it, the very edges left out, is darker at a place."""
    across, down = (round(side * MARGIN) for side in picture.size)
    inner = picture.crop((across, down, picture.width - across, picture.height - down))
    inner.thumbnail((LONGEST, LONGEST))
    if percentile(inner.histogram(), 0.5) < PAPER:
        return False
    for box in list_tiles(*inner.size) or [(0, 0, *inner.size)]:
        levels = inner.crop(box).histogram()
        if percentile(levels, 0.995) - percentile(levels, 0.005) >= LEAST_CONTRAST:
            return False
    return True


def choose_attempt(picture: Any, request: dict[str, Any]) -> Attempt:
    """The first reading that is good, else the one with most in it of which one may be sure.

    A page is tried as the one before it was read. Where that gives little, the engine is asked
    which way the page lies and in which letters it is written, and that is tried; then, where it
    could not tell, the other ways to lie. Few lines, and those of some scripts, are read better as
    one column, the harshness of a compressed picture taken off, than in parts.
    """
    turn, languages = request["turn"], request["languages"]
    first = turn, PARTS, languages
    best = read_turned(picture, (turn, PARTS), languages, request)
    if best.is_good:
        return best
    found_turn, script = find_orientation(picture, request)
    if not request["is_chosen"]:
        languages = request["by_script"].get(script, languages)
    likely = turn if found_turn is None else found_turn
    ways = [(likely, PARTS), (likely, ONE_COLUMN), *((quarter, PARTS) for quarter in QUARTERS)]
    for way in dict.fromkeys(ways):
        if (*way, languages) == first:
            continue
        tried = read_turned(picture, way, languages, request)
        if tried.worth > best.worth:
            best = tried
        if best.is_good:
            break
    return best


def read_turned(
    picture: Any, way: tuple[int, str], languages: list[str], request: dict[str, Any]
) -> Attempt:
    """What is read of the picture after a turn, with its layout taken in one way or the other."""
    from PIL import ImageFilter

    turn, layout = way
    upright = turn_picture(picture, turn)
    if layout == ONE_COLUMN:
        upright = upright.filter(ImageFilter.GaussianBlur(SOFTENED))
    how = BY_NEIGHBOURHOOD if is_unevenly_lit(upright) else ()
    table = run_engine(upright, request, "-l", "+".join(languages), "--psm", layout, *how, "tsv")
    text, words = read_table(table, upright.size)
    whole = (turn + find_lie(words, upright.size)) % 360
    words = [[*word[:2], *lay_box(word[2:6], turn), word[6]] for word in words]
    return Attempt(whole, languages, text, words)


def is_unevenly_lit(picture: Any) -> bool:
    """Whether the paper itself is far darker at one place than at another.

    Then ink is what is darker than what stands around it; elsewhere one limit reads better.
    """
    from PIL import Image, ImageFilter

    ground = picture.resize(GROUND_SIZE, Image.Resampling.BOX)
    dark, light = ground.filter(ImageFilter.MaxFilter(GROUND_REACH)).getextrema()
    return bool(light - dark > UNEVEN)


def find_lie(words: list[Word], size: tuple[int, int]) -> int:
    """By how much a page has to be turned on whose side the engine could read by itself.

    It reads lines that run downwards; then long words are taller than they are wide.
    """
    long = [word for word in words if word[1] - word[0] >= LONG_WORD]
    tall = [word for word in long if (word[5] - word[3]) * size[1] > (word[4] - word[2]) * size[0]]
    if len(tall) * 2 <= len(long) or not long:
        return 0
    follows = sum(1 if two[3] > one[3] else -1 for one, two in pairwise(tall))
    return 270 if follows >= 0 else 90


def find_orientation(picture: Any, request: dict[str, Any]) -> tuple[int | None, str]:
    """By how much the page has to be turned, and its script; nothing where one cannot tell."""
    try:
        said = run_engine(picture, request, "--psm", "0")
    except Unreadable:
        return None, ""
    turned, script = TURNED.search(said), SCRIPT.search(said)
    turn = int(turned[1]) if turned else None
    return (turn if turn in QUARTERS else None), script[1] if script else ""


def run_engine(picture: Any, request: dict[str, Any], *options: str) -> str:
    """What Tesseract writes about a picture."""
    head = f"P5\n{picture.width} {picture.height}\n255\n".encode()
    done = subprocess.run(
        [request["program"], "-", "-", "--dpi", str(DPI), *options],
        input=head + picture.tobytes(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**request["environment"], "OMP_THREAD_LIMIT": "1"},
        check=False,
    )
    if done.returncode < 0:
        raise Unreadable("too_slow" if -done.returncode in {9, 24} else "crashed")
    if done.returncode:
        raise Unreadable("crashed")
    return str(done.stdout, "utf-8", "replace")


def turn_picture(picture: Any, turn: int) -> Any:
    from PIL import Image

    way = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }.get(turn)
    return picture if way is None else picture.transpose(way)


def lay_box(box: list[float], turn: int) -> list[float]:
    """A place on the turned page, as fractions of the page as it lies."""
    left, top, right, bottom = box
    for _quarter in range(turn // 90 % 4):
        left, top, right, bottom = top, 1 - right, bottom, 1 - left
    return [round(side, DECIMALS) for side in (left, top, right, bottom)]


def read_table(table: str, size: tuple[int, int]) -> tuple[str, list[Word]]:
    """The text, line by line, and each word with its place in fractions of the picture."""
    text, words, last = "", [], None
    for row in table.splitlines():
        cells = row.split("\t")
        if len(cells) != COLUMNS or cells[0] != WORD_ROW or not cells[11].strip():
            continue
        line = cells[2:5]
        if last is not None:
            text += " " if line == last else "\n" if line[:2] == last[:2] else "\n\n"
        last = line
        written = "".join(cells[11].split())
        left, top, width, height = (float(cell) for cell in cells[6:10])
        box = (left / size[0], top / size[1], (left + width) / size[0], (top + height) / size[1])
        place = [min(max(side, 0.0), 1.0) for side in box]
        sure = round(max(float(cells[10]), 0.0) / 100, DECIMALS)
        words.append([len(text), len(text) + len(written), *place, sure])
        text += written
    return mend_text(text), words


def mend_text(text: str) -> str:
    """The same text, sign for sign, where the engine is known to take one sign for another."""
    return BROKEN_WORD.sub(SOFT_HYPHEN, SQUARE.sub("\\1\u00b2", text))
