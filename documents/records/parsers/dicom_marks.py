"""By which bytes an image of a scan is known, before anything of it is read."""

from __future__ import annotations

import re
from typing import Final

PREAMBLE: Final = 128
MARK: Final = b"DICM"
# Images that were stored without the mark begin with a tag of group 2 or 8, and name their class
# (a number below this root) soon.
BARE: Final = re.compile(
    rb"[\x02\x08]\x00[\x00-\x18]\x00(?:UL|UI|CS|DA|TM|[\x00-\xff][\x00\x01]\x00\x00)", re.DOTALL
)
ROOT: Final = b"1.2.840.10008."
NAMED_WITHIN: Final = 1024
# The class of a file that holds no image but a PDF.
WRAPPED_PDF: Final = "1.2.840.10008.5.1.4.1.1.104.1"


def has_mark(head: bytes) -> bool:
    return head[PREAMBLE:].startswith(MARK)


def is_dicom(head: bytes) -> bool:
    """Whether a file that begins so is an image of a scan; a KiB of it is enough."""
    return has_mark(head) or (BARE.match(head) is not None and ROOT in head[:NAMED_WITHIN])
