"""Facts and the published wording from the case's page: each action done, and refused."""

from collections.abc import Callable

from django.test import Client

from cases.clinical import services as facts
from cases.clinical.models import Evaluation, Fact, FactState, SignOff
from tests import make
from tests.desk.doing import do, is_done, is_refused, typed_again
from tests.desk.office import page
from tests.signing import sign_in

EVEROLIMUS = {
    "key": "prior_treatments",
    "agent": "everolimus",
    "class": "mTOR_inhibitor",
    "status": "stopped",
    "start_date": "2024-08",
    "end_date": "2026-01",
    "stop_reason": "progression",
    "stated_source": "the daughter, by telephone",
}


def enter(cast: make.Cast, key: str, value: object) -> Fact:
    return facts.enter_fact(
        case=cast.case,
        key=key,
        value=value,
        stated_source="told by the family",
        actor=cast.coordinator,
        now=make.NOW,
    )


def test_a_fact_is_entered_with_its_source(cast: make.Cast, desk: Client) -> None:
    typed = {"key": "histology", "value": "typical_carcinoid", "stated_source": "the oncologist"}
    assert is_done(do(desk, cast.case, "fact", **typed))
    fact = Fact.objects.get()
    assert (fact.value, fact.state) == ("typical_carcinoid", FactState.CONFIRMED)
    assert "typical carcinoid" in desk.get(page(cast.case, "facts")).content.decode()


def test_a_fact_without_a_source_comes_back_with_its_value(cast: make.Cast, desk: Client) -> None:
    response = do(desk, cast.case, "fact", key="ki67_percent", value="5-8", stated_source="")
    assert is_refused(response)
    assert typed_again(response, "value") == "5-8"
    assert not Fact.objects.exists()


def test_a_value_that_a_fact_cannot_take_is_refused_with_what_may_stand_there(
    cast: make.Cast, desk: Client
) -> None:
    response = do(desk, cast.case, "fact", key="ki67_percent", value="high", stated_source="told")
    assert is_refused(response)
    assert typed_again(response, "value") == "high"
    assert "is not a number" in response.content.decode()


def test_a_fact_that_the_vocabulary_does_not_have_is_refused(cast: make.Cast, desk: Client) -> None:
    assert is_refused(do(desk, cast.case, "fact", key="mood", value="good", stated_source="told"))


def test_a_treatment_line_is_entered_in_its_parts(cast: make.Cast, desk: Client) -> None:
    assert is_done(do(desk, cast.case, "fact", **EVEROLIMUS))
    fact = Fact.objects.get()
    assert fact.value["class"] == "mTOR_inhibitor"
    assert fact.value["for_condition"] == "NET"
    assert fact.details == {"stop_reason": "progression"}


def test_a_treatment_without_a_class_comes_back_with_the_rest(
    cast: make.Cast, desk: Client
) -> None:
    response = do(desk, cast.case, "fact", **{**EVEROLIMUS, "class": ""})
    assert is_refused(response)
    assert typed_again(response, "agent") == "everolimus"


def test_the_history_is_called_complete_and_opened_again(cast: make.Cast, desk: Client) -> None:
    assert is_done(do(desk, cast.case, "history", stated_source="the letter of 3 November"))
    assert cast.case.complete_histories.live().count() == 1
    assert is_done(do(desk, cast.case, "history-open"))
    assert cast.case.complete_histories.live().count() == 0
    assert is_refused(do(desk, cast.case, "history", stated_source=""))


def test_a_proposal_is_confirmed_once_and_another_rejected(cast: make.Cast, desk: Client) -> None:
    one, other = (
        facts.propose_fact(case=cast.case, key="grade", value=value, now=make.NOW, rule="test")
        for value in ("G1", "G2")
    )
    assert is_done(do(desk, cast.case, "confirm-fact", fact=str(one.pk)))
    assert is_done(do(desk, cast.case, "reject-fact", fact=str(other.pk)))
    assert is_refused(do(desk, cast.case, "confirm-fact", fact=str(other.pk)))
    assert is_refused(do(desk, cast.case, "reject-fact", fact=str(one.pk)))
    one.refresh_from_db()
    assert one.decided_by == cast.coordinator


def test_a_conflict_stands_side_by_side_until_one_is_kept_with_a_reason(
    cast: make.Cast, desk: Client
) -> None:
    kept, other = enter(cast, "grade", "G1"), enter(cast, "grade", "G2")
    html = desk.get(page(cast.case, "facts")).content.decode()
    assert "Sources disagree: Grade" in html
    response = do(desk, cast.case, "keep-fact", fact=str(kept.pk), reason="")
    assert is_refused(response)
    assert is_done(do(desk, cast.case, "keep-fact", fact=str(kept.pk), reason="Second review"))
    other.refresh_from_db()
    assert (other.state, other.replaced_by) == (FactState.REPLACED, kept)
    assert "Sources disagree" not in desk.get(page(cast.case, "facts")).content.decode()


def test_keeping_one_where_nothing_disagrees_is_refused_and_the_reason_is_kept(
    cast: make.Cast, desk: Client
) -> None:
    fact = enter(cast, "grade", "G1")
    response = do(desk, cast.case, "keep-fact", fact=str(fact.pk), reason="It is the only one")
    assert is_refused(response)
    assert typed_again(response, "reason") == "It is the only one"


def test_a_confirmed_fact_is_taken_out_with_a_reason_only(cast: make.Cast, desk: Client) -> None:
    fact = enter(cast, "grade", "G1")
    assert is_refused(do(desk, cast.case, "dispute-fact", fact=str(fact.pk), reason=""))
    assert is_done(do(desk, cast.case, "dispute-fact", fact=str(fact.pk), reason="Misread"))
    fact.refresh_from_db()
    assert fact.state == FactState.DISPUTED


def test_a_fact_of_another_case_is_not_found(cast: make.Cast, desk: Client) -> None:
    fact = facts.propose_fact(case=make.case(), key="grade", value="G1", now=make.NOW, rule="test")
    assert do(desk, cast.case, "confirm-fact", fact=str(fact.pk)).status_code == 404


def compare(cast: make.Cast, run_jobs: Callable[[], int]) -> Evaluation:
    enter(cast, "histology", "NET")
    run_jobs()
    return Evaluation.objects.current().get(
        case=cast.case, indication="us-fda/cabozantinib-tablets/net"
    )


def test_what_is_missing_is_asked_of_the_family_from_the_panel(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    evaluation = compare(cast, run_jobs)
    html = desk.get(page(cast.case, "flag")).content.decode()
    assert "do not yet allow a comparison with the published wording" in html
    assert "Ask the family for the record" in html
    asked = {"evaluation": str(evaluation.pk), "criterion": "unresectable"}
    assert is_done(do(desk, cast.case, "ask-missing", **asked))
    assert cast.case.record_requests.count() == 1
    met = {"evaluation": str(evaluation.pk), "criterion": "histology_net"}
    assert is_refused(do(desk, cast.case, "ask-missing", **met))


def test_coordinator_and_clinician_each_sign_what_is_theirs(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    evaluation = compare(cast, run_jobs)
    assert is_done(do(desk, cast.case, "sign-off", evaluation=str(evaluation.pk)))
    clinic = sign_in(cast.clinician)
    assert is_refused(do(clinic, cast.case, "sign-off", evaluation=str(evaluation.pk)))
    weighed = {"evaluation": str(evaluation.pk), "statement": "The letter was read again."}
    assert is_done(do(clinic, cast.case, "sign-off", **weighed))
    assert set(SignOff.objects.values_list("signed_by", flat=True)) == {
        cast.coordinator.pk,
        cast.clinician.pk,
    }
    html = desk.get(page(cast.case, "flag")).content.decode()
    assert "The letter was read again." in html


def test_whether_the_facts_are_complete_is_asked_in_one_place(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    evaluation = compare(cast, run_jobs)
    address, asked = page(cast.case, "flag"), "Sign: the recorded facts are complete"
    html = desk.get(address).content.decode()
    assert html.count(asked) == 1
    assert "Sign: the reading was reviewed" not in html
    clinic = sign_in(cast.clinician).get(address).content.decode()
    assert asked not in clinic
    assert clinic.count("Sign: the reading was reviewed") == 2  # of two wordings
    assert is_done(do(desk, cast.case, "sign-off", evaluation=str(evaluation.pk)))
    html = desk.get(address).content.decode()
    assert asked not in html
    assert "It holds for every wording" in html


def test_a_word_that_holds_no_more_is_told_as_such_and_asked_for_again(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    evaluation, clinic = compare(cast, run_jobs), sign_in(cast.clinician)
    do(desk, cast.case, "sign-off", evaluation=str(evaluation.pk))
    do(clinic, cast.case, "sign-off", evaluation=str(evaluation.pk), statement="I read it.")
    assert "It holds no more" not in desk.get(page(cast.case, "flag")).content.decode()
    enter(cast, "primary_site", "pancreas")
    run_jobs()
    for client, asks in ((desk, "recorded facts are complete"), (clinic, "reading was reviewed")):
        html = " ".join(client.get(page(cast.case, "flag")).content.decode().split())
        assert f"Sign: the {asks}" in html
        assert f"{cast.coordinator.name} signed on" in html
        assert f"{cast.clinician.name} signed on" in html
        assert "It holds no more since" in html
    new = Evaluation.objects.current().get(case=cast.case, indication=evaluation.indication)
    do(desk, cast.case, "sign-off", evaluation=str(new.pk))
    html = desk.get(page(cast.case, "flag")).content.decode()
    assert f"{cast.coordinator.name} signed on" not in html


def test_a_sign_off_on_an_outdated_comparison_is_refused_and_the_sentence_is_kept(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    evaluation = compare(cast, run_jobs)
    enter(cast, "primary_site", "pancreas")
    run_jobs()
    response = do(
        desk, cast.case, "sign-off", evaluation=str(evaluation.pk), statement="All is here"
    )
    assert is_refused(response)
    assert typed_again(response, "statement") == "All is here"


def test_the_panel_says_how_far_the_definition_was_reviewed_and_what_it_is_not(
    cast: make.Cast, desk: Client, run_jobs: Callable[[], int]
) -> None:
    compare(cast, run_jobs)
    html = desk.get(page(cast.case, "flag")).content.decode()
    assert html.count("In review: not yet approved by a named clinician") >= 2
    assert "does not guarantee access, eligibility or outcome" in html
    assert "never by merit" in html
