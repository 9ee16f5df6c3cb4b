"""The seal: whole on what was sealed, broken by any change, and its keys never lost."""

import hashlib
import io
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.signals import post_save
from hypothesis import given, settings as hypothesis_settings, strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from cases.accounts.models import AuditEvent, Role, Team, User
from cases.casework.models import Case, TimelineEntry
from documents.dossiers import errors
from documents.dossiers.models import DossierVersion, SealKey, VersionState
from documents.dossiers.queries import FileStanding, stand_of_file, verify_bytes
from documents.dossiers.seal_keys import open_seal_key, rotate_seal_key, take_seal_key
from documents.dossiers.sealing_rule import list_second_people, needs_another_to_seal
from documents.dossiers.services import request_dossier, seal_version
from documents.dossiers.serving import read_checked
from documents.dossiers.signing import SealedFile, sign_file, signature_is_good
from documents.records.errors import KeyUnknown
from navigator.backups import list_master_keys
from tests import make
from tests.components import need
from tests.dossiers.conftest import Find
from tests.dossiers.records import fill_case, sealed_version, small_pdf
from tests.make import NOW, Cast

RunJobs = Callable[[], int]


@pytest.fixture
def key(db: None) -> SealKey:  # noqa: ARG001  # the database must be there first
    return take_seal_key(NOW)


@pytest.fixture
def sealed(key: SealKey) -> SealedFile:
    return sign_file(small_pdf(), key)


def test_sealing_appends_and_changes_no_byte_before(key: SealKey) -> None:
    plain = small_pdf()
    assert sign_file(plain, key).data.startswith(plain)


def test_a_whole_seal_is_good(sealed: SealedFile, key: SealKey) -> None:
    assert signature_is_good(sealed.data, key, at=NOW)


def test_any_flipped_byte_is_found(sealed: SealedFile, key: SealKey) -> None:
    """Everywhere: the hash knows every byte, the signature all that are not its own filling."""
    whole = hashlib.sha256(sealed.data).hexdigest()
    empty = _filling(sealed.data)

    @hypothesis_settings(max_examples=150, deadline=None, database=None)
    @given(place=st.integers(0, len(sealed.data) - 1), bit=st.integers(0, 7))
    def look(place: int, bit: int) -> None:
        changed = bytearray(sealed.data)
        changed[place] ^= 1 << bit
        assert hashlib.sha256(changed).hexdigest() != whole
        if place not in empty:
            assert not signature_is_good(bytes(changed), key, at=NOW)

    look()


def _filling(data: bytes) -> range:
    """Where the room for the signature is kept, which the signature itself cannot cover."""
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    return range(start, data.index(b">", start))


@pytest.mark.parametrize("more", [b"\n", b"%%EOF\n", b"1 0 obj\n<</Title (x)>>\nendobj\n"])
def test_what_is_appended_to_a_sealed_file_is_found(
    sealed: SealedFile, key: SealKey, more: bytes
) -> None:
    assert not signature_is_good(sealed.data + more, key, at=NOW)


def test_a_file_without_a_seal_or_with_anothers_is_not_ours(
    sealed: SealedFile, key: SealKey
) -> None:
    assert not signature_is_good(small_pdf(), key, at=NOW)
    assert not signature_is_good(b"", key, at=NOW)
    other = rotate_seal_key(actor=None, now=NOW)
    assert not signature_is_good(sealed.data, other, at=NOW)


def test_what_was_sealed_stays_good_after_the_key_is_rotated(
    sealed: SealedFile, key: SealKey
) -> None:
    call_command("rotate_seal_key", stdout=io.StringIO())
    key.refresh_from_db()
    assert key.retired_at is not None
    assert SealKey.objects.get(is_current=True) != key
    assert signature_is_good(sealed.data, key, at=NOW)


def test_there_is_one_key_that_seals_and_taking_it_twice_is_taking_it_once(key: SealKey) -> None:
    assert take_seal_key(NOW) == key
    with pytest.raises(IntegrityError), transaction.atomic():
        SealKey.objects.create(
            certificate="x",
            fingerprint="0" * 64,
            wrapped_key=b"",
            master_key_id="",
            is_current=True,
            made_at=NOW,
        )
    assert AuditEvent.objects.filter(action="seal_key.made").count() == 1


def test_the_private_key_lies_under_the_master_key_and_moves_with_it(
    key: SealKey, settings: Settings
) -> None:
    private = open_seal_key(key)
    assert private not in bytes(key.wrapped_key)
    old = settings.MASTER_KEYS[0]
    settings.MASTER_KEYS = ["n" * 40, old]
    call_command("rotate_master_key", stdout=io.StringIO())
    settings.MASTER_KEYS = ["n" * 40]
    key.refresh_from_db()
    assert open_seal_key(key) == private
    settings.MASTER_KEYS = ["o" * 40]
    with pytest.raises(KeyUnknown):
        open_seal_key(key)


def test_a_backup_names_the_master_key_that_the_seal_lies_under(key: SealKey) -> None:
    assert list_master_keys() == [key.master_key_id]


def test_the_seal_is_valid_for_the_tool_that_hospitals_have(
    sealed: SealedFile, tmp_path: Path
) -> None:
    tool = need("poppler's tools", shutil.which("pdfsig"))
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed.data)
    said = subprocess.run(
        [tool, "-nocert", str(path)], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_a_sealed_dossier_follows_both_standards_and_says_the_same_but_for_the_seal(
    cast: Cast, now: datetime, run_jobs: RunJobs, find_faults: Find
) -> None:
    fill_case(cast)
    version = request_dossier(
        case=cast.case, referral=cast.referral, actor=cast.coordinator, now=now
    )
    run_jobs()
    version.refresh_from_db()
    looked_at = read_checked(version)
    version = seal_version(version=version, actor=cast.coordinator, now=now)
    sealed = read_checked(version)
    assert sealed.startswith(looked_at)
    assert find_faults(sealed) == []
    verdict = verify_bytes(sealed)
    assert verdict is not None
    assert verdict.is_as_sealed
    assert version.seal_key is not None
    assert verdict.signed_by == version.seal_key.fingerprint


def test_the_bytes_that_waited_to_be_checked_are_gone_once_sealed(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        version = sealed_version(cast)
    assert _count_objects() == 1
    assert read_checked(version)


class Stubborn(FileSystemStorage):
    """A storage that takes nothing out, and says so in a way that nobody foresaw."""

    def delete(self, name: str) -> None:
        raise RuntimeError(f"{len(name)} letters")


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_does_not_delete_fails_no_seal(settings: Settings) -> None:
    cast = make.cast()
    waiting = sealed_version(cast, seal=False)
    kept = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**kept, "BACKEND": f"{__name__}.{Stubborn.__name__}"},
    }
    version = seal_version(version=waiting, actor=cast.coordinator, now=NOW)
    assert version.state == VersionState.SEALED
    assert hashlib.sha256(read_checked(version)).hexdigest() == version.file_sha256


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_commit_takes_no_sealed_bytes_away() -> None:
    cast = make.cast()
    version = sealed_version(cast, seal=False)
    with failing_after_the_commit(), pytest.raises(ConnectionError):
        seal_version(version=version, actor=cast.coordinator, now=NOW)
    version.refresh_from_db()
    assert version.state == VersionState.SEALED
    assert hashlib.sha256(read_checked(version)).hexdigest() == version.file_sha256


@contextmanager
def failing_after_the_commit() -> Iterator[None]:
    """The answer of the database is lost when everything is written."""

    def lose(**_news: Any) -> None:
        transaction.on_commit(fail)

    def fail() -> None:
        raise ConnectionError

    post_save.connect(lose, sender=TimelineEntry)
    try:
        yield
    finally:
        post_save.disconnect(lose, sender=TimelineEntry)


def test_the_marks_of_the_seal_refuse_every_change(cast: Cast) -> None:
    version = sealed_version(cast)
    changes: list[dict[str, object]] = [
        {"seal_mark": "0" * 64},
        {"seal_key": None},
        {"source_choice": {"x": []}},
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            DossierVersion.objects.filter(pk=version.pk).update(**change)


def test_what_was_sealed_before_files_were_signed_stays_as_sealed(cast: Cast) -> None:
    version = sealed_version(cast, sign=False)
    verdict = verify_bytes(read_checked(version))
    assert verdict is not None
    assert (verdict.is_as_sealed, verdict.signed_by) == (True, "")
    assert stand_of_file(version.file_sha256, ()) is FileStanding.NEWEST


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_seal_once() -> None:
    cast = make.cast()
    version = sealed_version(cast, seal=False)
    ready, ends = threading.Barrier(2), []

    def seal_it() -> None:
        ready.wait()
        try:
            seal_version(version=version, actor=cast.coordinator, now=NOW)
            ends.append("sealed")
        except errors.VersionNotToCheck:
            ends.append("refused")
        finally:
            connection.close()

    both = [threading.Thread(target=seal_it) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(ends) == ["refused", "sealed"]
    version.refresh_from_db()
    assert version.state == VersionState.SEALED
    assert hashlib.sha256(read_checked(version)).hexdigest() == version.file_sha256
    assert AuditEvent.objects.filter(action="dossier.sealed").count() == 1


def test_a_death_before_the_last_transaction_leaves_what_waited(cast: Cast) -> None:
    version = sealed_version(cast, seal=False)
    before = read_checked(version)
    take_seal_key(NOW)
    with pytest.raises(DatabaseError), without_audit():
        seal_version(version=version, actor=cast.coordinator, now=NOW)
    version.refresh_from_db()
    assert version.state == VersionState.TO_CHECK
    assert read_checked(version) == before
    assert _count_objects() == 1


@contextmanager
def without_audit() -> Iterator[None]:
    """The last write of a transaction is refused, as by a database that goes away."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_auditevent RENAME TO accounts_auditevent_away")
        yield


def _count_objects() -> int:
    folders, names = default_storage.listdir("dossiers")
    return len(names) + sum(
        len(default_storage.listdir(f"dossiers/{folder}")[1]) for folder in folders
    )


@pytest.mark.parametrize(
    ("installed", "chosen", "needed"),
    [
        (False, "", False),
        (True, "", True),
        (False, "two", True),
        (True, "two", True),
        (False, "one", False),
        (True, "one", False),
    ],
)
def test_two_people_are_needed_where_the_team_or_else_the_office_wants_it(
    cast: Cast, settings: Settings, *, installed: bool, chosen: str, needed: bool
) -> None:
    settings.SEALING_NEEDS_TWO = installed
    Team.objects.filter(case=cast.case).update(sealing=chosen)
    version = sealed_version(cast, seal=False)
    if needed:
        with pytest.raises(errors.SecondPersonNeeded):
            seal_version(version=version, actor=cast.coordinator, now=NOW)
        version = seal_version(version=version, actor=cast.lead, now=NOW)
        assert version.sealed_by == cast.lead
    else:
        version = seal_version(version=version, actor=cast.coordinator, now=NOW)
        assert version.sealed_by == cast.coordinator
    assert version.state == VersionState.SEALED


@pytest.mark.parametrize("needed", [False, True])
def test_a_case_of_no_team_goes_by_the_installation(
    cast: Cast, settings: Settings, *, needed: bool
) -> None:
    settings.SEALING_NEEDS_TWO = needed
    version = sealed_version(cast, seal=False)
    Case.objects.filter(pk=cast.case.pk).update(team=None)
    version.refresh_from_db()
    assert needs_another_to_seal(version, cast.coordinator) is needed


def test_the_second_person_sees_the_case_may_seal_and_did_not_ask(cast: Cast) -> None:
    version = sealed_version(cast, seal=False)
    left = make.user(team=cast.case.team)
    User.objects.filter(pk=left.pk).update(is_active=False)
    make.user(role=Role.TRANSLATOR, team=cast.case.team)
    assert set(list_second_people(version)) == {cast.lead, cast.clinician}
    Case.objects.filter(pk=cast.case.pk).update(team=None, owner=cast.outsider)
    version.refresh_from_db()
    assert list_second_people(version) == [cast.outsider]
    Case.objects.filter(pk=cast.case.pk).update(owner=None)
    version.refresh_from_db()
    assert list_second_people(version) == []
