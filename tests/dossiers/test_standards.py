"""Every dossier is PDF/A-3a and PDF/UA-1 at once, as the veraPDF engine judges."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from documents.dossiers.printed import Absence, Fact
from documents.dossiers.render import lay_out, render_dossier, write_pdf
from documents.dossiers.services import request_dossier, seal_version
from documents.dossiers.serving import read_checked
from tests.clinical.knowing import PNET
from tests.dossiers.conftest import Find
from tests.dossiers.records import agree, read_from, read_paper
from tests.dossiers.sample_contents import FULL, SAMPLES, cite
from tests.make import Cast
from tests.samples.shapes import SAMPLES as SAMPLE_CASES

PAPERS = sorted(SAMPLE_CASES.glob("*/[0-9][0-9]-*.pdf"))
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


@pytest.mark.parametrize("slug", sorted({path.parent.name for path in PAPERS}))
def test_the_sealed_dossier_of_every_sample_case_follows_both_with_its_source_pages(
    slug: str, cast: Cast, now: datetime, run_jobs: Callable[[], int], find_faults: Find
) -> None:
    papers = [
        read_paper(cast.case, cast.coordinator, path.read_bytes(), title=path.stem)
        for path in PAPERS
        if path.parent.name == slug
    ]
    for key, value in PNET.items():
        read_from(papers[0], cast.coordinator, key, value)
    agree(cast)
    version = request_dossier(
        case=cast.case, referral=cast.referral, actor=cast.coordinator, now=now
    )
    run_jobs()
    version = seal_version(version=version, actor=cast.coordinator, now=now)
    assert version.page_count > sum(paper.page_count or 0 for paper in papers)
    assert find_faults(read_checked(version)) == []


def test_the_judge_finds_what_is_wrong(find_faults: Find) -> None:
    plain = lay_out("<html lang=en><title>x</title><p>x</p></html>", {}).write_pdf()
    accused = find_faults(plain)
    assert any(line.startswith("3a ") for line in accused)
    assert any(line.startswith("ua1 ") for line in accused)
    skipping = "<html lang=en><title>x</title><h1>x</h1><h3>y</h3></html>"
    assert any("7.4.2" in line for line in find_faults(write_pdf(lay_out(skipping, {}))))
