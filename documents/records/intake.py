"""How the bytes of an upload arrive: hashed, sealed and judged while they are received.

Django's own way writes large uploads as plain files to a temporary folder and leaves them
there when it is killed. A page that takes uploads announces them instead:

    @takes_uploads(find_case)          # may raise Http404; POST only
    def upload(request, case_id): ...  # request.FILES then holds SealedUpload objects

Everywhere else, files above the memory limit are dropped unread.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopFutureHandlers
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from cases.casework.models import Case
from documents.records.errors import FileTooBig, UploadRefused
from documents.records.sealed_form import CHUNK
from documents.records.sniffing import HEAD_BYTES, TAIL_BYTES, Kind, Refusal, sniff_bytes
from documents.records.vault import Seal

MAX_NAME: Final = 300
MAX_ENDING: Final = 10
View = Callable[..., HttpResponseBase]


class Reception:
    """One file that arrives in pieces: sealed at once, its first and last bytes kept to judge.

    After `end`, `kind` is set, or `refusal` says why the file is not taken; what was refused
    is not kept, and further bytes of it are dropped.
    """

    def __init__(self, *, case: Case, original_name: str) -> None:
        self.case_id = case.pk
        self.original_name = clean_original_name(original_name)
        self.kind: Kind | None = None
        self.refusal: ValidationError | None = None
        self._head = bytearray()
        self._tail = b""
        self.seal: Seal | None = None
        self._try(self._begin)

    def take(self, data: bytes) -> None:
        if self.refusal is None:
            self._try(self._take, data)

    def end(self) -> None:
        if self.refusal is None:
            self._try(self._judge)

    def discard(self) -> None:
        if self.seal is not None:
            self.seal.discard()

    def _try(self, act: Callable[..., None], *args: bytes) -> None:
        try:
            act(*args)
        except ValidationError as refusal:
            self.refusal = refusal
            self.discard()

    def _begin(self) -> None:
        self.seal = Seal(case_id=self.case_id)

    def _take(self, data: bytes) -> None:
        if self.seal is None:
            return
        if len(self._head) < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - len(self._head)]
        size = self.seal.size + len(data)
        if size > settings.MAX_DOCUMENT_BYTES and size > self._most():
            raise FileTooBig(most=self._most())
        self.seal.write(data)
        self._tail = (
            data[-TAIL_BYTES:] if len(data) >= TAIL_BYTES else (self._tail + data)[-TAIL_BYTES:]
        )

    def _most(self) -> int:
        """How large the file may be by what its first bytes say that it is."""
        found = sniff_bytes(head=bytes(self._head), tail=b"", size=settings.MAX_DOCUMENT_BYTES)
        return most_bytes(found) if isinstance(found, Kind) else int(settings.MAX_DOCUMENT_BYTES)

    def _judge(self) -> None:
        if self.seal is None:
            return
        self.kind = judge_file(head=bytes(self._head), tail=self._tail, size=self.seal.size)
        self.seal.finish()


def judge_file(*, head: bytes, tail: bytes, size: int) -> Kind:
    """The kind of a file by its first and last bytes. Raises UploadRefused or FileTooBig."""
    found = sniff_bytes(head=head[:HEAD_BYTES], tail=tail[-TAIL_BYTES:], size=size)
    if isinstance(found, Refusal):
        raise UploadRefused(code=found.code, sentence=found.sentence)
    if size > most_bytes(found):
        raise FileTooBig(most=most_bytes(found))
    return found


def most_bytes(kind: Kind | None = None) -> int:
    """How large a file of this kind may be; without a kind, how large any may be."""
    most_of_a_paper, most = int(settings.MAX_DOCUMENT_BYTES), int(settings.MAX_ARCHIVE_BYTES)
    if kind is None:
        return max(most_of_a_paper, most)
    return most if kind.is_read_in_ranges else most_of_a_paper


def receive_stream(*, case: Case, stream: BinaryIO, original_name: str) -> Reception:
    """Receive what can be read from a stream: a file in memory, a mail's attachment."""
    reception = Reception(case=case, original_name=original_name)
    try:
        while reception.refusal is None and (data := stream.read(CHUNK)):
            reception.take(data)
    except BaseException:
        reception.discard()
        raise
    reception.end()
    return reception


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # not generic when it runs
    """An upload as a view finds it in `request.FILES`: give it to `services.accept_upload`.

    Its bytes cannot be read from it. What is not accepted is gone when the request ends.
    """

    def __init__(self, reception: Reception, *, field_name: str | None) -> None:
        size = reception.seal.size if reception.seal is not None else 0
        super().__init__(file=None, name=reception.original_name or "record", size=size)
        self.field_name = field_name
        self.reception = reception

    def close(self) -> None:
        self.reception.discard()


class SealingUploadHandler(FileUploadHandler):
    """Receives every file of a request for one case."""

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest | None = None, *, case: Case) -> None:
        super().__init__(request)
        self.case = case
        self.reception: Reception | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.reception = Reception(case=self.case, original_name=self.file_name or "")
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  Django's
        if self.reception is not None:
            self.reception.take(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:  # noqa: ARG002  Django's
        if self.reception is None:
            return None
        self.reception.end()
        upload = SealedUpload(self.reception, field_name=self.field_name)
        self.reception = None
        return upload

    def upload_interrupted(self) -> None:
        if self.reception is not None:
            self.reception.discard()


class UnannouncedUploadHandler(FileUploadHandler):
    """Where no page has announced an upload, a file is dropped unread."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  Django's
        raise SkipFile

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002  Django's
        return None


def takes_uploads(find_case: Callable[..., Case]) -> Callable[[View], View]:
    """Let a view receive files for the case that `find_case(request, *args, **kwargs)` finds.

    The handler must stand before anything reads the body, and the check against forged
    requests reads it: so the check runs inside, after the case was found. `find_case` looks
    through `visible_to(request.user)` and raises Http404, or refuses, for everyone else;
    until then not one byte of the body is read.
    """

    def decorate(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def announce_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                case = find_case(request, *args, **kwargs)
                request.upload_handlers = [SealingUploadHandler(request, case=case)]
            return checked(request, *args, **kwargs)

        return announce_first

    return decorate


def clean_original_name(name: str) -> str:
    """The sender's name of a file as it may be shown: no folders, no controls, no turned text."""
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(" " if sign.isspace() else sign for sign in name if _may_show(sign))
    kept = " ".join(kept.split()).strip(". ")
    if len(kept) <= MAX_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > MAX_ENDING:
        return kept[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"


def _may_show(sign: str) -> bool:
    if sign.isspace():
        return True
    # Controls, surrogates, unassigned; of the formats only the joiners that scripts need.
    category = unicodedata.category(sign)
    return category not in {"Cc", "Cs", "Cn", "Co"} and (
        category != "Cf" or sign in {"\u200c", "\u200d"}
    )
