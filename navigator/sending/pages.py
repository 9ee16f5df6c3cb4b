"""What the pages share from which papers are sent: the form, its answers, pages of one paper."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.casework.consents import has_live_consent
from cases.casework.models import ConsentPurpose
from documents.records.intake import SealedUpload, clean_original_name, most_bytes
from documents.records.models import Document, Upload
from documents.records.services import accept_upload, join_documents
from documents.records.sniffing import Kind
from navigator.sending.answers import answer_code, answer_refusal, code_of, write_receipt
from navigator.sending.doors import Details, Door, Sender

ACCEPTED_TYPES: Final = (
    "application/pdf,image/jpeg,image/png,image/heic,image/heif,image/webp,image/tiff,text/plain,"
    "application/zip,application/dicom,"
    ".pdf,.jpg,.jpeg,.png,.heic,.heif,.avif,.webp,.tif,.tiff,.docx,.txt,.zip,.dcm"
)
MOST_JOINED: Final = 100


@dataclass(frozen=True)
class Refused:
    name: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Taken:
    """What came of the files of one plain form."""

    received: list[Document]
    refused: list[Refused]

    @property
    def new(self) -> int:
        return sum(not document.already_here for document in self.received)


def take_files(request: HttpRequest, sender: Sender, details: Details) -> Taken:
    """Take each file for itself, so that one that is refused does not lose the others."""
    taken = Taken([], [])
    for upload in request.FILES.getlist("files"):
        if not isinstance(upload, SealedUpload):
            continue
        try:
            document = accept_upload(
                case=sender.case,
                source=upload,
                actor=sender.user,
                now=sender.now,
                kind=details.kind,
                request=details.request,
            )
        except ValidationError as refusal:
            words = " ".join(refusal.messages)
            taken.refused.append(Refused(upload.name or "", code_of(refusal), words))
        else:
            taken.received.append(document)
    return taken


def answer_json(taken: Taken, door: Door) -> JsonResponse:
    if taken.refused or not taken.received:
        first = taken.refused[0].code if taken.refused else "no_file"
        sentences = [row.sentence for row in taken.refused]
        return answer_code(first, sentences or [_("No file arrived. Please try again.")])
    receipts = [write_receipt(document, door) for document in taken.received]
    return JsonResponse({"received": receipts}, status=201 if taken.new else 200)


def describe_form(sender: Sender, door: Door) -> dict[str, Any]:
    """What `components/upload_form.html` has to know, and whether papers may be kept at all."""
    return {
        "may_keep": has_live_consent(sender.case, ConsentPurpose.KEEP_RECORDS),
        "accept": ACCEPTED_TYPES,
        "begun": _list_begun(sender),
        "pieces_url": reverse(door.pieces, args=[sender.case.pk]),
        "join_url": reverse(door.join, args=[sender.case.pk]),
        "one_piece": door.one_piece,
        "max_bytes": most_bytes(),
        "limits": _(
            "PDF, photographs, Word or text, up to %(most)s MB each. The images of a disc as one "
            "zip file, up to %(most_zip)s."
        )
        % {
            "most": settings.MAX_DOCUMENT_BYTES // (1024 * 1024),
            "most_zip": filesizeformat(most_bytes(Kind.ZIP)),
        },
    }


def _list_begun(sender: Sender) -> QuerySet[Upload]:
    """Files of this person that were interrupted, on whichever device."""
    begun = Upload.objects.visible_to(sender.user).arriving()
    return begun.filter(case=sender.case, sent_by=sender.user).exclude(received=F("size"))


def make_join_page(door: Door) -> Callable[..., HttpResponse]:
    """The page that puts papers which this person has just sent together, in the list's order."""

    @require_POST
    def join(request: HttpRequest, case_id: UUID) -> HttpResponse:
        sender = door.find_sender(request, case_id)
        asked = list(dict.fromkeys(request.POST.getlist("documents")))[:MOST_JOINED]
        seen = Document.objects.visible_to(sender.user)
        sent = seen.filter(case=sender.case, sent_by=sender.user)
        found = {str(document.pk): document for document in sent if str(document.pk) in asked}
        try:
            join_documents(
                documents=[found[key] for key in asked if key in found],
                title=clean_original_name(request.POST.get("title", "")),
                actor=sender.user,
                now=sender.now,
            )
        except ValidationError as refusal:
            return answer_refusal(refusal)
        return JsonResponse({"state": "joining"}, status=HTTPStatus.ACCEPTED)

    return join
