"""The password of a locked paper is typed on a phone: nothing reaches beyond the edge."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests import make
from tests.portal.family import page_of
from tests.portal.test_in_browser import browser, find_faults, open_page, phone
from tests.records.papers import make_pdf, protect_pdf
from tests.records.sending import send

__all__ = ["Browser", "browser", "phone"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_locked_paper_is_opened_on_a_phone(
    cast: make.Cast,
    phone: BrowserContext,
    live_server: LiveServer,
    run_jobs: Callable[[], int],
    language: str,
) -> None:
    send(cast.case, protect_pdf(make_pdf("The Ki-67 is 9%."), "between us"), name="lab.pdf")
    run_jobs()
    page, said = open_page(
        phone, live_server, page_of(cast.case, "documents"), cast.parent, language=language
    )
    assert find_faults(page) == []
    field = page.locator("input[type=password]")
    field.fill("not this one")
    field.press("Enter")
    expect(page.locator(".error-text")).to_be_visible()
    assert find_faults(page) == []
    expect(field).to_have_value("")
    field.fill("between us")
    field.press("Enter")
    expect(field).to_have_count(0)
    expect(page.locator(".messages, [role=status], .notice").first).to_be_visible()
    assert [line for line in said if "422" not in line] == []
