"""A dossier says what a case was at one moment, whatever others write while it is gathered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.casework.models import Patient
from cases.casework.services import ask_for_record
from documents.dossiers.fhir.collecting import bundle_version
from documents.dossiers.gather import gather_version
from documents.dossiers.models import DossierVersion
from documents.dossiers.one_moment import at_one_moment
from documents.dossiers.services import begin_version
from tests.clinical.knowing import enter
from tests.dossiers.records import fill_case
from tests.make import NOW, Cast

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(write: Callable[[], object]) -> None:
    """Write from another connection, as another process does, and wait until it is done."""
    failed: list[Exception] = []

    def run() -> None:
        try:
            write()
        except Exception as error:  # noqa: BLE001  # told to the test, in its own thread
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    assert failed == []


@contextmanager
def after_query(number: int, write: Callable[[], object]) -> Iterator[list[int]]:
    """Have somebody else write once, right after so many queries; the list holds how many ran."""
    ran = [0]

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # as Django calls it
        found = execute(sql, params, many, context)
        if sql.lstrip().startswith("SELECT"):
            ran[0] += 1
            if ran[0] == number:
                elsewhere(write)
        return found

    with connection.execute_wrapper(run):
        yield ran


def begin(cast: Cast) -> DossierVersion:
    fill_case(cast)
    version, _new = begin_version(
        case=cast.case, referral=cast.referral, actor=cast.coordinator, now=NOW
    )
    return DossierVersion.objects.select_related("dossier__case__patient").get(pk=version.pk)


def gather_all(version: DossierVersion) -> tuple[str, bytes]:
    with at_one_moment():
        gathered = gather_version(version, now=NOW)
        return gathered.contents_sha256, bundle_version(version, gathered, deidentified=False)


def test_a_fact_that_is_confirmed_meanwhile_stands_in_no_part(cast: Cast) -> None:
    version = begin(cast)
    before = gather_all(version)
    with after_query(1, lambda: enter(cast.case, cast.coordinator, "grade", "G3")) as ran:
        meanwhile = gather_all(version)
    assert ran[0] > 20
    assert meanwhile == before
    assert gather_all(version) != before


@pytest.mark.parametrize("number", [2, 5, 9])
def test_at_whatever_query_it_happens_all_parts_are_of_the_moment_before(
    cast: Cast, number: int
) -> None:
    version = begin(cast)
    before = gather_all(version)

    def change_much() -> None:
        enter(cast.case, cast.coordinator, "grade", "G3")
        ask_for_record(
            case=cast.case, kind="imaging", title="CT, chest", reason="-", actor=None, now=NOW
        )

    with after_query(number, change_much):
        assert gather_version(version, now=NOW).contents_sha256 == before[0]


@pytest.mark.usefixtures("cast")
def test_whoever_writes_meanwhile_does_not_wait_for_the_reader() -> None:
    with at_one_moment():
        assert Patient.objects.exists()
        elsewhere(lambda: Patient.objects.update(name="Somebody Else"))
        assert not Patient.objects.filter(name="Somebody Else").exists()
    assert Patient.objects.filter(name="Somebody Else").exists()


@pytest.mark.usefixtures("cast")
def test_what_comes_after_is_written_as_always() -> None:
    with pytest.raises(Patient.DoesNotExist), at_one_moment():
        Patient.objects.get(name="Nobody")
    with transaction.atomic():
        Patient.objects.update(name="Written After")
    assert Patient.objects.filter(name="Written After").exists()


@pytest.mark.usefixtures("cast")
def test_nothing_can_be_written_inside() -> None:
    with pytest.raises(DatabaseError, match=r"read-?only"), at_one_moment():
        Patient.objects.update(name="Somebody Else")


@pytest.mark.usefixtures("cast")
def test_in_a_transaction_of_the_caller_nothing_is_changed() -> None:
    with transaction.atomic():
        with at_one_moment():
            Patient.objects.update(name="Written Within")
        assert Patient.objects.filter(name="Written Within").exists()
