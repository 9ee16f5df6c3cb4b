"""The main job as three people do it, in a browser, on a whole running installation.

A relative signs in with a mailed code and sends a report; a coordinator signs in with password
and authenticator, reviews, confirms, compares, has a dossier made and seals it; a hospital opens
it by its link and a mailed code. On every page: nothing on the console, nothing refused by the
content policy, no barrier of level A or AA, nothing wider than the screen, at 390 and 1440 px.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Browser, Locator, sync_playwright

from tests.journey.browser import Visitor, read_mail, visit
from tests.servers import find_free_port

pytestmark = pytest.mark.alone

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "tests/samples/pnet-match/01-pathology.pdf"
PATIENCE = 120.0


@dataclass(frozen=True)
class Installation:
    address: str
    folder: Path
    people: dict[str, str]

    @property
    def mail(self) -> Path:
        return self.folder / "mail"


def run_command(variables: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("journey")
    port = find_free_port()
    apart = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "SITE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in apart}
    variables = {**kept, "DATA_DIR": str(folder), "PORT": str(port), "PYTHONWARNINGS": "ignore"}
    run_command(variables, "manage.py", "migrate", "--verbosity", "0")
    people = json.loads(run_command(variables, "-m", "tests.journey.prepare").splitlines()[-1])
    with (folder / "served").open("w") as log:
        served = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=variables,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: is_ready(port), "the installation is ready")
        yield Installation(address, folder, people)
    finally:
        served.terminate()
        served.wait(timeout=30)


def is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def wait_until(ready: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < until, f"waited too long until {what}"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def browser(chromium_program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=chromium_program, args=options)


@pytest.fixture(scope="module")
def pictures() -> Path:
    folder = ROOT / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def code_now(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def sign_in_family(home: Installation, visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{home.address}/portal/")
    visitor.look("sign-in")
    page.get_by_role("link", name="Send me a code").click()
    page.wait_for_url("**/login/code/**")
    page.get_by_label("Email").fill(home.people["family"])
    page.locator("main form button[type=submit]").first.click()
    wait_until(lambda: family_code(home), "the code is mailed")
    page.locator("input[name=code]").fill(family_code(home))
    visitor.look("sign-in-code")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/portal/**")


def family_code(home: Installation) -> str:
    return read_mail(home.mail, home.people["family"], r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$")


def sign_in_staff(home: Installation, visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{home.address}/admin/")
    page.locator("input[name=login]").fill(home.people["staff"])
    page.locator("input[name=password]").fill(home.people["password"])
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/2fa/authenticate/**")
    page.locator("input[name=code]").fill(code_now(home.people["secret"]))
    visitor.look("second-factor")
    page.locator("form:has(input[name=code]) button[type=submit]").first.click()
    page.wait_for_url("**/admin/**")


def test_the_main_path_works_for_all_three_and_for_everyone(
    installation: Installation, browser: Browser, pictures: Path
) -> None:
    home = installation
    relative, coordinator, hospital = (visit(browser, pictures) for _ in range(3))
    send_a_report(home, relative)
    sign_in_staff(home, coordinator)
    review_the_report(home, coordinator)
    make_and_seal(home, coordinator)
    link = send_to_hospital(home, coordinator)
    open_at_hospital(home, hospital, link)
    see_it_received(home, relative)
    complaints = relative.complaints + coordinator.complaints + hospital.complaints
    assert complaints == []


def send_a_report(home: Installation, relative: Visitor) -> None:
    sign_in_family(home, relative)
    page = relative.page
    relative.look("portal-home")
    assert page.get_by_text("Pathology report").first.is_visible()
    page.goto(f"{home.address}/portal/upload/")
    page.locator("input[type=file]").first.set_input_files(REPORT)
    relative.look("portal-upload")
    submit = page.locator("form:has(input[type=file]) button[type=submit]")
    if submit.is_visible():
        submit.click()
    wait_until(
        lambda: (
            page.get_by_text("safe to close", exact=False).is_visible() or "/papers/" in page.url
        ),
        "the report is received",
    )
    page.goto(f"{home.address}/portal/papers/")
    relative.look("portal-papers")


def see_it_received(home: Installation, relative: Visitor) -> None:
    for place in ("", "messages/", "consent/", "trip/", "access/", "papers/"):
        relative.page.goto(f"{home.address}/portal/{place}")
        relative.look(f"portal-{place.strip('/') or 'home-later'}")
    words = relative.page.content()
    assert "published wording" not in words
    assert "correspond" not in words


def review_the_report(home: Installation, coordinator: Visitor) -> None:
    page = coordinator.page
    coordinator.look("my-day")
    case = f"{home.address}/admin/case/{home.people['case']}/"

    def waits_for_review() -> bool:
        page.goto(f"{home.address}/admin/review/")
        return page.locator("img[alt*='Page 1']").count() > 0

    wait_until(waits_for_review, "the report waits for review")
    coordinator.look("review")
    record = page.url.partition("?")[0]
    confirmed = sum(confirm_page(coordinator, f"{record}?page={number}") for number in (1, 2))
    assert confirmed > len(("histology", "grade", "Ki-67"))
    coordinator.look("review-confirmed")
    page.get_by_role("button", name="Accept the record").first.click()
    page.wait_for_load_state("networkidle")
    for part in (
        "overview",
        "records",
        "facts",
        "flag",
        "dossiers",
        "referrals",
        "messages",
        "travel",
        "people",
    ):
        page.goto(f"{case}{part}/")
        coordinator.look(f"case-{part}")
    page.goto(f"{case}flag/")
    wait_until(
        lambda: page.reload() and page.get_by_text("published wording").first.is_visible(),
        "the facts are compared",
    )


def confirm_page(coordinator: Visitor, address: str) -> int:
    """Confirm every proposal of a page, one by one; how many there were."""
    page = coordinator.page
    page.goto(address)
    confirm = page.locator("button[name=do][value=confirm]")
    found = left = confirm.count()
    while left:
        confirm.first.click()
        wait_until(partial(has_fewer, confirm, left), "the proposal is decided")
        left = confirm.count()
    return found


def has_fewer(buttons: Locator, before: int) -> bool:
    return buttons.count() < before


def make_and_seal(home: Installation, coordinator: Visitor) -> None:
    page = coordinator.page
    dossiers = f"{home.address}/admin/case/{home.people['case']}/dossiers/"
    page.goto(dossiers)
    choice = page.locator("select[name=referral]")
    choice.select_option(index=choice.locator("option").count() - 1)
    page.locator("form:has(select[name=referral]) button[type=submit]").first.click()

    def is_made() -> bool:
        page.goto(dossiers)
        return page.locator("a[href*='/admin/version/']").count() > 0 and (
            page.get_by_text("To be checked").count() > 0
        )

    wait_until(is_made, "the dossier is made")
    page.locator("a[href*='/admin/version/']").first.click()
    coordinator.look("version-to-check")
    page.locator("#looked").check()
    page.get_by_role("button", name="Seal version 1").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("Sealed").first.is_visible()


def send_to_hospital(home: Installation, coordinator: Visitor) -> str:
    page = coordinator.page
    page.get_by_role("link", name="Send").first.click()
    coordinator.look("version-send")
    page.locator("main form button[type=submit].btn-primary").first.click()
    page.wait_for_load_state("networkidle")
    pattern = r"(http\S+/d/[\w.:-]+/?)"
    address = home.people["contact"]
    wait_until(lambda: read_mail(home.mail, address, pattern), "the link is mailed")
    return read_mail(home.mail, address, pattern)


def open_at_hospital(home: Installation, hospital: Visitor, link: str) -> None:
    page = hospital.page
    page.goto(link)
    hospital.look("hospital-link")
    page.get_by_role("button", name="Send me the code").click()
    page.locator("input[name=code]").wait_for()
    address, pattern = home.people["contact"], r"^\s*(\d{6,8})\s*$"
    wait_until(lambda: read_mail(home.mail, address, pattern), "the code is mailed")
    page.locator("input[name=code]").fill(read_mail(home.mail, address, pattern))
    hospital.look("hospital-code")
    page.get_by_role("button", name="Open").click()
    page.wait_for_url("**/d/open/**")
    assert "/d/open/" in page.url
    hospital.look("hospital-opened")
    page.get_by_label("Write to").fill("Thank you, the board meets on Thursday.")
    page.get_by_role("button", name="Send the letter").click()
    assert page.get_by_text("the board meets on Thursday").first.is_visible()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the dossier (PDF)").click()
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF-")


def test_the_same_pages_hold_in_arabic(
    installation: Installation, browser: Browser, pictures: Path
) -> None:
    visitor = visit(browser, pictures, language="ar")
    visitor.page.goto(installation.address)
    assert visitor.page.locator("html").get_attribute("dir") == "rtl"
    visitor.look("arabic-front-door")
    visitor.page.goto(f"{installation.address}/portal/inquiry/")
    visitor.look("arabic-inquiry")
    visitor.page.goto(f"{installation.address}/account/login/")
    visitor.look("arabic-sign-in")
    assert visitor.complaints == []
