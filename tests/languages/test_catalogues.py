"""The catalogues: complete where families read, faithful to the English, fresh, no promises."""

import gettext
import io
import re
from typing import Final

import pytest

from cases.casework.promises import find_denied_words, find_promises
from navigator.languages import (
    LOCALES,
    Entry,
    catalogue_of,
    is_fresh,
    read_catalogue,
)
from tests.languages.sentences import Key, list_family_sentences

PLACEHOLDER = re.compile(r"%\((\w+)\)([a-z])|%(?:[sdr]|%)")
TAG = re.compile(r"</?\w[^>]*>")
SCRIPTS: Final = {
    "ar": r"[\u0600-\u06ff]",
    "hi": r"[\u0900-\u097f]",
    "ru": r"[\u0400-\u04ff]",
    "zh_Hans": r"[\u4e00-\u9fff]",
    "es": r"[A-Za-z]",
}
FORMS: Final = {"ar": 6, "es": 3, "hi": 2, "ru": 4, "zh_Hans": 1}
# Arabic has a form for none, one and two each: the word says the number, no figure is needed.
SAY_THEIR_NUMBER: Final = {"ar": 3}
COUNTS: Final = ("count", "n", "days", "taken", "age")
# The disclaimer alone may name what is never said, to deny it.
LANGUAGE_OF: Final = {"zh_Hans": "zh-hans"} | {each: each for each in ("ar", "es", "hi", "ru")}
DENIAL = "does not guarantee access, eligibility or outcome"


def read(locale: str) -> list[Entry]:
    return read_catalogue(catalogue_of(locale).read_text(encoding="utf-8"))


def said_entries(locale: str) -> list[Entry]:
    return [entry for entry in read(locale) if entry.sentence and entry.is_said]


def placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in PLACEHOLDER.finditer(text) if match[0] != "%%")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_that_families_meet_is_said_in_their_language(locale: str) -> None:
    said: set[Key] = {entry.key for entry in said_entries(locale)}
    assert sorted(sentence for key in list_family_sentences() - said for sentence in key[1:]) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_is_only_guessed(locale: str) -> None:
    assert [entry.sentence for entry in read(locale) if entry.fuzzy] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_keep_every_placeholder(locale: str) -> None:
    wrong = []
    for entry in said_entries(locale):
        wanted = placeholders(entry.plural or entry.sentence)
        uncounted = [each for each in wanted if each[2:-2] not in COUNTS]
        for number, form in enumerate(entry.forms):
            says_it = entry.plural is not None and number < SAY_THEIR_NUMBER.get(locale, 0)
            if placeholders(form) not in ([wanted, uncounted] if says_it else [wanted]):
                wrong.append((entry.sentence, form))
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_keep_markup_and_the_lines_of_mails(locale: str) -> None:
    wrong = [
        (entry.sentence, form)
        for entry in said_entries(locale)
        for form in entry.forms
        if sorted(TAG.findall(form)) != sorted(TAG.findall(entry.sentence))
        or form.count("\n") != entry.sentence.count("\n")
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_plurals_have_all_forms_of_their_language(locale: str) -> None:
    plurals = [entry for entry in said_entries(locale) if entry.plural is not None]
    assert plurals
    assert {len(entry.forms) for entry in plurals} == {FORMS[locale]}


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_are_written_in_the_script_of_their_language(locale: str) -> None:
    letters = re.compile(SCRIPTS[locale])
    wrong = [
        form
        for entry in said_entries(locale)
        for form in entry.forms
        if not letters.search(form) and re.search(r"[a-z]", PLACEHOLDER.sub("", form))
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_language_promises_anything(locale: str) -> None:
    broken = [
        (promise.word, promise.sentence)
        for entry in said_entries(locale)
        for form in entry.forms
        if DENIAL not in entry.sentence
        for promise in find_promises(form, [LANGUAGE_OF[locale]])
    ]
    assert broken == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_that_is_to_be_said_promises_anything(locale: str) -> None:
    sentences = [text for entry in read(locale) for text in (entry.sentence, entry.plural or "")]
    assert [each for text in sentences for each in find_promises(text, ["en"])] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_list_of_promises_knows_the_words_that_the_disclaimer_denies(locale: str) -> None:
    denials = [entry for entry in said_entries(locale) if DENIAL in entry.sentence]
    assert denials
    language = LANGUAGE_OF[locale]
    assert all(find_denied_words(form, language) for entry in denials for form in entry.forms)


@pytest.mark.parametrize("locale", LOCALES)
def test_compiled_catalogues_are_those_of_their_sources(locale: str) -> None:
    assert is_fresh(locale), "run: manage.py makemessages"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_compiled_catalogue_says_what_its_source_says(locale: str) -> None:
    compiled = catalogue_of(locale).with_suffix(".mo").read_bytes()
    catalogue = gettext.GNUTranslations(io.BytesIO(compiled))
    for entry in said_entries(locale):
        if entry.plural is not None:
            shown = [catalogue.ngettext(entry.sentence, entry.plural, n) for n in range(130)]
            assert set(shown) <= set(entry.forms)
        elif entry.context is not None:
            assert catalogue.pgettext(entry.context, entry.sentence) == entry.forms[0]
        else:
            assert catalogue.gettext(entry.sentence) == entry.forms[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogues_name_no_place_no_date_and_nobody(locale: str) -> None:
    text = catalogue_of(locale).read_text(encoding="utf-8")
    assert not re.search(
        r"^#[:~]|Date:|Last-Translator|Language-Team|Bugs-To|@", text, re.MULTILINE
    )
