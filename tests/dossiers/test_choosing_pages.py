"""Which source pages stand behind a version: accepted ones, chosen ones, translations beside."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.core.files.storage import default_storage

from documents.dossiers import errors
from documents.dossiers.building import build_file
from documents.dossiers.models import DossierVersion, Sheets, VersionState, VersionVariant
from documents.dossiers.services import SourceChoice, request_dossier, seal_version
from documents.dossiers.serving import read_checked
from documents.dossiers.sheets import Room, take_sheets
from documents.dossiers.source_pages import find_originals, order_sources
from documents.dossiers.sources import SourceBook
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Page,
    RecordKind,
    Translation,
    TranslationState,
)
from documents.records.parsers.recognition import lay_box
from documents.records.sniffing import Kind
from tests.clinical.knowing import enter
from tests.dossiers.conftest import Find
from tests.dossiers.records import agree, read_from, read_paper
from tests.make import NOW, Cast
from tests.records.papers import make_pdf, make_photo

RunJobs = Callable[[], int]
REPORT = ("Ki-67: 8%", "Grade G2")


@pytest.fixture
def paper(cast: Cast) -> DocumentFile:
    """A report, and a family that agreed that the hospital may see it."""
    agree(cast)
    return read_paper(cast.case, cast.coordinator, make_pdf(*REPORT))


def ask(
    cast: Cast,
    source_choice: SourceChoice | None = None,
    variant: VersionVariant = VersionVariant.FULL,
) -> DossierVersion:
    return request_dossier(
        case=cast.case,
        referral=cast.referral,
        actor=cast.coordinator,
        now=NOW,
        variant=variant,
        source_choice=source_choice,
    )


def build(
    cast: Cast,
    run_jobs: RunJobs,
    source_choice: SourceChoice | None = None,
    variant: VersionVariant = VersionVariant.FULL,
) -> DossierVersion:
    version = ask(cast, source_choice, variant)
    run_jobs()
    version.refresh_from_db()
    return version


def texts(version: DossierVersion) -> list[str]:
    with pypdfium2.PdfDocument(read_checked(version)) as pdf:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]


def stamps(version: DossierVersion) -> list[str]:
    return [
        page.rpartition("Source ")[2].partition(" NV-")[0]
        for page in texts(version)
        if "Source S" in page
    ]


def test_every_accepted_paper_stands_behind_and_the_file_follows_both_standards(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs, find_faults: Find
) -> None:
    read_from(paper, cast.coordinator, "ki67_percent", 8)
    photo = read_paper(
        cast.case, cast.coordinator, make_photo(), kind=Kind.JPEG, study_date="2024-01-01"
    )
    version = build(cast, run_jobs)
    assert version.state == VersionState.TO_CHECK
    pages = texts(version)
    assert len(pages) == version.page_count
    assert "Ki-67: 8%" in pages[-3]
    assert [stamp.split(",")[0] for stamp in stamps(version)] == ["S1", "S1", "S2"]
    assert find_faults(read_checked(version)) == []
    assert Sheets.objects.get(file=photo).count == 1


def test_the_answers_for_programs_lie_inside(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs
) -> None:
    read_from(paper, cast.coordinator, "ki67_percent", 8)
    version = build(cast, run_jobs)
    with pikepdf.open(io.BytesIO(read_checked(version))) as pdf:
        data = pdf.attachments["case.answers.json"].get_file().read_bytes()
    assert b'"us-fda/cabozantinib-tablets/net"' in data
    assert cast.case.patient.name.encode() not in data


@pytest.mark.parametrize(
    "change",
    [
        {"state": DocumentState.TO_REVIEW},
        {"state": DocumentState.WITHDRAWN},
        {"shown_to_hospitals": False},
    ],
    ids=["waiting", "withdrawn", "kept from hospitals"],
)
def test_what_is_not_accepted_for_hospitals_never_stands_behind(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs, change: dict[str, object]
) -> None:
    Document.objects.filter(pk=paper.document_id).update(**change)
    choice = {str(paper.document_id): [1, 2]}
    assert stamps(build(cast, run_jobs, source_choice=choice)) == []


def test_no_page_stands_behind_while_no_consent_names_the_hospital(
    cast: Cast, run_jobs: RunJobs
) -> None:
    """Page 1 leaves out who it is, and a scan would say so all the same."""
    enter(cast.case, cast.coordinator, "date_of_birth", "1977-07-07")
    file = read_paper(cast.case, cast.coordinator, make_pdf(cast.case.patient.name, *REPORT))
    read_from(file, cast.coordinator, "ki67_percent", 8)
    choice = {str(file.document_id): [1, 2, 3]}
    version = build(cast, run_jobs, source_choice=choice)
    whole = " ".join(texts(version))
    assert stamps(version) == []
    assert cast.case.patient.name not in whole
    assert "no consent names this hospital yet" in whole
    with pikepdf.open(io.BytesIO(read_checked(version))) as pdf:
        for name in pdf.attachments:
            data = pdf.attachments[name].get_file().read_bytes()
            assert cast.case.patient.name.encode() not in data
            assert b"1977-07-07" not in data
    agree(cast)
    agreed = build(cast, run_jobs)
    assert "S1, page 1 of 3" in stamps(agreed)
    assert cast.case.patient.name in " ".join(texts(agreed))


@pytest.mark.parametrize("kind", [RecordKind.IDENTITY, RecordKind.TRAVEL])
def test_a_passport_stands_behind_only_where_a_person_chose_its_pages(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs, kind: RecordKind
) -> None:
    passport = read_paper(cast.case, cast.coordinator, make_pdf("Passport 123"))
    Document.objects.filter(pk=passport.document_id).update(kind=kind)
    read_from(passport, cast.coordinator, "date_of_birth", "1977-07-07")
    keys = {source.document.pk: source.key for source in SourceBook(cast.case).files}
    report, card = keys[paper.document_id], keys[passport.document_id]
    assert stamps(build(cast, run_jobs)) == [f"{report}, page 1 of 2", f"{report}, page 2 of 2"]
    chosen = build(cast, run_jobs, source_choice={str(passport.document_id): [1]})
    assert f"{card}, page 1 of 1" in stamps(chosen)


def test_only_the_chosen_pages_stand_behind_and_the_next_version_keeps_that(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs
) -> None:
    chosen = build(cast, run_jobs, source_choice={str(paper.document_id): [2]})
    assert stamps(chosen) == ["S1, page 2 of 2"]
    assert "Ki-67: 8%" not in " ".join(texts(chosen))
    assert stamps(build(cast, run_jobs)) == ["S1, page 2 of 2"]
    none = build(cast, run_jobs, source_choice={str(paper.document_id): []})
    assert stamps(none) == []
    new = read_paper(cast.case, cast.coordinator, make_pdf("new"), study_date="2020-01-01")
    assert stamps(build(cast, run_jobs)) == ["S2, page 1 of 1"]
    assert new.document.state == DocumentState.ACCEPTED


def test_other_pages_are_not_asked_for_while_one_is_being_made(cast: Cast) -> None:
    first = ask(cast, {"x": [1]})
    assert ask(cast) == first
    assert ask(cast, {"x": [1]}) == first
    with pytest.raises(errors.VersionBeingMade):
        ask(cast, {"x": [2]})


def test_a_translation_stands_right_behind_its_original(cast: Cast) -> None:
    papers = [
        read_paper(cast.case, cast.coordinator, make_pdf(day), study_date=day)
        for day in ("2026-03-03", "2026-02-02", "2026-01-01")
    ]
    original, _between, translated = (file.document for file in papers)
    translation = Translation.objects.create(
        document=original,
        translated=translated,
        from_language="es",
        to_language="en",
        state=TranslationState.DELIVERED,
        requested_by=cast.coordinator,
        requested_at=NOW,
        changed_at=NOW,
    )
    files = SourceBook(cast.case).files
    assert [each.key for each in order_sources(files, find_originals(files))] == ["S1", "S2", "S3"]
    Translation.objects.filter(pk=translation.pk).update(state=TranslationState.APPROVED)
    assert find_originals(files) == {"S3": "S1"}
    assert [each.key for each in order_sources(files, find_originals(files))] == ["S1", "S3", "S2"]


def test_pages_are_drawn_once_and_anew_only_when_what_they_show_changed(
    paper: DocumentFile, now: datetime
) -> None:
    first = take_sheets(paper, [1, 2], Room(), now=now)
    kept = Sheets.objects.get()
    assert take_sheets(paper, [1, 2], Room(), now=now) == first
    assert Sheets.objects.get().object_name == kept.object_name
    Page.objects.filter(file=paper, number=1).update(text="Ki-67: 9%")
    second = take_sheets(paper, [1, 2], Room(), now=now)
    anew = Sheets.objects.get()
    assert second != first
    assert anew.pk == kept.pk
    assert anew.object_name != kept.object_name


def test_drawn_pages_lie_encrypted(paper: DocumentFile, now: datetime) -> None:
    drawn = take_sheets(paper, [1, 2], Room(), now=now)
    stored = Path(default_storage.path(Sheets.objects.get().object_name)).read_bytes()
    assert drawn[:200] not in stored
    assert b"%PDF" not in stored


def test_a_covered_page_is_drawn_from_the_copy_that_is_covered(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs
) -> None:
    """The newest version of a paper is the one that is drawn, with what may still be read of it."""
    newest = read_paper(cast.case, cast.coordinator, make_pdf("", "Grade G2"))
    DocumentFile.objects.filter(pk=newest.pk).update(
        document=paper.document, version=2, role="redacted", made_from=paper
    )
    Document.objects.filter(pk=newest.document_id).delete()
    whole = " ".join(texts(build(cast, run_jobs)))
    assert "Grade G2" in whole
    assert "Ki-67: 8%" not in whole


def test_a_paper_whose_pages_cannot_be_drawn_is_named_to_a_person(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs
) -> None:
    Page.objects.create(file=paper, number=3, text="", preview_name="previews/test/none")
    version = build(cast, run_jobs)
    assert (version.state, version.failure_code) == (VersionState.FAILED, "source_not_drawn")


@pytest.mark.parametrize("variant", list(VersionVariant))
@pytest.mark.parametrize("change", ["withdrawn", "kept back", "covered", "nothing"])
def test_what_changed_since_the_making_is_not_sealed_in_any_form(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs, change: str, variant: VersionVariant
) -> None:
    read_from(paper, cast.coordinator, "ki67_percent", 8)
    version = build(cast, run_jobs, variant=variant)
    assert [item.file for item in version.items.all()] == [paper]
    document = Document.objects.filter(pk=paper.document_id)
    if change == "withdrawn":
        document.update(state=DocumentState.WITHDRAWN)
    elif change == "kept back":
        document.update(shown_to_hospitals=False)
    elif change == "covered":
        DocumentFile.objects.create(
            document=paper.document,
            version=2,
            role="redacted",
            object_name="files/test/covered",
            content_type="application/pdf",
            sha256="0" * 64,
            size=1,
            created_at=NOW,
        )
    else:
        assert seal_version(version=version, actor=cast.coordinator, now=NOW).is_sealed
        return
    with pytest.raises(errors.SourcesChanged):
        seal_version(version=version, actor=cast.coordinator, now=NOW)


def test_too_many_pages_are_refused_with_a_sentence(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.dossiers.source_pages.MOST_PAGES", 2)
    assert build(cast, run_jobs).state == VersionState.TO_CHECK
    monkeypatch.setattr("documents.dossiers.source_pages.MOST_PAGES", 1)
    version = build(cast, run_jobs)
    assert (version.state, version.failure_code) == (VersionState.FAILED, "sources_too_many")
    del paper


def test_nothing_is_drawn_of_pages_that_are_too_many(
    cast: Cast, paper: DocumentFile, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.dossiers.source_pages.MOST_PAGES", 1)
    assert build(cast, run_jobs).failure_code == "sources_too_many"
    assert not Sheets.objects.exists()
    chosen = build(cast, run_jobs, source_choice={str(paper.document_id): [2]})
    assert stamps(chosen) == ["S1, page 2 of 2"]
    assert Sheets.objects.get().count == 1


def test_the_room_is_that_of_the_wanted_pages_to_the_last_byte(
    paper: DocumentFile, now: datetime
) -> None:
    both, second = (len(take_sheets(paper, numbers, Room(), now=now)) for numbers in ([1, 2], [2]))
    assert second < both
    room = Room(left=second)
    take_sheets(paper, [2], room, now=now)
    assert room.left == 0
    for numbers in ([2], [1, 2]):
        with pytest.raises(errors.SourcesTooMany):
            take_sheets(paper, numbers, Room(left=second - 1), now=now)
    assert Sheets.objects.get().count == 1


def test_drawing_ends_with_the_handful_for_which_there_is_no_room(
    cast: Cast, now: datetime
) -> None:
    long = read_paper(cast.case, cast.coordinator, make_pdf(*(["Ki-67: 8%"] * 45)))
    told: list[int] = []
    take_sheets(long, range(1, 46), Room(on_drawn=lambda: told.append(1)), now=now)
    assert len(told) == 3
    Sheets.objects.all().delete()
    told.clear()
    with pytest.raises(errors.SourcesTooMany):
        take_sheets(long, range(1, 46), Room(1, lambda: told.append(1)), now=now)
    assert told == []
    assert not Sheets.objects.exists()


def test_the_job_says_that_it_lives_while_sources_are_drawn(
    cast: Cast, paper: DocumentFile
) -> None:
    steps: list[str] = []
    version = ask(cast)
    build_file(version, now=NOW, report=lambda _done, _total, step: steps.append(step))
    once = steps.count("sources")
    read_paper(cast.case, cast.coordinator, make_pdf("one more"), study_date="2024-01-01")
    steps.clear()
    build_file(version, now=NOW, report=lambda _done, _total, step: steps.append(step))
    assert (once, steps.count("sources")) == (2, 3)
    del paper


def test_a_page_that_lies_on_its_side_stands_upright_with_words_side_by_side(
    paper: DocumentFile, now: datetime
) -> None:
    as_it_lies = take_sheets(paper, [1], Room(), now=now)
    page = Page.objects.get(file=paper, number=1)
    page.turn, page.words = 90, [[*word[:2], *lay_box(word[2:6], 90), 1] for word in page.words]
    page.save()
    upright = take_sheets(paper, [1], Room(), now=now)
    with pypdfium2.PdfDocument(as_it_lies) as before, pypdfium2.PdfDocument(upright) as after:
        assert before[0].get_width() < before[0].get_height()
        assert after[0].get_width() > after[0].get_height()
        words = after[0].get_textpage()
        text = words.get_text_range()
        first, last = (words.get_charbox(text.index(word)) for word in ("Ki-67", "8%"))
    assert first[0] < last[0]
    assert abs(first[1] - last[1]) < 2
