"""Whose paper it is: what is printed against the patient's, once, and why the paper is held."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _, gettext_lazy

from documents.records.models import GONE, Document, DocumentState, PersonCheck
from documents.records.queries import PageView
from documents.records.queries.told import find_told
from navigator.desk.wording import say_moment

MOST_PEOPLE: Final = 60
TONES: Final = {"same": "ok", "partly": "wait", "other": "stop"}
WORST_FIRST: Final = ("stop", "wait", "quiet", "ok")
BETWEEN: Final = re.compile(r"[\W_]+")
HELD_FOR: Final = {
    PersonCheck.BOTH_DIFFER: gettext_lazy(
        "Held because another name and another birth date are printed on it than the patient’s."
    ),
    PersonCheck.NAME_DIFFERS: gettext_lazy(
        "Held because another name is printed on it than the patient’s."
    ),
    PersonCheck.BIRTH_DATE_DIFFERS: gettext_lazy(
        "Held because another birth date is printed on it than the patient’s."
    ),
}


@dataclass
class Printed:
    """A name or a birth date as printed, once for all its places; whose it is a person says."""

    of: str
    text: str
    tone: str
    pages: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class WhosePaper:
    """`why` is one sentence for a held paper, else empty; `archive` the one to be decided first.

    `cleared` says who found a held paper to be the patient's, and why.
    """

    names: list[Printed]
    dates: list[Printed]
    why: str = ""
    archive: UUID | None = None
    cleared: str = ""


def find_whose(document: Document, view: PageView) -> WhosePaper:
    names, dates = list_printed(document, view.number)
    if not names and not dates:
        dates = list_proposed_dates(view)
    state, check = view.record.state, view.record.person_check
    if state == DocumentState.OTHER_PATIENT:
        archive = find_stopped_archive(document)
        first = archive.pk if archive is not None else None
        return WhosePaper(names, dates, say_why_held(document, archive), first)
    cleared = say_cleared(document) if check == PersonCheck.CLEARED else ""
    return WhosePaper(names, dates, cleared=cleared)


def list_printed(document: Document, number: int) -> tuple[list[Printed], list[Printed]]:
    """Names and birth dates, what differs first; the same again adds its page alone.

    A mark that is drawn on the page `number` goes before those on others.
    """
    found: dict[tuple[str, str], Printed] = {}
    for of, told in list_people(document):
        kind = "date" if told.get("birth_date") else "name"
        text = read_printed(told)
        key = (kind, BETWEEN.sub(" ", text).strip().casefold())
        page = told.get("page") if isinstance(told.get("page"), int) else 0
        one = found.get(key)
        if one is None:
            one = found[key] = Printed(of, text, TONES.get(str(told.get("answer")), "quiet"))
        elif page == number and number not in one.pages:
            one.of = of
        if page and page not in one.pages:
            one.pages.append(page)
    rows = sorted(found.items(), key=lambda row: WORST_FIRST.index(row[1].tone))
    return (
        [one for (kind, _text), one in rows if kind == "name"],
        [one for (kind, _text), one in rows if kind == "date"],
    )


def read_printed(told: dict[str, Any]) -> str:
    """A date with all its readings, a name without the spaces of its line."""
    readings = told.get("readings")
    if isinstance(readings, list) and len(readings) > 1 and told.get("answer") != "same":
        return " / ".join(str(one) for one in readings)
    words = str(told.get("birth_date") or told.get("name") or told.get("quote") or "")
    return " ".join(words.split())


def list_people(document: Document) -> list[tuple[str, dict[str, Any]]]:
    """What the reader found, with the name of its mark on the page."""
    told = document.findings.get("people")
    people: Iterable[Any] = told[:MOST_PEOPLE] if isinstance(told, list) else ()
    return [(f"person-{at}", one) for at, one in enumerate(people) if isinstance(one, dict)]


def list_proposed_dates(view: PageView) -> list[Printed]:
    """The birth dates that rules read in a record whose people were not looked for."""
    proposed = [one for one in (*view.here, *view.elsewhere) if one.key == "date_of_birth"]
    found = {one.sentence: one for one in proposed}
    return [Printed(str(one.fact_id), one.quote, "quiet", [one.page]) for one in found.values()]


def find_stopped_archive(document: Document) -> Document | None:
    """What the paper came out of, where that is held or was taken back itself."""
    archive = document.taken_from
    is_stopped = archive is not None and archive.state in {DocumentState.OTHER_PATIENT, *GONE}
    return archive if is_stopped else None


def say_why_held(document: Document, archive: Document | None) -> str:
    """In one sentence."""
    if document.failure_code == "two_patients":
        return _("Held because its images name more than one person.")
    known = HELD_FOR.get(PersonCheck(document.person_check))
    if known is not None:
        return str(known)
    if archive is not None:
        return _("Held because it came out of “%(archive)s”, which is held or was taken back.") % {
            "archive": archive.title
        }
    told = find_told(document, ["document.held"])
    if told is not None and told.who:
        return _("Held by %(who)s (%(when)s) because it may be another person’s.") % {
            "who": told.who,
            "when": say_moment(told.at),
        }
    return _("Held because it may be another person’s.")


def say_cleared(document: Document) -> str:
    told = find_told(document, ["document.cleared"])
    if told is None or not told.note:
        return ""
    return _("%(who)s (%(when)s): %(note)s") % {
        "who": told.who,
        "when": say_moment(told.at),
        "note": told.note,
    }
