"""A dossier version at the desk: looked at, sealed, sent to a named person, called back."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cases.casework.consents import withdraw_consent
from cases.hospitals.models import Contact, Referral, ReferralState
from documents.dossiers.models import DossierVersion, Grant, VersionState
from documents.dossiers.services import seal_version
from documents.records.services import accept_document
from navigator.desk.sealing import find_contacts
from tests import make
from tests.desk.office import Office, build_version, page
from tests.dossiers.records import sealed_version
from tests.signing import sign_in


def decide(desk: Client, version: DossierVersion, **typed: Any) -> Any:
    return desk.post(reverse("admin:version_do", args=[version.pk]), typed, follow=True)


def seal(version: DossierVersion, office: Office) -> None:
    accept_document(document=office.document, actor=office.cast.coordinator, now=make.NOW)
    seal_version(version=version, actor=office.cast.coordinator, now=make.NOW)
    version.refresh_from_db()


def test_every_page_is_seen_as_it_will_be_and_then_sealed(
    office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    version = build_version(office, run_jobs)
    assert version.state == VersionState.TO_CHECK
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert html.count('class="version-sheet"') == version.page_count
    assert version.contents_sha256 in html
    assert version.file_sha256 in html
    picture = desk.get(reverse("admin:version_page", args=[version.pk, 1]))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    beyond = reverse("admin:version_page", args=[version.pk, version.page_count + 1])
    assert desk.get(beyond).status_code == 404
    assert decide(desk, version, do="seal").status_code == 400
    assert decide(desk, version, do="seal", looked="on").status_code == 200
    version.refresh_from_db()
    assert (version.state, version.sealed_by) == (VersionState.SEALED, office.cast.coordinator)


def test_a_sealed_version_is_sent_from_a_page_that_shows_the_recipient_large(
    version: DossierVersion, office: Office, desk: Client, run_jobs: Callable[[], int]
) -> None:
    seal(version, office)
    contact = office.cast.reviewer
    address = reverse("admin:version_send", args=[version.pk, contact.pk])
    html = desk.get(address).content.decode()
    assert f'<h1 class="send-to">{contact.name}</h1>' in html
    assert contact.email in html
    sent = decide(desk, version, do="grant", contact=str(contact.pk), days="14")
    assert sent.status_code == 200
    run_jobs()
    grant = Grant.objects.get()
    version.refresh_from_db()
    assert (grant.contact, version.state) == (contact, VersionState.SENT)
    shown = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "Not opened yet." in shown
    assert decide(desk, version, do="revoke", grant=str(grant.pk)).status_code == 200
    grant.refresh_from_db()
    assert grant.revoked_at is not None


def test_nothing_is_sent_for_an_impossible_time_or_to_a_stranger(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    seal(version, office)
    contact = str(office.cast.reviewer.pk)
    for days in ("0", "91", "soon", "9" * 30):
        assert decide(desk, version, do="grant", contact=contact, days=days).status_code == 400
        refused = decide(desk, version, do="grant", contact=contact, days=days).content.decode()
        assert f'<h1 class="send-to">{office.cast.reviewer.name}</h1>' in refused
        assert f'value="{days[:5]}"' in refused
    other = make.contact()
    for days in ("3", "91"):
        answer = decide(desk, version, do="grant", contact=str(other.pk), days=days)
        assert answer.status_code == 404
    assert not Grant.objects.exists()


def test_without_a_live_consent_the_page_says_so_and_offers_nothing(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    seal(version, office)
    consent = office.case.consents.get(purpose="share")
    withdraw_consent(consent=consent, actor=office.cast.parent, now=make.NOW)
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "No live consent names" in html
    contact = office.cast.reviewer
    sending = desk.get(reverse("admin:version_send", args=[version.pk, contact.pk]))
    assert "it cannot be sent" in sending.content.decode()
    refused = decide(desk, version, do="grant", contact=str(contact.pk), days="3")
    assert refused.status_code == 400


def test_a_version_is_called_back_with_a_reason_and_a_refusal_keeps_it(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    refused = decide(desk, version, do="recall", reason="A wrong page")
    assert refused.status_code == 400
    seal(version, office)
    assert decide(desk, version, do="recall", reason="").status_code == 400
    assert decide(desk, version, do="recall", reason="A wrong page").status_code == 200
    version.refresh_from_db()
    assert version.state == VersionState.RECALLED
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "A wrong page" in html


def test_the_list_of_versions_leads_to_what_is_to_be_checked(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    html = desk.get(page(office.case, "dossiers")).content.decode()
    assert reverse("admin:version", args=[version.pk]) in html
    assert "Check and seal" in html


def test_an_answer_that_is_loaded_again_as_a_page_leads_back_to_the_version(
    version: DossierVersion, desk: Client
) -> None:
    answer = desk.get(reverse("admin:version_do", args=[version.pk]))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:version", args=[version.pk])


def test_an_unknown_decision_is_not_found(version: DossierVersion, desk: Client) -> None:
    assert decide(desk, version, do="burn").status_code == 404


def test_a_new_version_is_for_the_referral_that_is_going_where_there_is_one(
    office: Office, desk: Client
) -> None:
    address = reverse("admin:cockpit_part", args=[office.case.pk, "dossiers"])
    chosen = f'<option value="{office.cast.referral.pk}" selected>'
    assert chosen in desk.get(address).content.decode()
    second = make.contact()
    another = Referral.objects.create(
        case=office.case,
        hospital=second.hospital,
        contact=second,
        question="The same question",
        created_at=make.NOW,
    )
    assert " selected>NV-" not in desk.get(address).content.decode()
    another.state = ReferralState.WITHDRAWN
    another.save()
    assert chosen in desk.get(address).content.decode()


def test_who_opened_a_version_is_named_as_told_and_as_waiting_for_the_newer_one(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    seal(version, office)
    reviewer, waits = office.cast.reviewer, "was told that it was replaced"
    decide(desk, version, do="grant", contact=str(reviewer.pk), days="14")
    html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "Has an open link to this version" in html
    assert "Send another link" in html
    assert waits not in html
    assert "Who was told" not in html
    version.grants.get().accesses.create(at=make.NOW, kind="opened")
    newer = sealed_version(office.cast, title="of a second version")
    older = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "Who was told" in older
    assert "Replaced by a newer version" in older
    address = reverse("admin:version", args=[newer.pk])
    assert waits in desk.get(address).content.decode()
    decide(desk, newer, do="grant", contact=str(reviewer.pk), days="14")
    html = desk.get(address).content.decode()
    assert waits not in html
    assert "Has an open link to this version" in html
    newer.grants.get().accesses.create(at=make.NOW, kind="opened")
    decide(desk, newer, do="recall", reason="A wrong page")
    html = desk.get(address).content.decode()
    assert "Called back" in html
    assert "Who was told" in html
    older = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert "what replaced it was called back" in older


def test_the_page_of_a_version_costs_the_same_for_many_recipients(
    version: DossierVersion,
    office: Office,
    desk: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    seal(version, office)
    for number in range(6):
        Contact.objects.create(
            hospital=office.cast.reviewer.hospital,
            name=f"Reader {number}",
            email=f"reader{number}@hospital.example",
        )
    for contact in find_contacts(version):
        decide(desk, version, do="grant", contact=str(contact.pk), days="14")
    with django_assert_max_num_queries(32):
        html = desk.get(reverse("admin:version", args=[version.pk])).content.decode()
    assert html.count("Has an open link to this version") == 7


def test_a_version_in_the_list_leads_to_the_page_on_which_it_is_sealed(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    address = reverse("admin:dossiers_dossierversion_change", args=[version.pk])
    assert desk.get(address)["Location"] == reverse("admin:version", args=[version.pk])
    assert sign_in(office.cast.outsider).get(address).status_code == 404


def test_what_waits_to_be_sealed_is_a_number_of_the_day(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    def count() -> int:
        figures = desk.get(reverse("admin:index")).context["day"].figures
        (found,) = [each for each in figures if each.label == "Dossiers to check and seal"]
        assert desk.get(found.url).context["cl"].result_count == found.count
        return int(found.count)

    assert version.state == VersionState.TO_CHECK
    assert count() == 1
    seal(version, office)
    assert count() == 0
