"""Papers to send in, and the sending of them, for the tests of records."""

from datetime import datetime
from io import BytesIO

from cases.accounts.models import User
from cases.casework.models import Case, RecordRequest
from documents.records import services
from documents.records.models import Document, RecordKind
from tests import make
from tests.samples.shapes import SAMPLES

LETTER = (SAMPLES / "pnet-match" / "03-oncology-letter.pdf").read_bytes()
PATHOLOGY = (SAMPLES / "pnet-match" / "01-pathology.pdf").read_bytes()
NOTE = b"Patient: Ruth Achieng Odhiambo\nDate of birth: 14 May 1968\n\nKi-67: 9%.\n"


def is_about_ruth(case: Case) -> Case:
    """Make the case's patient the one of the sample papers."""
    case.patient.name = "Ruth Achieng Odhiambo"
    case.patient.birth_date = "1968-05-14"
    case.patient.save()
    return case


def send(
    case: Case,
    data: bytes = NOTE,
    *,
    actor: User | None = None,
    now: datetime = make.NOW,
    name: str = "note.txt",
    kind: RecordKind = RecordKind.OTHER,
    request: RecordRequest | None = None,
) -> Document:
    return services.accept_upload(
        case=case,
        source=BytesIO(data),
        original_name=name,
        kind=kind,
        request=request,
        actor=actor,
        now=now,
    )
