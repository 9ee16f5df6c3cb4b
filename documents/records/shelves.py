"""What rooms to the right keep among the stored objects, so that one check looks at all of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """One object as its row names it. `subject` is the id of the row."""

    case_id: UUID
    object_name: str
    sha256: str
    size: int
    subject: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of objects: whether a row names one, and what all the rows name."""

    folder: str
    is_known: Callable[[str], bool]
    list_kept: Callable[[], Iterator[Kept]]


_shelves: dict[str, Shelf] = {}


def add_shelf(shelf: Shelf) -> None:
    """Called once by the room that keeps the folder, when it is ready."""
    if shelf.folder in _shelves:
        raise RuntimeError(f"two rooms keep {shelf.folder}")
    _shelves[shelf.folder] = shelf


def list_shelves() -> list[Shelf]:
    return list(_shelves.values())
