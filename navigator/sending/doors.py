"""Who sends papers to which case, and through which pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise

from cases.accounts.models import User
from cases.casework.models import Case, RecordRequest
from documents.records.models import RecordKind


@dataclass(frozen=True)
class Sender:
    """Who came, to which case, and when; let in by a door."""

    user: User
    case: Case
    now: datetime


@dataclass(frozen=True)
class Details:
    """What is known of a paper before it is read."""

    kind: RecordKind = RecordKind.OTHER
    request: RecordRequest | None = None


def know_nothing(_told: Mapping[str, str], _case: Case) -> Details:
    return Details()


@dataclass(frozen=True)
class Door:
    """One way in, and the names of its routes.

    `find_sender` raises Http404 for whoever may not send to the case, before a byte is read.
    `read_details` reads what the page tells beside a file. `again` is said of a paper that was
    here before, with its `%(day)s`. `look` is the route at which a paper is looked at once it has
    arrived; empty where there is none.
    """

    find_sender: Callable[[HttpRequest, UUID], Sender]
    pieces: str
    one_piece: str
    join: str
    again: str | Promise
    read_details: Callable[[Mapping[str, str], Case], Details] = know_nothing
    look: str = ""
