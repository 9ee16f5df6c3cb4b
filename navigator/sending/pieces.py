"""Sending a file in pieces, by the protocol tus 1.0.

Creation, termination, expiration and checksum are spoken besides the core. What the protocol has
no word for are the receipt, asked for by POST when all bytes have arrived, and two headers by
which a part says of which file it is.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

from documents.records.intake import most_bytes
from documents.records.models import Upload, UploadState
from documents.records.services import begin_upload, drop_upload, finish_upload, receive_part
from documents.records.settling import GIVE_UP_AFTER
from documents.records.uploads import Part
from navigator.sending.answers import answer_refusal, code_of, write_receipt
from navigator.sending.doors import Door, Sender

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,termination,expiration,checksum"
CHECKSUMS: Final = ("sha256", "sha1")
PART_TYPE: Final = "application/offset+octet-stream"
NUMBER: Final = re.compile(r"[0-9]{1,18}")
CHECKSUM_MISMATCH: Final = 460  # the protocol's own
LONGEST_METADATA: Final = 4000
LONGEST_FINGERPRINT: Final = 200
# A line that stands still this long is given up; the sender comes back on a new one.
PATIENCE: Final = 30.0
# So much of a refused part is still read, so that its sender hears why.
DRAIN: Final = 64 * 1024 * 1024
STATUS: Final = {
    "offset_differs": HTTPStatus.CONFLICT,
    "upload_busy": HTTPStatus.LOCKED,
    "upload_gone": HTTPStatus.GONE,
    "checksum_differs": CHECKSUM_MISMATCH,
    "too_many_uploads": HTTPStatus.TOO_MANY_REQUESTS,
    "consent_needed": HTTPStatus.FORBIDDEN,
}
View = Callable[..., HttpResponse]


def make_pieces_page(door: Door) -> View:
    """The page at which an upload begins, for whoever comes through the door."""
    return _speak(begin, door, "OPTIONS", "POST")


def make_one_piece_page(door: Door) -> View:
    """The page of one upload: where it stands, the next part, its receipt, or its end."""
    return _speak(show_upload, door, "OPTIONS", "HEAD", "PATCH", "DELETE", "POST")


def _speak(view: View, door: Door, *methods: str) -> View:
    """Open to those whom the door lets in; speaks the protocol's version."""

    @require_http_methods(list(methods))
    def answer(request: HttpRequest, case_id: UUID, **kwargs: Any) -> HttpResponse:
        sender = door.find_sender(request, case_id)
        if request.method == "OPTIONS":
            response = describe_server()
        elif request.headers.get("Tus-Resumable", VERSION) != VERSION:
            response = HttpResponse(status=HTTPStatus.PRECONDITION_FAILED)
        else:
            response = view(request, door, sender, **kwargs)
        response.headers["Tus-Resumable"] = response.headers["Tus-Version"] = VERSION
        return response

    return answer


def describe_server() -> HttpResponse:
    return HttpResponse(
        status=HTTPStatus.NO_CONTENT,
        headers={
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(most_bytes()),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        },
    )


def begin(request: HttpRequest, door: Door, sender: Sender) -> HttpResponse:
    """Begin an upload; its address is answered, and how much of it is here already."""
    size = _read_number(request, "Upload-Length")
    if size is None:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    told = _read_metadata(request.headers.get("Upload-Metadata", ""))
    details = door.read_details(told, sender.case)
    try:
        upload = begin_upload(
            case=sender.case,
            actor=sender.user,
            now=sender.now,
            size=size,
            original_name=told.get("filename", ""),
            fingerprint=told.get("fingerprint", "")[:LONGEST_FINGERPRINT],
            kind=details.kind,
            request=details.request,
        )
    except ValidationError as refusal:
        return _refuse(refusal)
    where = reverse(door.one_piece, args=[sender.case.pk, upload.pk])
    response = HttpResponse(status=HTTPStatus.CREATED, headers={"Location": where})
    return _say_where_it_stands(response, upload)


def show_upload(request: HttpRequest, door: Door, sender: Sender, upload_id: UUID) -> HttpResponse:
    mine = Upload.objects.visible_to(sender.user).filter(case=sender.case, sent_by=sender.user)
    upload = get_object_or_404(mine.select_related("case", "request", "document"), pk=upload_id)
    answers = {
        "HEAD": show_offset,
        "PATCH": take_part,
        "DELETE": forget,
        "POST": give_receipt,
    }
    try:
        return answers[request.method or ""](request, door, sender, upload)
    except ValidationError as refusal:
        return _refuse(refusal)


def show_offset(
    _request: HttpRequest, _door: Door, _sender: Sender, upload: Upload
) -> HttpResponse:
    if upload.state in {UploadState.GIVEN_UP, UploadState.REFUSED}:
        return HttpResponse(status=HTTPStatus.GONE)
    return _say_where_it_stands(HttpResponse(), upload)


def take_part(request: HttpRequest, _door: Door, sender: Sender, upload: Upload) -> HttpResponse:
    if request.content_type != PART_TYPE:
        return HttpResponse(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    offset, length = _read_number(request, "Upload-Offset"), _read_number(request, "Content-Length")
    algorithm, checksum = _read_checksum(request.headers.get("Upload-Checksum", ""))
    if offset is None or length is None or algorithm is None:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    part = Part(request, length, algorithm=algorithm, checksum=checksum)
    with impatient(request):
        try:
            upload = receive_part(
                upload=upload,
                part=part,
                offset=offset,
                now=sender.now,
                fingerprint=request.headers.get("Upload-Fingerprint", ""),
                before=request.headers.get("Upload-Before", ""),
            )
        except ValidationError:
            _drain(part)
            raise
    return _say_where_it_stands(HttpResponse(status=HTTPStatus.NO_CONTENT), upload)


def give_receipt(_request: HttpRequest, door: Door, sender: Sender, upload: Upload) -> HttpResponse:
    """201 when a paper has come of it, 200 when the same bytes were here; the same each time."""
    document = finish_upload(upload=upload, now=sender.now)
    status = HTTPStatus.OK if document.already_here else HTTPStatus.CREATED
    return JsonResponse({"received": [write_receipt(document, door)]}, status=status)


def forget(_request: HttpRequest, _door: Door, sender: Sender, upload: Upload) -> HttpResponse:
    if upload.state == UploadState.ARRIVING:
        drop_upload(upload=upload, actor=sender.user, now=sender.now)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@contextmanager
def impatient(request: HttpRequest) -> Iterator[None]:
    """Give up a line that stands still, so that it holds neither a thread nor the upload.

    A telephone that changed its network leaves such lines behind.
    """
    line = request.META.get("gunicorn.socket")
    if line is None:
        yield
        return
    before = line.gettimeout()
    line.settimeout(PATIENCE)
    try:
        yield
    finally:
        with suppress(OSError):
            line.settimeout(before)


def _drain(part: Part) -> None:
    """Read the rest of a refused part; a server that hangs up instead is not heard."""
    left = DRAIN
    for data in part.read_pieces():
        left -= len(data)
        if left <= 0:
            return


def _say_where_it_stands(response: HttpResponse, upload: Upload) -> HttpResponse:
    response.headers["Upload-Offset"] = str(upload.received)
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Upload-Expires"] = http_date((upload.changed_at + GIVE_UP_AFTER).timestamp())
    return response


def _refuse(refusal: ValidationError) -> HttpResponse:
    return answer_refusal(refusal, STATUS.get(code_of(refusal)))


def _read_number(request: HttpRequest, header: str) -> int | None:
    value = request.headers.get(header, "")
    return int(value) if NUMBER.fullmatch(value) else None


def _read_metadata(header: str) -> dict[str, str]:
    """`filename d29yZA==,kind …`: what cannot be read is left out."""
    found = {}
    for pair in header[:LONGEST_METADATA].split(","):
        key, _space, value = pair.strip().partition(" ")
        with suppress(binascii.Error, UnicodeDecodeError, ValueError):
            found[key] = base64.b64decode(value, validate=True).decode()
    return {key: value.replace("\0", "") for key, value in found.items() if key}


def _read_checksum(header: str) -> tuple[str | None, bytes]:
    """Name and bytes of a checksum; no name where none is given, None where it makes no sense."""
    if not header:
        return "", b""
    algorithm, _space, value = header.partition(" ")
    try:
        checksum = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None, b""
    known = algorithm in CHECKSUMS and len(checksum) == hashlib.new(algorithm).digest_size
    return (algorithm if known else None), checksum
