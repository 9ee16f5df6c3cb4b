"""A zip from a family: its studies are listed, its papers become records, the rest is told of."""

import os
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db.models import F
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.accounts.models import AuditEvent
from cases.casework.consents import withdraw_consent
from cases.casework.models import Case, ConsentPurpose, Task
from cases.clinical.models import Fact
from cases.jobs.models import Job, JobState
from cases.jobs.runner import run_claimed_job
from documents.records import taking
from documents.records.checks import find_broken_files, find_orphans
from documents.records.errors import FileTooBig, NotArrangeable
from documents.records.failures import UNNAMED, describe_failure
from documents.records.keeping import keep_reception
from documents.records.models import (
    ArchiveEntry,
    Document,
    DocumentState,
    EntryState,
    ImagingSeries,
    ImagingStudy,
    PersonCheck,
)
from documents.records.queries.imaging import list_entries, list_studies, tell_unpacked
from documents.records.sandbox import ReadingFailure, run_parser
from documents.records.services import (
    accept_document,
    clear_other_patient,
    join_documents,
    mark_other_patient,
    reject_document,
    retry_reading,
    split_document,
    withdraw_document,
)
from tests import make
from tests.invariants import find_violations
from tests.records.discs import (
    change,
    find_central,
    make_directory,
    make_disc,
    make_image,
    name_entry,
    overlap,
    pack,
)
from tests.records.papers import make_photo
from tests.records.pictures import draw_halves, make_heic, make_tiff
from tests.records.sending import LETTER, NOTE, PATHOLOGY, is_about_ruth, send
from tests.records.word_files import make_word, paragraph

RunJobs = Callable[[], int]
OTHER = "1.2.826.0.1.99"


@pytest.fixture
def case(cast: make.Cast) -> Case:
    return is_about_ruth(cast.case)


def take(case: Case, data: bytes, run_jobs: RunJobs) -> Document:
    document = send(case, data, name="CD of the scan.zip")
    run_jobs()
    document.refresh_from_db()
    return document


def states_of(document: Document) -> dict[str, tuple[str, str]]:
    rows = document.entries.order_by("number")
    return {row.name: (row.state, row.refusal_code) for row in rows}


def parts_of(document: Document) -> set[str]:
    return {part.title for part in document.parts.all()}


def test_a_disc_with_reports_is_taken_apart(case: Case, run_jobs: RunJobs) -> None:
    data = pack([*make_disc(series=2, images=3), ("Report 12 March.pdf", PATHOLOGY)])
    disc = take(case, data, run_jobs)
    assert (disc.state, disc.person_check) == (DocumentState.TO_REVIEW, PersonCheck.SAME)
    study = ImagingStudy.objects.get()
    assert (study.modalities, study.study_date) == ("CT", "2026-03-12")
    assert (study.patient_name, study.patient_birth_date) == ("ODHIAMBO^RUTH ACHIENG", "1968-05-14")
    assert [(row.number, row.image_count) for row in study.series.all()] == [(1, 3), (2, 3)]
    assert all(row.preview_name for row in study.series.all())
    (view,) = list_studies([disc.pk])[disc.pk]
    assert view.words == "CT 12 Mar 2026, 2 series, 6 images"
    states = states_of(disc)
    assert states["DICOM/S1/IM0001"] == (EntryState.IMAGE, "")
    assert states["DICOMDIR"] == (EntryState.REFUSED, "disc_index")
    assert states["viewer/view.exe"] == (EntryState.REFUSED, "program")
    assert states["viewer/logo.png"] == (EntryState.REFUSED, "viewer")
    assert states["README.TXT"] == (EntryState.REFUSED, "viewer")
    report = Document.objects.get(taken_from=disc)
    assert (report.title, report.sha256) == ("Report 12 March", report.files.get().sha256)
    assert report.state == DocumentState.TO_REVIEW
    assert report.files.get().pages.count() > 0
    assert AuditEvent.objects.filter(action="document.received", target=report.target).exists()
    assert not list(find_broken_files())
    assert not list(find_orphans(now=timezone.now()))


def test_every_kind_of_paper_in_an_archive_is_read_as_if_it_came_alone(
    case: Case, run_jobs: RunJobs
) -> None:
    papers: dict[str, bytes] = {
        "letter.pdf": LETTER,
        "photo.jpg": make_photo(),
        "photo.png": make_photo(form="PNG"),
        "note.txt": NOTE,
        "phone.heic": make_heic(),
        "fax.tif": make_tiff(draw_halves()),
        "word.docx": make_word(paragraph("Pathology report")),
    }
    archive = take(case, pack(papers.items()), run_jobs)
    assert set(states_of(archive).values()) == {(EntryState.TAKEN, "")}
    assert parts_of(archive) == {"letter", "photo", "note", "phone", "fax", "word"}
    assert {part.state for part in archive.parts.all()} <= {
        DocumentState.TO_REVIEW,
        DocumentState.OTHER_PATIENT,
    }
    assert archive.parts.count() == len(papers)


def test_the_same_paper_twice_is_one_record(case: Case, run_jobs: RunJobs) -> None:
    here = send(case, LETTER)
    archive = take(
        case, pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY), ("c.pdf", PATHOLOGY)]), run_jobs
    )
    rows = {row.name: row.document for row in archive.entries.all()}
    assert rows["a.pdf"] == here
    assert rows["b.pdf"] == rows["c.pdf"]
    assert Document.objects.count() == 3


def test_two_entries_of_one_name_are_two_papers(case: Case, run_jobs: RunJobs) -> None:
    archive = take(
        case, pack([(name_entry("a.pdf"), LETTER), (name_entry("a.pdf"), PATHOLOGY)]), run_jobs
    )
    assert archive.parts.count() == 2


def test_what_is_no_paper_is_listed_with_the_reason(case: Case, run_jobs: RunJobs) -> None:
    files: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        (name_entry("../../etc/report.pdf"), LETTER),
        (name_entry("link.pdf", mode=0o120777), b"/etc/passwd"),
        (name_entry("r\u202efdp.exe"), b"MZ" + bytes(400)),
        ("CON", NOTE),
        ("x" * 296 + ".txt", NOTE + b"2"),
        ("inner.zip", pack([("deep.pdf", PATHOLOGY)])),
        ("inner.bin", pack([("deep.pdf", PATHOLOGY)])),
        ("page.dat", b"<html><script>alert(1)</script></html>"),
        ("noise.dat", bytes(range(256)) * 9),
        ("empty.pdf", b""),
    ]
    archive = take(case, pack(files), run_jobs)
    rows = [(row.state, row.refusal_code) for row in archive.entries.order_by("number")]
    assert rows == [
        ("refused", "unsafe_name"),
        ("refused", "link"),
        ("refused", "unsafe_name"),
        ("taken", ""),
        ("taken", ""),
        ("refused", "nested_archive"),
        ("refused", "nested_archive"),
        ("refused", "web_page"),
        ("refused", "unknown"),
        ("refused", "empty"),
    ]
    entries, count = list_entries(archive)
    assert count == 10
    assert all(str(one.reason).endswith(".") for one in entries if one.document_id is None)
    told = tell_unpacked([archive.pk])[archive.pk]
    assert (told.taken, told.waiting) == (2, 0)
    assert sum(len(one.names) + one.more for one in told.not_taken) == 8


def test_an_archive_without_anything_for_us_says_so(case: Case, run_jobs: RunJobs) -> None:
    for data in (pack([("setup.exe", b"MZ" + bytes(90))]), pack([("noise", bytes(range(256)))])):
        archive = take(case, data, run_jobs)
        assert (archive.state, archive.failure_code) == ("to_review", "nothing_to_take")
        assert describe_failure(archive.failure_code) is not UNNAMED


def test_a_broken_image_costs_no_other(case: Case, run_jobs: RunJobs) -> None:
    good = [make_image(number=number) for number in (1, 2, 3)]
    broken = b"\0" * 128 + b"DICM" + bytes(range(256)) * 4
    data = pack([("1", good[0]), ("2", broken), ("3", good[1]), ("4", good[2])])
    data = change(data, data.index(b"PK\x03\x04", 40) + 14, "<L", 5)
    archive = take(case, data, run_jobs)
    assert archive.state == DocumentState.TO_REVIEW
    assert ImagingSeries.objects.get().image_count == 3
    assert states_of(archive)["2"][0] == EntryState.REFUSED


def test_the_same_image_at_two_places_counts_once(case: Case, run_jobs: RunJobs) -> None:
    image = make_image()
    take(case, pack([("a/1", image), ("b/1", image), ("b/2", make_image(number=2))]), run_jobs)
    assert ImagingSeries.objects.get().image_count == 2


# --- Whose images -----------------------------------------------------------------------------


def test_images_of_two_people_stop_everything_until_a_person_has_looked(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    other = make_image(name="ALMEIDA^SOFIA", birth_date="19710203", study=OTHER)
    data = pack([("a", make_image()), ("b", other), ("report.pdf", PATHOLOGY)])
    archive = take(case, data, run_jobs)
    assert (archive.state, archive.failure_code) == ("other_patient", "two_patients")
    assert not archive.parts.exists()
    assert {state for state, _code in states_of(archive).values()} == {EntryState.LISTED}
    assert {study.patient_name for study in archive.studies.all()} == {
        "ODHIAMBO^RUTH ACHIENG",
        "ALMEIDA^SOFIA",
    }
    assert [told["answer"] for told in archive.findings["people"]] == [
        "same",
        "same",
        "other",
        "other",
    ]
    clear_other_patient(document=archive, reason="Her own", actor=cast.coordinator, now=now)
    run_jobs()
    assert parts_of(archive) == {"report"}
    assert states_of(archive)["b"] == (EntryState.IMAGE, "")


def test_images_of_another_person_than_the_patient_are_held(case: Case, run_jobs: RunJobs) -> None:
    image = make_image(name="ALMEIDA^SOFIA", birth_date="")
    archive = take(case, pack([("a", image), ("report.pdf", PATHOLOGY)]), run_jobs)
    assert (archive.state, archive.failure_code) == (DocumentState.OTHER_PATIENT, "")
    assert archive.person_check == PersonCheck.NAME_DIFFERS
    assert not archive.parts.exists()


def test_a_report_of_another_person_in_the_archive_is_held_by_itself(
    case: Case, run_jobs: RunJobs
) -> None:
    report = b"Patient: Kenji Nakamura\nDate of birth: 3 February 1971\n\nKi-67: 9%.\n"
    archive = take(case, pack([("a", make_image()), ("report.txt", report)]), run_jobs)
    assert archive.state == DocumentState.TO_REVIEW
    assert archive.parts.get().state == DocumentState.OTHER_PATIENT


# --- Again, and from any place ------------------------------------------------------------------


def test_reading_anew_makes_nothing_twice(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    archive = take(case, pack([*make_disc(), ("report.pdf", PATHOLOGY)]), run_jobs)
    before = [(row.number, row.state, row.document_id) for row in archive.entries.all()]
    old = set(ImagingSeries.objects.values_list("preview_name", flat=True))
    retry_reading(document=archive, actor=cast.coordinator, now=now)
    run_jobs()
    assert [(row.number, row.state, row.document_id) for row in archive.entries.all()] == before
    assert archive.parts.count() == 1
    assert ImagingStudy.objects.count() == 1
    new = set(ImagingSeries.objects.values_list("preview_name", flat=True))
    assert len(new) == 2
    assert not new & old


class Killed(BaseException):
    """What a kill -9 leaves behind: nothing is caught, nothing is tidied in the rows."""


def test_taking_that_was_killed_goes_on_without_a_twin(
    case: Case, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = send(
        case, pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY), ("c.txt", NOTE)]), name="x.zip"
    )
    taken = 0
    kept = keep_reception

    def keep_or_die(*args: object, **kwargs: object) -> Document:
        nonlocal taken
        if taken == 1:
            raise Killed
        taken += 1
        return kept(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    with monkeypatch.context() as patch:
        patch.setattr(taking, "keep_reception", keep_or_die)
        with pytest.raises(Killed):
            run_jobs()
    assert archive.parts.count() == 1
    job = Job.objects.get(kind="records.take_entries")
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, lease_until=None)
    run_jobs()
    assert archive.parts.count() == 3
    assert set(states_of(archive).values()) == {(EntryState.TAKEN, "")}
    assert not list(find_broken_files())


def test_an_archive_that_is_held_meanwhile_gives_nothing_more(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    archive = send(case, pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY)]), name="x.zip")
    for kind in ("records.scan_file", "records.read_file"):
        run_claimed_job(str(Job.objects.get(kind=kind).pk))
    archive.refresh_from_db()
    mark_other_patient(document=archive, actor=cast.coordinator, now=now)
    run_jobs()
    assert not archive.parts.exists()
    assert {state for state, _code in states_of(archive).values()} == {EntryState.LISTED}


def take_while(
    case: Case, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs, meanwhile: Callable[[], object]
) -> Document:
    """An archive of two papers; `meanwhile` happens while the second is unpacked."""
    archive = send(case, pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY)]), name="x.zip")
    unpacked = 0

    def unpack_slowly(*args: object, **kwargs: object) -> object:
        nonlocal unpacked
        answer = run_parser(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came
        unpacked += 1
        if unpacked == 2:
            meanwhile()
        return answer

    monkeypatch.setattr(taking, "run_parser", unpack_slowly)
    run_jobs()
    archive.refresh_from_db()
    return archive


def test_what_was_being_unpacked_when_the_archive_was_held_is_not_kept(
    case: Case,
    cast: make.Cast,
    run_jobs: RunJobs,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = take_while(
        case,
        monkeypatch,
        run_jobs,
        lambda: mark_other_patient(
            document=Document.objects.get(taken_from=None), actor=cast.coordinator, now=now
        ),
    )
    assert parts_of(archive) == {"a"}
    assert states_of(archive)["b.pdf"] == (EntryState.LISTED, "")
    assert archive.parts.get().state == DocumentState.OTHER_PATIENT
    assert not Fact.objects.proposed().exists()
    assert find_violations() == []


def test_once_the_family_takes_back_that_papers_are_kept_no_further_one_is_taken(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent = case.consents.get(purpose=ConsentPurpose.KEEP_RECORDS)
    archive = take_while(
        case,
        monkeypatch,
        run_jobs,
        lambda: withdraw_consent(consent=consent, actor=cast.parent, now=now),
    )
    assert parts_of(archive) == {"a"}
    assert states_of(archive)["b.pdf"] == (EntryState.LISTED, "")
    assert (archive.state, archive.failure_code) == (DocumentState.TO_REVIEW, "")
    assert Job.objects.get(kind="records.take_entries").state == JobState.DONE


STOPPED = {
    DocumentState.OTHER_PATIENT: mark_other_patient,
    DocumentState.WITHDRAWN: withdraw_document,
}


@pytest.mark.parametrize("state", STOPPED)
def test_what_came_out_of_an_archive_that_is_stopped_is_stopped_too(
    case: Case,
    cast: make.Cast,
    run_jobs: RunJobs,
    now: datetime,
    state: DocumentState,
) -> None:
    archive = take(case, pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY), ("c.txt", NOTE)]), run_jobs)
    accept_document(document=archive.parts.get(title="a"), actor=cast.coordinator, now=now)
    reject_document(
        document=archive.parts.get(title="b"), reason="Cut.", actor=cast.coordinator, now=now
    )
    alone = send(case, NOTE + b"Alone.")
    run_jobs()
    STOPPED[state](document=archive, actor=cast.coordinator, now=now)
    states = {part.title: part.state for part in archive.parts.all()}
    assert states == {"a": DocumentState.ACCEPTED, "b": DocumentState.REJECTED, "c": state}
    assert Task.objects.get(code="archive_parts_accepted").target == archive.target
    alone.refresh_from_db()
    assert alone.state == DocumentState.TO_REVIEW


def part_in_two(paper: Document, cast: make.Cast, run_jobs: RunJobs, now: datetime) -> None:
    numbers = list(paper.files.get().pages.values_list("number", flat=True))
    parts = [numbers[:1], numbers[1:]]
    split_document(document=paper, parts=parts, actor=cast.coordinator, now=now)
    run_jobs()


def test_the_parts_of_a_paper_that_came_out_of_a_stopped_archive_are_held_too(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    archive = take(case, pack([("a.pdf", PATHOLOGY)]), run_jobs)
    paper = archive.parts.get()
    part_in_two(paper, cast, run_jobs, now)
    mark_other_patient(document=archive, actor=cast.coordinator, now=now)
    assert [part.state for part in paper.parts.all()] == [DocumentState.OTHER_PATIENT] * 2


def test_an_archive_that_is_held_when_it_is_read_anew_has_its_papers_held(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    archive = take(case, pack([("1", make_image()), ("report.pdf", PATHOLOGY)]), run_jobs)
    assert archive.parts.get().state == DocumentState.TO_REVIEW
    case.patient.birth_date = "1971-02-03"
    case.patient.save()
    retry_reading(document=archive, actor=cast.coordinator, now=now)
    run_jobs()
    archive.refresh_from_db()
    assert archive.state == DocumentState.OTHER_PATIENT
    assert archive.parts.get().state == DocumentState.OTHER_PATIENT


def test_a_paper_that_is_parted_is_no_archive(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    whole = send(case, PATHOLOGY)
    run_jobs()
    part_in_two(whole, cast, run_jobs, now)
    withdraw_document(document=whole, actor=cast.coordinator, now=now)
    assert {part.state for part in whole.parts.all()} == {DocumentState.TO_REVIEW}
    assert not Task.objects.filter(code="archive_parts_accepted").exists()


@pytest.mark.parametrize("code", ["too_slow", "crashed", "damaged"])
def test_an_entry_that_met_a_busy_machine_is_tried_again(
    case: Case, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    archive = send(case, pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY)]), name="x.zip")
    failed = 0

    def unpack_at_the_third_time(*args: object, **kwargs: object) -> object:
        nonlocal failed
        if not archive.parts.exists() and failed < 2:
            failed += 1
            raise ReadingFailure(code)
        return run_parser(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(taking, "run_parser", unpack_at_the_third_time)
    run_jobs()
    job = Job.objects.get(kind="records.take_entries")
    if code == "damaged":
        assert states_of(archive) == dict.fromkeys(("a.pdf", "b.pdf"), ("refused", "damaged"))
        assert job.state == JobState.DONE
        return
    assert set(states_of(archive).values()) == {("listed", "")}
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)
    Job.objects.filter(pk=job.pk).update(run_after=F("created_at"))
    run_jobs()
    assert set(states_of(archive).values()) == {("taken", "")}


def test_an_entry_that_is_slow_every_time_is_refused_at_last(
    case: Case, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = send(case, pack([("a.pdf", LETTER)]), name="x.zip")

    def be_slow(*_args: object, **_kwargs: object) -> object:
        raise ReadingFailure("too_slow")

    monkeypatch.setattr(taking, "run_parser", be_slow)
    for _attempt in range(3):
        Job.objects.filter(kind="records.take_entries").update(run_after=F("created_at"))
        run_jobs()
    assert states_of(archive) == {"a.pdf": ("refused", "too_slow")}
    assert Job.objects.get(kind="records.take_entries").state == JobState.DONE


def test_the_archive_is_accepted_and_returned_like_any_record(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    archive = take(case, pack(make_disc()), run_jobs)
    accept_document(document=archive, actor=cast.coordinator, now=now)
    withdraw_document(document=archive, actor=cast.coordinator, now=now)
    other = take(case, pack(make_disc(images=4)), run_jobs)
    reject_document(document=other, reason="The wrong disc.", actor=cast.coordinator, now=now)
    other.refresh_from_db()
    assert other.state == DocumentState.REJECTED


def test_an_archive_is_no_page_of_another_paper(
    case: Case, cast: make.Cast, run_jobs: RunJobs, now: datetime
) -> None:
    archive = take(case, pack([("note.txt", NOTE)]), run_jobs)
    paper = archive.parts.get()
    for papers in ([archive, paper], [paper, archive]):
        with pytest.raises(NotArrangeable):
            join_documents(documents=papers, actor=cast.coordinator, now=now)


def test_the_line_of_a_paper_goes_with_the_paper(case: Case, run_jobs: RunJobs) -> None:
    archive = take(case, pack([("note.txt", b"We come on Monday.\n")]), run_jobs)
    entry = archive.entries.get(state=EntryState.TAKEN)
    assert entry.document is not None
    entry.document.delete()
    assert not ArchiveEntry.objects.filter(pk=entry.pk).exists()


# --- Hostile ------------------------------------------------------------------------------------


def lock(data: bytes) -> bytes:
    return change(data, find_central(data) + 8, "<H", 1)


def make_bombs() -> bytes:
    """A zip in a zip in a zip, each of them tightly packed."""
    data = pack([("0.txt", bytes(9_000_000))])
    for depth in range(3):
        data = pack([(f"{depth}-{number}.zip", data) for number in range(5)])
    return data


def make_duplicate_end() -> bytes:
    data = pack([("a.pdf", LETTER)])
    return change(data, len(data) - 2, "<H", 22) + data[-22:]


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a bomb by its ratio": (
        lambda: pack([(str(one), bytes(40_000_000)) for one in range(3)]),
        "unreadable",
        "unpacks_too_big",
    ),
    "entries over one another": (
        lambda: overlap(pack([("a.pdf", LETTER), ("b.pdf", PATHOLOGY)])),
        "unreadable",
        "overlapping",
    ),
    "archives in archives": (make_bombs, "to_review", "nothing_to_take"),
    "a lock on every entry": (
        lambda: lock(pack([("a.pdf", LETTER)])),
        "unreadable",
        "locked_archive",
    ),
    "two ends": (make_duplicate_end, "unreadable", "damaged"),
    "cut short": (lambda: pack([("a.pdf", LETTER)])[:-30], "unreadable", "damaged"),
    "31,000 entries": (
        lambda: pack([(str(one), b"a") for one in range(31_000)], compress=zipfile.ZIP_STORED),
        "unreadable",
        "too_many_files",
    ),
    "nothing in it": (lambda: pack([]), "unreadable", "nothing_inside"),
    "a disc with only its table of contents": (
        lambda: pack([("DICOMDIR", make_directory())]),
        "to_review",
        "nothing_to_take",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archives_end_in_a_state_with_a_name(
    case: Case, run_jobs: RunJobs, name: str
) -> None:
    make_file, state, code = HOSTILE[name]
    here = os.getpid()
    archive = take(case, make_file(), run_jobs)
    assert (archive.state, archive.failure_code) == (state, code)
    assert describe_failure(code) is not UNNAMED
    assert not archive.parts.exists()
    assert os.getpid() == here
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_an_entry_larger_than_a_paper_may_be_is_left(
    case: Case, run_jobs: RunJobs, settings: Settings
) -> None:
    settings.MAX_DOCUMENT_BYTES = len(PATHOLOGY)
    archive = take(case, pack([("a.pdf", PATHOLOGY), ("b.txt", NOTE * 9000)]), run_jobs)
    assert states_of(archive) == {"a.pdf": ("taken", ""), "b.txt": ("refused", "file_too_big")}


def test_an_archive_may_be_larger_than_a_paper_and_no_larger_than_it_may_be(
    case: Case, settings: Settings
) -> None:
    data = pack([("a.pdf", LETTER * 3)], compress=zipfile.ZIP_STORED)
    settings.MAX_DOCUMENT_BYTES, settings.MAX_ARCHIVE_BYTES = 1000, len(data)
    send(case, data, name="a.zip")
    settings.MAX_ARCHIVE_BYTES = len(data) - 1
    with pytest.raises(FileTooBig):
        send(case, data, name="b.zip")
    with pytest.raises(FileTooBig):
        send(case, LETTER, name="c.pdf")
