"""The authorisation matrix: every route, every method, every person, with one case's ids.

Nobody who may not see a case gets a byte of it, nor an answer that tells it from one that does
not exist.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client

from tests.security.planting import CANARY, Planted
from tests.security.routes import (
    ADMIN_ROW,
    MISSING_NUMBER,
    MISSING_UUID,
    Route,
    fill,
    has_ids,
    list_routes,
)
from tests.security.rules import ALL_RULES, EVERYONE, Rule
from tests.signing import sign_in

OTHER_METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
# Those whose answers are compared with the answers about rows that do not exist.
COMPARED = {"outsider", "stranger"}
THOROUGH = {"coordinator", "administrator", "stranger", "anonymous"}
SECRET = CANARY.encode()
LOGIN = re.compile(r"^/(account/login/|admin/login/)(\?|$)")
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|"reference": ?"\w+"')


def client_of(planted: Planted, person: str) -> Client:
    if person == "anonymous":
        return Client()
    user = getattr(planted, person, None) or getattr(planted.cast, person)
    return sign_in(user)


def ask(client: Client, method: str, path: str) -> tuple[Any, bytes]:
    """The answer and all its bytes; whatever it changed is taken back."""
    point, cookies = transaction.savepoint(), dict(client.cookies)
    answer = client.generic(method, path)
    body = answer.getvalue()
    transaction.savepoint_rollback(point)
    client.cookies.update(cookies)  # signing out is taken back as well
    return answer, body


def is_refusal(answer: Any, path: str, person: str) -> bool:
    if answer.status_code in {404, 405}:
        return True
    if answer.status_code == 302:
        # The admin leads every id, of a row or of none, on to the page that then refuses.
        leads_on = path.startswith("/admin/") and answer["Location"] == f"{path}change/"
        return leads_on or bool(LOGIN.match(answer["Location"]))
    return answer.status_code == 401 and person == "anonymous" and path.startswith("/api/")


def find_fault(answer: Any, body: bytes, path: str, person: str, rule: Rule) -> str:
    told = body + str(dict(answer.headers)).encode()
    if answer.status_code >= 500 and path != "/readyz":
        return "fails"
    if SECRET in told and person not in rule.sees:
        return "shows the case"
    if person not in rule.opens and not is_refusal(answer, path, person):
        return f"answers {answer.status_code}"
    return ""


def walk_routes(planted: Planted) -> Iterator[tuple[Route, Rule, str, str]]:
    """Route, rule, address with the case's ids, and the same with ids that stand for none."""
    rows: dict[str, Model] = {**planted.rows, "hospital": planted.referral.hospital}
    rows["contact"] = planted.cast.reviewer
    for route in list_routes():
        rule = ALL_RULES[route.template]
        missing = fill(route, rows, missing=True) if has_ids(route, rows) else []
        paths = fill(route, rows)
        for path, twin in zip(paths, missing or [""] * len(paths), strict=True):
            yield route, rule, path, twin


def test_every_route_declares_who_may_come() -> None:
    routes = {route.template for route in list_routes()}
    assert routes - set(ALL_RULES) == set()
    assert set(ALL_RULES) - routes == set(), "no longer a route"


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    """Thousands of lines that nobody reads take a fifth of the time."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("person", sorted(EVERYONE))
def test_nobody_sees_what_is_not_theirs(planted: Planted, person: str) -> None:
    client, faults, seen = client_of(planted, person), [], 0
    for route, rule, path, twin in walk_routes(planted):
        for method in methods_for(route, person):
            answer, body = ask(client, method, path)
            seen += SECRET in body
            if fault := find_fault(answer, body, path, person, rule):
                faults.append(f"{method} {path} {fault}")
            elif twin and person in COMPARED and person not in rule.opens:
                other, other_body = ask(client, method, twin)
                if blur(answer, body, planted) != blur(other, other_body, planted):
                    faults.append(f"{method} {path} tells that the case exists")
    assert faults == [], "\n".join(faults)
    assert (seen > 0) == (person in {"coordinator", "lead", "clinician", "parent"})


def methods_for(route: Route, person: str) -> tuple[str, ...]:
    """All; the many pages of the admin's lists, made by the same few classes, for some alone."""
    if not ADMIN_ROW.match(route.template) or person == "outsider":
        return ("GET", "POST")
    return ("GET",) if person in THOROUGH else ()


def blur(answer: Any, body: bytes, planted: Planted) -> tuple[int, str, bytes]:
    """An answer without what differs between any two: ids that were sent, tokens, references."""
    where = answer.headers.get("Location", "")
    for row in [*planted.rows.values(), planted.referral.hospital, planted.cast.reviewer]:
        where = where.replace(str(row.pk), "…") if len(str(row.pk)) > 4 else where
        if len(str(row.pk)) > 4:
            body = body.replace(str(row.pk).encode(), b"\xe2\x80\xa6")
    for word in (MISSING_UUID, MISSING_NUMBER):
        where, body = where.replace(word, "…"), body.replace(word.encode(), b"\xe2\x80\xa6")
    return answer.status_code, where, CHANGING.sub(b"", body)
