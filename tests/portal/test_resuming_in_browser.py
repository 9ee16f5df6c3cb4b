"""Sending from a phone that loses its line, its page and its server: equal hashes in the end."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from cases.jobs.models import Job
from documents.records.models import Document, Upload, UploadState
from documents.records.services import begin_upload, receive_part
from documents.records.uploads import Part
from documents.records.vault import read_bytes
from tests import make
from tests.portal.family import page_of
from tests.portal.test_in_browser import find_faults, open_page
from tests.records import scans
from tests.records.pictures import make_heic_of

pytestmark = pytest.mark.django_db(transaction=True)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MIB = 1024 * 1024
SAFE = "It is safe to close this page."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    # The driver runs an event loop in this thread; Django would refuse the database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=switches)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, reduced_motion="reduce", has_touch=True
    )
    yield context
    context.close()


def make_files(folder: Path) -> dict[str, bytes]:
    """What a family has: a large scan, a small text, a photograph."""
    big = b"%PDF-1.7\n" + os.urandom(20 * MIB)
    photo = b"\xff\xd8\xff\xe0" + os.urandom(300_000)
    files = {"scan.pdf": big, "lab.txt": b"Creatinine 0.9 mg/dl\n" * 9, "photo.jpg": photo}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


class Line:
    """The line of a telephone: slow, or cut."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.set(offline=False)

    def set(self, *, offline: bool) -> None:
        speed = {"latency": 20, "downloadThroughput": -1, "uploadThroughput": 3 * MIB}
        self.session.send("Network.emulateNetworkConditions", {"offline": offline, **speed})


def begin_and_stop(cast: make.Cast, name: str) -> Upload:
    """A file of which a thousand bytes came before the line was lost."""
    upload = begin_upload(
        case=cast.case,
        actor=cast.parent,
        now=make.NOW,
        size=5000,
        original_name=name,
        fingerprint="another",
    )
    part = Part(BytesIO(b"\xff\xd8\xff\xe0" + bytes(996)), 5000)
    return receive_part(upload=upload, part=part, offset=0, now=make.NOW, fingerprint="another")


def wait_for_a_third(page: Page) -> None:
    """Until a third of the large scan is on its way."""
    bar = page.locator("progress[aria-label='scan.pdf']")
    for _time in range(600):
        if bar.evaluate("bar => bar.value") > 33:
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not begin")


def files_of(page: Page) -> Locator:
    return page.get_by_role("list", name="Files")


def press_send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()


def hashes_of(files: dict[str, bytes]) -> set[str]:
    return {hashlib.sha256(data).hexdigest() for data in files.values()}


def check_whole(cast: make.Cast, files: dict[str, bytes]) -> None:
    documents = Document.objects.filter(case=cast.case)
    assert {document.sha256 for document in documents} == hashes_of(files)
    stored = {
        document.sha256: hashlib.sha256(
            read_bytes(case_id=cast.case.pk, object_name=document.files.get().object_name)
        ).hexdigest()
        for document in documents
    }
    assert all(told == found for told, found in stored.items())


def test_a_line_cut_half_way_goes_on_by_itself(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    files = make_files(tmp_path)
    page, _said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", [tmp_path / name for name in files])
    line = Line(page)
    press_send(page)
    wait_for_a_third(page)
    line.set(offline=True)
    expect(page.get_by_text("The connection was lost.").first).to_be_visible(timeout=60_000)
    assert not page.get_by_text(SAFE).is_visible()
    line.set(offline=False)
    expect(page.get_by_text(SAFE)).to_be_visible(timeout=60_000)
    assert page.get_by_text("Received. It is safe with us.").count() == len(files)
    check_whole(cast, files)
    assert Upload.objects.filter(state=UploadState.KEPT).count() == len(files)


def test_a_closed_page_tells_what_was_interrupted_and_goes_on(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    files = {"scan.pdf": make_files(tmp_path)["scan.pdf"]}
    page, _said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", [tmp_path / "scan.pdf"])
    Line(page)
    press_send(page)
    wait_for_a_third(page)
    page.close(run_before_unload=False)
    page, said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    for _time in range(20):
        page.reload()
        if page.locator("[data-begun]").count() and Upload.objects.get().received:
            break
        page.wait_for_timeout(300)
    expect(page.get_by_text("Choose the same file again")).to_be_visible()
    begun = Upload.objects.get().received
    assert begun > 0
    assert find_faults(page) == []
    page.set_input_files("#upload-files", [tmp_path / "scan.pdf"])
    expect(files_of(page).get_by_text("It goes on where it stopped.")).to_be_visible()
    press_send(page)
    expect(page.get_by_text(SAFE)).to_be_visible(timeout=60_000)
    assert Upload.objects.count() == 1
    check_whole(cast, files)
    assert said == []


def test_another_file_of_the_same_name_is_not_joined_to_it(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    old = begin_and_stop(cast, "image.jpg")
    (tmp_path / "image.jpg").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(90_000))
    page, _said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", [tmp_path / "image.jpg"])
    expect(files_of(page).get_by_text("This is not the same file")).to_be_visible()
    press_send(page)
    expect(page.get_by_text(SAFE)).to_be_visible()
    old.refresh_from_db()
    assert (old.state, old.received) == (UploadState.ARRIVING, 1000)
    page.get_by_role("button", name="Do not send: image.jpg").click()
    expect(page.get_by_role("heading", name="Interrupted")).to_have_count(0)
    old.refresh_from_db()
    assert old.state == UploadState.GIVEN_UP


def test_photographs_become_one_paper_in_the_order_that_was_chosen(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"page{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(50_000))
    (tmp_path / "lab.txt").write_bytes(b"Creatinine 0.9 mg/dl\n" * 9)
    page, said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", sorted(tmp_path.iterdir()))
    page.get_by_label("The photographs are pages of one paper").check()
    page.get_by_label("What is it called?").fill("Letter of the clinic")
    page.get_by_role("button", name="Earlier: page3.jpg").press("Enter")
    page.get_by_role("button", name="Earlier: page3.jpg").press("Enter")
    expect(files_of(page).get_by_text("Page 1 / 3")).to_be_visible()
    assert find_faults(page) == []
    press_send(page)
    expect(page.get_by_text(SAFE)).to_be_visible()
    expect(page.get_by_text("are being put together into one paper.")).to_be_visible()
    titles = {str(one.pk): one.files.get().original_name for one in Document.objects.all()}
    job = Job.objects.get(kind="records.join_documents")
    order = [titles[key] for key in job.args["document_ids"].split(",")]
    assert order == ["page3.jpg", "page1.jpg", "page2.jpg"]
    assert said == []


BLURRED = "This photograph looks blurred."


def test_what_is_blurred_is_said_before_the_page_is_left(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    sharp, soft = scans.draw(), scans.blur(scans.draw())
    (tmp_path / "sharp.jpg").write_bytes(scans.save(sharp))
    (tmp_path / "soft.jpg").write_bytes(scans.save(soft))
    (tmp_path / "phone.heic").write_bytes(make_heic_of(soft))
    pages = [scans.save(image, "PDF") for image in (sharp, soft)]
    (tmp_path / "scan.pdf").write_bytes(scans.join(*pages))
    page, said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", sorted(tmp_path.glob("*.*")))
    expect(row_of(page, "soft.jpg").get_by_text(BLURRED)).to_be_visible()
    press_send(page)
    expect(page.get_by_text(SAFE)).to_be_visible(timeout=60_000)
    expect(row_of(page, "phone.heic").get_by_text(BLURRED)).to_be_visible(timeout=60_000)
    told = row_of(page, "scan.pdf").get_by_text("Page 2 looks blurred.")
    expect(told).to_be_visible(timeout=60_000)
    expect(row_of(page, "sharp.jpg").get_by_text(BLURRED)).to_have_count(0)
    if folder := os.environ.get("REVIEW_PICTURES"):
        page.screenshot(path=Path(folder) / "blurred.png", full_page=True)
    assert [*find_faults(page), *said] == []


def row_of(page: Page, name: str) -> Locator:
    return files_of(page).get_by_role("listitem").filter(has_text=name)
