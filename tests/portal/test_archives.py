"""What a family reads of the archive that it sent: its studies, and what was not taken, and why."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.records.models import EntryState
from navigator.portal.queries import list_papers
from tests import make
from tests.portal.family import page_of, sign_in
from tests.records.discs import make_disc, pack
from tests.records.sending import NOTE, is_about_ruth, send

RunJobs = Callable[[], int]


def test_a_family_reads_what_was_found_on_its_disc_and_what_was_left(
    cast: make.Cast, run_jobs: RunJobs
) -> None:
    files = [*make_disc(series=1, images=2), ("report.txt", NOTE)]
    send(is_about_ruth(cast.case), pack(files), name="CD.zip", actor=cast.parent)
    run_jobs()
    html = sign_in(cast.parent).get(page_of(cast.case, "documents")).content.decode()
    assert "CT 12 Mar 2026, 1 series, 2 images" in html
    assert "1 paper was taken from it; it stands in this list." in html
    assert "A program; programs are not taken." in html
    assert "viewer/view.exe" in html
    assert "AUTORUN.INF" in html
    assert "ODHIAMBO^RUTH" not in html
    assert html.count("IM0001") == 0


def test_a_family_reads_nothing_of_images_that_are_held(cast: make.Cast, run_jobs: RunJobs) -> None:
    cast.case.patient.name, cast.case.patient.birth_date = "Sofia Almeida", "1971-02-03"
    cast.case.patient.save()
    send(cast.case, pack(make_disc(series=1, images=1)), name="CD.zip", actor=cast.parent)
    run_jobs()
    html = sign_in(cast.parent).get(page_of(cast.case, "documents")).content.decode()
    assert "A question about this one" in html
    assert "ODHIAMBO" not in html


def test_the_list_of_papers_costs_the_same_for_one_archive_and_for_many(cast: make.Cast) -> None:
    costs = []
    for count in (1, 6):
        for number in range(count):
            document = send(cast.case, NOTE + bytes([65 + number, 48 + count]))
            document.entries.create(
                number=1, name="a.exe", size=1, state=EntryState.REFUSED, refusal_code="program"
            )
            study = document.studies.create(study_uid="1", modalities="CT")
            study.series.create(series_uid="1", image_count=3)
        with CaptureQueriesContext(connection) as queries:
            papers = list_papers(cast.case)
        assert all(paper.studies and paper.unpacked for paper in papers)
        costs.append(len(queries))
    assert costs == [5, 5]


@pytest.mark.parametrize("words", ["up to 200 MB each", "4.0 GB", ".zip", ".dcm"])
def test_the_limits_are_said_up_front(cast: make.Cast, words: str) -> None:
    html = sign_in(cast.parent).get(page_of(cast.case, "upload")).content.decode()
    assert words in html.replace("\xa0", " ")
