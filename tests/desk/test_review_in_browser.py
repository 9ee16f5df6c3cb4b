"""The review of records in a real browser: by keys alone, words marked, nothing amiss."""

import os
import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FloatRect,
    Page,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from cases.clinical.models import Fact, FactState
from documents.records.models import Document, DocumentState, Evidence
from tests import make
from tests.desk.reviewing import find_page, send_read
from tests.records import scans
from tests.records.discs import make_disc, pack
from tests.records.sending import is_about_ruth, send
from tests.samples.shapes import SAMPLES
from tests.signing import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAPERS = [
    "pnet-match/01-pathology.pdf",
    "pnet-match/02-ct.pdf",
    "pnet-match/03-oncology-letter.pdf",
    "pnet-match/04-ngs.pdf",
    "pnet-match/05-laboratory.pdf",
]
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(event.violatedDirective + " " + event.blockedURI));
"""
TIME = """
window.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
document.addEventListener("area:swapped", () => {
  const pictures = [...document.querySelectorAll("[data-picture]")];
  Promise.all(pictures.map((picture) => picture.decode().catch(() => null))).then(() =>
    requestAnimationFrame(() => { window.took = performance.now() - window.pressed; }));
});
"""
PICTURES = os.environ.get("REVIEW_PICTURES", "")


@pytest.fixture(scope="module")
def browser(chromium_program: str) -> Iterator[Browser]:
    # The driver runs an event loop in this thread; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=chromium_program, args=switches)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def said() -> list[str]:
    """What the console and the content policy complain of."""
    return []


@pytest.fixture
def screen(
    browser: Browser, live_server: LiveServer, cast: make.Cast, said: list[str]
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB"
    )
    yield open_desk(context, live_server, cast, said)
    context.close()


def open_desk(
    context: BrowserContext, server: LiveServer, cast: make.Cast, said: list[str]
) -> Page:
    session = sign_in(cast.coordinator).cookies["session"].value
    context.add_cookies([{"name": "session", "value": session, "url": server.url}])
    context.add_init_script(WATCH + TIME)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def go(page: Page, server: LiveServer, document: Document, *, tool: str = "") -> None:
    page.goto(f"{server.url}{reverse('admin:review', args=[document.pk])}{tool}")
    page.wait_for_load_state("networkidle")


def find_faults(page: Page, name: str) -> list[str]:
    """What axe, the policy and the edge of the screen say, at a desk and on a phone."""
    faults = []
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
        faults += [
            f"{name} {width}: {rule['id']}: {rule['nodes'][0]['html'][:200]}"
            for rule in found.response["violations"]
        ]
        beyond = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        faults += [f"{name} {width}: {beyond} px beyond the edge"] if beyond > 0 else []
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    return [*faults, *page.evaluate("window.refused")]


@pytest.fixture
def letter(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    data = (SAMPLES / PAPERS[2]).read_bytes()
    return send_read(is_about_ruth(cast.case), data, run_jobs, actor=cast.parent)


def wait_for_path(page: Page, path: str) -> None:
    page.wait_for_function("path => location.pathname === path", arg=path)


def test_ten_records_are_reviewed_by_keys_alone(
    screen: Page,
    live_server: LiveServer,
    cast: make.Cast,
    run_jobs: Callable[[], int],
    said: list[str],
) -> None:
    is_about_ruth(cast.case)
    papers = [(SAMPLES / name).read_bytes() for name in PAPERS]
    texts = [b"Pathology report %d\n\nKi-67: %d%%.\nGrade 2.\n" % (one, one) for one in range(5)]
    documents = [
        send_read(cast.case, data, run_jobs, actor=cast.parent, name=f"paper {place}")
        for place, data in enumerate([*papers, *texts])
    ]
    waiting = list(
        Document.objects.to_review().order_by("received_at", "id").values_list("pk", flat=True)
    )
    assert len(waiting) == len(documents) == 10
    screen.goto(live_server.url + reverse("admin:review_queue"))
    screen.wait_for_load_state("networkidle")
    forth = [turn_on(screen, "n", reverse("admin:review", args=[one])) for one in waiting[1:]]
    back = [turn_on(screen, "p", reverse("admin:review", args=[one])) for one in waiting[-2::-1]]
    decided = [decide_by_keys(screen, one) for one in waiting]
    for name, times in (("the next record", forth + back), ("a decision", decided)):
        quick, slow = statistics.median(times), sorted(times)[round(len(times) * 0.95) - 1]
        print(f"{name}: median {quick:.0f} ms, p95 {slow:.0f} ms")  # noqa: T201  asked for with -s
    states = Document.objects.filter(pk__in=waiting).values_list("state", flat=True)
    assert sorted(states) == [DocumentState.ACCEPTED] * 5 + [DocumentState.REJECTED] * 5
    assert Fact.objects.filter(state=FactState.CONFIRMED).exists()
    assert {one.reason_code for one in Document.objects.filter(state="rejected")} == {"cut_off"}
    assert said == []
    assert screen.evaluate("window.refused") == []


def turn_on(page: Page, key: str, path: str) -> float:
    """Press a key and wait for the record; milliseconds until it and its picture were drawn."""
    page.wait_for_timeout(900)  # a person looks at the page
    page.evaluate("window.took = 0")
    page.keyboard.press(key)
    page.wait_for_function("path => location.pathname === path && window.took", arg=path)
    return float(page.evaluate("window.took"))


def decide_by_keys(page: Page, document_id: object) -> float:
    """Confirm a fact, then accept or return the record; milliseconds until the next was drawn."""
    expect(page.locator("[data-swap-area]")).to_be_visible()
    here = reverse("admin:review", args=[document_id])
    if not page.url.partition("?")[0].endswith(here):
        page.goto(page.url.partition("/admin/")[0] + here)
    count = page.locator("[data-waiting]").count()
    if count:
        page.locator("[data-waiting]").first.focus()
        page.keyboard.press("a")
        expect(page.locator("[data-waiting]")).to_have_count(count - 1)
    page.locator("[data-window]").focus()
    page.wait_for_timeout(900)  # a person reads
    page.evaluate("window.took = 0")
    if Document.objects.filter(state=DocumentState.ACCEPTED).count() < 5:
        if page.locator("#undecided").count():  # the first press only leads there
            page.keyboard.press("a")
            expect(page.locator("[data-sure]")).to_be_focused()
        page.keyboard.press("a")
    else:
        page.keyboard.press("r")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.wait_for_function("() => window.took > 0")
    return float(page.evaluate("window.took"))


def test_marked_words_become_a_fact_with_its_place(
    screen: Page, live_server: LiveServer, letter: Document, cast: make.Cast, said: list[str]
) -> None:
    go(screen, live_server, letter)
    row = find_page(letter)
    at = next(place for place, word in enumerate(row.words) if row.text[word[0] : word[1]] != "")
    sheet = screen.locator("[data-sheet]").bounding_box()
    assert sheet is not None
    first, last = row.words[at], row.words[at + 2]
    screen.mouse.move(*point_on(sheet, first))
    screen.mouse.down()
    screen.mouse.move(*point_on(sheet, last), steps=4)
    screen.mouse.up()
    expect(screen.locator("#enter-quote")).to_have_value(
        " ".join(row.text[first[0] : last[1]].split())
    )
    screen.locator("#enter-key").select_option("comorbidity")
    screen.locator("#enter-value").fill("hypertension")
    screen.keyboard.press("Enter")
    expect(screen.get_by_text("The fact is entered")).to_be_visible()
    evidence = Evidence.objects.get(fact__key="comorbidity", fact__state=FactState.CONFIRMED)
    assert (evidence.start, evidence.end) == (first[0], last[1])
    assert evidence.boxes
    assert evidence.fact.decided_by == cast.coordinator
    assert said == []


def point_on(sheet: FloatRect, word: list[float]) -> tuple[float, float]:
    x, y = (word[2] + word[4]) / 2, (word[3] + word[5]) / 2
    return sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["height"]


def test_words_are_marked_with_the_arrow_keys_too(
    screen: Page, live_server: LiveServer, letter: Document
) -> None:
    go(screen, live_server, letter)
    screen.keyboard.press("m")
    screen.keyboard.press("Home")
    screen.keyboard.press("Shift+ArrowRight")
    screen.keyboard.press("Enter")
    row = find_page(letter)
    words = row.text[row.words[0][0] : row.words[1][1]]
    expect(screen.locator("#enter-quote")).to_have_value(" ".join(words.split()))
    expect(screen.locator("#enter-key")).to_be_focused()


def test_a_page_is_enlarged_turned_and_kept_turned(
    screen: Page, live_server: LiveServer, letter: Document, run_jobs: Callable[[], int]
) -> None:
    go(screen, live_server, letter)
    width = screen.locator("[data-sheet]").bounding_box()
    assert width is not None
    screen.keyboard.press("+")
    screen.keyboard.press("+")
    screen.wait_for_function(
        "least => document.querySelector('[data-sheet]').getBoundingClientRect().width > least",
        arg=width["width"] * 1.5,
    )
    expect(screen.locator(".rv-sharp")).to_have_count(1)
    screen.keyboard.press("0")
    screen.keyboard.press("]")
    turned = re.compile(r"rotate\(90deg\)")
    expect(screen.locator("[data-sheet]")).to_have_attribute("style", turned)
    screen.keyboard.press("v")
    expect(screen.get_by_text("Pages are being turned")).to_be_visible()
    run_jobs()
    expect(screen.get_by_text("Pages are being turned")).to_have_count(0)  # it loads itself anew
    row = find_page(letter)
    assert row.width > row.height


@pytest.mark.usefixtures("recognising")
def test_a_scan_that_lies_on_its_side_is_shown_upright_and_its_words_are_marked(
    screen: Page,
    live_server: LiveServer,
    cast: make.Cast,
    run_jobs: Callable[[], int],
    said: list[str],
) -> None:
    data = scans.save(scans.turn(scans.draw(), 90), "PDF")
    scan = send_read(is_about_ruth(cast.case), data, run_jobs, actor=cast.parent)
    go(screen, live_server, scan)
    faults = find_faults(screen, "scan")
    turned = re.compile(r"rotate\(270deg\)")
    expect(screen.locator("[data-sheet]")).to_have_attribute("style", turned)
    expect(screen.get_by_role("button", name="Keep it turned")).to_be_visible()
    expect(screen.get_by_text("read from a picture, sure to 9").first).to_be_visible()
    row = find_page(scan)
    at = next(
        index
        for index, word in enumerate(row.words)
        if row.text[word[0] : word[1]].startswith("Ki-67")
    )
    first, last = row.words[at], row.words[at + 1]
    sheet = screen.locator("[data-sheet]").bounding_box()
    assert sheet is not None
    screen.mouse.move(*point_when_lying(sheet, first))
    screen.mouse.down()
    screen.mouse.move(*point_when_lying(sheet, last), steps=4)
    screen.mouse.up()
    expect(screen.locator("#enter-quote")).to_have_value("Ki-67: 14%.")
    screen.keyboard.press("Escape")
    screen.locator("[data-window]").focus()
    screen.keyboard.press("m")
    screen.keyboard.press("Home")
    screen.keyboard.press("ArrowDown")
    screen.keyboard.press("Enter")
    expect(screen.locator("#enter-quote")).to_have_value("Ruth")
    assert [*faults, *said] == []


def point_when_lying(sheet: FloatRect, word: list[float]) -> tuple[float, float]:
    """On the screen, of a page that is shown turned by 270 degrees."""
    x, y = (word[2] + word[4]) / 2, (word[3] + word[5]) / 2
    return sheet["x"] + y * sheet["width"], sheet["y"] + (1 - x) * sheet["height"]


def test_a_fact_in_hand_lights_its_words_and_its_words_lead_to_it(
    screen: Page, live_server: LiveServer, letter: Document
) -> None:
    go(screen, live_server, letter)
    chip = screen.locator(".proposal[data-waiting]").last
    chip.hover()
    of = chip.get_attribute("data-of")
    mark = screen.locator(f"rect[data-mark='{of}']").first
    expect(mark).to_have_class("is-wait is-lit")
    place = mark.bounding_box()
    assert place is not None
    screen.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(chip).to_be_focused()


def test_places_are_drawn_over_and_gone_after_a_second_look(
    screen: Page,
    live_server: LiveServer,
    letter: Document,
    run_jobs: Callable[[], int],
    said: list[str],
) -> None:
    go(screen, live_server, letter, tool="redact/")
    faults = find_faults(screen, "redact")
    word = find_page(letter).words[0]
    sheet = screen.locator("[data-page='1']").bounding_box()
    assert sheet is not None
    x, y = sheet["x"] + word[2] * sheet["width"], sheet["y"] + word[3] * sheet["height"]
    screen.mouse.move(x - 3, y - 3)
    screen.mouse.down()
    screen.mouse.move(x + 220, y + 30, steps=4)
    screen.mouse.up()
    screen.locator("[data-add='1']").click()
    screen.keyboard.press("ArrowDown")
    expect(screen.locator(".cover-list > li")).to_have_count(2)
    faults += find_faults(screen, "redact-marked")
    screen.get_by_role("button", name="Look once more").click()
    expect(screen.get_by_text("This cannot be taken back")).to_be_visible()
    faults += find_faults(screen, "redact-sure")
    screen.get_by_label("I looked at every mark").check()
    screen.get_by_role("button", name="Cover it for good").click()
    expect(screen.get_by_text("being covered in a new version")).to_be_visible()
    run_jobs()
    covered = find_page(letter)
    assert covered.file.role == "redacted"
    assert faults == []
    assert said == []


def test_every_face_of_the_review_is_quiet_fits_and_has_no_fault(  # noqa: PLR0917  fixtures
    screen: Page,
    live_server: LiveServer,
    letter: Document,
    cast: make.Cast,
    run_jobs: Callable[[], int],
    said: list[str],
) -> None:
    letter.findings = {
        "report_date": found("2026-11-03", "3 November 2026"),
        "study_date": {
            **found("2026-03-05", "05/03/2026"),
            "ambiguous": True,
            "readings": ["2026-03-05", "2026-05-03"],
        },
        "kind": found("oncology_letter", "Oncology letter"),
        "issuer": {**found("Karura Ridge Hospital", "Karura Ridge Hospital"), "page": 2},
        "people": [
            {"name": "Odhiambo, Ruth A.", "answer": "same", "page": 1},
            {"birth_date": "1968-05-14", "answer": "same", "page": 1},
        ],
    }
    letter.save(update_fields=["findings"])
    arabic = "تقرير علم الأمراض\nورم عصبي صمّاوي في البنكرياس\nKi-67: 9%\n" * 12
    text = send_read(cast.case, arabic.encode(), run_jobs, actor=cast.parent, name="arabic.txt")
    locked = (SAMPLES / "extra/protected.pdf").read_bytes()
    shut = send_read(cast.case, locked, run_jobs, actor=cast.parent, name="locked.pdf")
    others = (SAMPLES / "nec/01-pathology.pdf").read_bytes()
    held = send_read(cast.case, others, run_jobs, actor=cast.parent, name="neighbour.pdf")
    assert held.state == DocumentState.OTHER_PATIENT
    go(screen, live_server, letter)
    faults = find_faults(screen, "review")
    screen.keyboard.press("?")
    expect(screen.get_by_role("dialog")).to_be_visible()
    faults += find_faults(screen, "keys")
    screen.keyboard.press("Escape")
    screen.locator("[data-window]").focus()
    screen.keyboard.press("r")
    screen.get_by_label("Blurred").check()
    faults += find_faults(screen, "return")
    for name, document, tool in (
        ("text", text, ""),
        ("locked", shut, ""),
        ("held", held, ""),
        ("split", letter, "split/"),
        ("join", letter, "join/"),
    ):
        go(screen, live_server, document, tool=tool)
        faults += find_faults(screen, name)
    assert faults == []
    assert said == []


def found(value: str, quote: str) -> dict[str, object]:
    return {"value": value, "page": 1, "start": 0, "end": 8, "quote": quote, "ambiguous": False}


def test_the_review_is_mirrored_for_who_reads_arabic_in_the_dark(
    browser: Browser,
    live_server: LiveServer,
    letter: Document,
    cast: make.Cast,
    said: list[str],
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    context.add_cookies([{"name": "django_language", "value": "ar", "url": live_server.url}])
    page = open_desk(context, live_server, cast, said)
    go(page, live_server, letter)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    faults = find_faults(page, "dark-arabic")
    page.keyboard.press("]")
    turned = page.locator("[data-sheet]")
    expect(turned).to_have_attribute("style", re.compile("rotate"))
    context.close()
    assert faults == []
    assert said == []


def test_an_archive_shows_its_slices_and_files_without_fault(
    screen: Page,
    live_server: LiveServer,
    cast: make.Cast,
    run_jobs: Callable[[], int],
    said: list[str],
) -> None:
    files = [*make_disc(series=3, images=2), ("report.pdf", (SAMPLES / PAPERS[1]).read_bytes())]
    archive = send(is_about_ruth(cast.case), pack(files), name="CD.zip", actor=cast.parent)
    run_jobs()
    go(screen, live_server, archive)
    slices = screen.locator(".rv-slice img")
    expect(slices).to_have_count(3)
    for place in range(3):
        slices.nth(place).scroll_into_view_if_needed()
        expect(slices.nth(place)).to_have_js_property("complete", value=True)
        assert slices.nth(place).evaluate("picture => picture.naturalWidth") > 0
    assert find_faults(screen, "archive") == []
    assert said == []


def test_what_was_typed_stays_while_facts_are_decided_and_pages_turned(
    screen: Page, live_server: LiveServer, letter: Document, said: list[str]
) -> None:
    letter.findings = {"kind": found("imaging", "CT"), "report_date": found("2026-11-03", "x")}
    letter.kind = "other"
    letter.save(update_fields=["findings", "kind"])
    go(screen, live_server, letter)
    screen.keyboard.press("u")
    expect(screen.locator("#details-kind")).to_have_value("imaging")
    expect(screen.locator(".found-use")).to_have_count(0)
    screen.locator("#details-title").fill("Typed and not sent")
    screen.keyboard.press("Escape")
    seen = screen.locator("[name=seen]").input_value()
    Document.objects.filter(pk=letter.pk).update(issuer="Written by somebody else")
    count = screen.locator("[data-waiting]").count()
    screen.locator("[data-waiting]").first.focus()
    screen.keyboard.press("a")
    expect(screen.locator("[data-waiting]")).to_have_count(count - 1)
    screen.keyboard.press(".")
    expect(screen.locator("[data-window]")).to_have_attribute("aria-label", "Page 2")
    for name, value in (
        ("kind", "imaging"),
        ("report_date", "2026-11-03"),
        ("title", "Typed and not sent"),
    ):
        expect(screen.locator(f"#details-{name}")).to_have_value(value)
    expect(screen.locator(".found-use")).to_have_count(0)
    expect(screen.locator("#details-issuer")).to_have_value("Written by somebody else")
    assert screen.locator("[name=seen]").input_value() == seen
    letter.refresh_from_db()
    assert (letter.kind, letter.report_date) == ("other", "")
    assert said == []


def test_marked_words_and_their_value_stay_with_their_page(
    screen: Page, live_server: LiveServer, letter: Document
) -> None:
    go(screen, live_server, letter)
    screen.locator("[data-window]").focus()
    screen.keyboard.press("m")
    screen.keyboard.press("Home")
    screen.keyboard.press("Enter")
    words = screen.locator("#enter-quote").input_value()
    end = screen.locator("#enter-end").input_value()
    assert words
    screen.locator("#enter-key").select_option("comorbidity")
    screen.locator("#enter-value").fill("hypertension")
    screen.keyboard.press("Escape")
    count = screen.locator("[data-waiting]").count()
    screen.locator("[data-waiting]").first.focus()
    screen.keyboard.press("a")
    expect(screen.locator("[data-waiting]")).to_have_count(count - 1)
    expect(screen.locator("#enter-quote")).to_have_value(words)
    expect(screen.locator("#enter-end")).to_have_value(end)
    expect(screen.locator("#enter-value")).to_have_value("hypertension")
    screen.locator("[data-window]").focus()
    screen.keyboard.press(".")
    expect(screen.locator("[data-window]")).to_have_attribute("aria-label", "Page 2")
    expect(screen.locator("#enter-quote")).to_have_value("")
    expect(screen.locator("#enter-page")).to_have_value("2")


def test_one_key_alone_accepts_no_record_whose_proposals_are_undecided(
    screen: Page, live_server: LiveServer, letter: Document
) -> None:
    go(screen, live_server, letter)
    expect(screen.locator("[data-waiting]").first).to_be_focused()
    screen.locator("[data-window]").focus()
    screen.keyboard.press("a")
    expect(screen.locator("[data-sure]")).to_be_focused()
    expect(screen.locator("#undecided")).to_contain_text("are undecided")
    letter.refresh_from_db()
    assert letter.state == DocumentState.TO_REVIEW
    screen.keyboard.press("a")
    expect(screen.get_by_text("is accepted.").first).to_be_visible()
    letter.refresh_from_db()
    assert letter.state == DocumentState.ACCEPTED
