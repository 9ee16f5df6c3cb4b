"""What a reviewer does with a record beside deciding: facts of their own, pages, translations."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.accounts.models import AuditEvent
from cases.clinical.models import Fact, FactOrigin
from documents.records.models import (
    Document,
    DocumentState,
    FileRole,
    RedactionReason,
    Translation,
    TranslationState,
)
from tests import make
from tests.desk.doing import read_news
from tests.desk.office import Office
from tests.desk.reviewing import find_page, send_read
from tests.records.sending import NOTE, PATHOLOGY, is_about_ruth
from tests.samples.shapes import SAMPLES


def at(document: Document, tool: str = "") -> str:
    name = f"admin:review_{tool}" if tool else "admin:review"
    return reverse(name, args=[document.pk])


def post(desk: Client, document: Document, tool: str, **typed: Any) -> Any:
    return desk.post(at(document, tool), typed, follow=True)


def test_a_fact_is_entered_with_the_place_of_its_words(office: Office, desk: Client) -> None:
    text = find_page(office.document).text
    start = text.index("Essential hypertension")
    typed = {"page": "1", "start": str(start), "end": str(start + 22), "quote": "whatever"}
    response = post(
        desk,
        office.document,
        "enter",
        **typed,
        key="comorbidity",
        value="essential hypertension",
    )
    assert response.status_code == 200
    fact = Fact.objects.get(origin=FactOrigin.PERSON, key="comorbidity")
    assert fact.evidence.get().quote == "Essential hypertension"
    chip = next(chip for chip in response.context["chips"] if chip.fact_id == fact.pk)
    assert not chip.waits


def test_without_scripts_the_fields_are_asked_for_and_what_was_typed_stays(
    office: Office, desk: Client
) -> None:
    typed = {"page": "1", "quote": "MEN1 mutated", "key": "biomarker"}
    html = post(desk, office.document, "enter", do="fields", **typed).content.decode()
    assert 'id="enter-alteration"' in html
    assert "MEN1 mutated" in html
    refused = post(desk, office.document, "enter", **typed)
    assert refused.status_code == 400
    assert "MEN1 mutated" in refused.content.decode()
    post(desk, office.document, "enter", **typed, name="MEN1", result="mutated")
    assert Fact.objects.confirmed().get(key="biomarker:MEN1").value == {"result": "mutated"}


def test_the_fields_of_a_value_tell_nothing_of_a_case(desk: Client) -> None:
    html = desk.get(reverse("admin:review_value"), {"key": "grade"}).content.decode()
    assert "<select" in html
    assert desk.get(reverse("admin:review_value"), {"key": "shoe_size"}).status_code == 404


def test_what_was_found_is_shown_beside_its_field_and_used_only_when_asked(
    office: Office, desk: Client
) -> None:
    document = office.document
    quote = {"page": 2, "start": 0, "end": 10, "quote": "Clinic: 3 November 2026"}
    document.findings = {"report_date": {"value": "2026-11-03", "ambiguous": False, **quote}}
    document.save()
    page = desk.get(at(document))
    assert "Clinic: 3 November 2026" in page.content.decode()
    assert page.context["details_form"]["report_date"].value() == ""
    kept = {name: page.context["details_form"][name].value() for name in ("title", "kind")}
    post(desk, document, "do", do="details", use="report_date:0", **kept)
    document.refresh_from_db()
    assert document.report_date == "2026-11-03"
    assert desk.get(at(document)).context["found"]["report_date"].is_kept


def test_a_date_that_can_be_read_in_two_ways_is_offered_in_both(
    office: Office, desk: Client
) -> None:
    told = {"value": "2026-03-05", "readings": ["2026-03-05", "2026-05-03"], "ambiguous": True}
    office.document.findings = {"study_date": {**told, "page": 1, "quote": "05/03/2026"}}
    office.document.save()
    page = desk.get(at(office.document))
    assert [value for value, _label in page.context["found"]["study_date"].choices] == [
        "2026-03-05",
        "2026-05-03",
    ]
    kept = {name: page.context["details_form"][name].value() for name in ("title", "kind")}
    for wanted in ("study_date:7", "title:0", "study_date"):
        post(desk, office.document, "do", do="details", use=wanted, **kept)
        office.document.refresh_from_db()
        assert office.document.study_date == ""
    post(desk, office.document, "do", do="details", use="study_date:1", **kept)
    office.document.refresh_from_db()
    assert office.document.study_date == "2026-05-03"


def test_all_that_was_read_for_sure_is_used_at_once_and_what_is_ambiguous_is_not(
    office: Office, desk: Client
) -> None:
    document = office.document
    document.findings = {
        "kind": {"value": "imaging", "page": 1, "quote": "CT"},
        "issuer": {"value": "Hospital Lindenau\r", "page": 1, "quote": "Hospital Lindenau\r"},
        "report_date": {"value": "2026-11-04", "page": 1, "quote": "4 Nov 2026"},
        "study_date": {
            "value": "2026",
            "page": 1,
            "quote": "05/03/2026",
            "ambiguous": True,
            "readings": ["2026-03-05", "2026-05-03"],
        },
    }
    document.save(update_fields=["findings"])
    page = desk.get(at(document))
    assert "Use all that was read" in page.content.decode()
    kept = {name: page.context["details_form"][name].value() for name in ("title", "kind")}
    post(desk, document, "do", do="details", use="all", **kept)
    document.refresh_from_db()
    assert (document.kind, document.issuer, document.report_date, document.study_date) == (
        *("imaging", "Hospital Lindenau", "2026-11-04"),
        "",
    )
    again = desk.get(at(document))
    assert again.context["found"]["issuer"].is_kept
    assert "Use all that was read" not in again.content.decode()


def test_findings_of_an_unknown_shape_are_passed_over(office: Office, desk: Client) -> None:
    office.document.findings = {"kind": {"value": "poem"}, "people": "?", "report_date": 7}
    office.document.save()
    page = desk.get(at(office.document))
    assert page.status_code == 200
    assert page.context["found"] == {}


def test_a_page_is_turned_for_good_and_the_page_says_that_it_is_being_done(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    response = post(desk, office.document, "turn", page="1", turn="90")
    assert response.context["work"].title == "Pages are being turned"
    asked = desk.get(at(office.document, "progress")).content.decode()
    assert at(office.document, "progress") in asked
    assert post(desk, office.document, "turn", page="1", turn="45").status_code == 404
    run_jobs()
    page = find_page(office.document)
    assert page.width > page.height
    assert "data-poll" not in desk.get(at(office.document, "progress")).content.decode()


def test_a_record_is_parted_where_it_was_cut(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    assert desk.get(at(office.document, "split")).status_code == 200
    before = Document.objects.count()
    refused = post(desk, office.document, "split")
    assert read_news(refused)
    post(desk, office.document, "split", before="2")
    run_jobs()
    assert Document.objects.count() > before


def test_records_are_joined_in_the_order_of_their_numbers(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    other = send_read(office.case, PATHOLOGY, run_jobs, actor=office.cast.parent, name="path.pdf")
    assert desk.get(at(office.document, "join")).context["rows"][1]["document"] == other
    assert read_news(post(desk, office.document, "join", record=[str(office.document.pk)]))
    typed = {f"place-{other.pk}": "1", f"place-{office.document.pk}": "2", "title": "All of it"}
    both = [str(office.document.pk), str(other.pk)]
    post(desk, office.document, "join", record=both, **typed)
    run_jobs()
    assert Document.objects.filter(title="All of it").exists()


def test_what_is_marked_is_looked_at_again_before_it_is_covered(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    mark = [1, 0.1, 0.1, 0.5, 0.2, RedactionReason.OTHER_PERSON.value]
    marks = json.dumps([mark, [1, 0.5, 0.5, 0.4, 0.6, "other_person"], ["x"], 5])
    look = post(desk, office.document, "redact", do="look", marks=marks)
    assert look.context["count"] == 1
    assert "cannot be taken back" in look.content.decode()
    unsure = post(desk, office.document, "redact", do="cover", marks=marks)
    assert read_news(unsure)
    assert office.document.files.count() == 1
    post(desk, office.document, "redact", do="cover", sure="on", marks=marks)
    run_jobs()
    newest = office.document.files.order_by("-version")[0]
    assert newest.role == FileRole.REDACTED


@pytest.mark.parametrize("marks", ["", "{}", "[[1]]", "nonsense", '[[1,"a",0,1,1,"identity"]]'])
def test_marks_that_are_none_are_refused(office: Office, desk: Client, marks: str) -> None:
    assert read_news(post(desk, office.document, "redact", do="look", marks=marks))


def test_a_translation_is_asked_for_once_and_taken_back(office: Office, desk: Client) -> None:
    office.document.language = "es"
    office.document.save()
    typed = {"do": "request", "to_language": "en", "note": "The last page first"}
    post(desk, office.document, "translate", **typed)
    translation = Translation.objects.get(document=office.document)
    assert (translation.to_language, translation.note) == ("en", "The last page first")
    assert post(desk, office.document, "translate", **typed).status_code == 400
    post(desk, office.document, "translate", do="cancel", translation=str(translation.pk))
    translation.refresh_from_db()
    assert translation.state == TranslationState.CANCELLED


def test_a_locked_paper_opens_with_its_password(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    locked = (SAMPLES / "extra/protected.pdf").read_bytes()
    document = send_read(is_about_ruth(cast.case), locked, run_jobs, actor=cast.parent)
    assert document.state == DocumentState.NEEDS_PASSWORD
    wrong = post(desk, document, "open", password="not this one")
    assert wrong.status_code == 400
    assert "not this one" not in wrong.content.decode()
    post(desk, document, "open", password="ridge-1968")
    run_jobs()
    document.refresh_from_db()
    assert document.state == DocumentState.TO_REVIEW


def test_a_sharper_picture_is_drawn_and_recorded(office: Office, desk: Client) -> None:
    page = find_page(office.document)
    small = desk.get(reverse("admin:page_preview", args=[page.pk])).getvalue()
    sharp = desk.get(reverse("admin:page_sharp", args=[page.pk]))
    assert sharp["Content-Type"] == "image/jpeg"
    assert len(sharp.content) > len(small)
    assert AuditEvent.objects.filter(action="page.read", target=f"records.page:{page.pk}").count()


def test_plain_text_has_no_sharper_picture_and_cannot_be_arranged(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    document = send_read(cast.case, NOTE, run_jobs, actor=cast.parent, name="note.txt")
    page = find_page(document)
    assert desk.get(reverse("admin:page_sharp", args=[page.pk])).status_code == 404
    assert read_news(post(desk, document, "split", before="2"))


def test_a_long_record_has_links_to_the_pages_that_matter(office: Office, desk: Client) -> None:
    file = office.document.files.get()
    file.page_count = 300
    file.save()
    links = desk.get(at(office.document), {"page": 150}).context["page_links"]
    assert [link.number for link in links] == [1, 0, 149, 150, 151, 0, 300]


def test_pictures_are_read_anew_in_the_letters_that_were_chosen(
    office: Office, desk: Client
) -> None:
    post(desk, office.document, "do", do="again", first="spa", second="eng")
    office.document.refresh_from_db()
    assert office.document.state == DocumentState.SCANNING
    assert office.document.reading_languages == "spa+eng"


def test_a_record_that_only_a_camera_named_is_shown_in_words_everywhere_at_the_desk(
    office: Office, desk: Client
) -> None:
    document = office.document
    found = {"kind": {"value": "imaging"}, "issuer": {"value": "Hospital Lindenau"}}
    document.title, document.kind, document.findings = "IMG 2034", "other", found
    document.save(update_fields=["title", "kind", "findings"])
    case = office.case.pk
    pages = [
        *(at(document), at(document, "join"), at(document, "split"), reverse("admin:index")),
        reverse("admin:cockpit_part", args=[case, "records"]),
    ]
    for address in pages:
        html = desk.get(address).content.decode()
        assert "Imaging report, Hospital Lindenau" in html, address
        assert "IMG 2034" not in html, address
    assert desk.get(at(document)).context["details_form"]["title"].value().startswith("Imaging")
    post(desk, document, "do", do="accept", title="Imaging report, Hospital Lindenau", kind="other")
    document.refresh_from_db()
    assert document.title == "Imaging report, Hospital Lindenau"
