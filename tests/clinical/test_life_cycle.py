"""A definition is drafted, reviewed, approved by name, activated after a dry run, superseded."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from cases.accounts.models import AuditEvent
from cases.clinical import errors
from cases.clinical.approvals import (
    activate_definition,
    approve_definition,
    request_dry_run,
    withdraw_definition,
)
from cases.clinical.definitions import DefinitionError, load_definitions, load_versions
from cases.clinical.evaluating import evaluate_all
from cases.clinical.in_use import (
    check_definitions,
    definition_of,
    definitions_in_use,
    register_definitions,
)
from cases.clinical.models import (
    DefinitionState,
    DefinitionVersion,
    Evaluation,
    SignOff,
    SignOffMeaning,
)
from cases.clinical.queries import cases_to_compare_again, flag_panel
from cases.clinical.reevaluating import cases_left, reevaluate_cases
from cases.clinical.sign_offs import sign_off_evaluation
from tests.clinical.knowing import enter_pnet
from tests.clinical.shipping import DEFAULT, Release, bring_newer, row_of
from tests.make import NOW, Cast

READ_ON = date(2026, 11, 20)


def approve(cast: Cast, row: DefinitionVersion, read_on: date = READ_ON) -> DefinitionVersion:
    return approve_definition(definition=row, label_read_on=read_on, actor=cast.clinician, now=NOW)


def activate(
    cast: Cast, row: DefinitionVersion, run_jobs: Callable[[], int], now: datetime = NOW
) -> DefinitionVersion:
    request_dry_run(definition=row, actor=cast.lead, now=now)
    run_jobs()
    return activate_definition(definition=row, actor=cast.lead, now=now)


# Registration


def test_an_installation_begins_with_the_shipped_versions_active_and_in_review(db: None) -> None:
    del db
    rows = DefinitionVersion.objects.active()
    assert {(row.indication, row.version) for row in rows} == set(load_versions())
    assert {row.state for row in rows} == {DefinitionState.IN_REVIEW}
    assert {row.activated_by for row in rows} == {None}


def test_a_version_that_a_release_brings_later_waits_for_a_person(
    db: None, release: Release
) -> None:
    del db
    newer = bring_newer(release)
    assert (newer.state, newer.is_active) == (DefinitionState.IN_REVIEW, False)
    used = {each.id: each.version for each in definitions_in_use(NOW.date())}
    assert used[DEFAULT] == "1.0.0"
    assert load_definitions()[DEFAULT].version == "1.1.0"


def test_a_new_installation_begins_with_the_newest_that_is_no_draft(
    db: None, release: Release
) -> None:
    del db
    DefinitionVersion.objects.all().delete()
    release.bring("age_at_least: 12", "age_at_least: 13")
    release.bring("age_at_least: 12", "age_at_least: 14", version="1.2.0", status="draft")
    register_definitions(now=NOW)
    states = {row.version: (row.state, row.is_active) for row in rows_of_default()}
    assert states == {
        "1.0.0": ("superseded", False),
        "1.1.0": ("in_review", True),
        "1.2.0": ("draft", False),
    }


def rows_of_default() -> list[DefinitionVersion]:
    return list(DefinitionVersion.objects.filter(indication=DEFAULT))


def test_versions_are_ordered_by_their_numbers(release: Release) -> None:
    for version in ("1.10.0", "1.9.0"):
        release.bring(version=version)
    versions = [version for name, version in load_versions() if name == DEFAULT]
    assert versions == ["1.0.0", "1.9.0", "1.10.0"]
    assert load_definitions()[DEFAULT].version == "1.10.0"


@pytest.mark.parametrize("status", ["approved", "withdrawn", "superseded"])
def test_no_file_says_of_itself_that_it_is_approved(release: Release, status: str) -> None:
    approved = ("by: null\n  date: null", "by: Dr. Vogt\n  date: 2026-01-01")
    release.bring(*approved, status=status)
    with pytest.raises(DefinitionError, match="shipped as draft or in_review"):
        load_versions()


def test_a_draft_follows_its_file_into_review(db: None, release: Release) -> None:
    del db
    release.bring("age_at_least: 12", "age_at_least: 13", status="draft")
    register_definitions(now=NOW)
    draft = row_of("1.1.0")
    release.bring("age_at_least: 12", "age_at_least: 14")
    register_definitions(now=NOW)
    reviewed = row_of("1.1.0")
    assert (draft.state, reviewed.state) == ("draft", "in_review")
    assert reviewed.digest != draft.digest
    assert register_definitions(now=NOW) == []


# Approval


def test_a_clinician_approves_by_name_with_the_day_on_which_the_label_was_read(cast: Cast) -> None:
    row = approve(cast, row_of())
    assert (row.state, row.approved_by, row.label_read_on) == ("approved", cast.clinician, READ_ON)
    said = definition_of(row)
    assert said is not None
    assert said.label_reading == f"Label read on 2026-11-20 by {cast.clinician.name}"
    assert said.approved_by == cast.clinician.name
    event = AuditEvent.objects.get(action="definition.approved")
    assert event.detail == {"indication": DEFAULT, "version": "1.0.0"}
    assert (event.case_id, event.actor_id) == (None, cast.clinician.pk)


@pytest.mark.parametrize("who", ["coordinator", "lead", "administrator", "parent"])
def test_nobody_but_a_clinician_approves(cast: Cast, who: str) -> None:
    with pytest.raises(errors.NotForThisRole):
        approve_definition(
            definition=row_of(), label_read_on=READ_ON, actor=getattr(cast, who), now=NOW
        )


@pytest.mark.parametrize(
    ("read_on", "refusal"),
    [
        (date(2025, 3, 25), errors.ReadingDateTooEarly),
        (date(2025, 3, 26), None),
        (NOW.date(), None),
        (NOW.date() + timedelta(days=1), errors.ReadingDateInFuture),
    ],
)
def test_the_label_was_read_between_its_beginning_and_today(
    cast: Cast, read_on: date, refusal: type[ValidationError] | None
) -> None:
    if refusal is None:
        assert approve(cast, row_of(), read_on).label_read_on == read_on
        return
    with pytest.raises(refusal):
        approve(cast, row_of(), read_on)


def test_approving_twice_and_approving_a_draft_are_refused(cast: Cast, release: Release) -> None:
    row = approve(cast, row_of())
    release.bring("age_at_least: 12", "age_at_least: 13", status="draft")
    register_definitions(now=NOW)
    for one in (row, row_of("1.1.0")):
        with pytest.raises(errors.NotInReview):
            approve(cast, one)


def test_what_was_decided_about_does_not_change_in_the_database(cast: Cast) -> None:
    row = approve(cast, row_of())
    rows = DefinitionVersion.objects.filter(pk=row.pk)
    for change in ({"digest": "0" * 64}, {"label_read_on": NOW.date()}, {"version": "9.9.9"}):
        with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        rows.delete()
    active = DefinitionVersion.objects.filter(indication="us-fda/sunitinib/pnet")
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        active.update(digest="0" * 64)


def test_one_version_of_an_indication_is_active_at_most(db: None, release: Release) -> None:
    del db
    newer = bring_newer(release)
    with pytest.raises(IntegrityError), transaction.atomic():
        DefinitionVersion.objects.filter(pk=newer.pk).update(activated_at=NOW)


def test_a_file_that_changed_under_its_version_is_reported_and_not_compared_with(
    cast: Cast, release: Release, now: datetime
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    evaluate_all(case=cast.case, now=now)
    approve(cast, row_of())
    assert check_definitions(databases=["default"]) == []
    release.bring("age_at_least: 12", "age_at_least: 13", version="1.0.0")
    register_definitions(now=NOW)
    found = check_definitions(databases=["default"])
    assert [message.id for message in found] == ["clinical.E001"]
    assert "says something else by now" in found[0].msg
    assert check_definitions(databases=None) == []
    assert DEFAULT not in {each.id for each in definitions_in_use(NOW.date())}
    assert evaluate_all(case=cast.case, now=now) == []
    assert Evaluation.objects.current().get(case=cast.case, indication=DEFAULT).overall == "match"


def test_a_file_that_is_gone_is_reported_while_it_is_wanted(cast: Cast, release: Release) -> None:
    release.remove()
    assert "is gone" in check_definitions(databases=["default"])[0].msg
    withdraw_definition(definition=row_of(), because="no file", actor=cast.lead, now=NOW)
    assert check_definitions(databases=["default"]) == []


def test_a_changed_file_is_neither_approved_nor_tried_nor_activated(
    cast: Cast, release: Release
) -> None:
    release.bring("age_at_least: 12", "age_at_least: 13", version="1.0.0")
    with pytest.raises(errors.DefinitionChanged):
        approve(cast, row_of())
    with pytest.raises(errors.DefinitionChanged):
        request_dry_run(definition=row_of(), actor=cast.lead, now=NOW)


# Activation


def test_activation_needs_a_dry_run_of_this_content_against_what_is_active(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    newer = bring_newer(release)
    with pytest.raises(errors.DryRunMissing):
        activate_definition(definition=newer, actor=cast.lead, now=NOW)
    request_dry_run(definition=newer, actor=cast.lead, now=NOW)
    with pytest.raises(errors.DryRunMissing):
        activate_definition(definition=newer, actor=cast.lead, now=NOW)
    run_jobs()
    newest = bring_newer(release, "age_at_least: 12", "age_at_least: 13", version="1.2.0")
    activate(cast, newest, run_jobs)
    with pytest.raises(errors.DryRunMissing):
        activate_definition(definition=newer, actor=cast.lead, now=NOW)


def test_activation_supersedes_and_compares_every_case_again(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    before = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT)
    newer = activate(cast, bring_newer(release), run_jobs)
    assert (newer.activated_by, newer.is_active) == (cast.lead, True)
    older = row_of()
    assert (older.state, older.ended_by, older.is_active) == ("superseded", cast.lead, False)
    assert Evaluation.objects.current().get(case=cast.case, indication=DEFAULT) == before
    run_jobs()
    after = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT)
    assert after.definition_version == "1.1.0"
    before.refresh_from_db()
    assert (before.definition_version, before.overall) == ("1.0.0", "match")
    assert before.superseded_at is not None
    assert cases_to_compare_again(NOW.date(), limit=10) == []


def test_comparing_again_stops_where_the_version_has_ended_meanwhile(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    newer = activate(cast, bring_newer(release), run_jobs)
    definition = definition_of(newer)
    assert definition is not None
    assert cases_left(definition).exists()
    withdraw_definition(definition=newer, because="misread", actor=cast.lead, now=NOW)
    assert newer.is_active  # as the job read it when it began
    assert reevaluate_cases(newer, definition, lambda: NOW, lambda _done, _total: None) == 0
    assert not Evaluation.objects.current().filter(definition_digest=definition.digest).exists()


@pytest.mark.parametrize(("late", "holds"), [(-1, True), (1, False)])
def test_a_dry_run_holds_for_a_week(
    cast: Cast, release: Release, run_jobs: Callable[[], int], late: int, *, holds: bool
) -> None:
    newer = bring_newer(release)
    request_dry_run(definition=newer, actor=cast.lead, now=NOW)
    run_jobs()
    newer.dry_runs.update(finished_at=NOW)
    then = NOW + timedelta(days=7, minutes=late)
    if holds:
        assert activate_definition(definition=newer, actor=cast.lead, now=then).is_active
        return
    with pytest.raises(errors.DryRunMissing):
        activate_definition(definition=newer, actor=cast.lead, now=then)


def test_what_was_signed_is_stale_at_the_moment_of_activation(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    evaluate_all(case=cast.case, now=NOW)
    flag = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT)
    sign(cast, flag)
    others = Evaluation.objects.current().exclude(pk=flag.pk)
    activate(cast, bring_newer(release), run_jobs)
    assert {word.evaluation for word in SignOff.objects.valid()} == set(others)
    with pytest.raises(errors.EvaluationOutdated):
        sign(cast, flag)


def sign(cast: Cast, evaluation: Evaluation) -> SignOff:
    return sign_off_evaluation(
        evaluation=evaluation,
        meaning=SignOffMeaning.FACTS_COMPLETE,
        statement="",
        actor=cast.coordinator,
        now=NOW,
    )


def test_asking_for_a_dry_run_while_the_same_is_made_is_asking_once(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    newer = bring_newer(release)
    first, again = (
        request_dry_run(definition=newer, actor=cast.lead, now=NOW) for _time in range(2)
    )
    assert first == again
    run_jobs()
    assert request_dry_run(definition=newer, actor=cast.lead, now=NOW) != first


def test_an_approved_version_gives_way_to_an_approved_one_alone(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    approve(cast, row_of())
    newer = bring_newer(release)
    with pytest.raises(errors.ApprovedStays):
        activate(cast, newer, run_jobs)
    approve(cast, newer)
    assert activate_definition(definition=newer, actor=cast.lead, now=NOW).is_active


@pytest.mark.parametrize("who", ["coordinator", "administrator", "parent"])
def test_nobody_else_tries_activates_or_withdraws(cast: Cast, release: Release, who: str) -> None:
    newer, actor = bring_newer(release), getattr(cast, who)
    for act in (
        lambda: request_dry_run(definition=newer, actor=actor, now=NOW),
        lambda: activate_definition(definition=newer, actor=actor, now=NOW),
        lambda: withdraw_definition(definition=newer, because="no", actor=actor, now=NOW),
    ):
        with pytest.raises(errors.NotForThisRole):
            act()


def test_neither_a_draft_nor_an_active_nor_an_ended_version_is_tried(
    cast: Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    release.bring(status="draft", version="0.9.0")
    newer = activate(cast, bring_newer(release), run_jobs)
    for one in (row_of("0.9.0"), newer, row_of("1.0.0")):
        with pytest.raises(errors.NotReadyToActivate):
            request_dry_run(definition=one, actor=cast.lead, now=NOW)
        with pytest.raises(errors.NotReadyToActivate):
            activate_definition(definition=one, actor=cast.lead, now=NOW)


# Withdrawal


def test_a_withdrawn_definition_compares_no_more_and_says_so(
    cast: Cast, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    flag = Evaluation.objects.current().get(case=cast.case, indication=DEFAULT)
    signed = sign(cast, flag)
    row = withdraw_definition(
        definition=row_of(), because="The label was changed.", actor=cast.clinician, now=NOW
    )
    assert (row.state, row.is_active, row.ended_by) == ("withdrawn", False, cast.clinician)
    flag.refresh_from_db()
    signed.refresh_from_db()
    assert (flag.superseded_at, signed.stale_at) == (NOW, NOW)
    evaluate_all(case=cast.case, now=NOW + timedelta(days=1))
    assert not Evaluation.objects.current().filter(indication=DEFAULT).exists()
    panel = flag_panel(cast.case)
    assert [line.because for line in panel.withdrawn] == ["The label was changed."]
    assert DEFAULT not in {each.indication for each in panel.main}


def test_a_comparison_that_slipped_past_the_withdrawal_falls_due_and_ends(cast: Cast) -> None:
    evaluate_all(case=cast.case, now=NOW)
    withdraw_definition(definition=row_of(), because="changed", actor=cast.lead, now=NOW)
    slipped = Evaluation.objects.filter(indication=DEFAULT)
    slipped.update(superseded_at=None)
    assert cases_to_compare_again(NOW.date(), limit=10) == [cast.case.pk]
    evaluate_all(case=cast.case, now=NOW)
    assert slipped.get().superseded_at == NOW
    assert cases_to_compare_again(NOW.date(), limit=10) == []


def test_withdrawing_says_why_and_happens_once(cast: Cast) -> None:
    with pytest.raises(errors.ReasonMissing):
        withdraw_definition(definition=row_of(), because="  ", actor=cast.lead, now=NOW)
    withdraw_definition(definition=row_of(), because="changed", actor=cast.lead, now=NOW)
    with pytest.raises(errors.DefinitionOver):
        withdraw_definition(definition=row_of(), because="again", actor=cast.lead, now=NOW)


# What pages show


def test_the_panel_says_the_approval_that_came_after_the_comparison(cast: Cast) -> None:
    evaluate_all(case=cast.case, now=NOW)
    assert flag_panel(cast.case).main[0].definition["status"] == "in_review"
    approve(cast, row_of())
    shown = flag_panel(cast.case).main[0]
    assert shown.definition["status"] == "approved"
    assert cast.clinician.name in shown.definition["label_reading"]
    assert not shown.is_outdated
