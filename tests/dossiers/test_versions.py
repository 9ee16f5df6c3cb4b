"""A version is made by a job, checked by a person, and once sealed it never changes."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from cases.accounts.models import AuditEvent
from cases.casework.models import Task
from cases.clinical.errors import NotForThisRole
from cases.hospitals.models import Referral
from cases.jobs.models import Job
from cases.jobs.signals import job_given_up
from documents.dossiers import errors
from documents.dossiers.models import DossierVersion, VersionState
from documents.dossiers.queries import list_versions, verify_bytes
from documents.dossiers.services import recall_version, request_dossier, seal_version
from documents.dossiers.serving import read_checked, serve_version
from documents.records.errors import FileAltered
from tests import make
from tests.clinical.knowing import enter
from tests.dossiers.records import fill_case
from tests.make import Cast

RunJobs = Callable[[], int]


def ask(cast: Cast, now: datetime) -> DossierVersion:
    return request_dossier(case=cast.case, referral=cast.referral, actor=cast.coordinator, now=now)


def seal(cast: Cast, now: datetime, run_jobs: RunJobs) -> DossierVersion:
    version = ask(cast, now)
    run_jobs()
    return seal_version(version=version, actor=cast.coordinator, now=now)


def test_a_version_goes_from_asked_for_to_check(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    fill_case(cast)
    version = ask(cast, now)
    assert version.state == VersionState.BUILDING
    run_jobs()
    version.refresh_from_db()
    assert version.state == VersionState.TO_CHECK
    assert version.page_count >= 2
    data = read_checked(version)
    assert data.startswith(b"%PDF-")
    assert hashlib.sha256(data).hexdigest() == version.file_sha256
    assert [item.position for item in version.items.all()] == [1]


def test_asking_while_one_is_being_made_is_asking_once(cast: Cast, now: datetime) -> None:
    assert ask(cast, now) == ask(cast, now)
    assert Job.objects.filter(kind="dossiers.build_version").count() == 1


def test_a_page_can_show_how_far_the_making_is(cast: Cast, now: datetime) -> None:
    ask(cast, now)
    Job.objects.update(progress_done=3, progress_total=6, progress_step="lay_out")
    (line,) = list_versions(cast.case, now)
    assert (line.percent, line.step, line.state) == (50, "lay_out", "building")


def test_nobody_outside_the_case_staff_asks_for_a_dossier(cast: Cast, now: datetime) -> None:
    with pytest.raises(NotForThisRole):
        request_dossier(case=cast.case, referral=None, actor=cast.parent, now=now)
    with pytest.raises(errors.ReferralOfOtherCase):
        request_dossier(case=make.case(), referral=cast.referral, actor=cast.coordinator, now=now)


def test_sealed_rows_refuse_every_change(cast: Cast, now: datetime, run_jobs: RunJobs) -> None:
    version = seal(cast, now, run_jobs)
    changes: list[dict[str, object]] = [
        {"file_sha256": "0" * 64},
        {"contents_sha256": "0" * 64},
        {"contents": {}},
        {"object_name": "elsewhere"},
        {"size": 1},
        {"number": 7},
        {"reference_date": date(2020, 1, 1)},
        {"sealed_at": now + timedelta(days=1)},
        {"state": VersionState.TO_CHECK},
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            DossierVersion.objects.filter(pk=version.pk).update(**change)
    version.refresh_from_db()
    assert version.state == VersionState.SEALED


def test_before_the_seal_a_row_may_change(cast: Cast, now: datetime, run_jobs: RunJobs) -> None:
    version = ask(cast, now)
    run_jobs()
    assert DossierVersion.objects.filter(pk=version.pk).update(page_count=9) == 1


def test_a_download_is_the_sealed_bytes_and_is_logged_first(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    version = seal(cast, now, run_jobs)
    first = serve_version(version=version, actor=cast.coordinator, now=now)
    enter(cast.case, cast.coordinator, "ecog", 1)
    second = serve_version(version=version, actor=cast.coordinator, now=now)
    assert first == second
    assert hashlib.sha256(first).hexdigest() == version.file_sha256
    assert AuditEvent.objects.filter(action="dossier.read", case_id=cast.case.pk).count() == 2


def test_altered_bytes_are_never_handed_on(cast: Cast, now: datetime, run_jobs: RunJobs) -> None:
    version = seal(cast, now, run_jobs)
    with default_storage.open(version.object_name, "rb") as stored:
        sealed = bytearray(stored.read())
    sealed[-20] ^= 1
    path = default_storage.path(version.object_name)
    with open(path, "wb") as stored:  # noqa: PTH123
        stored.write(sealed)
    with pytest.raises(FileAltered):
        serve_version(version=version, actor=cast.coordinator, now=now)
    assert not AuditEvent.objects.filter(action="dossier.read").exists()


def test_bytes_that_are_not_those_of_the_row_are_never_handed_on(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    version = ask(cast, now)
    run_jobs()
    DossierVersion.objects.filter(pk=version.pk).update(file_sha256="0" * 64)
    with pytest.raises(errors.SealBroken):
        seal_version(version=version, actor=cast.coordinator, now=now)


def test_a_new_version_supersedes_and_names_the_earlier_one(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    fill_case(cast)
    first = seal(cast, now, run_jobs)
    bytes_before = read_checked(first)
    enter(cast.case, cast.coordinator, "ecog", 1)
    second = seal(cast, now + timedelta(days=1), run_jobs)
    first.refresh_from_db()
    assert (first.state, second.number, second.state) == ("superseded", 2, "sealed")
    assert read_checked(first) == bytes_before
    assert second.contents is not None
    assert [note["version"] for note in second.contents["versions"]] == [1, 2]


def test_only_what_waits_to_be_checked_is_sealed(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    version = ask(cast, now)
    with pytest.raises(errors.VersionNotToCheck):
        seal_version(version=version, actor=cast.coordinator, now=now)
    run_jobs()
    seal_version(version=version, actor=cast.coordinator, now=now)
    with pytest.raises(errors.VersionNotToCheck):
        seal_version(version=version, actor=cast.coordinator, now=now)


def test_a_family_member_seals_nothing(cast: Cast, now: datetime, run_jobs: RunJobs) -> None:
    version = ask(cast, now)
    run_jobs()
    with pytest.raises(NotForThisRole):
        seal_version(version=version, actor=cast.parent, now=now)


def test_a_refused_word_fails_the_version_and_asks_a_person(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    Referral.objects.filter(pk=cast.referral.pk).update(question="Is she eligible?")
    version = ask(cast, now)
    run_jobs()
    version.refresh_from_db()
    assert (version.state, version.failure_code) == (VersionState.FAILED, "word_refused")
    task = Task.objects.get(code="dossier_failed")
    assert "eligible" in task.title
    assert task.assignee == cast.coordinator
    assert ask(cast, now).number == 2


def test_given_up_work_is_said_and_not_waited_for(cast: Cast, now: datetime) -> None:
    version = ask(cast, now)
    job = Job.objects.get(kind="dossiers.build_version")
    job.error_code = "memory_error"
    job_given_up.send(sender=Job, job=job, now=now)
    version.refresh_from_db()
    assert (version.state, version.failure_code) == (VersionState.FAILED, "memory_error")


def test_a_recalled_version_needs_a_reason_and_stays_as_it_was(
    cast: Cast, now: datetime, run_jobs: RunJobs
) -> None:
    version = seal(cast, now, run_jobs)
    with pytest.raises(errors.ReasonMissing):
        recall_version(version=version, reason=" ", actor=cast.coordinator, now=now)
    version = recall_version(version=version, reason="wrong page", actor=cast.coordinator, now=now)
    assert version.state == VersionState.RECALLED
    assert verify_bytes(read_checked(version)) is not None


def test_a_stranger_sees_no_version(cast: Cast, now: datetime) -> None:
    ask(cast, now)
    assert DossierVersion.objects.visible_to(cast.coordinator).exists()
    for who in (cast.stranger, cast.outsider, cast.administrator):
        assert not DossierVersion.objects.visible_to(who).exists()


def test_the_list_costs_the_same_for_one_version_as_for_many(
    cast: Cast, now: datetime, run_jobs: RunJobs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    seal(cast, now, run_jobs)
    with django_assert_num_queries(3):
        list_versions(cast.case, now)
    seal(cast, now, run_jobs)
    with django_assert_num_queries(3):
        list_versions(cast.case, now)
