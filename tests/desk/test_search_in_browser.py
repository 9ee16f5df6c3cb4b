"""The search in a real browser: by keys alone, on a phone, and without scripts."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from documents.records.models import Document
from tests import make
from tests.desk.reviewing import send_read
from tests.desk.test_review_in_browser import (  # noqa: F401  # fixtures
    browser,
    find_faults,
    said,
    screen,
)
from tests.records.sending import is_about_ruth
from tests.records.test_searching import put_paper
from tests.samples.shapes import SAMPLES
from tests.signing import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def letter(cast: make.Cast, run_jobs: Callable[[], int]) -> Document:
    put_paper(
        make.case(owner=cast.coordinator, patient=make.patient(native_name="Марта Веласко")),
        "Metástasis hepáticas. Tumor neuroendocrino bien diferenciado, índice Ki-67 del 8 %, "
        "grado G2 de la clasificación de la OMS, con receptores de somatostatina. " * 3,
        "患者为胰腺神经内分泌肿瘤，Ki-67指数约8%，肝转移。",
        title="Informe de anatomía patológica",
        issuer="Hospital del Valle",
        report_date="2026-02-11",
        kind="pathology",
    )
    data = (SAMPLES / "pnet-match" / "03-oncology-letter.pdf").read_bytes()
    return send_read(is_about_ruth(cast.case), data, run_jobs, actor=cast.parent)


def test_a_page_is_found_and_opened_by_keys_alone(
    screen: Page,  # noqa: F811  # the fixture
    live_server: LiveServer,
    letter: Document,
    said: list[str],  # noqa: F811  # the fixture
) -> None:
    screen.goto(live_server.url + reverse("admin:index"))
    screen.keyboard.press("/")
    screen.keyboard.type("Ki-67")
    screen.keyboard.press("Enter")
    expect(screen.locator(".search-snippet mark").first).to_be_visible()
    assert "67" not in urlsplit(screen.url).query.partition("look=")[0]
    assert find_faults(screen, "search") == []
    screen.locator("h1").click()
    screen.keyboard.press("j")
    while letter.title not in screen.evaluate("document.activeElement.textContent"):
        screen.keyboard.press("j")
    screen.keyboard.press("Enter")
    screen.wait_for_url(f"**{reverse('admin:review', args=[letter.pk])}*")
    screen.wait_for_load_state("networkidle")
    expect(screen.locator("rect.is-looked").first).to_be_attached()
    assert find_faults(screen, "search-lit") == []
    screen.go_back()
    expect(screen.locator(".search-snippet mark").first).to_be_visible()
    assert said == []


def test_the_cockpit_searches_its_own_case(
    screen: Page,  # noqa: F811  # the fixture
    live_server: LiveServer,
    letter: Document,
    said: list[str],  # noqa: F811  # the fixture
) -> None:
    screen.goto(live_server.url + reverse("admin:cockpit", args=[letter.case_id]))
    assert find_faults(screen, "search-cockpit") == []
    screen.locator("#case-search").fill("ki-67")
    screen.locator("#case-search").press("Enter")
    expect(screen.locator(".search-snippet mark").first).to_be_visible()
    expect(screen.get_by_text("Hospital del Valle")).to_have_count(0)
    assert find_faults(screen, "search-case") == []
    screen.get_by_role("button", name="Search all your cases for this").click()
    expect(screen.get_by_text("Hospital del Valle").first).to_be_visible()
    screen.locator("#search-words").fill("nobodywrote")
    screen.locator("#search-words").press("Enter")
    expect(screen.get_by_text("Nothing found")).to_be_visible()
    assert find_faults(screen, "search-nothing") == []
    assert said == []


def test_a_phone_without_scripts_searches_too(
    browser: Browser,  # noqa: F811  # the fixture
    live_server: LiveServer,
    letter: Document,
    cast: make.Cast,
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    session = sign_in(cast.coordinator).cookies["session"].value
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("admin:index"))
    page.locator("#desk-search").fill("Odhiambo")
    page.locator("#desk-search").press("Enter")
    expect(page.get_by_role("link", name="Ruth Achieng Odhiambo").first).to_be_visible()
    page.locator(".search-title").last.click()
    assert reverse("admin:review", args=[letter.pk]) in page.url
    context.close()
