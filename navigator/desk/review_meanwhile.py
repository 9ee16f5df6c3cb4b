"""What is said to who comes too late: what became of the record meanwhile, and what to do now."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _, gettext_lazy

from cases.accounts.models import User
from documents.records.models import BUSY, Document, DocumentState
from documents.records.queries.told import find_told
from navigator.desk.review_forms import DetailsForm
from navigator.desk.wording import say_moment

CODES: Final = {
    DocumentState.ACCEPTED: ["document.accepted"],
    DocumentState.REJECTED: ["document.rejected"],
    DocumentState.OTHER_PATIENT: ["document.held"],
    DocumentState.WITHDRAWN: ["document.withdrawn"],
    DocumentState.DUPLICATE: ["document.found_duplicate"],
    DocumentState.SUPERSEDED: ["document.superseded"],
    DocumentState.TO_REVIEW: ["document.cleared", "document.reopened"],
}
HAPPENED: Final = {
    "document.accepted": gettext_lazy("%(who)s accepted this record meanwhile (%(when)s)."),
    "document.rejected": gettext_lazy(
        "%(who)s returned this record to the family meanwhile (%(when)s)."
    ),
    "document.held": gettext_lazy(
        "%(who)s held this record meanwhile (%(when)s): it may be another person’s."
    ),
    "document.withdrawn": gettext_lazy("%(who)s took this record out of use meanwhile (%(when)s)."),
    "document.found_duplicate": gettext_lazy(
        "%(who)s found meanwhile (%(when)s) that this record is here already."
    ),
    "document.superseded": gettext_lazy(
        "%(who)s replaced this record by a newer one meanwhile (%(when)s)."
    ),
    "document.cleared": gettext_lazy(
        "%(who)s said meanwhile (%(when)s) that this record is the patient’s."
    ),
    "document.reopened": gettext_lazy(
        "%(who)s put this record back into review meanwhile (%(when)s)."
    ),
}
WHAT_NOW: Final = {
    DocumentState.ACCEPTED: gettext_lazy(
        "If it should not stand, take it out of use; otherwise go on to the next."
    ),
    DocumentState.REJECTED: gettext_lazy(
        "To decide it anew, choose “Review it again”; otherwise go on to the next."
    ),
    DocumentState.OTHER_PATIENT: gettext_lazy("Say first whose it is."),
    DocumentState.DUPLICATE: gettext_lazy(
        "To decide it anew, choose “Review it again”; otherwise go on to the next."
    ),
    DocumentState.TO_REVIEW: gettext_lazy("It waits for review: accept it or return it."),
}


def say_meanwhile(document: Document, user: User) -> str:
    """Of a record as it stands now, to a person who wanted what its state no longer allows."""
    state = DocumentState(document.state)
    if state in BUSY:
        return _(
            "The machine is at this record just now, so it cannot be decided yet. Nothing of "
            "yours was kept; decide when it is done."
        )
    told = find_told(document, CODES.get(state, []))
    what_now = str(WHAT_NOW.get(state, _("Nothing more can be done with it; go on to the next.")))
    if told is None or not told.who:
        happened = _("This record is “%(state)s” by now.") % {"state": state.label}
    elif told.actor_id == user.pk:
        happened = _("You have decided this record already (%(when)s): it is “%(state)s”.") % {
            "when": say_moment(told.at),
            "state": state.label,
        }
    else:
        happened = str(HAPPENED[told.action]) % {"who": told.who, "when": say_moment(told.at)}
    return f"{happened} {what_now}"


def say_changed_details(document: Document, typed: Mapping[str, str]) -> str:
    """What the record says now where the form says something else, and what to do about it."""
    told = find_told(document, ["document.described"])
    differing = [
        f"{label}: {now or '—'}"
        for label, now, wanted in list_details(document, typed)
        if now != wanted
    ]
    who = told.who if told is not None and told.who else ""
    now = _("Now it says: %(details)s.") % {"details": " · ".join(differing)} if differing else ""
    yours = _("Yours stand in the form; keep them to put them in that place.")
    return " ".join(filter(None, (who and f"{who}:", now, yours)))


def list_details(document: Document, typed: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each detail by its label: as it is kept, and as it is typed."""
    form, rows = DetailsForm(), []
    for name, field in form.fields.items():
        kept = getattr(document, name)
        said = {str(value): str(label) for value, label in getattr(field, "choices", ())}
        if isinstance(kept, bool):
            said = {"True": _("Yes"), "False": _("No")}
            wanted = str(bool(typed.get(name)))
        else:
            wanted = str(typed.get(name, "")).strip()
        rows.append((str(field.label), said.get(str(kept), str(kept)), said.get(wanted, wanted)))
    return rows
