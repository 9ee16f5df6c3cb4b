"""The schema says what is there, and is for staff."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests import make
from tests.api.asking import Asking


def test_the_schema_is_written_without_a_warning() -> None:
    written = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    assert "/api/v1/facts/{id}/confirm/" in written.getvalue()


@pytest.mark.django_db
def test_the_schema_is_for_staff(cast: make.Cast) -> None:
    for person in (cast.coordinator, cast.administrator):
        answer = Asking(person).get("/schema/")
        assert answer.status_code == 200
        assert set(answer.json()["components"]["securitySchemes"]) == {"session"}
    assert Asking(cast.parent).get("/schema/").status_code == 404
    assert Asking(None).get("/schema/").status_code == 401


@pytest.mark.django_db
def test_every_list_names_its_filters(cast: make.Cast) -> None:
    paths = Asking(cast.coordinator).get("/schema/").json()["paths"]
    for path, methods in paths.items():
        if re.fullmatch(r"/api/v1/(records|facts|evaluations|dossiers)/", path):
            named = {parameter["name"] for parameter in methods["get"]["parameters"]}
            assert {"case", "cursor", "page_size"} <= named
