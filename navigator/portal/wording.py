"""States in the families' words: what it means for them, with a symbol and a tone.

Nothing here says a word about an indication, met or not (the portal never does).
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.casework.models import ConsentPurpose, RequestState, Stage
from cases.hospitals.models import ReferralState
from documents.records.models import Document, DocumentState as D, ReturnReason

Words = str | Promise


@dataclass(frozen=True)
class Said:
    """One state as a pill (`tone`, `icon`, `word`) and, where it helps, a sentence."""

    tone: str
    icon: str
    word: Words
    sentence: Words = ""


REQUEST_WORDS: Final[dict[str, Said]] = {
    RequestState.OPEN: Said("wait", "clock", _("Still needed")),
    RequestState.RECEIVED: Said("info", "eye", _("With us, being checked")),
    RequestState.FULFILLED: Said("ok", "check", _("Complete")),
    RequestState.CANNOT_GET: Said(
        "quiet",
        "hold",
        _("You cannot get it"),
        _("Thank you for telling us. Your coordinator looks for another way."),
    ),
}
# What counts as "received" in "5 of 9 received".
RECEIVED: Final = frozenset({RequestState.RECEIVED, RequestState.FULFILLED})

_SAFE_WITH_US = _("It is safe with us. You need do nothing.")
DOCUMENT_WORDS: Final[dict[str, Said]] = {
    D.RECEIVING: Said("wait", "clock", _("Arriving"), _("Please keep the page open.")),
    D.RECEIVED: Said("info", "clock", _("Received"), _SAFE_WITH_US),
    D.SCANNING: Said("info", "clock", _("Received"), _SAFE_WITH_US),
    D.READING: Said("info", "clock", _("Received"), _SAFE_WITH_US),
    D.TO_REVIEW: Said(
        "info", "eye", _("With your coordinator"), _("Someone reads it before it is used.")
    ),
    D.ACCEPTED: Said("ok", "check", _("Accepted"), _("It is now part of the case.")),
    D.REJECTED: Said("wait", "retry", _("Please send it again")),
    D.QUARANTINED: Said(
        "wait",
        "warning",
        _("Kept apart"),
        _(
            "Our check found something in this file that we do not open. Please send a photograph "
            "or a new scan of the paper."
        ),
    ),
    D.NEEDS_PASSWORD: Said(
        "wait",
        "lock",
        _("Locked with a password"),
        _("Please type its password here once, or send a copy without one."),
    ),
    D.UNREADABLE: Said(
        "wait",
        "warning",
        _("We could not open it"),
        _("Please send it once more, perhaps as a photograph in good light."),
    ),
    D.DUPLICATE: Said("quiet", "done", _("Already here"), _("You had sent the same paper before.")),
    D.OTHER_PATIENT: Said(
        "info",
        "question",
        _("A question about this one"),
        _("Your coordinator will ask you about this paper. It is not used until then."),
    ),
    D.SUPERSEDED: Said("quiet", "hold", _("Replaced by a newer one")),
    D.WITHDRAWN: Said("quiet", "hold", _("Taken back")),
    D.PURGED: Said("quiet", "bin", _("Erased")),
}
_NOT_USED: Final = Said("quiet", "check", _("Not used"))
_NOTHING_TO_SEND: Final = frozenset({ReturnReason.WRONG_PERSON, ReturnReason.NOT_NEEDED})


def say_paper(document: Document) -> Said:
    """How a paper stands; one that came by mistake or is not needed is not to be sent again."""
    if document.state == D.REJECTED and document.reason_code in _NOTHING_TO_SEND:
        return _NOT_USED
    return DOCUMENT_WORDS[document.state]


STAGE_WORDS: Final[dict[str, Said]] = {
    Stage.INQUIRY: Said(
        "info", "messages", _("Getting to know you"), _("Your coordinator reads what you wrote.")
    ),
    Stage.RECORDS: Said(
        "info",
        "papers",
        _("Gathering the papers"),
        _("The list below says what is needed and why."),
    ),
    Stage.REVIEW: Said(
        "info", "eye", _("Reading the papers"), _("We put them in order for the hospital.")
    ),
    Stage.HOSPITAL_REVIEW: Said(
        "info",
        "hospital",
        _("With the hospital"),
        _("The hospital reads the papers. Your coordinator tells you what it answers."),
    ),
    Stage.DECISION: Said(
        "info",
        "question",
        _("Deciding together"),
        _("Your coordinator explains the hospital's answer. The decision is yours."),
    ),
    Stage.TRAVEL: Said(
        "info", "trip", _("Preparing the journey"), _("Dates and bookings are on the trip page.")
    ),
    Stage.TREATMENT: Said("info", "heart", _("At the hospital"), _("We stay within reach.")),
    Stage.FOLLOW_UP: Said("info", "calendar", _("Afterwards"), _("We ask how you are.")),
    Stage.CLOSED: Said("quiet", "done", _("Closed"), _("You can still read everything here.")),
}

_WITH_HOSPITAL: Final = STAGE_WORDS[Stage.HOSPITAL_REVIEW].word
_ANSWERED: Final = Said(
    "info",
    "hospital",
    _("The hospital has answered"),
    _("Your coordinator reads the answer and explains it to you."),
)
_READING: Final = Said(
    "info",
    "hospital",
    _WITH_HOSPITAL,
    _("The hospital has confirmed that it has the papers. Your coordinator tells you its answer."),
)
# How far a hospital is with the papers, what matters most first: one that asks stands before all.
REFERRAL_WORDS: Final[dict[str, Said]] = {
    ReferralState.INFO_REQUESTED: Said(
        "wait",
        "hospital",
        _("The hospital asks for more"),
        _("Your coordinator looks at what it needs and asks you for it on this page."),
    ),
    ReferralState.ADMITTED: _ANSWERED,
    ReferralState.SCHEDULED: _ANSWERED,
    ReferralState.DECIDED: _ANSWERED,
    ReferralState.INFO_SUPPLIED: _READING,
    ReferralState.ACKNOWLEDGED: _READING,
    ReferralState.OPENED: Said(
        "info",
        "hospital",
        _WITH_HOSPITAL,
        _("The hospital has opened the papers. Your coordinator tells you what it answers."),
    ),
    ReferralState.SENT: Said(
        "info",
        "hospital",
        _WITH_HOSPITAL,
        _("The papers were sent to the hospital. It has not opened them yet."),
    ),
}
NOT_SENT: Final = Said(
    "info", "hospital", _WITH_HOSPITAL, _("The papers are being made ready for the hospital.")
)

# Sentences of the timeline by code; what has none here is not told on the portal.
NEWS_WORDS: Final[dict[str, Words]] = {
    "case_opened": _("Your inquiry arrived"),
    "stage_moved": _("The case moved on"),
    "handed_over": _("Your case has a new coordinator"),
    "record_asked_for": _("A paper was added to your list"),
    "document_received": _("A paper arrived"),
    "document_accepted": _("A paper was accepted"),
    "document_rejected": _("A paper should be sent again"),
    "consent_given": _("An agreement was given"),
    "consent_withdrawn": _("An agreement was taken back"),
    "message_queued": _("Your coordinator wrote to you"),
    "message_received": _("You wrote to your coordinator"),
    "appointment_made": _("An appointment was entered"),
    "appointment_confirmed": _("An appointment was confirmed"),
    "appointment_cancelled": _("An appointment was cancelled"),
    "trip_planned": _("A journey is being planned"),
    "trip_booked": _("The journey is booked"),
}


@dataclass(frozen=True)
class ConsentWords:
    """What a person agrees to, in full; the version of these words is kept with the answer."""

    title: Words
    why: Words
    paragraphs: tuple[Words, ...]


_ANY_TIME = _(
    "You can take this back at any time on this page. It then holds at once for everything that "
    "has not happened yet."
)
CONSENT_WORDS: Final[dict[str, ConsentWords]] = {
    ConsentPurpose.KEEP_RECORDS: ConsentWords(
        _("Keep and read the papers"),
        _("Without this we cannot look at what you send."),
        (
            _(
                "We keep the papers that you send, encrypted, and the people who work on this case "
                "read them. Every look is written down, and you can see the list."
            ),
            _ANY_TIME,
        ),
    ),
    ConsentPurpose.TRANSLATE: ConsentWords(
        _("Have papers translated"),
        _("So that a hospital can read them in its own language."),
        (
            _(
                "Translators who are bound to secrecy translate papers of this case. The original "
                "always goes along with the translation."
            ),
            _ANY_TIME,
        ),
    ),
    ConsentPurpose.CONTACT: ConsentWords(
        _("Write and call"),
        _("So that your coordinator can reach you."),
        (
            _(
                "Your coordinator writes to the address and calls the number that you gave. Mails "
                "never say anything about the illness."
            ),
            _ANY_TIME,
        ),
    ),
    ConsentPurpose.SHARE: ConsentWords(
        _("Send the papers to this hospital"),
        _("Nothing goes to any hospital that you did not name here."),
        (
            _(
                "We send this hospital a summary and the papers of this case, so that its doctors "
                "can say whether they can help. It opens them by a private link; every opening is "
                "written down."
            ),
            _(
                "You can take this back at any time. The links then stop at once. What the "
                "hospital had already downloaded stays there; we show you when that was."
            ),
        ),
    ),
}
