"""The images of an accepted disc stand in the dossier's list with their numbers."""

from datetime import datetime

from documents.dossiers.gather import gather_version
from documents.dossiers.services import begin_version
from documents.records.models import DocumentFile
from tests.dossiers.fhir.telling import know_case
from tests.dossiers.records import accepted_record
from tests.make import Cast


def hold_images(
    file: DocumentFile, made_on: str, *counts: int, description: str = "CT abdomen"
) -> None:
    study = file.document.studies.create(
        study_uid=made_on, study_date=made_on, modalities="CT", description=description
    )
    for number, count in enumerate(counts):
        study.series.create(series_uid=f"{made_on}.{number}", image_count=count)


def tell_images(cast: Cast, now: datetime) -> list[tuple[str, str, list[str]]]:
    version, _new = begin_version(case=cast.case, referral=None, actor=cast.coordinator, now=now)
    studies = gather_version(version, now=now).contents.imaging
    assert isinstance(studies, tuple)
    return [(one.what, str(one.images), [cite.source for cite in one.cites]) for one in studies]


def test_a_study_on_two_discs_is_one_study_on_the_pages_and_for_programs(
    cast: Cast, now: datetime
) -> None:
    """A disc with the first series only, and a later one with the whole study."""
    part = accepted_record(cast.case, cast.coordinator)
    whole = accepted_record(cast.case, cast.coordinator, study_date="2026-03-01")
    hold_images(part, "2026-03-12", 600)
    hold_images(whole, "2026-03-12", 602, 4)
    assert tell_images(cast, now) == [("CT abdomen", "DICOM, 2 series, 606 images", ["S1", "S2"])]
    (study,) = know_case(cast.case).studies
    assert [(one.uid, one.images) for one in study.series] == [
        ("2026-03-12.0", 602),
        ("2026-03-12.1", 4),
    ]


def test_a_disc_says_when_what_and_how_many(cast: Cast, now: datetime) -> None:
    file = accepted_record(cast.case, cast.coordinator)
    hold_images(file, "2026-03-12", 600, 604, 0)
    hold_images(file, "2025-09-01", 1, description="liver")
    hold_images(file, "", 7)
    version, _new = begin_version(case=cast.case, referral=None, actor=cast.coordinator, now=now)
    studies = gather_version(version, now=now).contents.imaging
    assert isinstance(studies, tuple)
    assert [(str(one.on), one.images) for one in studies] == [
        ("2026-03-12", "DICOM, 2 series, 1204 images"),
        ("2025-09-01", "DICOM, 1 series, 1 image"),
    ]
    assert [one.what for one in studies] == ["CT abdomen", "CT liver"]
    assert [cite.source for cite in studies[0].cites] == ["S1"]
