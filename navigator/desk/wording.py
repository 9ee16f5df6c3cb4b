"""The timeline's codes as sentences for the desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, gettext_noop

from cases.casework.models import ConsentPurpose, RequestState, Stage, Task
from cases.clinical.models import FactState
from cases.hospitals.models import ReferralState
from documents.dossiers.models import VersionState
from documents.records.models import DocumentState as D

SENTENCES = {
    "case_opened": gettext_noop("The case was opened"),
    "stage_moved": gettext_noop("The case moved from “%(left)s” to “%(to)s”"),
    "handed_over": gettext_noop("The case has a new coordinator"),
    "case_held": gettext_noop("The case was put on hold"),
    "case_released": gettext_noop("The case goes on"),
    "record_asked_for": gettext_noop("A record was asked for"),
    "family_told": gettext_noop("The family was told by mail that there is something new"),
    "consent_given": gettext_noop("Consent was given: %(purpose)s"),
    "consent_withdrawn": gettext_noop("Consent was withdrawn: %(purpose)s"),
    "consent_frozen": gettext_noop("Consent was frozen; nothing leaves the house"),
    "consent_freeze_lifted": gettext_noop("The freeze was lifted"),
    "patient_died": gettext_noop("The patient has died; everything was stopped"),
    "patient_death_taken_back": gettext_noop("The recorded death was a mistake and is undone"),
    "referral_opened": gettext_noop("A referral was begun"),
    "referral_moved": gettext_noop("A referral became “%(to)s”"),
    "message_queued": gettext_noop("A message was written"),
    "message_received": gettext_noop("A message came in"),
    "appointment_made": gettext_noop("An appointment was noted"),
    "appointment_confirmed": gettext_noop("An appointment was confirmed"),
    "appointment_cancelled": gettext_noop("An appointment was cancelled"),
    "appointment_done": gettext_noop("An appointment took place"),
    "trip_planned": gettext_noop("A trip is being planned"),
    "document_received": gettext_noop("A record arrived"),
    "document_accepted": gettext_noop("A record was accepted"),
    "document_rejected": gettext_noop("A record was returned to the family"),
    "document_reopened": gettext_noop("A record is under review again"),
    "document_withdrawn": gettext_noop("A record was withdrawn"),
    "document_held": gettext_noop("A record may belong to another person"),
    "document_cleared": gettext_noop("A record was found to be this patient's"),
    "document_superseded": gettext_noop("A record was replaced by a newer one"),
    "dossier_requested": gettext_noop("A dossier was asked for"),
    "dossier_made": gettext_noop("Version %(number)s of the dossier was made"),
    "dossier_sealed": gettext_noop("Version %(number)s of the dossier was sealed"),
    "dossier_sent": gettext_noop("A hospital was given a link to a dossier"),
    "dossier_opened": gettext_noop("A hospital opened a dossier"),
    "dossier_downloaded": gettext_noop("A hospital downloaded a dossier"),
    "dossier_link_closed": gettext_noop("A hospital’s link was closed"),
    "dossier_recalled": gettext_noop("Version %(number)s of the dossier was called back"),
    "document_found_duplicate": gettext_noop("A record was here already"),
    "document_described": gettext_noop("The details of a record were written"),
    "document_opened": gettext_noop("A locked record was opened with its password"),
    "document_retried": gettext_noop("A record is being read anew"),
}


RECORD_TONES = {
    D.RECEIVING: "quiet",
    D.RECEIVED: "quiet",
    D.SCANNING: "quiet",
    D.READING: "quiet",
    D.QUARANTINED: "stop",
    D.NEEDS_PASSWORD: "wait",
    D.UNREADABLE: "stop",
    D.TO_REVIEW: "wait",
    D.ACCEPTED: "ok",
    D.REJECTED: "stop",
    D.DUPLICATE: "quiet",
    D.OTHER_PATIENT: "stop",
    D.SUPERSEDED: "quiet",
    D.WITHDRAWN: "quiet",
    D.PURGED: "quiet",
}
FACT_TONES = {
    FactState.PROPOSED: "wait",
    FactState.CONFIRMED: "ok",
    FactState.REJECTED: "stop",
    FactState.REPLACED: "quiet",
    FactState.DISPUTED: "stop",
}
REQUEST_TONES = {
    RequestState.OPEN: "wait",
    RequestState.RECEIVED: "info",
    RequestState.FULFILLED: "ok",
    RequestState.CANNOT_GET: "stop",
    RequestState.WITHDRAWN: "quiet",
}
REFERRAL_TONES = {
    ReferralState.DRAFT: "quiet",
    ReferralState.READY: "quiet",
    ReferralState.INFO_REQUESTED: "wait",
    ReferralState.DECIDED: "ok",
    ReferralState.SCHEDULED: "ok",
    ReferralState.ADMITTED: "ok",
    ReferralState.DONE: "ok",
    ReferralState.WITHDRAWN: "quiet",
    ReferralState.NO_RESPONSE: "stop",
}
VERSION_TONES = {
    VersionState.BUILDING: "quiet",
    VersionState.FAILED: "stop",
    VersionState.TO_CHECK: "wait",
    VersionState.SEALED: "info",
    VersionState.SENT: "ok",
    VersionState.SUPERSEDED: "quiet",
    VersionState.RECALLED: "stop",
}


def say_timeline(code: str, detail: Mapping[str, Any]) -> str:
    """The sentence of an entry; one without a sentence of its own says its code in words."""
    sentence = SENTENCES.get(code)
    if sentence is None:
        return code.replace("_", " ").capitalize()
    return _(sentence) % {**detail, **_name_values(code, detail)}


FAILURES = {
    "word_refused": gettext_noop(
        "A word stands in a fact or a question that may not be said of a patient. The task of the "
        "case names it; put other words there and make a new version."
    ),
}


def say_moment(at: datetime) -> str:
    """The time of today, the date of any other day, where the reader is."""
    here = localtime(at)
    return date_format(here, "H:i" if here.date() == localtime().date() else "j M Y")


def say_task(task: Task) -> str:
    """A person's own words as they are, the machine's in the reader's language."""
    return _(task.title) if task.code else task.title


def say_failure(code: str) -> str:
    """Why a version could not be made, and what to do."""
    if not code:
        return ""
    return _(
        FAILURES.get(
            code, "It could not be made. The tasks of the case say what a person must change."
        )
    )


def _name_values(code: str, detail: Mapping[str, Any]) -> dict[str, str]:
    words: dict[str, str] = {}
    if code == "stage_moved":
        words = {name: str(Stage(detail[name]).label) for name in ("left", "to")}
    elif code == "referral_moved":
        words = {"to": str(ReferralState(detail["to"]).label)}
    elif code.startswith("consent_") and "purpose" in detail:
        words = {"purpose": str(ConsentPurpose(detail["purpose"]).label)}
    return words
