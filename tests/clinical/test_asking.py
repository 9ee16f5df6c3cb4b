"""What families are asked for says no word of an indication, in any of their languages."""

import pytest
from django.conf import settings
from django.utils import translation

from cases.clinical.asking import WANTED, asks_for, settled_by
from cases.clinical.definitions import load_definitions

LANGUAGES = [code for code, _name in settings.LANGUAGES]
NAMES = {
    word.strip("()").lower()
    for definition in load_definitions().values()
    for word in definition.product.split()
    if word.strip("()").isalpha() and len(word) > 3
} - {"lutetium", "dotatate"}
TOLD = {
    "en": ("match", "indication", "label", "criteri", "eligib", "wording"),
    "es": ("indicación", "criterio", "etiqueta", "ficha técnica", "elegib", "correspond"),
    "ru": ("показани", "критери", "соответств", "кабозантиниб"),
    "ar": ("معيار", "معايير", "دواعي", "مؤهل"),
    "hi": ("मानदंड", "योग्य", "पात्र", "लेबल"),
    "zh-hans": ("适应症", "适应证", "标准", "符合", "说明书"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_paper_is_asked_for_with_a_word_of_an_indication(language: str) -> None:
    never = [*NAMES, *TOLD["en"], *TOLD[language]]
    with translation.override(language):
        for wanted in WANTED.values():
            told = f"{wanted.title} {wanted.reason}".lower()
            assert told.strip()
            assert [word for word in never if word in told] == []


def test_every_language_of_the_families_is_looked_at() -> None:
    assert set(LANGUAGES) == set(TOLD)


def test_every_fact_that_a_criterion_reads_has_a_paper_or_is_for_a_physician() -> None:
    for definition in load_definitions().values():
        for criterion in definition.criteria:
            facts = criterion.test.facts
            assert (asks_for(facts) is not None) is bool(facts)


def test_one_paper_settles_all_that_is_read_in_it() -> None:
    assert {"histology", "differentiation", "grade"} <= settled_by(["grade"], [])
    assert "metastatic" not in settled_by(["grade"], [])
    assert settled_by(["", "ecog"], [("pathology", "Something else")]) == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paper_on_the_list_settles_what_is_read_in_it_whoever_asked(language: str) -> None:
    with translation.override(language):
        settled = settled_by([], [("oncology_letter", "Latest letter of the treating doctors")])
    assert "resectable" in settled
    assert "prior_treatments" not in settled
