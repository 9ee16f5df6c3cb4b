"""Dossiers, referrals and messages."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import User
from cases.casework.models import Case
from cases.hospitals import services as hospitals
from cases.hospitals.models import Message, ReferralOutcome, ReferralState
from documents.dossiers.services import request_dossier
from navigator.desk import forms
from navigator.desk.actions.registry import Data, as_uuid, case_action


@case_action(
    "dossier", part="dossiers", form=forms.DossierForm, done=_("The dossier is being made.")
)
def ask_for_dossier(case: Case, user: User, data: Data) -> object:
    return request_dossier(
        case=case,
        referral=data["referral"],
        variant=data["variant"],
        language=data["language"],
        actor=user,
        now=timezone.now(),
    )


@case_action(
    "referral", part="referrals", form=forms.ReferralForm, done=_("The referral is begun.")
)
def begin_referral(case: Case, user: User, data: Data) -> object:
    return hospitals.open_referral(
        case=case,
        contact=data["contact"],
        question=data["question"],
        actor=user,
        now=timezone.now(),
    )


@case_action("referral-move", part="referrals", form=forms.ReferralMoveForm, done=_("Noted."))
def move_one_referral(case: Case, user: User, data: Data) -> object:
    del case
    return hospitals.move_referral(
        referral=data["referral"],
        to=ReferralState(data["to"]),
        outcome=ReferralOutcome(data["outcome"]) if data["outcome"] else None,
        outcome_note=data["outcome_note"],
        actor=user,
        now=timezone.now(),
    )


def find_thread(case: Case, data: Data) -> Any:
    if data.get("thread"):
        return get_object_or_404(case.threads, pk=data["thread"])
    return hospitals.find_family_thread(case=case, now=timezone.now())


@case_action(
    "message", part="messages", form=forms.MessageForm, done=_("The message is on its way.")
)
def write_message(case: Case, user: User, data: Data) -> object:
    return hospitals.send_message(
        thread=find_thread(case, data), body=data["body"], actor=user, now=timezone.now()
    )


@case_action("message-in", part="messages", form=forms.LetterForm, done=_("The message was filed."))
def file_message(case: Case, user: User, data: Data) -> object:
    thread = find_thread(case, data)
    return hospitals.receive_message(
        thread=thread,
        body=data["body"],
        contact=thread.referral.contact if thread.referral else None,
        entered_by=user,
        now=timezone.now(),
    )


@case_action("message-again", part="messages", done=_("The message is sent once more."))
def send_message_again(case: Case, user: User, data: Data) -> object:
    message = get_object_or_404(
        Message.objects.filter(thread__case=case), pk=as_uuid(data.get("message"))
    )
    return hospitals.send_again(message=message, actor=user, now=timezone.now())
