"""Files arrive one by one or many at once; each gets its own receipt or its own sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cases.casework.models import RequestState
from cases.casework.services import ask_for_record
from documents.records.models import Document, DocumentState, RecordKind
from navigator.portal import upload_views
from navigator.portal.queries import list_papers
from tests import make
from tests.portal.family import page_of, sign_in
from tests.records import scans

pytestmark = pytest.mark.django_db

TEXT = b"Laboratory report\nCreatinine 0.9 mg/dl\n" * 3
JSON = {"Accept": "application/json"}


def paper(name: str = "lab.txt", content: bytes = TEXT) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def send(
    browser: Client,
    cast: make.Cast,
    *files: SimpleUploadedFile,
    json: bool = False,
    request: str = "",
) -> Any:
    data = {"files": list(files), "request": request}
    return browser.post(page_of(cast.case, "upload"), data, headers=JSON if json else {})


def test_a_file_sent_by_script_gets_a_receipt(cast: make.Cast) -> None:
    answer = send(sign_in(cast.parent), cast, paper(), json=True)
    assert answer.status_code == 201
    document = Document.objects.get()
    look = page_of(cast.case, "look", document.pk)
    receipt = {"document": str(document.pk), "state": "received", "look": look}
    assert answer.json() == {"received": [receipt]}
    assert (document.case, document.sent_by) == (cast.case, cast.parent)


def test_the_same_file_again_is_answered_with_its_day(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    send(browser, cast, paper(), json=True)
    answer = send(browser, cast, paper("copy.txt"), json=True)
    assert answer.status_code == 200
    receipt = answer.json()["received"][0]
    assert receipt["state"] == "duplicate"
    assert "You sent this one on" in receipt["words"]
    assert Document.objects.count() == 1


def test_a_plain_form_takes_many_files(cast: make.Cast) -> None:
    answer = send(sign_in(cast.parent), cast, paper(), paper("b.txt", TEXT + b"Sodium 140\n"))
    assert answer.status_code == 302
    assert Document.objects.count() == 2


def test_one_refused_file_does_not_lose_the_others(cast: make.Cast) -> None:
    wrong = paper("setup.exe", b"MZ\x90\x00" + b"\x00" * 200)
    answer = send(sign_in(cast.parent), cast, wrong, paper())
    assert answer.status_code == 422
    assert "setup.exe" in answer.content.decode()
    assert [document.title for document in Document.objects.all()] == ["lab"]


def test_a_refused_file_is_answered_with_a_code_and_a_sentence(cast: make.Cast) -> None:
    wrong = paper("setup.exe", b"MZ\x90\x00" + b"\x00" * 200)
    answer = send(sign_in(cast.parent), cast, wrong, json=True)
    assert answer.status_code == 422
    assert answer.json()["code"]
    assert answer.json()["errors"][0].endswith(".")


def test_an_upload_without_a_file_says_so(cast: make.Cast) -> None:
    answer = send(sign_in(cast.parent), cast, json=True)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_file")


def test_a_file_for_a_line_of_the_list_is_tied_to_it(cast: make.Cast) -> None:
    asked = ask_for_record(
        case=cast.case,
        kind=RecordKind.LABORATORY,
        title="Blood results",
        reason="They show which examinations are safe.",
        actor=cast.coordinator,
        now=make.NOW,
    )
    send(sign_in(cast.parent), cast, paper(), json=True, request=str(asked.pk))
    document = Document.objects.get()
    assert (document.request, document.kind) == (asked, RecordKind.LABORATORY)
    asked.refresh_from_db()
    assert asked.state == RequestState.RECEIVED


def test_a_line_of_another_case_is_not_tied(cast: make.Cast) -> None:
    other = cast.stranger.parties.get().case
    asked = ask_for_record(
        case=other, kind="other", title="x", reason="y", actor=None, now=make.NOW
    )
    send(sign_in(cast.parent), cast, paper(), json=True, request=str(asked.pk))
    assert all(document.request is None for document in Document.objects.all())


def test_a_stranger_sends_nothing(cast: make.Cast) -> None:
    assert send(sign_in(cast.stranger), cast, paper(), json=True).status_code == 404
    assert not Document.objects.exists()


def test_who_may_not_send_papers_sends_none(cast: make.Cast) -> None:
    cast.case.parties.update(may_upload=False)
    browser = sign_in(cast.parent)
    assert send(browser, cast, paper(), json=True).status_code == 404
    assert browser.get(page_of(cast.case, "upload")).status_code == 404
    assert not Document.objects.exists()


def test_who_may_not_send_papers_is_offered_no_way_to(cast: make.Cast) -> None:
    cast.case.parties.update(may_upload=False)
    browser = sign_in(cast.parent)
    for name in ("home", "documents"):
        html = browser.get(page_of(cast.case, name)).content.decode()
        assert page_of(cast.case, "upload") not in html


def test_every_state_of_a_paper_has_words_for_the_family(cast: make.Cast) -> None:
    for state in DocumentState:
        Document.objects.create(
            case=cast.case,
            title=state.value,
            state=state,
            received_at=make.NOW,
            reviewed_by=cast.coordinator,
            same_as=Document.objects.first(),
        )
    shown = {paper.title for paper in list_papers(cast.case)}
    assert shown == {state.value for state in DocumentState} - {DocumentState.PURGED}


def test_a_file_that_was_not_checked_is_not_handed_back(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    send(browser, cast, paper(), json=True)
    document = Document.objects.get()
    assert browser.get(page_of(cast.case, "file", document.pk)).status_code == 404
    document.files.update(scan_verdict="clean")
    answer = browser.get(page_of(cast.case, "file", document.pk))
    assert b"".join(answer.streaming_content) == TEXT  # type: ignore[attr-defined]  # it streams
    assert sign_in(cast.stranger).get(page_of(cast.case, "file", document.pk)).status_code == 404


def test_a_paper_that_arrived_is_looked_at_for_blurred_pages(cast: make.Cast) -> None:
    sharp, soft = scans.draw(), scans.blur(scans.draw())
    pages = [scans.save(image, "PDF") for image in (soft, sharp)]
    send(sign_in(cast.parent), cast, paper("scan.pdf", scans.join(*pages)), json=True)
    document = Document.objects.get()
    address = page_of(cast.case, "look", document.pk)
    told = sign_in(cast.parent).get(address).json()
    assert told["blurred"] == [1]
    assert "Page 1 looks blurred" in told["words"]
    assert sign_in(cast.stranger).get(address).status_code == 404
    assert sign_in(cast.parent).get(page_of(cast.case, "look", cast.case.pk)).status_code == 404


def send_blurred(browser: Client, cast: make.Cast, *, number: int = 0) -> Document:
    image = scans.save(scans.blur(scans.draw()), "PDF") + b"%% %d" % number
    before = set(Document.objects.values_list("pk", flat=True))
    send(browser, cast, paper(f"scan-{number}.pdf", image), json=True)
    document: Document = Document.objects.exclude(pk__in=before).get()
    return document


def test_a_paper_is_measured_once_however_often_is_asked(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(cast.parent)
    address = page_of(cast.case, "look", send_blurred(browser, cast).pk)
    assert browser.get(address).json()["blurred"] == [1]
    monkeypatch.setattr(upload_views, "find_blurred_pages", lambda _file: [7])
    assert browser.get(address).json()["blurred"] == [1]


def test_a_paper_that_did_not_just_arrive_is_not_measured(cast: make.Cast) -> None:
    browser = sign_in(cast.parent)
    document = send_blurred(browser, cast)
    address = page_of(cast.case, "look", document.pk)
    Document.objects.update(received_at=timezone.now() - timedelta(minutes=16))
    assert browser.get(address).json() == {"blurred": [], "words": ""}
    Document.objects.update(received_at=timezone.now() - timedelta(minutes=14))
    assert browser.get(address).json()["blurred"] == [1]


def test_nobody_has_more_papers_measured_in_an_hour_than_the_limit(
    cast: make.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_views, "MOST_LOOKS_AN_HOUR", 1)
    browser = sign_in(cast.parent)
    first, second = (send_blurred(browser, cast, number=number) for number in range(2))
    look = [page_of(cast.case, "look", document.pk) for document in (first, second)]
    assert browser.get(look[0]).json()["blurred"] == [1]
    assert browser.get(look[1]).json() == {"blurred": [], "words": ""}
    assert browser.get(look[0]).json()["blurred"] == [1]
