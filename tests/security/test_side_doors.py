"""Side doors: search, counts, filters, pop-ups, autocomplete, bulk actions, other methods."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import ForeignKey, ManyToManyField

from cases.accounts.models import AuditEvent
from tests.security.planting import CANARY, Planted
from tests.security.routes import fill, list_routes
from tests.security.rules import ADMIN_MODELS, OF_CASE
from tests.signing import sign_in

OUTSIDE = ("outsider", "administrator")
LISTS = [f"/admin/{model}/" for model, kind in ADMIN_MODELS.items() if kind == OF_CASE]
SECRET = CANARY.encode()


def client_of(planted: Planted, person: str) -> Any:
    return sign_in(getattr(planted, person, None) or getattr(planted.cast, person))


@pytest.mark.parametrize("person", OUTSIDE)
def test_a_search_finds_nothing_of_a_foreign_case(planted: Planted, person: str) -> None:
    client = client_of(planted, person)
    for words in ("Marta", planted.case.reference, "histology", planted.file.sha256):
        for path in LISTS:
            answer = client.get(path, {"q": words}, follow=True)
            assert SECRET not in answer.content, path
            assert answer.status_code in {200, 404}, path
            if answer.status_code == 200:
                assert answer.context["cl"].result_count == 0, path


def test_the_team_finds_it(planted: Planted) -> None:
    client = client_of(planted, "coordinator")
    answer = client.get("/admin/casework/case/", {"q": planted.case.reference})
    assert answer.context["cl"].result_count == 1
    assert SECRET in answer.content


def test_no_list_takes_a_patients_name_or_words_into_its_address(planted: Planted) -> None:
    client = client_of(planted, "coordinator")
    for path in LISTS:
        answer = client.get(path, {"q": "Marta"}, follow=True)
        if answer.status_code == 200 and answer.context["cl"].search_fields:
            assert answer.context["cl"].result_count == 0, path


@pytest.mark.parametrize(
    "query",
    [
        {"patient__name__startswith": "Quetz"},
        {"case__patient__name__startswith": "Quetz"},
        {"owner__password__startswith": "md5"},
        {"id__exact": "not-a-uuid"},
        {"_to_field": "inquiry"},
        {"_to_field": "id", "_popup": "1"},
        {"o": "1.-2.9"},
        {"p": "-1"},
        {"p": "99999999999999999999"},
        {"all": ""},
        {"e": "1"},
        {"q": "\x00"},
        {"q": "'" * 300},
        {"state__exact": "\x00"},
        {"stage__exact": "%00"},
    ],
)
def test_an_address_of_a_list_that_somebody_wrote_by_hand(
    planted: Planted, query: dict[str, str]
) -> None:
    client = client_of(planted, "outsider")
    for path in LISTS:
        answer = client.get(path, query)
        assert answer.status_code < 500, path
        assert SECRET not in answer.content, path


@pytest.mark.parametrize("person", OUTSIDE)
def test_autocomplete_names_nothing_of_a_foreign_case(planted: Planted, person: str) -> None:
    client = client_of(planted, person)
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey | ManyToManyField):
                continue
            label, name = model._meta.app_label, model._meta.model_name
            asked = {"app_label": label, "model_name": name, "field_name": field.name, "term": ""}
            answer = client.get("/admin/autocomplete/", asked)
            assert answer.status_code in {200, 404}
            assert SECRET not in answer.content
            assert planted.case.reference.encode() not in answer.content


@pytest.mark.parametrize("person", ["outsider", "coordinator", "administrator"])
def test_a_bulk_action_does_nothing_to_a_foreign_row(planted: Planted, person: str) -> None:
    client = client_of(planted, person)
    for path in LISTS:
        rows = [
            row
            for row in planted.rows.values()
            if path == f"/admin/{row._meta.label_lower.replace('.', '/')}/"
        ]
        chosen = {
            "action": "delete_selected",
            "post": "yes",
            "_selected_action": [str(row.pk) for row in rows],
        }
        client.post(path, {**chosen, "index": "0", "_save": "", "form-TOTAL_FORMS": "1"})
        for row in rows:
            assert type(row)._default_manager.filter(pk=row.pk).exists(), path


@pytest.mark.parametrize("person", ["outsider", "stranger", "administrator", "anonymous"])
def test_what_strangers_send_changes_nothing(planted: Planted, person: str) -> None:
    from django.test import Client  # noqa: PLC0415

    client = Client() if person == "anonymous" else client_of(planted, person)
    before = copy_rows(planted)
    rows = {**planted.rows, "hospital": planted.referral.hospital, "contact": planted.cast.reviewer}
    sent = {
        "do": "accept",
        "fact": str(planted.proposal.pk),
        "reason": "x",
        "body": "x",
        "to": "closed",
    }
    for route in list_routes():
        if route.template.startswith(
            ("admin/case/", "admin/review/", "admin/version/", "portal/case/")
        ):
            for path in fill(route, rows):
                client.post(path, sent)
        elif route.template.startswith("api/v1/"):
            for method in ("post", "put", "patch", "delete"):
                for path in fill(route, rows):
                    getattr(client, method)(path, sent, content_type="application/json")
    assert copy_rows(planted) == before
    assert not AuditEvent.objects.filter(case_id=planted.case.pk, actor_id__isnull=False).exists()


def copy_rows(planted: Planted) -> list[object]:
    return [
        list(type(row)._default_manager.filter(pk=row.pk).values()) for row in planted.rows.values()
    ] + [type(row)._default_manager.count() for row in planted.rows.values()]
