"""The families' pages in a real browser, on narrow and wide screens, in light and dark.

In both directions of writing the console stays silent, nothing reaches beyond the edge and axe
finds no fault; files are sent with and without scripts.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from cases.accounts.models import User
from cases.casework.services import ask_for_record
from cases.hospitals.services import find_family_thread, receive_message
from documents.records.models import Document
from tests import make
from tests.portal.family import page_of, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = ["home", "upload", "documents", "messages", "trip", "consent", "access"]
TEXT = b"Laboratory report\nCreatinine 0.9 mg/dl\n" * 3


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
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    yield context
    context.close()


def open_page(
    context: BrowserContext, server: LiveServer, path: str, user: User | None, *, language: str = ""
) -> tuple[Page, list[str]]:
    """The page, and what its console says from now on."""
    cookies = {"django_language": language} if language else {}
    if user is not None:
        cookies["session"] = sign_in(user).cookies["session"].value
    context.add_cookies(
        [{"name": name, "value": value, "url": server.url} for name, value in cookies.items()]
    )
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(server.url + path)
    return page, said


def find_faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    faults = [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found.response["violations"]]
    beyond = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [*faults, *([f"{beyond} px beyond the edge"] if beyond > 0 else [])]


def fill_case(cast: make.Cast) -> None:
    ask_for_record(
        case=cast.case,
        kind="imaging",
        title="CT of the abdomen",
        reason="The hospital compares it with earlier pictures.",
        not_older_than_days=60,
        actor=cast.coordinator,
        now=make.NOW,
    )
    thread = find_family_thread(case=cast.case, now=make.NOW)
    receive_message(thread=thread, body="Gracias. مرحبا", author=cast.parent, now=make.NOW)


@pytest.mark.parametrize(
    "screen",
    [(320, "en", "light"), (390, "ar", "dark"), (1440, "ar", "light"), (1440, "en", "dark")],
    ids=str,
)
def test_every_page_is_quiet_fits_and_has_no_fault(
    browser: Browser, live_server: LiveServer, cast: make.Cast, screen: tuple[int, str, str]
) -> None:
    width, language, scheme = screen
    fill_case(cast)
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    faults: dict[str, list[str]] = {}
    for name in PAGES:
        page, said = open_page(
            context, live_server, page_of(cast.case, name), cast.parent, language=language
        )
        direction = page.evaluate("document.documentElement.dir")
        assert direction == ("rtl" if language == "ar" else "ltr")
        if found := [*find_faults(page), *said]:
            faults[name] = found
        page.close()
    context.close()
    assert faults == {}


@pytest.mark.parametrize(
    "path", ["/", "/portal/inquiry/", "/account/login/", "/account/login/code/"]
)
def test_pages_before_signing_in_have_no_fault(
    phone: BrowserContext, live_server: LiveServer, path: str
) -> None:
    page, said = open_page(phone, live_server, path, None)
    assert [*find_faults(page), *said] == []


def test_files_are_sent_one_by_one_and_safe_is_said_at_the_end(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    for number in range(3):
        (tmp_path / f"lab{number}.txt").write_bytes(TEXT + b"%d\n" % number)
    page, said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", sorted(tmp_path.glob("*.txt")))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("It is safe to close this page.")).to_be_visible()
    assert page.get_by_text("Received. It is safe with us.").count() == 3
    assert Document.objects.filter(case=cast.case, sent_by=cast.parent).count() == 3
    assert said == []


def test_a_lost_line_says_so_and_sends_again_when_it_is_back(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    (tmp_path / "lab.txt").write_bytes(TEXT)
    page, _said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", [tmp_path / "lab.txt"])
    phone.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("The connection was lost.")).to_be_visible()
    assert not Document.objects.exists()
    phone.set_offline(False)
    expect(page.get_by_text("It is safe to close this page.")).to_be_visible()
    assert Document.objects.count() == 1


def test_a_refused_file_says_why_and_the_others_arrive(
    phone: BrowserContext, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    (tmp_path / "setup.exe").write_bytes(b"MZ\x90\x00" + bytes(300))
    (tmp_path / "lab.txt").write_bytes(TEXT)
    page, _said = open_page(phone, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", [tmp_path / "setup.exe", tmp_path / "lab.txt"])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Some files did not arrive.")).to_be_visible()
    expect(page.get_by_text("This is a program")).to_be_visible()
    assert Document.objects.count() == 1


def test_without_scripts_the_form_sends_all_the_same(
    browser: Browser, live_server: LiveServer, cast: make.Cast, tmp_path: Path
) -> None:
    (tmp_path / "lab.txt").write_bytes(TEXT)
    context = browser.new_context(java_script_enabled=False)
    page, _said = open_page(context, live_server, page_of(cast.case, "upload"), cast.parent)
    page.set_input_files("#upload-files", [tmp_path / "lab.txt"])
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("1 paper arrived and is safe.")).to_be_visible()
    context.close()


def test_a_language_is_chosen_with_two_presses(
    phone: BrowserContext, live_server: LiveServer
) -> None:
    page, said = open_page(phone, live_server, "/portal/inquiry/", None)
    page.get_by_text("English").first.click()
    page.locator("button[value=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert page.url.endswith("/portal/inquiry/")
    assert said == []
