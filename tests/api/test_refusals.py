"""A refusal is a code, a sentence and a reference; it repeats nothing and is never a 500."""

import json
from typing import Any

import pytest

from cases.clinical.services import propose_fact
from tests import make
from tests.api.asking import ROOT, Asking, bytes_of
from tests.signing import sign_in

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-4000-8000-000000000000"
SENT = "Wunderlich4711"


def check_shape(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert answer.status_code == status, body
    assert set(body) - {"fields"} == {"code", "detail", "reference"}
    assert body["detail"]
    assert not code or body["code"] == code
    assert SENT not in json.dumps(body)
    return body


def fact_of(cast: make.Cast, **other: object) -> dict[str, object]:
    return {
        "case": str(cast.case.pk),
        "key": "grade",
        "value": "G2",
        "stated_source": "letter",
        **other,
    }


@pytest.mark.parametrize(
    "path", ["/cases/{}/", "/records/{}/", "/facts/{}/", "/evaluations/{}/", "/dossiers/{}/"]
)
def test_foreign_and_missing_are_the_same_bytes(cast: make.Cast, path: str) -> None:
    asking, mine = Asking(cast.outsider), Asking(cast.coordinator)
    foreign, missing = asking.get(path.format(cast.case.pk)), mine.get(path.format(MISSING))
    for answer in (foreign, missing):
        check_shape(answer, 404, "not_found")
    assert without_reference(foreign) == without_reference(missing)


def without_reference(answer: Any) -> bytes:
    return bytes_of(answer).replace(answer.json()["reference"].encode(), b"")


@pytest.mark.parametrize("path", ["/cases/", "/facts/", "/nothing/at/all", "/cases/%00/"])
def test_everyone_else_is_told_that_there_is_nothing(cast: make.Cast, path: str) -> None:
    for person in (cast.parent, cast.stranger, cast.administrator):
        check_shape(Asking(person).get(path), 404, "not_found")
    check_shape(Asking(None).get(path), 401, "not_authenticated")


def test_staff_without_their_second_factor_are_told_so(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator, second_factor=False)
    check_shape(client.get(ROOT + "/cases/"), 403, "second_factor_needed")


def test_a_request_without_our_token_is_refused(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator)
    client.handler.enforce_csrf_checks = True
    answer = client.post(ROOT + "/facts/", "{}", content_type="application/json")
    check_shape(answer, 403, "csrf_failed")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"case": "not-a-uuid"}, "invalid"),
        ({"case": SENT}, "invalid"),
        ({"state": SENT}, "invalid"),
        ({"key": "a\x00b"}, "invalid"),
        ({"key": "x" * 81}, "invalid"),
        ({"cursor": "garbage"}, "bad_cursor"),
        ({"cursor": "cD1XdW5kZXJsaWNoNDcxMQ=="}, "bad_cursor"),  # p=Wunderlich4711
        ({"cursor": "cD0wMDAxLTAxLTAxVDAwJTNBMDAlM0EwMCUyQjE0JTNBMDA="}, ""),  # the year 1, at +14
        ({"cursor": "cD0lMDA="}, "bad_cursor"),  # p=%00
        ({"page_size": "-1"}, "bad_page_size"),
        ({"page_size": "0"}, "bad_page_size"),
        ({"page_size": "1e3"}, "bad_page_size"),
        ({"page_size": "٣"}, "bad_page_size"),
        ({"page_size": "9" * 5000}, "bad_page_size"),
        ({"ordering": "patient__name"}, "unknown_parameter"),
        ({"case__patient__name": "M"}, "unknown_parameter"),
        ({"format": "xml"}, "unknown_parameter"),
    ],
)
def test_a_bad_address_of_a_list_is_refused(
    cast: make.Cast, query: dict[str, str], code: str
) -> None:
    answer = Asking(cast.coordinator).get("/facts/", **query)
    if code:
        check_shape(answer, 400, code)
    else:
        assert answer.status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/cases/%00/",
        "/cases/%2e%2e/",
        "/cases/%ff%fe/",
        "/cases/" + "a" * 36 + "/",
        "/cases/" + "-" * 36 + "/",
        "/records/%00/files/1/",
        "/dossiers/" + "9" * 4000 + "/",
        "/cases/ /",
        "/cases/{}/records/%0a/",
    ],
)
def test_a_path_that_is_none_is_nothing(cast: make.Cast, path: str) -> None:
    check_shape(Asking(cast.coordinator).client.get(ROOT + path), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid"),
        (b"{", "parse_error"),
        (b"\xff\xfe{}", "parse_error"),
        (b"[]", "invalid"),
        (b'"' + SENT.encode() + b'"', "invalid"),
        (b"null", "invalid"),
        (b'{"key": "grade", "key": "stage"}', "parse_error"),
        (b'{"value": NaN}', "parse_error"),
        (b'{"value": -Infinity}', "parse_error"),
        (b'{"value": 1e999}', "parse_error"),
        (b'{"value": ' + b"9" * 5000 + b"}", "parse_error"),
        (b'{"key": "a\\u0000b"}', "parse_error"),
        (b'{"key": "\\ud800"}', "parse_error"),
        (b'{"\\udfff": 1}', "parse_error"),
        (b"[" * 3000 + b"]" * 3000, "parse_error"),
        (b'{"value":' * 3000 + b"1" + b"}" * 3000, "parse_error"),
        (b'{"value":' * 30 + b"1" + b"}" * 30, "parse_error"),
        (b'{"' + SENT.encode() + b'": 1}', "invalid"),
    ],
)
def test_bad_json_is_refused_in_a_sentence(cast: make.Cast, body: bytes, code: str) -> None:
    check_shape(Asking(cast.coordinator).post("/facts/", body), 400, code)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"key": SENT},
        {"key": 7},
        {"key": ["grade"]},
        {"key": "grade", "value": {"deep": {"er": SENT}}},
        {"key": "grade", "value": SENT},
        {"key": "ki67_percent", "value": -1},
        {"key": "ki67_percent", "value": 1e308},
        {"key": "ki67_percent", "value": f"12 {SENT}"},
        {"key": "metastatic", "value": 0},
        {"dated": "2026-02-31T"},
        {"dated": "yesterday"},
        {"stated_source": ""},
        {"stated_source": "x" * 201},
        {"case": "not-a-uuid"},
        {"case": None},
        {"value": None},
    ],
)
def test_a_fact_that_cannot_be_is_refused(cast: make.Cast, wrong: dict[str, object]) -> None:
    check_shape(Asking(cast.coordinator).post("/facts/", fact_of(cast, **wrong)), 400)


def test_a_body_that_is_too_large_is_refused(cast: make.Cast) -> None:
    body = json.dumps(fact_of(cast, stated_source="x" * 3_000_000))
    check_shape(Asking(cast.coordinator).post("/facts/", body), 413, "request_too_large")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        f"application/{SENT}",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-7",
        "",
        "\x00",
    ],
)
def test_another_kind_of_body_is_refused(cast: make.Cast, content_type: str) -> None:
    client = sign_in(cast.coordinator)
    client.handler.enforce_csrf_checks = True  # its check is the first to read a form
    client.cookies["csrf"] = token = "a" * 32
    answer = client.generic(
        "POST", ROOT + "/facts/", b"{}", content_type, headers={"X-CSRFToken": token}
    )
    assert 400 <= answer.status_code < 500
    check_shape(answer, answer.status_code)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "options"])
def test_other_methods_are_refused_and_change_nothing(cast: make.Cast, method: str) -> None:
    fact = propose_fact(case=cast.case, key="grade", value="G2", rule="en/grade", now=make.NOW)
    asking = Asking(cast.coordinator)
    answer = getattr(asking.client, method)(f"{ROOT}/facts/{fact.pk}/")
    assert answer.status_code == (200 if method == "options" else 405)
    fact.refresh_from_db()
    assert fact.state == "proposed"


def test_an_answer_in_another_form_is_refused(cast: make.Cast) -> None:
    client = sign_in(cast.coordinator)
    answer = client.get(ROOT + "/cases/", headers={"accept": f"text/{SENT}"})
    check_shape(answer, 406, "not_acceptable")


def test_a_refusal_of_a_room_keeps_its_code_and_sentence(cast: make.Cast) -> None:
    fact = propose_fact(case=cast.case, key="grade", value="G2", rule="en/grade", now=make.NOW)
    asking = Asking(cast.coordinator)
    assert asking.post(f"/facts/{fact.pk}/confirm/").json()["state"] == "confirmed"
    body = check_shape(asking.post(f"/facts/{fact.pk}/confirm/"), 400, "fact_already_decided")
    assert body["detail"].startswith("Someone has decided")
