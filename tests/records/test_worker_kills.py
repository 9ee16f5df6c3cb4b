"""A worker is killed at three points of a reading: the next one ends it, once and whole."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.processes import children_of, is_alive
from tests.records.web_process import ROOT, Web, run_web

pytestmark = pytest.mark.alone

SEND = (
    "from io import BytesIO; from django.utils import timezone;"
    " from cases.casework.models import Case; from documents.records import services;"
    " from tests.records.sending import LETTER, is_about_ruth;"
    " document = services.accept_upload(case=is_about_ruth(Case.objects.get(pk='{case}')),"
    " source=BytesIO(LETTER + b'{point}'), actor=None, now=timezone.now());"
    " print(document.pk)"
)
STATE = (
    "from documents.records.models import *; import json;"
    " from cases.jobs.models import Job; from cases.clinical.models import Fact;"
    " document = Document.objects.get(pk='{pk}'); newest = document.files.order_by('-version')[0];"
    " print(json.dumps([document.state, newest.pages.count(),"
    " AuditEvent.objects.filter(action='document.read', target=document.target).count(),"
    " Fact.objects.filter(evidence__file__document=document).count()]))"
)
LEASE_IS_OVER = (
    "from cases.jobs.models import Job;"
    " print(Job.objects.filter(state='running').update(lease_until='2020-01-01T00:00Z'))"
)
VIOLATIONS = "from tests.invariants import find_violations; print(find_violations(leftovers=True))"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with run_web(tmp_path_factory.mktemp("worker")) as web:
        yield web


def start_worker(office: Web, die_at: str = "") -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.records.worker_process"],
        cwd=ROOT,
        env={**office.variables, "DIE_AT": die_at},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def read_again(office: Web, pk: str) -> None:
    """What the next worker makes of it, and that nothing is half or double then."""
    assert office.count(LEASE_IS_OVER) == "1"
    worker = start_worker(office)
    out, err = worker.communicate(timeout=240)
    assert worker.returncode == 0, err.decode()[-2000:]
    assert int(out) >= 1
    state, pages, told, facts = json.loads(office.count(STATE.format(pk=pk)))
    assert (state, pages, told) == ("to_review", 2, 1)
    assert facts > 0
    assert office.count(VIOLATIONS) == "[]"


def test_killed_while_a_child_reads_both_are_gone_and_the_next_worker_reads_it(
    office: Web,
) -> None:
    pk = office.count(SEND.format(case=office.told["case"], point="one"))
    worker = start_worker(office, "while_a_child_reads")
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"reading\n"
    wait_until(lambda: children_of(worker.pid))
    time.sleep(1)  # the child is past its start, and hangs
    children = children_of(worker.pid)
    assert children
    worker.kill()
    worker.communicate()
    wait_until(lambda: not any(is_alive(child) for child in children))
    assert json.loads(office.count(STATE.format(pk=pk)))[0] == "reading"
    read_again(office, pk)


@pytest.mark.parametrize("point", ["with_pictures_stored", "inside_the_last_transaction"])
def test_killed_at_a_point_of_the_reading_the_next_worker_ends_it_once(
    office: Web, point: str
) -> None:
    pk = office.count(SEND.format(case=office.told["case"], point=point))
    worker = start_worker(office, point)
    worker.communicate(timeout=240)
    assert worker.returncode == -signal.SIGKILL
    state, _pages, told, facts = json.loads(office.count(STATE.format(pk=pk)))
    assert (state, told, facts) == ("reading", 0, 0)
    read_again(office, pk)
