"""Photographs and scans are read: their words, where these stand, and how sure one may be."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from documents.records import recognition
from documents.records.digest import propose_surely
from documents.records.models import TextSource
from documents.records.page_words import join_words
from documents.records.reading import PageText, Reading, ReadingState, find_boxes, read_pages
from documents.records.recognition import (
    Engine,
    Letters,
    choose_letters,
    find_engine,
    recognise_pages,
)
from documents.records.sandbox import Limits, bubblewrap_works
from documents.records.sniffing import Kind
from documents.records.sureness import LEAST_SURE
from tests.components import need
from tests.records import scans

INSTALLED = {"eng", "spa", "ara", "rus", "hin", "chi_sim"}
NEAR = 0.02


def read(data: bytes, kind: Kind = Kind.JPEG, letters: Letters | None = None) -> Reading:
    return recognise_pages(data, kind, read_pages(data, kind), letters or Letters())


def find_values(reading: Reading) -> dict[str, object]:
    return {one.fact: one.value for one, _sureness in propose_surely(reading.pages)}


def find_true_place() -> list[float]:
    """Where the words of the Ki-67 are typeset."""
    page = read_pages(scans.typeset(scans.ENGLISH), Kind.PDF).pages[0]
    start = page.text.index("Ki-67: 14%")
    (box,) = find_boxes(scans.typeset(scans.ENGLISH), 1, start, start + len("Ki-67: 14%"))
    return [box.left, box.top, box.right, box.bottom]


def turn_place(place: list[float], degrees: int) -> list[float]:
    left, top, right, bottom = place
    for _quarter in range(degrees // 90):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    return [left, top, right, bottom]


@pytest.mark.usefixtures("recognising")
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_page_is_read_however_it_lies_and_its_words_have_their_places(degrees: int) -> None:
    page = read(scans.save(scans.turn(scans.draw(), degrees))).pages[0]
    assert (page.source, page.turn) == (TextSource.RECOGNISED, (360 - degrees) % 360)
    ((proposal, sureness),) = [
        one for one in propose_surely([page]) if one[0].fact == "ki67_percent"
    ]
    assert proposal.value == 14
    assert sureness is not None
    assert sureness >= LEAST_SURE
    boxes = join_words(page.words, proposal.start, proposal.end)
    around = [
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    ]
    assert around == pytest.approx(turn_place(find_true_place(), degrees), abs=NEAR)


@pytest.mark.usefixtures("recognising")
@pytest.mark.parametrize("spoil", [scans.skew, scans.add_noise, scans.photograph])
def test_what_scanners_and_telephones_do_to_a_page_is_borne(
    spoil: Callable[[Image.Image], Image.Image],
) -> None:
    found = find_values(read(scans.save(spoil(scans.draw(dpi=200)), quality=60)))
    assert found["ki67_percent"] == 14
    assert found["histology"] == "NET"
    assert found["metastatic"] is True


@pytest.mark.usefixtures("recognising")
def test_a_spanish_page_is_found_to_be_one_and_read_with_its_accents() -> None:
    reading = read(scans.save(scans.draw(scans.SPANISH)))
    assert reading.language == "es"
    assert "páncreas" in reading.pages[0].text
    assert find_values(reading)["ki67_percent"] == 6


@pytest.mark.usefixtures("recognising")
def test_an_arabic_page_is_found_by_its_script() -> None:
    need("Arabic for Tesseract", "ara" in find_engine().languages)
    page = read(scans.save(scans.draw(scans.ARABIC, dpi=200), quality=92)).pages[0]
    assert "البنكرياس" in page.text
    assert page.turn == 0


@pytest.mark.usefixtures("recognising")
def test_a_file_keeps_its_own_text_and_only_its_pictures_are_recognised() -> None:
    own = scans.typeset("<p>The patient has a neuroendocrine tumour.")
    scan = scans.save(scans.draw(), "PDF")
    reading = read(scans.join(own, scan), Kind.PDF)
    assert [page.source for page in reading.pages] == [TextSource.LAYER, TextSource.RECOGNISED]
    assert reading.state == ReadingState.READ
    assert find_values(reading)["ki67_percent"] == 14


@pytest.mark.usefixtures("recognising")
def test_a_stamp_over_a_scan_does_not_hide_what_is_below_it() -> None:
    page = PageText(1, "Copy 3 of 4", source=TextSource.LAYER, is_picture=True)
    scan = scans.save(scans.draw(), "PDF")
    (found,) = recognise_pages(scan, Kind.PDF, Reading((page,), "other"), Letters()).pages
    assert "Ki-67: 14%" in found.text
    assert found.source == TextSource.RECOGNISED


@pytest.mark.usefixtures("recognising")
def test_a_stamp_on_which_more_stands_than_below_it_stays() -> None:
    page = PageText(1, "Copy 3 of 4", source=TextSource.LAYER, is_picture=True)
    scan = scans.save(scans.draw("<p>4"), "PDF")
    (found,) = recognise_pages(scan, Kind.PDF, Reading((page,), "other"), Letters()).pages
    assert (found.text, found.source) == ("Copy 3 of 4", TextSource.LAYER)


@pytest.mark.usefixtures("recognising")
def test_a_blank_page_is_told_from_one_that_cannot_be_read() -> None:
    blank = scans.save(Image.new("L", (1200, 1700), 250), "PDF")
    scrawl = scans.save(scans.blur(scans.blur(scans.draw("<h1>Ki"))), "PDF")
    dark = scans.save(Image.new("L", (1200, 1700), 10), "PDF")
    first, second, third = read(scans.join(blank, scrawl, dark), Kind.PDF).pages
    assert [page.is_blank for page in (first, second, third)] == [True, False, False]
    assert not any(page.has_text for page in (first, second, third))


def test_without_an_engine_blank_pages_are_found_all_the_same() -> None:
    blank = scans.save(Image.new("L", (1200, 1700), 250), "PDF")
    reading = read(scans.join(blank, scans.save(scans.draw(), "PDF")), Kind.PDF)
    assert [page.is_blank for page in reading.pages] == [True, False]
    assert reading.silent_pages == (2,)


def test_nothing_is_proposed_from_words_that_may_be_misread() -> None:
    text = "Ki-67: 14%"
    for sureness, count in ((LEAST_SURE, 1), (LEAST_SURE - 0.01, 0)):
        words = [[0, 6, 0, 0, 1, 1, 0.99], [7, 10, 0, 0, 1, 1, sureness]]
        page = PageText(1, text, words=words, source=TextSource.RECOGNISED)
        assert len(propose_surely([page])) == count
    assert len(propose_surely([PageText(1, text)])) == 1


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        (Letters(), ("eng",)),
        (Letters(spoken=("es", "en")), ("spa", "eng")),
        (Letters(language="ru", spoken=("es",)), ("rus", "spa")),
        (Letters(language="zh-hans"), ("chi_sim", "eng")),
        (Letters(chosen="hin", language="es"), ("hin",)),
        (Letters(chosen="hin+eng+spa"), ("hin", "eng")),
        (Letters(chosen="kat"), ("eng",)),
        (Letters(spoken=("ar",)), ("eng",)),
    ],
)
def test_one_or_two_languages_are_chosen_for_a_paper(
    letters: Letters, expected: tuple[str, ...]
) -> None:
    assert choose_letters(letters, INSTALLED) == expected


@pytest.mark.usefixtures("recognising")
def test_what_a_person_chose_is_what_is_read_in() -> None:
    need("Russian for Tesseract", "rus" in find_engine().languages)
    page = read(scans.save(scans.draw()), letters=Letters(chosen="rus")).pages[0]
    assert any("\u0400" <= sign <= "\u04ff" for sign in page.text)


# --- An engine that goes wrong --------------------------------------------------------------

WAYS = {
    "crashes": "kill -SEGV $$",
    "fails": "exit 1",
    "hangs": "sleep 60",
    "spins": "while :; do :; done",
    "answers nonsense": "echo 'no\ttable'",
    "writes to the disk": "echo x > /tmp/ocr-was-here || exit 3",
}
WRITTEN = Path("/tmp/ocr-was-here")  # noqa: S108  the file that must not come to be


@pytest.mark.parametrize("name", WAYS)
def test_an_engine_that_goes_wrong_costs_a_page_its_text_and_nobody_else_anything(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "PAGE_LIMITS", Limits(cpu_seconds=2, wall_seconds=6))
    program = tmp_path / "engine"
    program.write_text(f"#!/bin/sh\n{WAYS[name]}\n", encoding="utf-8")
    program.chmod(0o755)
    engine = Engine(str(program), frozenset({"eng"}), folders=(str(tmp_path),))
    data, here = scans.save(scans.draw()), os.getpid()
    (page,) = recognise_pages(
        data, Kind.JPEG, read_pages(data, Kind.JPEG), Letters(), engine=engine
    ).pages
    assert (page.text, page.source, os.getpid()) == ("", TextSource.NONE, here)
    if bubblewrap_works():  # without it the engine may write where its user may
        assert not WRITTEN.exists()
    WRITTEN.unlink(missing_ok=True)


def test_the_limits_hold_for_the_engine_and_it_sees_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    row = "5\\t1\\t1\\t1\\t1\\t1\\t10\\t10\\t50\\t20\\t99\\t%s\\n"
    program = tmp_path / "engine"
    program.write_text(
        "#!/bin/sh\nfor said in $(ulimit -v) $(ulimit -f) ${SECRET_KEY:-none} a b c d; do\n"
        f"printf '{row}' \"$said\"\ndone\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    engine = Engine(str(program), frozenset({"eng"}), folders=(str(tmp_path),))
    data = scans.save(scans.draw())
    (page,) = recognise_pages(
        data, Kind.JPEG, read_pages(data, Kind.JPEG), Letters(), engine=engine
    ).pages
    memory, written, secret = page.text.split()[:3]
    assert int(memory) == recognition.PAGE_LIMITS.memory // 1024
    assert (written, secret) == ("0", "none")


def test_a_long_document_is_read_as_far_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "MAX_RECOGNISED", 1)
    blank = scans.save(Image.new("L", (300, 400), 250), "PDF")
    data = scans.join(blank, blank, blank)
    told: list[int] = []
    reading = recognise_pages(
        data, Kind.PDF, read_pages(data, Kind.PDF), Letters(), say=told.append
    )
    assert [page.is_blank for page in reading.pages] == [True, False, False]
    assert told == [0]


def test_a_table_of_words_becomes_text_whose_offsets_fit() -> None:
    from documents.records.parsers.recognition import read_table  # noqa: PLC0415  of the child

    rows = [("1", "1", "1", "neuroen-"), ("1", "1", "2", "docrine"), ("1", "2", "1", "5")]
    rows += [("1", "2", "1", word) for word in ("per", "2", "mm?", "seen")]
    table = "\n".join(
        "\t".join(("5", "1", *place, "1", "10", "20", "30", "40", "91.5", word))
        for *place, word in rows
    )
    text, words = read_table(table, (100, 200))
    assert text == "neuroen\u00ad\ndocrine\n\n5 per 2 mm\u00b2 seen"
    assert text[int(words[-2][0]) : int(words[-2][1])] == "mm\u00b2"
    assert words[0][2:] == [0.1, 0.1, 0.4, 0.3, 0.915]
    assert json.loads(json.dumps(words)) == words
