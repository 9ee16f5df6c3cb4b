"""The family sees who looked: each opening by a hospital, each person of the office."""

from datetime import timedelta

import pytest

from cases.accounts.audit import record
from cases.accounts.models import AuditEvent
from documents.dossiers.models import Access, AccessKind, Dossier, DossierVersion, Grant
from navigator.portal.queries import SITTING, list_hospital_access, list_staff_access
from tests import make
from tests.portal.family import page_of, sign_in

pytestmark = pytest.mark.django_db


def grant(cast: make.Cast) -> Grant:
    dossier = Dossier.objects.create(case=cast.case, created_at=make.NOW)
    version = DossierVersion.objects.create(
        dossier=dossier, number=1, reference_date=make.NOW.date(), asked_at=make.NOW
    )
    return Grant.objects.create(
        version=version,
        contact=cast.reviewer,
        token_hash="h",
        created_at=make.NOW,
        created_by=cast.coordinator,
        expires_at=make.NOW + timedelta(days=14),
    )


def test_each_opening_by_a_hospital_is_listed(cast: make.Cast) -> None:
    link = grant(cast)
    for kind in (AccessKind.CODE_SENT, AccessKind.OPENED, AccessKind.DOWNLOADED):
        Access.objects.create(grant=link, at=make.NOW, kind=kind)
    row = list_hospital_access(cast.case, make.NOW)[0]
    assert row.hospital == cast.reviewer.hospital.name
    assert [use.kind for use in row.openings] == ["opened", "downloaded"]


@pytest.mark.parametrize(
    ("after", "word"),
    [(timedelta(days=14, seconds=-1), "Open now"), (timedelta(days=14), "Run out")],
)
def test_a_link_is_said_to_have_run_out_from_its_minute_on(
    cast: make.Cast, after: timedelta, word: str
) -> None:
    grant(cast)
    assert str(list_hospital_access(cast.case, make.NOW + after)[0].said.word) == word


def test_looks_by_the_office_are_counted_and_acts_are_not(cast: make.Cast) -> None:
    for hours, action in enumerate(("case.read", "file.read", "case.stage_moved")):
        at = make.NOW + timedelta(hours=hours)
        record(action=action, actor=cast.coordinator, case_id=cast.case.pk, now=at)
    record(action="case.read", actor=cast.parent, case_id=cast.case.pk, now=make.NOW)
    rows = list_staff_access(cast.case)
    assert [(row.name, row.looks) for row in rows] == [(cast.coordinator.name, 2)]
    assert rows[0].last_at == make.NOW + timedelta(hours=1)


@pytest.mark.parametrize(("rest", "looks"), [(SITTING - timedelta(seconds=1), 1), (SITTING, 2)])
def test_pages_turned_in_one_sitting_are_one_look_and_each_is_written_down(
    cast: make.Cast, rest: timedelta, looks: int
) -> None:
    turned = [make.NOW + timedelta(minutes=20 * turn) for turn in range(4)]
    for at in [*turned, turned[-1] + rest]:
        record(action="case.read", actor=cast.coordinator, case_id=cast.case.pk, now=at)
        record(action="case.read", actor=cast.clinician, case_id=cast.case.pk, now=make.NOW)
    counted = {row.name: row.looks for row in list_staff_access(cast.case)}
    assert counted == {cast.coordinator.name: looks, cast.clinician.name: 1}
    assert AuditEvent.objects.filter(actor_id=cast.coordinator.pk).count() == 5


def test_the_page_names_who_looked(cast: make.Cast) -> None:
    record(action="case.read", actor=cast.clinician, case_id=cast.case.pk, now=make.NOW)
    html = sign_in(cast.parent).get(page_of(cast.case, "access")).content.decode()
    assert cast.clinician.name in html
