"""Records, facts and the published wording."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import Role, User
from cases.casework.models import Case
from cases.clinical import services as facts
from cases.clinical.models import Evaluation, Fact, SignOffMeaning
from cases.clinical.sign_offs import (
    request_all_missing,
    request_missing_fact,
    settle_row,
    sign_off_evaluation,
)
from navigator.desk import forms
from navigator.desk.actions.registry import Data, as_uuid, case_action


@case_action("fact", part="facts", form=forms.FactForm, done=_("The fact was entered."))
def state_fact(case: Case, user: User, data: Data) -> object:
    form = data["form"]
    return facts.enter_fact(
        case=case,
        key=data["key"],
        value=form.read_value(),
        dated=data.get("dated", ""),
        stated_source=data["stated_source"],
        details=form.read_details(),
        actor=user,
        now=timezone.now(),
    )


@case_action(
    "history", part="facts", form=forms.SourceForm, done=_("The history is noted as complete.")
)
def complete_history(case: Case, user: User, data: Data) -> object:
    return facts.confirm_history_complete(
        case=case, stated_source=data["stated_source"], actor=user, now=timezone.now()
    )


@case_action("history-open", part="facts", done=_("The history is open again."))
def open_history(case: Case, user: User, data: Data) -> object:
    del data
    return facts.reopen_history(case=case, actor=user, now=timezone.now())


def find_fact(case: Case, data: Data) -> Fact:
    return get_object_or_404(Fact.objects.filter(case=case), pk=as_uuid(data.get("fact")))


@case_action("confirm-fact", part="facts", done=_("Confirmed."))
def confirm_one(case: Case, user: User, data: Data) -> object:
    return facts.confirm_fact(fact=find_fact(case, data), actor=user, now=timezone.now())


@case_action("reject-fact", part="facts", done=_("Rejected."))
def reject_one(case: Case, user: User, data: Data) -> object:
    return facts.reject_fact(
        fact=find_fact(case, data),
        reason=data.get("reason", ""),
        actor=user,
        now=timezone.now(),
    )


@case_action(
    "keep-fact", part="facts", form=forms.FactReasonForm, done=_("The conflict is settled.")
)
def settle_one(case: Case, user: User, data: Data) -> object:
    return facts.settle_conflict(
        keep=find_fact(case, data),
        reason=data.get("reason", ""),
        actor=user,
        now=timezone.now(),
    )


@case_action(
    "dispute-fact", part="facts", form=forms.FactReasonForm, done=_("It no longer counts.")
)
def dispute_one(case: Case, user: User, data: Data) -> object:
    return facts.dispute_fact(
        fact=find_fact(case, data),
        reason=data.get("reason", ""),
        actor=user,
        now=timezone.now(),
    )


def find_evaluation(case: Case, data: Data) -> Evaluation:
    return get_object_or_404(
        Evaluation.objects.filter(case=case), pk=as_uuid(data.get("evaluation"))
    )


@case_action("ask-missing", part="flag", done=_("It is on the family's list."))
def ask_missing(case: Case, user: User, data: Data) -> object:
    return request_missing_fact(
        case=case,
        evaluation=find_evaluation(case, data),
        criterion=data.get("criterion", ""),
        actor=user,
        now=timezone.now(),
    )


@case_action("ask-all-missing", part="flag", done=_("All of it is on the family's list."))
def ask_all_missing(case: Case, user: User, data: Data) -> object:
    return request_all_missing(
        case=case, evaluation=find_evaluation(case, data), actor=user, now=timezone.now()
    )


@case_action(
    "settle-row",
    part="flag",
    form=forms.SettlementForm,
    done=_("The sentence stands beside the row, and is printed there."),
)
def settle_one_row(case: Case, user: User, data: Data) -> object:
    return settle_row(
        evaluation=find_evaluation(case, data),
        criterion=data["criterion"],
        sentence=data["sentence"],
        actor=user,
        now=timezone.now(),
    )


@case_action("sign-off", part="flag", form=forms.SignOffForm, done=_("Signed off."))
def sign_off(case: Case, user: User, data: Data) -> object:
    clinician = user.role == Role.CLINICIAN
    return sign_off_evaluation(
        evaluation=find_evaluation(case, data),
        meaning=SignOffMeaning.READING_REVIEWED if clinician else SignOffMeaning.FACTS_COMPLETE,
        statement=data.get("statement", ""),
        actor=user,
        now=timezone.now(),
    )
