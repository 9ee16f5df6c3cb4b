"""Which pages of which records stand behind the next version, as a coordinator types it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from documents.dossiers.models import DossierItem, DossierVersion, VersionVariant
from documents.dossiers.sources import stands_unasked

RANGE: Final = re.compile(r"(\d{1,4})(?:\s*[-\u2013]\s*(\d{1,4}))?")
MOST_TYPED: Final = 200


@dataclass(frozen=True)
class SourceLine:
    """A source of a version, and which of its pages stand behind it."""

    position: int
    document_id: str
    title: str
    kind: str
    page_count: int
    is_in: bool
    pages: str
    """As they are typed; empty: all."""
    is_new: bool = False
    """Nobody saw it when the pages of the others were chosen, so that it stands there whole."""


def list_choices(version: DossierVersion, items: Iterable[DossierItem]) -> list[SourceLine]:
    lines = []
    known = find_known(version)
    for item in items:
        document_id = str(item.file.document_id)
        chosen = version.source_choice.get(document_id)
        lines.append(
            SourceLine(
                position=item.position,
                document_id=document_id,
                title=item.file.document.title,
                kind=str(item.file.document.get_kind_display()),
                page_count=item.file.page_count or 0,
                is_in=stands_unasked(item.file.document) if chosen is None else bool(chosen),
                pages=write_pages(chosen or []),
                is_new=known is not None
                and chosen is None
                and document_id not in known
                and bool(item.file.page_count)
                and stands_unasked(item.file.document),
            )
        )
    return lines


def find_known(version: DossierVersion) -> set[str] | None:
    """The records of the version on which the pages were chosen; None: nobody chose any.

    The parts of a record that was split are other records than the one that was left out.
    """
    if not version.source_choice:
        return None
    earlier = DossierVersion.objects.filter(
        dossier=version.dossier_id, variant=VersionVariant.FULL, number__lt=version.number
    ).exclude(page_count=0)
    before = list(earlier.order_by("-number").values_list("pk", "source_choice"))
    looked_at = next((pk for pk, choice in before if choice != version.source_choice), None)
    if looked_at is None and before:
        looked_at = before[-1][0]
    known = DossierItem.objects.filter(version=looked_at).values_list("file__document", flat=True)
    return {str(document) for document in known}


def read_choice(
    version: DossierVersion, items: Iterable[DossierItem], typed: Mapping[str, str]
) -> dict[str, list[int]]:
    """What was chosen of each source; what the form does not name keeps what was chosen before."""
    choice: dict[str, list[int]] = dict(version.source_choice)
    items = list(items)
    for item, line in zip(items, list_choices(version, items), strict=True):
        if not line.page_count:  # images, or plain text: there is nothing to choose
            continue
        pages = typed.get(f"pages-{line.document_id}", "")
        if not typed.get(f"in-{line.document_id}"):
            choice[line.document_id] = []
        elif numbers := read_pages(pages, line):
            choice[line.document_id] = numbers
        elif stands_unasked(item.file.document):
            choice.pop(line.document_id, None)
        else:
            choice[line.document_id] = list(range(1, line.page_count + 1))
    return choice


def keep_typed(lines: Iterable[SourceLine], typed: Mapping[str, str]) -> list[SourceLine]:
    """The same lines as somebody left the form, so that a refusal takes nothing from them."""
    return [
        replace(
            line,
            is_in=bool(typed.get(f"in-{line.document_id}")),
            pages=typed.get(f"pages-{line.document_id}", "")[:MOST_TYPED],
        )
        for line in lines
    ]


def read_pages(typed: str, line: SourceLine) -> list[int]:
    """“1-3, 5” as numbers; empty: all pages."""
    numbers: set[int] = set()
    for part in typed[:MOST_TYPED].replace("،", ",").split(","):
        if not part.strip():
            continue
        found = RANGE.fullmatch(part.strip())
        first = int(found.group(1)) if found else 0
        last = int(found.group(2) or first) if found else 0
        if not 1 <= first <= last <= line.page_count:
            raise ValidationError(
                _("S%(key)d has %(count)d pages: write them like 1-3, 5, or leave the field empty.")
                % {"key": line.position, "count": line.page_count},
                code="pages_unreadable",
            )
        numbers.update(range(first, last + 1))
    return sorted(numbers)


def write_pages(numbers: list[int]) -> str:
    """Numbers as a person types them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
