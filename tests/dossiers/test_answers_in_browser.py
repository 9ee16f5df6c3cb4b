"""A hospital's answer and a family's code in a real browser, both directions of writing."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from documents.dossiers.delivery import grant_version
from tests import make
from tests.dossiers.records import agree, sealed_version
from tests.dossiers.test_delivery import code_of
from tests.portal.test_in_browser import browser, find_faults, open_page

__all__ = ["browser"]
pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = [(390, "en"), (1440, "ar")]


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_a_hospital_answers_and_reads_that_it_arrived(
    browser: Browser, live_server: LiveServer, width: int, language: str
) -> None:
    cast, now = make.cast(), timezone.now()
    agree(cast)
    grant, token = grant_version(
        version=sealed_version(cast, sign=False),
        contact=cast.reviewer,
        actor=cast.coordinator,
        now=now,
    )
    context = browser.new_context(viewport={"width": width, "height": 844})
    page, said = open_page(context, live_server, f"/d/{token}/", None, language=language)
    page.click("main button[type=submit]")
    page.fill("#code", code_of(grant))
    page.click("form:has(#code) button")
    page.wait_for_url("**/d/open/")
    faults = [*find_faults(page), *said]
    page.check("input[value=ask]")
    page.fill("#words", "Please send the CT of the last sixty days.")
    page.click("#answer button[type=submit]")
    expect(page.locator(".notice.is-ok")).to_be_visible()
    faults += [*find_faults(page), *said]
    context.close()
    assert faults == []


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_the_page_for_the_code_has_no_fault(
    browser: Browser, live_server: LiveServer, width: int, language: str
) -> None:
    person = make.cast().parent
    context = browser.new_context(viewport={"width": width, "height": 844})
    page, said = open_page(context, live_server, "/account/login/code/", None, language=language)
    page.fill("input[type=email]", person.email)
    page.click("main button[type=submit]")
    page.wait_for_selector("input[name=code]")
    faults = [*find_faults(page), *said]
    context.close()
    assert faults == []
