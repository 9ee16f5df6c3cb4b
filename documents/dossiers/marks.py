"""What a stranger's file tells of itself, read as bytes: its hash, and the seals that it bears.

Nothing is parsed and nothing kept. A seal is known by the hash of its signature; whoever changes a
sealed file and leaves its signature in it is found by that.
"""

import hashlib
import re
from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from documents.dossiers.signing import ROOM, mark_of

MOST_BYTES: Final = 400_000_000
MOST_MARKS: Final = 8
LEAST_DIGITS: Final = 256
# A file is read in pieces, and a seal may lie across two.
OVERLAP: Final = 2 * ROOM + 64
SEAL: Final = re.compile(rb"/Contents\s{0,8}<([0-9A-Fa-f]{%d,%d})>" % (LEAST_DIGITS, 2 * ROOM))


class Look:
    """A file that passes by: `take` its pieces in order, then ask."""

    def __init__(self) -> None:
        self.size = 0
        self.marks: set[str] = set()
        self._hash = hashlib.sha256()
        self._tail = b""

    @property
    def is_too_big(self) -> bool:
        return self.size > MOST_BYTES

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        self._hash.update(piece)
        seen = self._tail + piece
        for found in SEAL.finditer(seen):
            if len(self.marks) < MOST_MARKS and len(found.group(1)) % 2 == 0:
                self.marks.add(mark_of(bytes.fromhex(found.group(1).decode("ascii"))))
        self._tail = seen[-OVERLAP:]


class LookingHandler(FileUploadHandler):
    """Receives the files of a request by looking at them; the request keeps none of them."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  Django's
        self._look.take(raw_data)
        if self._look.is_too_big:
            raise SkipFile

    def file_complete(self, file_size: int) -> Any:  # noqa: ARG002  Django's
        return None
