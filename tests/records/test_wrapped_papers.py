"""A report that lies on a disc in the wrapping of an image is a paper like any other."""

from collections.abc import Callable

import pytest

from cases.casework.models import Case
from documents.records.models import Document, DocumentState, EntryState, ImagingStudy, PersonCheck
from documents.records.services import clear_other_patient
from tests import make
from tests.records.discs import make_disc, pack, wrap_paper
from tests.records.sending import PATHOLOGY, is_about_ruth, send

RunJobs = Callable[[], int]
STRANGER = {"name": "BRANDT^HELGA", "birth_date": "19410203"}


@pytest.fixture
def case(cast: make.Cast) -> Case:
    return is_about_ruth(cast.case)


def take(case: Case, data: bytes, run_jobs: RunJobs, name: str = "CD.zip") -> Document:
    document = send(case, data, name=name)
    run_jobs()
    document.refresh_from_db()
    return document


def bytes_of(document: Document) -> str:
    return document.files.get(version=1).sha256


def test_a_wrapped_report_of_a_disc_becomes_a_record(case: Case, run_jobs: RunJobs) -> None:
    plain = send(make_case_of_ruth(), PATHOLOGY, name="plain.pdf")
    disc = take(
        case,
        pack([*make_disc(series=1, images=2), ("DICOM/R0001", wrap_paper(PATHOLOGY))]),
        run_jobs,
    )
    assert (disc.state, disc.person_check) == (DocumentState.TO_REVIEW, PersonCheck.SAME)
    report = Document.objects.get(taken_from=disc)
    assert bytes_of(report) == bytes_of(plain)
    assert report.state == DocumentState.TO_REVIEW
    assert report.files.get().pages.count() > 0
    assert [study.series.count() for study in ImagingStudy.objects.all()] == [1]
    entry = disc.entries.get(name="DICOM/R0001")
    assert (entry.state, entry.kind) == (EntryState.TAKEN, "pdf")


def make_case_of_ruth() -> Case:
    return is_about_ruth(make.case(owner=make.user()))


def test_a_wrapped_report_by_itself_becomes_a_record(case: Case, run_jobs: RunJobs) -> None:
    file = take(case, wrap_paper(PATHOLOGY), run_jobs, "R0001")
    assert (file.state, file.failure_code) == (DocumentState.TO_REVIEW, "")
    entry = file.entries.get()
    assert (entry.name, entry.state) == ("R0001", EntryState.TAKEN)
    report = Document.objects.get(taken_from=file)
    assert (report.title, report.state) == ("R0001", DocumentState.TO_REVIEW)
    assert report.files.get().pages.count() > 0
    assert not ImagingStudy.objects.exists()


def test_a_wrapped_report_of_another_person_is_held_with_what_lies_in_it(
    cast: make.Cast, case: Case, run_jobs: RunJobs
) -> None:
    file = take(case, wrap_paper(PATHOLOGY, **STRANGER), run_jobs, "R0001")
    assert file.state == DocumentState.OTHER_PATIENT
    assert not Document.objects.filter(taken_from=file).exists()
    clear_other_patient(
        document=file, actor=cast.coordinator, now=make.NOW, reason="Her maiden name."
    )
    run_jobs()
    assert Document.objects.get(taken_from=file).state == DocumentState.TO_REVIEW


def test_a_report_of_another_person_beside_images_stops_the_disc(
    case: Case, run_jobs: RunJobs
) -> None:
    files = [*make_disc(series=1, images=1), ("DICOM/R0001", wrap_paper(PATHOLOGY, **STRANGER))]
    disc = take(case, pack(files), run_jobs)
    assert (disc.state, disc.failure_code) == (DocumentState.OTHER_PATIENT, "two_patients")
    assert not Document.objects.filter(taken_from=disc).exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (wrap_paper(b"MZ\x90\x00" + bytes(300)), "program"),
        (wrap_paper(PATHOLOGY)[:700], "damaged"),
        (wrap_paper(wrap_paper(PATHOLOGY)), "image_damaged"),
        (wrap_paper(b""), "empty"),
    ],
    ids=["a program", "cut off", "wrapped twice", "nothing"],
)
def test_what_is_no_paper_is_told_of_and_not_taken(
    case: Case, run_jobs: RunJobs, data: bytes, code: str
) -> None:
    disc = take(case, pack([("R0001", data), ("report.pdf", PATHOLOGY)]), run_jobs)
    assert disc.state == DocumentState.TO_REVIEW
    entry = disc.entries.get(name="R0001")
    assert (entry.state, entry.refusal_code) == (EntryState.REFUSED, code)
    assert Document.objects.get(taken_from=disc).title == "report"


def test_a_wrapped_report_that_was_cut_off_is_kept_and_said_to_be_damaged(
    case: Case, run_jobs: RunJobs
) -> None:
    disc = take(case, pack([("R0001", wrap_paper(PATHOLOGY)[:2000])]), run_jobs)
    report = Document.objects.get(taken_from=disc)
    assert (report.state, report.failure_code) == (DocumentState.UNREADABLE, "damaged")
