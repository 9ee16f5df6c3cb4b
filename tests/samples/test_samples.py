"""The sample cases are well formed, and every quoted word really stands on its page."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from tests.samples.load import build_snapshot, case_slugs, load_case, load_extras, load_hospitals
from tests.samples.shapes import (
    REFERENCE_DATE,
    SAMPLES,
    SYNTHETIC_LINE,
    Appointment,
    ExpectedProposal,
    SampleCase,
    Trap,
    Trip,
)

SPACES = re.compile(r"\s+")
EVERY_CASE = pytest.mark.parametrize("slug", case_slugs())


def squeeze(text: str) -> str:
    """Put the page's lines in a row; pdfium gives a hyphen at a line end as a control sign."""
    return SPACES.sub(" ", text.replace("\x02", "-"))


def read_pages(path: Path) -> list[str]:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return [squeeze(page.get_textpage().get_text_bounded()) for page in pdf]
    finally:
        pdf.close()


def pages_of(case: SampleCase) -> dict[str, list[str]]:
    return {file.name: read_pages(case.path_of(file)) for file in case.files}


def test_there_are_at_least_seven_cases() -> None:
    assert len(case_slugs()) >= 7


@EVERY_CASE
def test_every_file_has_the_pages_that_the_case_names(slug: str) -> None:
    case = load_case(slug)
    assert {name: len(pages) for name, pages in pages_of(case).items()} == {
        file.name: file.pages for file in case.files
    }


@EVERY_CASE
def test_no_paper_lies_in_the_folder_that_the_case_does_not_name(slug: str) -> None:
    case = load_case(slug)
    assert {path.name for path in case.folder.glob("*.pdf")} == {file.name for file in case.files}


@EVERY_CASE
def test_every_page_prints_whose_it_is_and_that_it_is_synthetic(slug: str) -> None:
    case = load_case(slug)
    for name, pages in pages_of(case).items():
        printed = case.file_named(name).printed
        for text in pages:
            for word in (printed.name, printed.birth_date, printed.record_number):
                assert squeeze(word) in text, (name, word)
            assert printed.accession in text
            assert SYNTHETIC_LINE in text


@EVERY_CASE
def test_every_quotation_stands_on_its_page(slug: str) -> None:
    case = load_case(slug)
    pages = pages_of(case)
    statements: list[ExpectedProposal | Trap] = [*case.proposals, *case.traps]
    absent = [
        (one.file, one.page, one.quote)
        for one in statements
        if squeeze(one.quote) not in pages[one.file][one.page - 1]
    ]
    assert absent == []


@EVERY_CASE
def test_consents_referrals_and_plans_name_known_hospitals(slug: str) -> None:
    case, hospitals = load_case(slug), load_hospitals()
    consented = {consent.hospital for consent in case.consents if consent.purpose == "share"}
    assert consented <= set(hospitals)
    assert all(bool(consent.hospital) == (consent.purpose == "share") for consent in case.consents)
    for referral in case.referrals:
        assert referral.hospital in consented
        addresses = {contact.email for contact in hospitals[referral.hospital].contacts}
        assert referral.contact in addresses
    plans: list[Appointment | Trip] = [*case.appointments, *case.trips]
    assert {plan.hospital for plan in plans} <= set(hospitals)
    assert {message.party for message in case.messages} <= {*hospitals, "family"}


@EVERY_CASE
def test_dates_run_forwards(slug: str) -> None:
    case = load_case(slug)
    for file in case.files:
        taken = file.specimen_date or file.study_date or file.report_date
        assert case.patient.birth_date < taken <= file.report_date <= file.received
        assert file.received <= REFERENCE_DATE + timedelta(days=1)
    for item in (item for trip in case.trips for item in trip.items):
        assert item.starts < item.ends
    for moment in [a.starts for a in case.appointments] + [m.sent for m in case.messages]:
        assert moment.tzinfo is not None


@EVERY_CASE
def test_the_snapshot_of_the_confirmed_facts_is_plain_json(slug: str) -> None:
    snapshot = build_snapshot(load_case(slug))
    assert json.loads(json.dumps(snapshot)) == snapshot


def test_addresses_are_all_at_example_domains() -> None:
    written = "\n".join(
        path.read_text(encoding="utf-8")
        for path in SAMPLES.rglob("*")
        if path.suffix in {".yaml", ".html"}
    )
    addresses = re.findall(r"[\w.+-]+@([\w.-]+\w)", written.replace("{{mailbox}}", "box"))
    assert addresses
    assert [address for address in addresses if not address.endswith(".example")] == []


def test_the_extra_files_are_what_their_list_says() -> None:
    extras = load_extras()
    assert {path.name for path in (SAMPLES / "extra").iterdir()} == set(extras)
    copy = extras["pathology-copy.pdf"]
    assert copy.path.read_bytes() == (SAMPLES / copy.duplicate_of).read_bytes()
    with pikepdf.open(
        extras["protected.pdf"].path, password=extras["protected.pdf"].password
    ) as pdf:
        assert len(pdf.pages) == extras["protected.pdf"].pages
    assert extras["plain-report.txt"].path.read_text(encoding="utf-8").count("\f") == 1


def test_the_protected_file_does_not_open_without_its_password() -> None:
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(load_extras()["protected.pdf"].path)


def test_the_scan_has_no_text_layer() -> None:
    assert read_pages(load_extras()["scanned.pdf"].path) == ["", ""]


def test_the_photograph_lies_on_its_side_and_carries_a_place() -> None:
    with Image.open(load_extras()["phone-photo.jpg"].path) as picture:
        assert picture.width > picture.height
        assert picture.getexif()[0x0112] == 6
        assert picture.getexif().get_ifd(0x8825)


def test_all_papers_together_stay_small() -> None:
    papers = list(SAMPLES.rglob("*.pdf"))
    assert sum(path.stat().st_size for path in papers) < 3_000_000
