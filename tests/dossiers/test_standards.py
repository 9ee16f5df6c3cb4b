"""Every dossier is PDF/A-3a and PDF/UA-1 at once, as the veraPDF engine judges."""

from dataclasses import replace

import pytest

from documents.dossiers.printed import Absence, Fact
from documents.dossiers.render import lay_out, render_dossier, write_pdf
from tests.dossiers.conftest import Find
from tests.dossiers.sample_contents import FULL, SAMPLES, cite

LANGUAGES = ("en", "es", "ar", "zh-hans", "hi", "ru")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_follows_both_standards(name: str, find_faults: Find) -> None:
    assert find_faults(render_dossier(SAMPLES[name]())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dossier_in_every_language_follows_both(language: str, find_faults: Find) -> None:
    assert find_faults(render_dossier(replace(SAMPLES["multilingual"](), language=language))) == []


def test_three_hundred_facts_follow_both(find_faults: Find) -> None:
    many = tuple(
        Fact(text=f"value {number}", label=f"Detail {number}", cites=cite("S1", 1 + number % 3))
        for number in range(300)
    )
    crowded = replace(FULL, diagnosis_details=many, changes=Absence("this is the first version"))
    assert find_faults(render_dossier(crowded)) == []


def test_the_judge_finds_what_is_wrong(find_faults: Find) -> None:
    plain = lay_out("<html lang=en><title>x</title><p>x</p></html>", {}).write_pdf()
    accused = find_faults(plain)
    assert any(line.startswith("3a ") for line in accused)
    assert any(line.startswith("ua1 ") for line in accused)
    skipping = "<html lang=en><title>x</title><h1>x</h1><h3>y</h3></html>"
    assert any("7.4.2" in line for line in find_faults(write_pdf(lay_out(skipping, {}))))
