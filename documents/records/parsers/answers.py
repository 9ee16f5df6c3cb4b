"""What a parser says to the process that asked: a small header, then raw bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Answer = tuple[dict[str, Any], bytes]
Stream = tuple[dict[str, Any], Iterator[bytes]]
"""An answer whose bytes are made while they are sent."""


class Unreadable(Exception):
    """The file cannot be read for a reason that has a code (`documents.records.sandbox`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pack(parts: list[bytes]) -> Answer:
    """Several byte strings behind one another, their lengths in the header."""
    return {"lengths": [len(part) for part in parts]}, b"".join(parts)
