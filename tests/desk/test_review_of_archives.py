"""The review of an archive: its studies with their middle slices, and what became of its files."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.accounts.models import AuditEvent
from documents.records.models import Document, DocumentState, ImagingSeries
from documents.records.scanning import Verdict
from tests import make
from tests.desk.doing import read_news
from tests.records.discs import make_disc, make_image, pack
from tests.records.sending import NOTE, is_about_ruth, send
from tests.signing import sign_in

RunJobs = Callable[[], int]


@pytest.fixture(name="disc")
def take_disc(cast: make.Cast, run_jobs: RunJobs) -> Document:
    files = [*make_disc(series=2, images=2), ("report.txt", NOTE)]
    document = send(is_about_ruth(cast.case), pack(files), name="CD.zip")
    run_jobs()
    document.refresh_from_db()
    return document


def read_stream(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def show(desk: Client, document: Document) -> Any:
    return desk.get(reverse("admin:review", args=[document.pk]))


def test_a_reviewer_sees_the_studies_and_what_became_of_each_file(
    disc: Document, desk: Client
) -> None:
    html = show(desk, disc).content.decode()
    assert "CT 12 Mar 2026, 2 series, 4 images" in html
    assert "ODHIAMBO RUTH ACHIENG" in html
    assert "1968-05-14" in html
    for series in ImagingSeries.objects.all():
        assert reverse("admin:series_slice", args=[series.pk]) in html
    report = disc.parts.get()
    assert reverse("admin:review", args=[report.pk]) in html
    assert "A program; programs are not taken." in html
    assert "DICOM/S1/IM0001" not in html
    assert "Facts on this page" not in html


def test_a_slice_is_handed_out_after_its_look_is_recorded(disc: Document, desk: Client) -> None:
    series = ImagingSeries.objects.first()
    assert series is not None
    answer = desk.get(reverse("admin:series_slice", args=[series.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert read_stream(answer).startswith(b"\xff\xd8\xff")
    look = AuditEvent.objects.get(action="series.read")
    assert look.target == f"records.imagingseries:{series.pk}"
    assert look.detail == {"document": str(disc.pk)}
    ImagingSeries.objects.update(preview_name="")
    assert desk.get(reverse("admin:series_slice", args=[series.pk])).status_code == 404


def test_a_stranger_finds_no_slice(disc: Document, cast: make.Cast) -> None:
    series = ImagingSeries.objects.filter(study__document=disc)[0]
    missing = reverse("admin:series_slice", args=[disc.pk])
    for stranger in (cast.outsider, cast.administrator):
        browser = sign_in(stranger)
        answer = browser.get(reverse("admin:series_slice", args=[series.pk]))
        assert answer.status_code == browser.get(missing).status_code == 404


def test_an_archive_is_accepted_on_its_page(disc: Document, desk: Client) -> None:
    typed = {"do": "accept", "title": "CT of March", "kind": "imaging", "shown_to_hospitals": "on"}
    answer = desk.post(reverse("admin:review_do", args=[disc.pk]), typed, follow=True)
    assert read_news(answer) == ["“CT of March” is accepted."]
    disc.refresh_from_db()
    assert (disc.state, disc.kind) == (DocumentState.ACCEPTED, "imaging")


def test_images_of_two_people_are_shown_side_by_side_until_somebody_decides(
    cast: make.Cast, desk: Client, run_jobs: RunJobs
) -> None:
    other = make_image(name="ALMEIDA^SOFIA", birth_date="19710203", study="1.2.826.0.1.99")
    files = [("a", make_image()), ("b", other), ("report.txt", NOTE)]
    document = send(is_about_ruth(cast.case), pack(files), name="CD.zip")
    run_jobs()
    html = show(desk, document).content.decode()
    assert "ALMEIDA SOFIA" in html
    assert "Held because its images name more than one person." in html
    assert html.count("more than one person") == 1
    assert "Waits until you have decided whose it is" in html
    desk.post(reverse("admin:review_do", args=[document.pk]), {"do": "clear", "reason": "Her own"})
    assert "The files in the archive are being taken" in show(desk, document).content.decode()
    run_jobs()
    assert document.parts.count() == 1


def test_an_archive_that_the_scanner_did_not_look_through_is_shown_and_not_handed_out(
    disc: Document, desk: Client
) -> None:
    file = disc.files.get()
    original = reverse("admin:file_original", args=[file.pk])
    assert original in show(desk, disc).content.decode()
    disc.files.update(scan_verdict=Verdict.NOT_SCANNED)
    html = show(desk, disc).content.decode()
    assert "Larger than the scanner looks at" in html
    assert original not in html
    assert desk.get(original).status_code == 404


def test_the_list_of_records_names_the_studies(disc: Document, desk: Client) -> None:
    page = desk.get(reverse("admin:cockpit_part", args=[disc.case_id, "records"]))
    assert "CT 12 Mar 2026, 2 series, 4 images" in page.content.decode()
