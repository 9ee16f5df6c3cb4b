"""Every byte of a case that is served has an audit row, written before the byte leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from cases.accounts.models import AuditEvent
from documents.dossiers.models import Access
from documents.dossiers.views import COOKIE, SALT
from tests.security.planting import DOSSIER, ORIGINAL, PREVIEW, Planted
from tests.signing import sign_in

Path = Callable[[Planted], str]
# Who takes it, from where, what comes, and as what it is recorded.
SERVED: list[tuple[str, Path, bytes, str]] = [
    ("coordinator", lambda p: f"/admin/file/{p.file.pk}/", ORIGINAL, "file.read"),
    ("clinician", lambda p: f"/admin/page/{p.page.pk}/", PREVIEW, "page.read"),
    ("lead", lambda p: f"/admin/version/{p.version.pk}/pdf/", DOSSIER, "dossier.read"),
    (
        "coordinator",
        lambda p: f"/api/v1/records/{p.document.pk}/files/1/",
        ORIGINAL,
        "file.read",
    ),
    (
        "coordinator",
        lambda p: f"/api/v1/dossiers/{p.dossier.pk}/versions/1/file/",
        DOSSIER,
        "dossier.read",
    ),
    (
        "parent",
        lambda p: f"/portal/case/{p.case.pk}/papers/{p.document.pk}/file/",
        ORIGINAL,
        "file.read",
    ),
]
CALENDARS: list[tuple[str, Path]] = [
    ("coordinator", lambda p: f"/admin/case/{p.case.pk}/calendar.ics"),
    ("parent", lambda p: f"/portal/case/{p.case.pk}/trip/calendar.ics"),
]


@pytest.mark.parametrize(("person", "path", "data", "action"), SERVED)
def test_a_file_that_is_served_has_its_row(
    planted: Planted, person: str, path: Path, data: bytes, action: str
) -> None:
    user = getattr(planted.cast, person)
    answer: Any = sign_in(user).get(path(planted))
    assert answer.status_code == 200
    event = AuditEvent.objects.get(action=action)  # before one byte of it is asked for
    assert (event.actor_id, event.case_id) == (user.pk, planted.case.pk)
    assert answer.getvalue() == data


@pytest.mark.parametrize(("person", "path"), CALENDARS)
def test_a_calendar_that_is_served_has_its_row(planted: Planted, person: str, path: Path) -> None:
    user = getattr(planted.cast, person)
    assert sign_in(user).get(path(planted)).status_code == 200
    assert AuditEvent.objects.filter(actor_id=user.pk, case_id=planted.case.pk).exists()


def test_a_dossier_taken_by_a_hospital_has_its_rows(planted: Planted) -> None:
    client = Client()
    client.cookies[COOKIE] = signing.dumps(str(planted.grant.pk), salt=SALT)
    answer: Any = client.post("/d/open/file/")
    assert answer.getvalue() == DOSSIER
    assert Access.objects.get().kind == "downloaded"
    assert AuditEvent.objects.get(action="grant.downloaded").case_id == planted.case.pk


def test_a_refused_file_has_no_row_and_no_byte(planted: Planted) -> None:
    for _person, path, data, action in SERVED:
        answer: Any = sign_in(planted.cast.outsider).get(path(planted))
        assert answer.status_code == 404
        assert data not in answer.getvalue()
        assert not AuditEvent.objects.filter(action=action).exists()


def test_a_page_of_the_desk_is_a_look_at_its_case(planted: Planted) -> None:
    client, seen = sign_in(planted.cast.coordinator), 0
    for path in (
        f"/admin/case/{planted.case.pk}/",
        f"/admin/case/{planted.case.pk}/facts/",
        f"/admin/review/{planted.waiting.pk}/",
        f"/admin/version/{planted.version.pk}/",
        f"/admin/records/documentfile/{planted.file.pk}/change/",
        f"/admin/clinical/signoff/{planted.sign_off.pk}/change/",
        f"/admin/dossiers/grant/{planted.grant.pk}/change/",
    ):
        assert client.get(path).status_code == 200, path
        looks = AuditEvent.objects.filter(case_id=planted.case.pk).count()
        assert looks > seen, path
        seen = looks
