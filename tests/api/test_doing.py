"""What is done by the API: send, accept, return, state, confirm, correct, ask, seal, take."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.accounts.models import AuditEvent, Role
from cases.clinical.models import Fact
from cases.clinical.services import propose_fact
from cases.jobs.models import Job
from documents.dossiers.models import DossierVersion, VersionState
from documents.records.models import Document, DocumentFile
from documents.records.vault import seal_bytes
from tests import make
from tests.api.asking import ROOT, Asking, bytes_of
from tests.dossiers.records import small_pdf
from tests.records.sending import LETTER
from tests.signing import sign_in

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]
MISSING = "00000000-0000-4000-8000-000000000000"
NOTE = b"Ki-67: 9%.\n"


def upload(
    cast: make.Cast, data: bytes, *, name: str = "letter.pdf", kind: str = "oncology_letter"
) -> Any:
    return sign_in(cast.coordinator).post(
        f"{ROOT}/cases/{cast.case.pk}/records/",
        {"kind": kind, "file": SimpleUploadedFile(name, data)},
    )


@pytest.mark.django_db(transaction=True)
def test_a_record_goes_in_is_read_accepted_and_comes_out_as_it_was_sent(
    cast: make.Cast, run_jobs: RunJobs
) -> None:
    asking = Asking(cast.coordinator)
    kind = "oncology_letter"
    sent = upload(cast, NOTE, name="note.txt", kind=kind)
    assert sent.status_code == 201, sent.content
    again = upload(cast, NOTE, name="note.txt", kind=kind)
    assert again.status_code == 200
    assert again.json()["id"] == sent.json()["id"]
    run_jobs()
    path = f"/records/{again.json()['id']}"
    assert asking.get(path + "/").json()["state"] == "to_review"
    assert asking.post(path + "/accept/").json()["state"] == "accepted"
    served = asking.get(path + "/files/1/")
    assert bytes_of(served) == NOTE
    assert served["Content-Disposition"].startswith("attachment")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Security-Policy"].startswith("sandbox")
    event = AuditEvent.objects.get(action="file.read")
    assert event.actor_id == cast.coordinator.pk
    assert event.target == f"records.documentfile:{DocumentFile.objects.get().pk}"
    assert asking.get(path + "/files/2/").status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "kind", "code"),
    [
        (b"", "empty.pdf", "other", ""),
        (b"MZ\x90\x00 program", "letter.pdf", "other", ""),
        (b"<svg onload=alert(1)>", "a.svg", "other", ""),
        (LETTER, "letter.pdf", "no such kind", "invalid"),
    ],
)
def test_a_file_that_is_not_taken_leaves_nothing(
    cast: make.Cast, data: bytes, name: str, kind: str, code: str
) -> None:
    answer = upload(cast, data, name=name, kind=kind)
    assert answer.status_code == 400
    body = answer.json()
    assert set(body) - {"fields"} == {"code", "detail", "reference"}
    assert not code or body["code"] == code
    assert not Document.objects.exists()


def test_a_form_that_is_none_is_refused(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator)
    path = f"{ROOT}/cases/{cast.case.pk}/records/"
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=é", "text/plain"):
        answer = client.generic("POST", path, b"--x\r\n\x00", content_type)
        assert 400 <= answer.status_code < 500
        assert set(answer.json()) - {"fields"} == {"code", "detail", "reference"}
    without_file = client.post(path, {"kind": "other"})
    assert without_file.status_code == 400
    assert "file" in without_file.json()["fields"]


@pytest.mark.parametrize("person", ["outsider", "administrator", "parent"])
def test_nobody_else_sends_into_a_case(cast: make.Cast, person: str) -> None:
    answers = [
        sign_in(getattr(cast, person)).post(
            f"{ROOT}/cases/{case_id}/records/", {"file": SimpleUploadedFile("a.pdf", LETTER)}
        )
        for case_id in (cast.case.pk, MISSING)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["code"] == answers[1].json()["code"] == "not_found"
    assert not Document.objects.exists()


def test_a_record_is_returned_with_a_reason_only(cast: make.Cast) -> None:
    document = Document.objects.create(
        case=cast.case, title="Letter", state="to_review", received_at=make.NOW
    )
    asking = Asking(cast.coordinator)
    assert asking.post(f"/records/{document.pk}/reject/").status_code == 400
    answer = asking.post(f"/records/{document.pk}/reject/", {"reason": "Page two is missing."})
    assert answer.json()["state"] == "rejected"


def test_a_fact_is_stated_by_name_and_source(cast: make.Cast) -> None:
    body = {
        "case": str(cast.case.pk),
        "key": "grade",
        "value": "G2",
        "dated": "2026-11",
        "stated_source": "letter of Dr. Vogt",
    }
    answer = Asking(cast.clinician).post("/facts/", body)
    assert answer.status_code == 201
    fact = Fact.objects.get(pk=answer.json()["id"])
    assert (fact.state, fact.decided_by, fact.value) == ("confirmed", cast.clinician, "G2")
    assert Asking(cast.outsider).post("/facts/", body).status_code == 404


def test_a_proposal_is_confirmed_corrected_or_rejected(cast: make.Cast) -> None:
    asking = Asking(cast.coordinator)
    first, second, third = (
        propose_fact(case=cast.case, key="grade", value=value, rule="en/grade", now=make.NOW)
        for value in ("G1", "G2", "G3")
    )
    assert asking.post(f"/facts/{first.pk}/confirm/").json()["state"] == "confirmed"
    corrected = asking.post(f"/facts/{second.pk}/correct/", {"value": "G1", "reason": "misread"})
    assert (corrected.json()["value"], corrected.json()["state"]) == ("G1", "confirmed")
    assert asking.post(f"/facts/{third.pk}/reject/").json()["state"] == "rejected"


def test_a_translator_sees_facts_and_decides_none(cast: make.Cast) -> None:
    translator = make.user(role=Role.TRANSLATOR, team=cast.coordinator.teams.get())
    fact = propose_fact(case=cast.case, key="grade", value="G2", rule="en/grade", now=make.NOW)
    asking = Asking(translator)
    assert asking.get(f"/facts/{fact.pk}/").status_code == 200
    assert asking.post(f"/facts/{fact.pk}/confirm/").json()["code"] == "not_for_this_role"


def test_a_dossier_is_asked_for_and_its_progress_followed(cast: make.Cast) -> None:
    asking = Asking(cast.coordinator)
    answer = asking.post("/dossiers/", {"case": str(cast.case.pk)})
    assert answer.status_code == 202
    assert answer.json()["progress"] == {
        "state": "queued",
        "percent": 0,
        "step": "",
        "attempts": 0,
        "error_code": "",
    }
    job = Job.objects.get(kind="dossiers.build_version")
    Job.objects.filter(pk=job.pk).update(
        state="running", progress_done=1, progress_total=4, lease_until=make.NOW
    )
    followed = asking.client.get(answer["Location"]).json()
    assert (followed["number"], followed["progress"]["percent"]) == (1, 25)
    again = asking.post("/dossiers/", {"case": str(cast.case.pk)})
    assert again.json()["id"] == answer.json()["id"]
    foreign = {"case": str(cast.case.pk), "referral": MISSING}
    assert asking.post("/dossiers/", foreign).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_version_is_sealed_and_its_stored_bytes_are_taken(cast: make.Cast) -> None:
    asking = Asking(cast.coordinator)
    asked = asking.post("/dossiers/", {"case": str(cast.case.pk)}).json()
    path = f"/dossiers/{asked['dossier']}/versions/1/"
    assert asking.get(path + "file/").json()["code"] == "version_has_no_file"
    assert asking.post(path + "seal/").json()["code"] == "version_not_to_check"
    stored = seal_bytes(case_id=cast.case.pk, data=small_pdf(), folder="dossiers")
    DossierVersion.objects.update(
        state=VersionState.TO_CHECK,
        contents={},
        contents_sha256="1" * 64,
        file_sha256=stored.sha256,
        size=stored.size,
        object_name=stored.object_name,
    )
    assert asking.post(path + "seal/").json()["state"] == "sealed"
    served = asking.get(path + "file/")
    assert bytes_of(served).startswith(small_pdf())  # and the seal behind it
    assert cast.case.patient.name.split()[0] not in served["Content-Disposition"]
    assert AuditEvent.objects.filter(action="dossier.read", case_id=cast.case.pk).count() == 1
    assert Asking(cast.outsider).get(path + "file/").status_code == 404
