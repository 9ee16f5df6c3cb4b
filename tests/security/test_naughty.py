"""Whatever is typed is stored as typed or refused in a sentence; shown escaped; never a 500."""

import json
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.casework.models import Case, ReferenceCounter
from cases.hospitals.models import Message
from documents.records.proposals import propose
from navigator.portal.forms import InquiryForm
from tests import make
from tests.components import need
from tests.corpora.fetching import fetch_corpora, list_naughty_strings
from tests.records.sending import send as send_paper
from tests.security.naughty import NAUGHTY
from tests.signing import sign_in

pytestmark = pytest.mark.django_db
# What a page would hold had a text been written into it as it is.
UNESCAPED = re.compile(
    r"<script>alert|<img src=x|<svg/onload|</textarea></title>|<!ENTITY|onmouseover='alert"
)
FIELDS = ["writer_name", "patient_name", "country", "phone", "words"]
OVERFLOWING = {"long", "ten thousand marks"}


def inquiry(**other: str) -> dict[str, str]:
    return {
        "writer_name": "Rosa Velasco",
        "relation": "parent",
        "patient_name": "Marta Velasco",
        "country": "Peru",
        "email": "rosa@letters.example",
        "phone": "",
        "language": "en",
        "time_zone": "America/Lima",
        "words": "She has been ill since spring.",
        "website": "",
        "form_id": str(uuid4()),
        **other,
    }


@pytest.fixture(autouse=True)
def no_limit(settings: Settings, cast: make.Cast) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # The cast's cases have the numbers from one; those of inquiries come behind them.
    ReferenceCounter.objects.update_or_create(
        year=timezone.now().year, defaults={"last": int(cast.case.reference[-5:]) + 10}
    )


def send(client: Client, path: str, data: dict[str, str]) -> int:
    """Post it in a transaction of its own; the answer holds nothing unescaped."""
    point = transaction.savepoint()
    answer = client.post(path, data)
    body = answer.content.decode()
    transaction.savepoint_commit(point)
    assert answer.status_code < 500, path
    assert not UNESCAPED.search(body), path
    assert "\x00" not in str(answer.headers)
    return answer.status_code


@pytest.mark.parametrize("field", FIELDS)
def test_an_inquiry_takes_a_text_or_says_what_to_change(cast: make.Cast, field: str) -> None:
    client, at = Client(), FIELDS.index(field)
    for name, text in list(NAUGHTY.items())[at :: len(FIELDS)]:
        email = f"{uuid4().hex}@letters.example"
        status = send(client, "/portal/inquiry/", inquiry(email=email, **{field: text}))
        assert status in {302, 422}, name
        if name in OVERFLOWING and field != "phone":
            assert status == 422, name
    staff = sign_in(cast.coordinator)
    Case.objects.update(owner=cast.coordinator)
    assert not UNESCAPED.search(staff.get("/admin/casework/case/").content.decode())
    newest = Case.objects.order_by("-opened_at")[:3]
    for case in newest:
        page = staff.get(f"/admin/case/{case.pk}/")
        assert page.status_code == 200
        assert not UNESCAPED.search(page.content.decode())


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_an_inquiry_judges_every_text(field: str) -> None:
    for name, text in NAUGHTY.items():
        form = InquiryForm(inquiry(**{field: text}))
        assert form.is_valid() or set(form.errors) == {field}, name
        assert "\x00" not in str(form.cleaned_data), name
        assert not UNESCAPED.search(str(form[field])), name


@pytest.mark.parametrize("field", ["email", "language", "time_zone", "relation", "form_id"])
def test_an_inquiry_with_no_address_or_choice_is_refused(field: str) -> None:
    before = Case.objects.count()
    for name in ("empty", "NUL", "right to left override", "ten thousand marks", "header", "SQL"):
        text = NAUGHTY[name]
        assert send(Client(), "/portal/inquiry/", inquiry(**{field: text})) == 422, name
    assert Case.objects.count() == before


def test_messages_and_notes_are_kept_as_typed_and_shown_escaped(cast: make.Cast) -> None:
    staff, family, case = sign_in(cast.coordinator), sign_in(cast.parent), cast.case
    desk = f"/admin/case/{case.pk}/do/act/"
    for name, text in NAUGHTY.items():
        assert send(staff, desk, {"to": "", "body": text, "text": text}) in {302, 400}, name
        path = reverse("portal:messages", args=[case.pk])
        assert send(family, path, {"body": text}) in {200, 302, 422}, name
    for client, path in (
        (staff, f"/admin/case/{case.pk}/"),
        (staff, f"/admin/case/{case.pk}/messages/"),
        (family, reverse("portal:messages", args=[case.pk])),
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert not UNESCAPED.search(page.content.decode()), path
    kept = set(Message.objects.values_list("body", flat=True))
    for name in ("script", "SQL", "formula", "family of emoji", "Devanagari", "template"):
        assert NAUGHTY[name] in kept, name


@pytest.mark.corpora
def test_the_big_list_of_naughty_strings_breaks_no_door(
    cast: make.Cast, run_jobs: Callable[[], int]
) -> None:
    folder = need("a way to the source archives of tests/corpora", fetch_corpora())
    texts = list_naughty_strings(folder)
    assert len(texts) > 100
    staff, family, case = sign_in(cast.coordinator), sign_in(cast.parent), cast.case
    desk, portal = f"/admin/case/{case.pk}/do/act/", reverse("portal:messages", args=[case.pk])
    for text in texts:
        assert send(staff, desk, {"to": "", "body": text, "text": text}) in {302, 400}, text
        assert send(family, portal, {"body": text}) in {200, 302, 422}, text
        body = {"case": str(case.pk), "key": "grade", "value": text, "stated_source": text}
        answer = staff.post("/api/v1/facts/", json.dumps(body), "application/json")
        assert answer.status_code == 400, text
        propose([text, f"Ki-67: {text}"])
    # Controls make it no text, and tags a page of the web: these are refused as such elsewhere.
    sent = [text for text in texts if text.strip() and text.isprintable() and "<" not in text]
    assert len(sent) > 50
    document = send_paper(case, "\n".join(sent).encode("utf-8", "replace"))
    run_jobs()
    document.refresh_from_db()
    assert document.state in {"to_review", "other_patient"}
    for path in (f"/admin/case/{case.pk}/messages/", reverse("admin:review", args=[document.pk])):
        page = staff.get(path)
        assert page.status_code == 200
        assert not UNESCAPED.search(page.content.decode()), path


def test_a_text_in_a_form_of_the_desk_never_breaks_it(cast: make.Cast) -> None:
    staff = sign_in(cast.coordinator)
    forms = {
        "task": {"title": "", "days": "3"},
        "hold": {"reason": ""},
        "request": {"kind": "pathology", "title": "", "reason": "why"},
        "fact": {"key": "grade", "value": "", "dated": "", "stated_source": ""},
        "stage": {"to": "", "reason": ""},
    }
    for at, (action, fields) in enumerate(forms.items()):
        for text in list(NAUGHTY.values())[at :: len(forms)]:
            filled = {name: value or text for name, value in fields.items()}
            send(staff, f"/admin/case/{cast.case.pk}/do/{action}/", filled)
    assert staff.get(f"/admin/case/{cast.case.pk}/").status_code == 200


def test_a_text_sent_to_the_api_is_stored_as_sent_or_refused(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator)
    for name, text in NAUGHTY.items():
        for field in ("stated_source", "key", "value", "dated"):
            body = {
                "case": str(cast.case.pk),
                "key": "biomarker:MEN1",
                "value": {"result": "mutated"},
                "stated_source": "letter",
                field: {"result": text} if field == "value" else text,
            }
            answer = client.post("/api/v1/facts/", json.dumps(body), "application/json")
            assert answer.status_code in {201, 400}, (name, field)
            if answer.status_code == 201 and field == "stated_source":
                assert answer.json()["stated_source"] == text.strip(), name


def test_a_mail_has_no_header_that_somebody_typed(
    cast: make.Cast, run_jobs: Callable[[], int]
) -> None:
    cast.case.patient.name = NAUGHTY["header"][:150]
    cast.case.patient.save()
    staff = sign_in(cast.coordinator)
    for name in ("header", "bare line feed", "encoded header"):
        path = f"/admin/case/{cast.case.pk}/do/act/"
        assert send(staff, path, {"to": "", "body": NAUGHTY[name], "text": ""}) == 302
    run_jobs()
    assert mail.outbox
    for sent in mail.outbox:
        written = sent.message()
        assert sent.recipients() == [cast.parent.email]
        assert "Bcc" not in written
        assert "evil.example" not in written.as_string()
