"""The earlier versions of a dossier, and what is different since the one that its reader saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from documents.dossiers.changes import list_changes
from documents.dossiers.contents import Change, DossierContents, VersionNote
from documents.dossiers.freezing import freeze_contents, hash_frozen
from documents.dossiers.models import (
    SEALED_STATES,
    Access,
    AccessKind,
    DossierVersion,
    VersionState,
)
from documents.dossiers.printed import Absence, Listed
from documents.dossiers.said import say as _

SEEN = (AccessKind.OPENED, AccessKind.DOWNLOADED)


@dataclass(frozen=True)
class Seen:
    """The version that a contact opened last, and when."""

    number: int
    contact: str
    on: date


def tell_versions(
    version: DossierVersion, contents: DossierContents, now: datetime
) -> DossierContents:
    """Add the earlier sealed versions of the same form, and the changes since the one seen."""
    earlier = list(
        DossierVersion.objects.filter(
            dossier=version.dossier_id,
            variant=version.variant,
            number__lt=version.number,
            state__in=SEALED_STATES,
        ).order_by("number")
    )
    if not earlier:
        return contents
    frozen = freeze_contents(contents)
    this_one = VersionNote(
        version=version.number,
        made_on=now.date(),
        contents_sha256=hash_frozen(frozen),
        state=_("this document"),
    )
    seen = find_seen(earlier) if version.dossier.referral_id is not None else None
    if version.dossier.referral_id is not None and seen is None:
        changes: Listed[Change] = Absence(_("no earlier version was opened at this hospital"))
        since = ""
    else:
        number = seen.number if seen else earlier[-1].number
        base = next(each for each in earlier if each.number == number)
        changes, since = list_changes(base.contents, frozen), _say_since(number, seen)
    return replace(
        contents,
        versions=(*(_note(each) for each in earlier), this_one),
        changes=changes,
        changes_since=since,
    )


def find_seen(versions: Sequence[DossierVersion]) -> Seen | None:
    """What a hospital knows: of what each contact there opened last, the earliest version.

    So nobody there misses a change, whoever opened more; who has left counts no more.
    """
    latest: dict[object, Seen] = {}
    opened = (
        Access.objects.filter(
            grant__version__in=versions,
            kind__in=SEEN,
            grant__contact__ended_at__isnull=True,
        )
        .select_related("grant__version", "grant__contact")
        .order_by("grant__version__number", "at")
    )
    for access in opened:
        grant = access.grant
        latest[grant.contact_id] = Seen(grant.version.number, grant.contact.name, access.at.date())
    return min(latest.values(), key=lambda seen: (seen.number, seen.on), default=None)


def _say_since(number: int, seen: Seen | None) -> str:
    if seen is None:
        return _("Since version %(number)d, the latest before this one.", number=number)
    return _(
        "Since version %(number)d, which %(who)s opened last, on %(day)s.",
        number=number,
        who=seen.contact,
        day=seen.on,
    )


def _note(version: DossierVersion) -> VersionNote:
    is_recalled = version.state == VersionState.RECALLED
    return VersionNote(
        version=version.number,
        made_on=version.asked_at.date(),
        contents_sha256=version.contents_sha256,
        state=_("recalled") if is_recalled else _("superseded"),
    )
