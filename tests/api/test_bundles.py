"""A case as a FHIR document by the API: who gets it, what of the person, and its audit row."""

import io
import json
from typing import Any

import pikepdf
import pytest

from cases.accounts.models import AuditEvent
from documents.dossiers.fhir.bundle import FILE_NAME
from tests import make
from tests.api.asking import Asking, bytes_of
from tests.dossiers.fhir.rules import check_document
from tests.dossiers.records import agree, fill_case, sealed_version

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-4000-8000-000000000000"


def path_of(cast: make.Cast) -> str:
    return f"/cases/{cast.case.pk}/fhir/"


def patient_of(answer: Any) -> dict[str, Any]:
    bundle = json.loads(bytes_of(answer))
    assert check_document(bundle) == []
    found: dict[str, Any] = bundle["entry"][1]["resource"]
    assert found["resourceType"] == "Patient"
    return found


def test_a_case_goes_out_as_fhir_and_the_look_is_recorded(cast: make.Cast) -> None:
    fill_case(cast)
    answer = Asking(cast.coordinator).get(path_of(cast))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/fhir+json"
    assert answer["Cache-Control"] == "no-store, private"
    assert patient_of(answer)["name"][0]["text"] == "Marta Velasco"
    event = AuditEvent.objects.get(action="case.exported")
    assert (event.actor_id, event.case_id) == (cast.coordinator.pk, cast.case.pk)
    assert event.detail == {"form": "fhir", "referral": "", "deidentified": False}


def test_for_a_hospital_the_consent_says_how_much(cast: make.Cast) -> None:
    fill_case(cast)
    asking = Asking(cast.coordinator)
    referral = str(cast.referral.pk)
    assert "text" not in patient_of(asking.get(path_of(cast), referral=referral))["name"][0]
    agree(cast)
    named = patient_of(asking.get(path_of(cast), referral=referral))
    assert named["name"][0]["text"] == "Marta Velasco"
    hidden = patient_of(asking.get(path_of(cast), referral=referral, deidentified="true"))
    assert ("text" in hidden["name"][0], hidden["birthDate"]) == (False, "1968")


def test_a_program_may_ask_for_its_type(cast: make.Cast) -> None:
    client = Asking(cast.coordinator).client
    answer = client.get(f"/api/v1{path_of(cast)}", headers={"accept": "application/fhir+json"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"referral": MISSING}, 404, "not_found"),
        ({"referral": "1"}, 400, "invalid"),
        ({"deidentified": "perhaps"}, 400, "invalid"),
        ({"deidentifed": "true"}, 400, "unknown_parameter"),
    ],
)
def test_a_bad_question_is_refused(
    cast: make.Cast, query: dict[str, str], status: int, code: str
) -> None:
    answer = Asking(cast.coordinator).get(path_of(cast), **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not AuditEvent.objects.filter(action="case.exported").exists()


def test_a_referral_of_another_case_is_not_there(cast: make.Cast) -> None:
    other = make.referral(case=make.case(owner=cast.coordinator), contact=cast.reviewer)
    answer = Asking(cast.coordinator).get(path_of(cast), referral=str(other.pk))
    assert answer.status_code == 404


@pytest.mark.parametrize("person", ["outsider", "administrator", "parent", "stranger"])
def test_a_foreign_case_and_a_missing_one_are_the_same(cast: make.Cast, person: str) -> None:
    asking = Asking(getattr(cast, person))
    answers = [asking.get(path) for path in (path_of(cast), f"/cases/{MISSING}/fhir/")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["code"] == answers[1].json()["code"] == "not_found"


def sealed_with(cast: make.Cast, attached: bytes | None) -> str:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if attached is not None:
        pdf.attachments[FILE_NAME] = attached
    written = io.BytesIO()
    pdf.save(written)
    version = sealed_version(cast, data=written.getvalue(), sign=False)
    return f"/dossiers/{version.dossier_id}/versions/{version.number}/fhir/"


@pytest.mark.django_db(transaction=True)
def test_a_version_gives_what_is_attached_to_it_and_makes_nothing_anew(cast: make.Cast) -> None:
    path = sealed_with(cast, b'{"resourceType":"Bundle"}')
    answer = Asking(cast.coordinator).get(path)
    assert bytes_of(answer) == b'{"resourceType":"Bundle"}'
    assert answer["Content-Type"] == "application/fhir+json"
    assert AuditEvent.objects.get(action="dossier.read").detail == {"number": 1, "form": "fhir"}
    assert Asking(cast.outsider).get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_pdf", [True, False])
def test_a_version_without_an_attachment_says_so(cast: make.Cast, *, is_pdf: bool) -> None:
    version = sealed_version(cast, data=b"no such file", sign=False)
    plain = f"/dossiers/{version.dossier_id}/versions/{version.number}/fhir/"
    path = sealed_with(cast, None) if is_pdf else plain
    answer = Asking(cast.coordinator).get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "version_has_no_bundle")
    assert not AuditEvent.objects.filter(action="dossier.read").exists()
