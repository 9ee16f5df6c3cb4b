"""The web process is killed at three points of an upload: the retry gets the same receipt."""

import hashlib
import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.records.web_process import Web, run_web, wait_until_dead

pytestmark = pytest.mark.alone

MIB = 1024 * 1024
DATA = b"%PDF-1.7\n" + os.urandom(20 * MIB)
STATE = (
    "print([Document.objects.count(), DocumentFile.objects.count(),"
    " AuditEvent.objects.filter(action='document.received').count(),"
    " Upload.objects.filter(state='kept').count()])"
)
VIOLATIONS = "from tests.invariants import find_violations; print(find_violations())"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with run_web(tmp_path_factory.mktemp("web")) as web:
        yield web


def send_part(web: Web, where: str, data: bytes, offset: int) -> int:
    connection = web.connect()
    headers = web.headers(Upload_Offset=str(offset), Content_Type="application/offset+octet-stream")
    connection.request("PATCH", where, body=data, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def ask_receipt(web: Web, where: str) -> tuple[int, dict[str, object]]:
    answer = web.ask("POST", where)
    return answer.status, json.loads(answer.body)  # type: ignore[attr-defined]  # set by `ask`


def list_objects(web: Web) -> list[Path]:
    return [path for path in (web.folder / "files").rglob("*") if path.is_file()]


def test_killed_in_the_middle_it_goes_on_from_what_is_on_the_disk(web: Web) -> None:
    web.start()
    where = web.begin(len(DATA))
    connection = web.connect()
    connection.putrequest("PATCH", where)
    headers = web.headers(Upload_Offset="0", Content_Type="application/offset+octet-stream")
    for name, value in {**headers, "Content-Length": str(len(DATA))}.items():
        connection.putheader(name, value)
    connection.endheaders(DATA[: 18 * MIB])  # 16 MiB of it are counted, the rest is not
    while web.offset(where) < 16 * MIB:
        time.sleep(0.05)
    web.kill()
    connection.close()
    web.start()
    offset = web.offset(where)
    assert offset == 16 * MIB
    assert send_part(web, where, DATA[offset:], offset) == http.HTTPStatus.NO_CONTENT
    first = ask_receipt(web, where)
    assert first[0] == http.HTTPStatus.CREATED
    assert ask_receipt(web, where) == first
    web.kill()
    assert web.count(STATE) == "[1, 1, 1, 1]"
    told = hashlib.sha256(DATA).hexdigest()
    assert web.count(f"print(Document.objects.filter(sha256='{told}').count())") == "1"
    assert web.count(VIOLATIONS) == "[]"


@pytest.mark.parametrize("point", ["after_the_object", "before_the_answer"])
def test_killed_while_it_is_kept_the_retry_gets_one_paper(web: Web, point: str) -> None:
    data = DATA + point.encode()
    before = json.loads(web.count(STATE))
    objects = len(list_objects(web))
    web.start(die_at=point)
    where = web.begin(len(data))
    assert send_part(web, where, data, 0) == http.HTTPStatus.NO_CONTENT
    with pytest.raises((http.client.HTTPException, OSError)):
        ask_receipt(web, where)
    wait_until_dead(web)
    web.kill()
    half = json.loads(web.count(STATE))
    committed = point == "before_the_answer"
    assert half == [number + committed for number in before]
    web.start()
    receipts = [ask_receipt(web, where) for _time in range(2)]
    assert receipts[0] == receipts[1]
    assert receipts[0][0] == http.HTTPStatus.CREATED
    web.kill()
    assert json.loads(web.count(STATE)) == [number + 1 for number in before]
    assert len(list_objects(web)) == objects + 1
    assert list((web.folder / "incoming").iterdir()) == []
    assert web.count(VIOLATIONS) == "[]"
