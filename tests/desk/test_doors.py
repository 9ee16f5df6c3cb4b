"""Who comes in at the desk, and to what: a walk over every route of its own."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cases.accounts.models import AuditEvent
from cases.clinical.definitions import DEFAULT_INDICATION
from cases.clinical.models import DefinitionVersion, DryRun
from documents.dossiers.models import DossierVersion
from documents.records.models import DocumentFile, Page, Upload
from navigator.desk.urls import make_desk_urls
from tests import make
from tests.desk.office import PARTS, Office
from tests.security.planting import plant_series
from tests.signing import sign_in

POSTED = {
    *("case_do", "review_do", "review_fact", "version_do", "definition_do"),
    *("review_enter", "review_turn", "review_translate", "review_open"),
    *("case_upload", "case_uploads", "case_join_papers", "case_upload_part"),
}
TOOLS = ("enter", "progress", "open", "turn", "split", "join", "redact", "translate")
DEFINITIONS = (
    *("definition", "definition_approve", "definition_withdraw", "definition_do"),
    "definition_progress",
)
OPEN_TO_STAFF = {
    *("case_new", "review_queue", "search", "definitions", *DEFINITIONS),
    *("definition_differences", "dry_run", "dry_run_progress"),
}


def list_addresses(office: Office, version: DossierVersion) -> dict[str, str]:
    """An address of this case for every route; a route without one fails the walk."""
    file = DocumentFile.objects.get(document=office.document)
    first_page = Page.objects.get(file=file, number=1)
    case, document = office.case.pk, office.document.pk
    definition = DefinitionVersion.objects.get(indication=DEFAULT_INDICATION)
    run = DryRun.objects.create(
        definition=definition,
        digest=definition.digest,
        asked_by=office.cast.lead,
        asked_at=make.NOW,
    )
    upload = Upload.objects.create(
        case=office.case,
        sent_by=office.cast.coordinator,
        size=100,
        created_at=make.NOW,
        changed_at=make.NOW,
    )
    arguments: dict[str, list[object]] = {
        "search": [],
        "case_new": [],
        "review_queue": [],
        "cockpit": [case],
        "case_do": [case, "act"],
        "case_progress": [case],
        **{name: [case] for name in ("case_upload", "case_uploads", "case_join_papers")},
        "case_upload_part": [case, upload.pk],
        "case_calendar": [case],
        "case_death": [case],
        "cockpit_part": [case, "facts"],
        "definitions": [],
        **{name: [definition.pk] for name in DEFINITIONS},
        "definition_differences": [definition.pk, definition.pk],
        "dry_run": [run.pk],
        "dry_run_progress": [run.pk],
        "review": [document],
        "review_do": [document],
        "review_fact": [document],
        "review_value": [],
        **{f"review_{tool}": [document] for tool in TOOLS},
        "page_preview": [first_page.pk],
        "page_sharp": [first_page.pk],
        "series_slice": [plant_series(office.document).pk],
        "file_original": [file.pk],
        "version": [version.pk],
        "version_pdf": [version.pk],
        "version_page": [version.pk, 1],
        "version_send": [version.pk, office.cast.reviewer.pk],
        "version_do": [version.pk],
    }
    routes = {route.name for route in make_desk_urls(admin.site)}
    assert routes == set(arguments)
    return {name: reverse(f"admin:{name}", args=found) for name, found in arguments.items()}


def knock(client: Client, name: str, address: str) -> int:
    response: Any = client.post(address) if name in POSTED else client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    code: int = response.status_code
    return code


def test_nobody_but_those_who_see_the_case_gets_an_answer_from_any_route(
    office: Office, version: DossierVersion
) -> None:
    addresses = list_addresses(office, version)
    for person in (office.cast.outsider, office.cast.administrator):
        client = sign_in(person)
        answers = {name: knock(client, name, address) for name, address in addresses.items()}
        answers = {name: code for name, code in answers.items() if name not in OPEN_TO_STAFF}
        assert set(answers.values()) == {404}, answers


def test_families_and_strangers_are_sent_away_from_every_route(
    office: Office, version: DossierVersion
) -> None:
    addresses = list_addresses(office, version)
    for client in (sign_in(office.cast.parent), sign_in(office.cast.stranger), Client()):
        answers = {name: knock(client, name, address) for name, address in addresses.items()}
        assert set(answers.values()) <= {302, 403, 404}, answers


def test_staff_without_their_second_factor_reach_nothing(
    office: Office, version: DossierVersion
) -> None:
    client = sign_in(office.cast.coordinator, second_factor=False)
    addresses = list_addresses(office, version)
    assert {knock(client, name, address) for name, address in addresses.items()} == {302}


def strip(response: Any) -> str:
    """The page without what differs each time: its own address and the token of its forms."""
    html: str = response.content.decode()
    return re.sub(r"[0-9a-f-]{36}|value=\"[A-Za-z0-9]{64}\"", "", html)


def test_a_case_that_is_forbidden_looks_like_one_that_does_not_exist(office: Office) -> None:
    client = sign_in(office.cast.outsider)
    there = client.get(reverse("admin:cockpit", args=[office.case.pk]))
    nowhere = client.get(reverse("admin:cockpit", args=[uuid4()]))
    assert there.status_code == nowhere.status_code == 404
    assert strip(there) == strip(nowhere)


def test_whoever_works_on_the_case_opens_every_part_of_it(office: Office) -> None:
    for person in (office.cast.coordinator, office.cast.lead, office.cast.clinician):
        client = sign_in(person)
        for part in PARTS:
            address = reverse("admin:cockpit_part", args=[office.case.pk, part])
            assert client.get(address).status_code == 200, (person.role, part)


def test_an_unknown_part_or_action_is_not_found(office: Office, desk: Client) -> None:
    assert (
        desk.get(reverse("admin:cockpit_part", args=[office.case.pk, "nothing"])).status_code == 404
    )
    assert desk.post(reverse("admin:case_do", args=[office.case.pk, "nothing"])).status_code == 404


def test_the_address_of_an_act_opened_as_a_page_leads_to_where_it_is_asked(
    office: Office, desk: Client
) -> None:
    definition = DefinitionVersion.objects.get(indication=DEFAULT_INDICATION)
    acts = [(name, office.document.pk, "review") for name in sorted(POSTED) if "review" in name]
    for name, row, page in [*acts, ("definition_do", definition.pk, "definition")]:
        answer = desk.get(reverse(f"admin:{name}", args=[row]))
        assert (answer.status_code, answer["Location"]) == (
            302,
            reverse(f"admin:{page}", args=[row]),
        ), name
    answer = desk.get(reverse("admin:case_do", args=[office.case.pk, "hold"]))
    assert answer["Location"] == reverse("admin:cockpit_part", args=[office.case.pk, "overview"])
    assert desk.put(reverse("admin:review_do", args=[office.document.pk])).status_code == 405
    assert (
        sign_in(office.cast.outsider)
        .get(reverse("admin:review_do", args=[office.document.pk]))
        .status_code
        == 404
    )


def test_every_look_leaves_one_row_of_audit(office: Office, desk: Client) -> None:
    for part in PARTS:
        before = AuditEvent.objects.count()
        desk.get(reverse("admin:cockpit_part", args=[office.case.pk, part]))
        event = AuditEvent.objects.order_by("-id")[0]
        assert AuditEvent.objects.count() == before + 1
        assert (event.action, event.case_id, event.detail) == (
            "case.read",
            office.case.pk,
            {"part": part},
        )
        assert event.actor_id == office.cast.coordinator.pk


def test_every_byte_of_a_file_that_leaves_is_recorded_first(
    version: DossierVersion, office: Office, desk: Client
) -> None:
    addresses = list_addresses(office, version)
    wanted = {
        "page_preview": "page.read",
        "page_sharp": "page.read",
        "file_original": "file.read",
        "version_pdf": "dossier.read",
        "version_page": "dossier.read",
        "case_calendar": "calendar.read",
    }
    for name, recorded in wanted.items():
        assert knock(desk, name, addresses[name]) == 200
        event = AuditEvent.objects.order_by("-id")[0]
        assert (event.action, event.case_id) == (recorded, office.case.pk)


def test_administrators_see_the_lists_and_no_case(office: Office) -> None:
    response = sign_in(office.cast.administrator).get(reverse("admin:index"))
    assert response.status_code == 200
    assert office.case.reference not in response.content.decode()


@pytest.mark.django_db
def test_signing_in_goes_through_the_account_pages() -> None:
    response = Client().get(reverse("admin:index"))
    assert response.status_code == 302
    follow = Client().get(response["Location"])
    assert reverse("account_login") in (
        response["Location"],
        follow.get("Location", "").split("?")[0],
    )
