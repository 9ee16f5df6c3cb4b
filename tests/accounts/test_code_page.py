"""The page for the code says where it went, how long it lasts, and what to do if nothing comes."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from navigator.portal.templatetags.portal import mask_address
from tests import make

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody@family.example"


def ask_for_code(browser: Client, address: str) -> str:
    answer = browser.post(reverse("account_request_login_code"), {"email": address}, follow=True)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def test_the_page_masks_the_address_and_tells_what_to_do(cast: make.Cast) -> None:
    html = ask_for_code(Client(), cast.parent.email)
    assert mask_address(cast.parent.email) in html
    assert "ten minutes" in html
    assert "If nothing comes" in html
    assert "Send the code again" in html
    assert html.count("expire") == 0


def test_an_unknown_address_gets_the_same_page(cast: make.Cast) -> None:
    known = ask_for_code(Client(), cast.parent.email)
    unknown = ask_for_code(Client(), UNKNOWN)
    for address in (cast.parent.email, UNKNOWN):
        known = known.replace(address, "…").replace(mask_address(address), "…")
        unknown = unknown.replace(address, "…").replace(mask_address(address), "…")
    assert re.sub(r"\w{30,}", "", known) == re.sub(r"\w{30,}", "", unknown)


def test_a_code_sent_again_signs_in_and_the_earlier_one_does_not(cast: make.Cast) -> None:
    browser = Client()
    ask_for_code(browser, cast.parent.email)
    page = reverse("account_confirm_login_code")
    assert browser.post(page, {"action": "resend"}).status_code == 302
    codes = [re.search(r"^    (\S+)$", str(sent.body), re.MULTILINE) for sent in mail.outbox]
    first, second = (code[1] for code in codes if code)
    assert browser.post(page, {"code": first}).status_code == 200
    assert browser.post(page, {"code": second}).status_code == 302
    assert browser.session["_auth_user_id"] == str(cast.parent.pk)


@pytest.mark.parametrize("known", [True, False])
def test_a_code_is_sent_again_twice_and_no_more(cast: make.Cast, *, known: bool) -> None:
    browser = Client()
    ask_for_code(browser, cast.parent.email if known else UNKNOWN)
    page = reverse("account_confirm_login_code")
    for _again in range(2):
        assert "Send the code again" in browser.get(page).content.decode()
        browser.post(page, {"action": "resend"})
    html = browser.get(page).content.decode()
    assert "Send the code again" not in html
    assert "Begin again" in html
    assert sum(UNKNOWN not in sent.to for sent in mail.outbox) == (3 if known else 0)


@pytest.mark.parametrize(
    ("address", "masked"),
    [("rosa@family.example", "r•••@family.example"), ("", "•••"), ("rosa", "•••")],
)
def test_an_address_is_masked_but_for_its_first_letter_and_its_house(
    address: str, masked: str
) -> None:
    assert mask_address(address) == masked
