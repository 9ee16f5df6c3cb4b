"""What lies inside the file for programs: each attachment says what it is to the pages.

`MAKERS` is the list: a function gets what was gathered for a version and gives one attachment.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pikepdf
from django.utils.translation import gettext as _
from pikepdf import Array, AttachedFileSpec, Name

from cases.clinical.matcher import Result, to_json
from documents.dossiers.fhir.bundle import FILE_NAME, MEDIA_TYPE
from documents.dossiers.fhir.collecting import bundle_version
from documents.dossiers.gather import Gathered
from documents.dossiers.models import DossierVersion
from documents.dossiers.printed import Absence

DATE: Final = "D:%Y%m%d%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the file. `relationship` is PDF/A-3's: what it is to the pages."""

    name: str
    media_type: str
    description: str
    relationship: str
    """Data: what the pages show was made from it; Alternative: the same in another form."""
    data: bytes


Maker = Callable[[DossierVersion, Gathered], Attachment]


def attach_answers(_version: DossierVersion, gathered: Gathered) -> Attachment:
    """The answers that `evaluate_snapshot` gives, for each wording that the pages show."""
    results = gathered.results if gathered.book.facts else ()
    if isinstance(gathered.contents.patient.name, Absence):
        results = tuple(_without_birth(result) for result in results)
    answers = [to_json(result) for result in results]
    return Attachment(
        name="case.answers.json",
        media_type="application/json",
        description=_("The comparison with published wordings, for programs"),
        relationship="Data",
        data=json.dumps(answers, indent=1, ensure_ascii=False, sort_keys=True).encode(),
    )


def _without_birth(result: Result) -> Result:
    """The same answers without the words and the day that the birth date could be read from."""
    rows = tuple(
        row._replace(reason="") if "date_of_birth" in row.facts else row for row in result.rows
    )
    return result._replace(rows=rows, next_transition_date=None)


def attach_case(version: DossierVersion, gathered: Gathered) -> Attachment:
    """The confirmed facts of the pages as a FHIR document."""
    return Attachment(
        name=FILE_NAME,
        media_type=MEDIA_TYPE,
        description=_("The case as a FHIR document, for programs"),
        relationship="Alternative",
        data=bundle_version(version, gathered, deidentified=False),
    )


MAKERS: Final[tuple[Maker, ...]] = (attach_answers, attach_case)


def make_attachments(version: DossierVersion, gathered: Gathered) -> tuple[Attachment, ...]:
    """None for a version without identity: days and numbers in them would lead back to a person."""
    if version.names_nobody:
        return ()
    return tuple(make(version, gathered) for make in MAKERS)


def attach(pdf: pikepdf.Pdf, attachments: Sequence[Attachment], *, made_at: datetime) -> None:
    """Put the attachments into the file, listed where PDF/A-3 wants them, in their order."""
    listed = Array()
    for each in attachments:
        written = made_at.strftime(DATE)
        spec = AttachedFileSpec(
            pdf,
            each.data,
            filename=each.name,
            description=each.description,
            mime_type=each.media_type,
            creation_date=written,
            mod_date=written,
        )
        spec.relationship = Name("/" + each.relationship)
        pdf.attachments[each.name] = spec
        listed.append(pdf.attachments[each.name].obj)
    if attachments:
        pdf.Root.AF = listed
