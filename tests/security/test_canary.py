"""A word in a patient's name, file and letters stands in the rows, and in no other place.

One small journey with real work behind it; then every sink is searched.
"""

import io
import json
import logging
from collections.abc import Callable, Iterator
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.accounts.models import AuditEvent
from cases.casework.consents import give_consent
from cases.casework.models import ConsentPurpose, TimelineEntry
from cases.clinical.models import Evaluation, Fact
from cases.hospitals.services import find_family_thread, send_message
from cases.jobs.models import Job
from documents.dossiers.delivery import grant_version
from documents.dossiers.links import make_code
from documents.dossiers.models import DossierVersion, Grant
from documents.dossiers.services import request_dossier, seal_version
from documents.records.models import Document, DocumentState
from documents.records.services import accept_document, clear_other_patient
from navigator.settings import LOGGING
from tests import make
from tests.records.sending import LETTER
from tests.signing import sign_in

CANARY = "Quetzalvane"
RunJobs = Callable[[], int]


class Sinks:
    """What left the rows while the journey ran."""

    def __init__(self, folder: Path) -> None:
        self.logs = io.StringIO()
        self.published: list[str] = []
        self.addresses: list[str] = []
        self.folder = folder
        self.tokens: list[str] = []

    def keep_publication(self, body: object = None, headers: object = None, **_: object) -> None:
        self.published.append(f"{body!r} {headers!r}")


@pytest.fixture
def sinks(tmp_path: Path, settings: Settings) -> Iterator[Sinks]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.BROKER_URL = "redis://127.0.0.1:1/0"  # nobody is there: the ring is made, and lost
    sinks, logger = Sinks(tmp_path), logging.getLogger()
    handler = logging.StreamHandler(sinks.logs)
    handler.setFormatter(make_formatter())
    logger.addHandler(handler)
    before_task_publish.connect(sinks.keep_publication, weak=False)
    yield sinks
    before_task_publish.disconnect(sinks.keep_publication)
    logger.removeHandler(handler)


def make_formatter() -> logging.Formatter:
    """The one that the installation writes its lines with."""
    given: dict[str, Any] = dict(LOGGING["formatters"]["json"])  # type: ignore[index]  # a dict of dicts
    formatter: logging.Formatter = given.pop("()")(**given)
    return formatter


@pytest.mark.django_db(transaction=True)
def test_the_word_is_in_no_sink(cast: make.Cast, sinks: Sinks, run_jobs: RunJobs) -> None:
    name_patient(cast)
    family_writes_and_sends(cast, sinks)
    run_jobs()
    staff_read_and_decide(cast, sinks)
    run_jobs()
    hospital_opens(cast, sinks, run_jobs)
    assert Evaluation.objects.exists()
    assert mail.outbox
    assert sinks.published
    for sink, text in read_sinks(sinks):
        assert text, sink
        assert CANARY.casefold() not in text.casefold(), sink
        for token in sinks.tokens:
            assert token not in text or sink == "mail", sink


def name_patient(cast: make.Cast) -> None:
    cast.case.patient.name = f"Ruth {CANARY}"
    cast.case.patient.native_name = CANARY
    cast.case.patient.save()
    cast.case.inquiry = f"{CANARY} is ill"
    cast.case.save()


def family_writes_and_sends(cast: make.Cast, sinks: Sinks) -> None:
    client, case = sign_in(cast.parent), cast.case
    consents = (ConsentPurpose.KEEP_RECORDS, ConsentPurpose.CONTACT, ConsentPurpose.SHARE)
    for purpose in consents:
        hospital = cast.referral.hospital if purpose == ConsentPurpose.SHARE else None
        give_consent(
            case=case,
            purpose=purpose,
            actor=cast.parent,
            now=timezone.now(),
            language="en",
            recipient_id=hospital.pk if hospital else None,
            recipient_name=hospital.name if hospital else "",
        )
    letter = client.post(f"/portal/case/{case.pk}/messages/", {"body": f"{CANARY} has a fever"})
    paper = SimpleUploadedFile(f"{CANARY} letter.pdf", LETTER)
    sent = client.post(f"/portal/case/{case.pk}/upload/", {"files": paper, "kind": ""})
    sinks.addresses += [letter.headers["Location"], sent.headers.get("Location", "/")]
    assert Document.objects.filter(case=case).count() == 1
    client.get(f"/portal/invitation/{CANARY}{'x' * 20}/")


def staff_read_and_decide(cast: make.Cast, sinks: Sinks) -> None:
    client, case, now = sign_in(cast.coordinator), cast.case, timezone.now()
    document = Document.objects.get(case=case)
    if document.state == DocumentState.OTHER_PATIENT:
        clear_other_patient(
            document=document, reason=f"{CANARY} is theirs", actor=cast.coordinator, now=now
        )
    accept_document(document=document, actor=cast.coordinator, now=now)
    for path in ("/admin/", f"/admin/case/{case.pk}/", f"/admin/review/{document.pk}/"):
        assert CANARY in client.get(path).content.decode(), path
    client.get("/admin/casework/case/", {"q": CANARY})
    found = client.post("/admin/search/", {"words": CANARY})
    assert CANARY in client.get(found.headers["Location"]).content.decode()
    sinks.addresses.append(found.headers["Location"])
    assert client.post("/api/v1/search/", {"words": CANARY}, content_type="application/json").json()
    client.get("/api/v1/facts/", {"key": CANARY})
    client.post("/api/v1/facts/", {"key": CANARY}, content_type="application/json")
    file = document.files.get()
    assert client.get(f"/admin/file/{file.pk}/").getvalue() == LETTER
    body = {"case": str(case.pk), "key": "grade", "value": "G2", "stated_source": f"Dr. {CANARY}"}
    answer = client.post("/api/v1/facts/", body, content_type="application/json")
    assert answer.status_code == 201
    thread = find_family_thread(case=case, now=now)
    send_message(thread=thread, body=f"Dear {CANARY}", actor=cast.coordinator, now=now)
    sinks.addresses.append(str(Fact.objects.count()))


def hospital_opens(cast: make.Cast, sinks: Sinks, run_jobs: RunJobs) -> None:
    actor, now = cast.coordinator, timezone.now()
    version = request_dossier(case=cast.case, referral=cast.referral, actor=actor, now=now)
    run_jobs()
    version = DossierVersion.objects.get(pk=version.pk)
    assert version.state == "to_check", version.failure_code
    version = seal_version(version=version, actor=actor, now=now)
    grant, token = grant_version(version=version, contact=cast.reviewer, actor=actor, now=now)
    run_jobs()
    client = Client()
    client.get(f"/d/{token}/")
    client.post(f"/d/{token}/")
    grant = Grant.objects.get(pk=grant.pk)
    opened = client.post(f"/d/{token}/", {"code": make_code(grant)})
    run_jobs()
    served = client.post("/d/open/file/")
    assert served.status_code == 200
    sinks.addresses += [opened.headers["Location"], served.headers["Content-Disposition"]]
    sinks.tokens.append(token)


def read_sinks(sinks: Sinks) -> Iterator[tuple[str, str]]:
    yield "logs", sinks.logs.getvalue()
    yield "rings", "\n".join(sinks.published)
    yield "addresses", "\n".join(sinks.addresses)
    yield "jobs", dump(Job.objects.values())
    yield "audit", dump(AuditEvent.objects.values())
    yield "timeline", dump(TimelineEntry.objects.values())
    yield "mail", "\n".join(text for sent in mail.outbox for text in read_mail(sent.message()))
    paths = [path for path in sinks.folder.rglob("*") if path.is_file()]
    assert paths
    yield "file names", "\n".join(str(path.relative_to(sinks.folder)) for path in paths)
    yield "stored bytes", "\n".join(path.read_bytes().decode("latin-1") for path in paths)


def dump(rows: Any) -> str:
    return json.dumps(list(rows), default=str)


def read_mail(sent: Mail) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in sent.items())
    for part in sent.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload.decode("utf-8", "replace")


def test_a_log_line_keeps_no_searched_word_and_no_token() -> None:
    line = logging.makeLogRecord({"msg": "x", "level": logging.INFO})
    written = json.loads(make_formatter().format(line))
    assert written["event"] == "x"
    for path in (f"/admin/?q={CANARY}", f"/d/{CANARY}abc/", f"/portal/invitation/{CANARY}/?a=b"):
        line.msg = f"GET {path}"
        assert CANARY not in make_formatter().format(line)
