"""The pages of definitions: read by staff, decided on by those who may, with no patient in them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from cases.accounts.models import AuditEvent
from cases.casework.models import Case
from cases.casework.services import ask_for_record
from cases.clinical.approvals import request_dry_run
from cases.clinical.in_use import register_definitions
from cases.clinical.models import DefinitionVersion, DryRun, Evaluation, Settlement
from cases.jobs.models import Job
from tests import make
from tests.clinical.knowing import enter, enter_pnet
from tests.clinical.shipping import MODERATE_COUNTS, Release, bring_newer, row_of
from tests.desk.doing import do, is_done, is_refused, read_news, typed_again
from tests.desk.office import page
from tests.signing import sign_in


def at(name: str, row: DefinitionVersion, *more: object) -> str:
    return reverse(f"admin:{name}", args=[row.pk, *more])


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def clinic(cast: make.Cast) -> Client:
    """The clinician's browser."""
    return sign_in(cast.clinician)


# Reading


def test_the_list_says_of_each_that_it_is_in_review_and_active(desk: Client) -> None:
    shown = read(desk, reverse("admin:definitions"))
    assert shown.count("In review: not yet approved by a named clinician") == 9
    assert shown.count("Cabozantinib tablets, neuroendocrine tumours (US)") == 1


def test_the_list_costs_the_same_for_one_version_as_for_many(
    desk: Client, release: Release, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 6):
        bring_newer(release, version=f"1.{number}.0")
    with django_assert_max_num_queries(12):
        shown = read(desk, reverse("admin:definitions"))
    assert "Version 1.5.0 waits" in shown


def test_every_definition_is_read_like_a_paper(desk: Client) -> None:
    for row in DefinitionVersion.objects.all():
        assert "Criteria" in read(desk, at("definition", row))


def test_a_page_holds_wording_logic_readings_questions_doses_context_and_versions(
    desk: Client,
) -> None:
    shown = read(desk, at("definition", row_of()))
    for words in (
        "previously treated, unresectable, locally advanced or metastatic",
        "somatostatin analogue · surgery · liver-directed therapy · radiotherapy",
        "One of these is enough",
        "Reading B: Unresectable locally advanced disease, or metastatic disease",
        "Where did the tumour begin (primary site)?",
        "60 mg once daily",
        "The trial required progression by RECIST 1.1 within 12 months",
        "not yet by a named clinician",
        "with the installation",
        "US Food and Drug Administration, label section 1.4",
    ):
        assert words in shown


def test_what_is_professional_knowledge_is_said_at_its_row(desk: Client) -> None:
    row = DefinitionVersion.objects.get(indication="us-fda/sunitinib/pnet")
    shown = read(desk, at("definition", row))
    assert shown.count("professional knowledge, to be re-checked") == 1


def test_two_versions_are_compared_value_by_value(desk: Client, release: Release) -> None:
    newer = bring_newer(release)
    shown = read(desk, at("definition_differences", newer, row_of().pk))
    assert "2 statements differ" in shown
    assert "well differentiated, <ins>" in shown
    assert '<ins><span class="visually-hidden">[new:</span> moderately differentiated' in shown
    assert '<del><span class="visually-hidden">[taken away:</span> moderately' in shown
    same = read(desk, at("definition_differences", newer, newer.pk))
    assert "The two say the same, word for word." in same


def test_words_of_a_sentence_are_compared_one_by_one(desk: Client, release: Release) -> None:
    newer = bring_newer(
        release, "Where did the tumour begin (primary", "Where did it start (primary"
    )
    shown = read(desk, at("definition_differences", newer, row_of().pk))
    assert "1 statement differs" in shown
    assert "[taken away:</span> the tumour begin<span" in shown
    assert "[new:</span> it start<span" in shown


def test_two_versions_read_from_the_older_to_the_newer_wherever_one_comes_from(
    desk: Client, release: Release
) -> None:
    older, newer = row_of(), bring_newer(release, version="1.10.0")
    middle = bring_newer(release, *MODERATE_COUNTS, version="1.9.0")
    for one, other in ((older, newer), (newer, older)):
        shown = read(desk, at("definition_differences", one, other.pk))
        assert "What 1.10.0 says otherwise than 1.0.0" in shown
        assert '<ins><span class="visually-hidden">[new:</span> moderately' in shown
    for row in (older, middle, newer):
        shown = read(desk, at("definition", row))
        assert "says otherwise than 1.10.0" not in shown
        assert "What 1.0.0 says" not in shown
    assert "What 1.9.0 says otherwise than 1.0.0" in read(desk, at("definition", middle))
    assert "What 1.10.0 says otherwise than 1.9.0" in read(desk, at("definition", middle))


def test_versions_of_two_indications_are_not_compared(desk: Client) -> None:
    other = DefinitionVersion.objects.get(indication="us-fda/sunitinib/pnet")
    assert desk.get(at("definition_differences", row_of(), other.pk)).status_code == 404


def test_a_file_that_changed_is_told_on_the_list_and_on_its_page(
    desk: Client, release: Release
) -> None:
    release.bring("age_at_least: 12", "age_at_least: 13", version="1.0.0")
    assert "is not the one that was decided about" in read(desk, reverse("admin:definitions"))
    assert "is not the one that was decided about" in read(desk, at("definition", row_of()))


@pytest.mark.parametrize("who", ["parent", "stranger"])
def test_families_come_to_none_of_these_pages(cast: make.Cast, who: str) -> None:
    client = sign_in(getattr(cast, who), second_factor=False)
    for address in (reverse("admin:definitions"), at("definition", row_of())):
        assert client.get(address).status_code in {302, 404}


# Approving


def test_a_clinician_approves_on_a_page_of_its_own(cast: make.Cast, clinic: Client) -> None:
    row, today = row_of(), timezone.now().date()
    assert "Approve this version" in read(clinic, at("definition_approve", row))
    typed = {"label_read_on": str(today)}
    response = clinic.post(at("definition_approve", row), typed, follow=True)
    assert read_news(response) == ["Approved by your name."]
    row.refresh_from_db()
    assert (row.approved_by, row.label_read_on) == (cast.clinician, today)
    assert f"{cast.clinician.name} approved it on" in read(clinic, at("definition_approve", row))
    assert f"{cast.clinician.name}" in read(clinic, at("definition", row))
    assert AuditEvent.objects.filter(action="definition.approved").count() == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (str(timezone.now().date() + timedelta(days=1)), "still to come"),
        ("2020-01-01", "younger than this day"),
        ("yesterday", "valid date"),
        ("", "required"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_shown_again(
    clinic: Client, typed: str, told: str
) -> None:
    row = row_of()
    response = clinic.post(at("definition_approve", row), {"label_read_on": typed})
    assert response.status_code == 400
    assert told in response.content.decode()
    assert typed_again(response, "label_read_on") == typed
    row.refresh_from_db()
    assert row.state == "in_review"


def test_a_coordinator_reads_the_page_and_cannot_approve(desk: Client) -> None:
    row = row_of()
    shown = read(desk, at("definition_approve", row))
    assert "Approve this version" not in shown
    assert "You are about to approve" not in shown
    assert "A clinician reviewer approves it; your role reads it." in shown
    typed = {"label_read_on": str(timezone.now().date())}
    assert desk.post(at("definition_approve", row), typed).status_code == 400
    assert DefinitionVersion.objects.filter(state="approved").count() == 0


# Trying, activating, withdrawing


def try_and_run(client: Client, row: DefinitionVersion, run_jobs: Callable[[], int]) -> DryRun:
    client.post(at("definition_do", row), {"do": "dry-run"})
    run_jobs()
    return DryRun.objects.get(definition=row)


def test_a_dry_run_is_asked_for_read_and_then_the_version_is_made_active(
    cast: make.Cast, clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    newer = bring_newer(release)
    run = try_and_run(clinic, newer, run_jobs)
    shown = read(clinic, reverse("admin:dry_run", args=[run.pk]))
    assert cast.case.reference in shown
    assert "Make 1.1.0 active" in shown
    response = clinic.post(at("definition_do", newer), {"do": "activate"}, follow=True)
    assert read_news(response) == ["It is active. Every case is being compared again."]
    newer.refresh_from_db()
    assert (newer.is_active, newer.activated_by) == (True, cast.clinician)
    older = read(clinic, at("definition", row_of()))
    assert f'Cases are compared with <a href="{at("definition", newer)}">version 1.1.0</a>' in older
    run_jobs()
    flag = Evaluation.objects.current().get(
        case=cast.case, indication="us-fda/cabozantinib-tablets/net"
    )
    assert (flag.definition_version, flag.overall) == ("1.1.0", "match")


def test_cases_of_others_are_a_number(
    cast: make.Cast, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    run = request_dry_run(definition=bring_newer(release), actor=cast.lead, now=make.NOW)
    run_jobs()
    for who, sees in ((cast.coordinator, True), (cast.outsider, False)):
        shown = read(sign_in(who), reverse("admin:dry_run", args=[run.pk]))
        assert (cast.case.reference in shown) is sees
        assert ("1 case of others" in shown) is not sees


def test_the_page_of_a_dry_run_costs_the_same_for_many_cases(
    cast: make.Cast,
    clinic: Client,
    release: Release,
    run_jobs: Callable[[], int],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(5):
        case = make.case(owner=cast.coordinator, team=cast.case.team)
        enter(case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    run = try_and_run(clinic, bring_newer(release), run_jobs)
    with django_assert_max_num_queries(22):
        shown = read(clinic, reverse("admin:dry_run", args=[run.pk]))
    assert shown.count("NV-2026-") == 5


def test_while_a_dry_run_is_made_its_page_asks_again(
    cast: make.Cast, clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    run = request_dry_run(definition=bring_newer(release), actor=cast.lead, now=make.NOW)
    address = reverse("admin:dry_run_progress", args=[run.pk])
    assert address in read(clinic, reverse("admin:dry_run", args=[run.pk]))
    assert 'data-job-state="working"' in read(clinic, address)
    run_jobs()
    told = read(clinic, address)
    assert "See what was found" in told
    assert 'data-job-state="done"' in told
    assert "data-poll" not in told
    assert "are being compared" not in told
    run.refresh_from_db()
    assert f"Cases compared: {run.counted}. Answers that change: 0." in told


def test_a_finished_dry_run_says_what_it_found_when_and_for_whom_and_may_be_made_again(
    cast: make.Cast, clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    make.case(owner=cast.coordinator, team=cast.case.team)
    run_jobs()
    newer = bring_newer(release)
    run = try_and_run(clinic, newer, run_jobs)
    address = reverse("admin:dry_run", args=[run.pk])
    shown = read(clinic, address)
    assert run.finished_at
    assert "are being compared" not in shown
    assert "data-poll=" not in shown
    assert f"Asked for by {cast.clinician.name}" in shown
    assert "Finished " in shown
    assert "<strong>1</strong><span>answers change</span>" in shown
    assert run.counted == Case.objects.count() >= 2
    assert f"<strong>{run.counted}</strong><span>cases compared</span>" in shown
    assert "“well-differentiated”" in shown
    assert "Make the dry run again" in shown
    told = f"Cases compared: {run.counted}. Answers that change: 1."
    assert told in read(clinic, at("definition", newer))
    assert "Make the dry run again" not in read(sign_in(cast.coordinator), address)


def test_cases_that_keep_their_answer_while_rows_change_are_counted_apart(
    cast: make.Cast, clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "differentiation", "moderate")
    run_jobs()
    run = try_and_run(clinic, bring_newer(release), run_jobs)
    shown = read(clinic, reverse("admin:dry_run", args=[run.pk]))
    assert "<strong>0</strong><span>answers change</span>" in shown
    assert "<strong>1</strong><span>keep their answer, and rows change</span>" in shown


def test_while_a_dry_run_is_made_no_second_one_is_offered(
    cast: make.Cast, clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    newer = bring_newer(release)
    run = request_dry_run(definition=newer, actor=cast.lead, now=make.NOW)
    for address in (at("definition", newer), reverse("admin:dry_run", args=[run.pk])):
        shown = read(clinic, address)
        assert 'value="dry-run"' not in shown
        assert "being made" in shown
    run_jobs()
    assert 'value="dry-run"' in read(clinic, at("definition", newer))


@pytest.mark.parametrize(
    ("ended", "told"),
    [("given_up", "The cases could not be compared"), ("done", "This dry run was not finished")],
)
def test_a_dry_run_that_ended_without_a_finding_says_so_and_may_be_made_again(
    cast: make.Cast, clinic: Client, release: Release, ended: str, told: str
) -> None:
    newer = bring_newer(release)
    run = request_dry_run(definition=newer, actor=cast.lead, now=make.NOW)
    Job.objects.filter(subject=f"clinical.dryrun:{run.pk}").update(state=ended)
    for page_of in ("dry_run", "dry_run_progress"):
        shown = read(clinic, reverse(f"admin:{page_of}", args=[run.pk]))
        assert told in shown
        assert "data-poll=" not in shown
        assert "are being compared" not in shown
    assert "Make the dry run again" in read(clinic, reverse("admin:dry_run", args=[run.pk]))
    assert "not finished" in read(clinic, at("definition", newer))


def test_after_activation_the_page_asks_how_far_the_comparing_is_until_it_is_done(
    clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    newer = bring_newer(release)
    try_and_run(clinic, newer, run_jobs)
    clinic.post(at("definition_do", newer), {"do": "activate"})
    address = at("definition_progress", newer)
    assert f'data-poll="{address}"' in read(clinic, at("definition", newer))
    assert "data-poll" in read(clinic, address)
    run_jobs()
    told = read(clinic, address)
    assert "Cases were compared again" in told
    assert "data-poll" not in told
    assert "being compared again" not in read(clinic, at("definition", newer))


def test_a_draft_says_what_comes_next_and_nothing_is_approved_of_it(
    clinic: Client, release: Release
) -> None:
    release.bring(*MODERATE_COUNTS, status="draft")
    register_definitions(now=make.NOW)
    row = row_of("1.1.0")
    shown = read(clinic, at("definition", row))
    assert "A draft is still being written" in shown
    assert "Approve it by your name" not in shown
    approval = read(clinic, at("definition_approve", row))
    assert "You are about to approve" not in approval
    assert "The state of this one: Draft." in approval


def test_a_refusal_is_said_on_the_definitions_page(clinic: Client, release: Release) -> None:
    newer = bring_newer(release)
    response = clinic.post(at("definition_do", newer), {"do": "activate"}, follow=True)
    assert "Make a dry run first" in read_news(response)[0]
    assert clinic.post(at("definition_do", newer), {"do": "something"}).status_code == 404


def test_a_definition_is_withdrawn_with_its_reason_and_the_case_says_so(
    cast: make.Cast, clinic: Client, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    row = row_of()
    assert clinic.post(at("definition_withdraw", row), {"because": ""}).status_code == 400
    typed = {"because": "The label was changed."}
    response = clinic.post(at("definition_withdraw", row), typed, follow=True)
    assert "Withdrawn: no case is compared" in read_news(response)[0]
    assert "The label was changed." in read(clinic, at("definition", row))
    flag = read(clinic, page(cast.case, "flag"))
    assert "compared no more" in flag
    assert "The label was changed." in flag
    assert "Withdraw this version" not in read(clinic, at("definition_withdraw", row))


def test_a_coordinator_neither_tries_nor_withdraws(desk: Client, release: Release) -> None:
    newer = bring_newer(release)
    assert "Dry run:" not in read(desk, at("definition", newer))
    response = desk.post(at("definition_do", newer), {"do": "dry-run"}, follow=True)
    assert "Your role does not do this." in read_news(response)[0]
    assert desk.post(at("definition_withdraw", newer), {"because": "no"}).status_code == 400
    assert not DryRun.objects.exists()


# On the page of the case


def compared(cast: make.Cast, run_jobs: Callable[[], int], differentiation: str) -> Evaluation:
    enter_pnet(cast.case, cast.coordinator, without="differentiation")
    enter(cast.case, cast.coordinator, "differentiation", differentiation)
    run_jobs()
    found: Evaluation = Evaluation.objects.current().get(
        case=cast.case, indication="us-fda/cabozantinib-tablets/net"
    )
    return found


def settle(client: Client, cast: make.Cast, flag: Evaluation, sentence: str) -> Any:
    return do(
        client,
        cast.case,
        "settle-row",
        evaluation=flag.pk,
        criterion="well_differentiated",
        sentence=sentence,
    )


def test_a_clinician_settles_a_row_in_a_sentence_that_stands_beside_it(
    cast: make.Cast, clinic: Client, run_jobs: Callable[[], int]
) -> None:
    flag = compared(cast, run_jobs, "moderate")
    sentence = "The pathologist calls it a G2 NET; I read it as well differentiated."
    assert is_done(settle(clinic, cast, flag, sentence))
    shown = read(clinic, page(cast.case, "flag"))
    assert sentence in shown
    assert "The row stays unknown" in shown
    flag.refresh_from_db()
    assert flag.overall == "insufficient_information"


def test_a_sentence_that_promises_is_refused_with_its_word(
    cast: make.Cast, clinic: Client, run_jobs: Callable[[], int]
) -> None:
    flag = compared(cast, run_jobs, "moderate")
    response = settle(clinic, cast, flag, "She qualifies for it.")
    assert is_refused(response)
    assert "“qualifies” is never said of a patient" in response.content.decode()
    assert typed_again(response, "sentence") == "She qualifies for it."
    assert not Settlement.objects.exists()


def test_a_coordinator_is_shown_no_way_to_settle_and_refused(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    flag = compared(cast, run_jobs, "moderate")
    assert "Settle this row" not in read(desk, page(cast.case, "flag"))
    assert is_refused(settle(desk, cast, flag, "It is well differentiated."))


def test_all_that_is_missing_is_asked_for_in_one_click(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    enter(cast.case, cast.coordinator, "grade", "G2")
    run_jobs()
    flag = Evaluation.objects.current().get(
        case=cast.case, indication="us-fda/cabozantinib-tablets/net"
    )
    before = cast.case.record_requests.count()
    assert "Ask the family for all 4 records that are missing" in read(
        desk, page(cast.case, "flag")
    )
    assert is_done(do(desk, cast.case, "ask-all-missing", evaluation=flag.pk))
    assert cast.case.record_requests.count() == before + 4
    assert "Ask the family for" not in read(desk, page(cast.case, "flag"))


def test_a_paper_that_was_asked_for_by_hand_is_not_offered_again(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator, without="resectable")
    run_jobs()
    offer = (
        'Ask the family for the 1 record that is missing<span class="visually-hidden">'
        ": Cabozantinib tablets, neuroendocrine tumours (US)"
    )
    assert offer in read(desk, page(cast.case, "flag"))
    ask_for_record(
        case=cast.case,
        kind="oncology_letter",
        title="Latest letter of the treating doctors",
        reason="It says how she is.",
        actor=cast.coordinator,
        now=make.NOW,
    )
    shown = read(desk, page(cast.case, "flag"))
    assert offer not in shown
    assert "The family has been asked for the record." in shown


def test_words_of_a_change_alone_list_nobody(
    cast: make.Cast, clinic: Client, release: Release, run_jobs: Callable[[], int]
) -> None:
    enter_pnet(cast.case, cast.coordinator)
    run_jobs()
    newer = bring_newer(release, *MODERATE_COUNTS)
    run = try_and_run(clinic, newer, run_jobs)
    assert "Nobody’s answer changes" in read(clinic, reverse("admin:dry_run", args=[run.pk]))
