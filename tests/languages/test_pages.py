"""Pages as a family sees them in each language: words, direction, mails."""

import re
from typing import Final

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.accounts.models import User
from tests import make
from tests.signing import sign_in

pytestmark = pytest.mark.django_db

HOME_SAYS: Final = {
    "es": "Lo que el hospital quiere ver",
    "ar": "ما يريد المستشفى رؤيته",
    "hi": "अस्पताल क्या देखना चाहता है",
    "zh-hans": "医院想看的资料",
    "ru": "Что хочет увидеть больница",
}
PAGES: Final = ("home", "upload", "documents", "messages", "trip", "consent", "access")


def in_language(person: User, language: str) -> Client:
    person.language = language
    person.save(update_fields=["language"])
    return sign_in(person)


APART = re.compile(r"(?s)<script.*?</script>|<details class=\"menu language-menu\">.*?</details>")


def words_of(html: str) -> str:
    """What stands on a page, without the names of languages and of the office."""
    return re.sub(r"<[^>]+>", " ", APART.sub("", html)).replace(settings.ORGANISATION, "")


def test_every_language_of_the_settings_has_its_words_here() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {"en", *HOME_SAYS}
    assert get_commands()["makemessages"] == "navigator"


@pytest.mark.parametrize("language", HOME_SAYS)
def test_the_first_page_of_a_case_speaks_the_language_of_the_family(language: str) -> None:
    cast = make.cast()
    html = in_language(cast.parent, language).get(reverse("portal:home", args=[cast.case.pk]))
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html.content.decode()
    assert HOME_SAYS[language] in html.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_pages_in_chinese_hold_no_english_sentence(page: str) -> None:
    cast = make.cast()
    url = reverse(f"portal:{page}", args=[cast.case.pk])
    html = in_language(cast.parent, "zh-hans").get(url).content.decode()
    english = re.findall(r"\b[a-z]{2,} [a-z]{2,}\b", words_of(html))
    assert english == []


@pytest.mark.parametrize("language", HOME_SAYS)
def test_a_visitor_chooses_a_language_before_anything_else(language: str) -> None:
    visitor = Client()
    visitor.post(reverse("set_language"), {"language": language, "next": "/"})
    html = visitor.get(reverse("portal:inquiry")).content.decode()
    with translation.override(language):
        assert translation.gettext("Tell us what you need") in html
    assert "Tell us what you need" not in html


@pytest.mark.parametrize("language", HOME_SAYS)
def test_the_sign_in_by_code_is_spoken_in_every_language(language: str) -> None:
    visitor = Client(headers={"accept-language": language})
    visitor.post(reverse("account_request_login_code"), {"email": "nobody@family.example"})
    html = visitor.get(reverse("account_confirm_login_code")).content.decode()
    assert "Enter Sign-In Code" not in html
    assert "expires shortly" not in html
    refused = visitor.post(reverse("account_confirm_login_code"), {"code": "000000"})
    assert "Incorrect code" not in refused.content.decode()


def test_the_page_of_a_fault_asks_nothing_and_speaks_to_everyone() -> None:
    html = render_to_string("500.html")
    assert {code for code, _name in settings.LANGUAGES} == set(re.findall(r'lang="([\w-]+)"', html))
