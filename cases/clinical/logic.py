"""Three-valued logic: YES, NO and "nobody can say yet".

Strong Kleene logic (rule P1): AND is the worst of its parts, OR the best, with the order
met > unknown > not_met. An answer is never a condition: `if answer:` raises, so that unknown
cannot slip through as no, and `mypy` sees it too.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NoReturn


class Answer(StrEnum):
    """Where one criterion stands."""

    MET = "met"
    UNKNOWN = "unknown"
    NOT_MET = "not_met"

    def __bool__(self) -> NoReturn:
        """Refuse to be a condition; compare with `is Answer.MET` instead."""
        message = "an answer has three values; compare it with Answer.MET, NOT_MET or UNKNOWN"
        raise TypeError(message)


class UnknownKind(StrEnum):
    """Why an answer is unknown, which decides what happens next."""

    MISSING = "missing"
    """Nobody recorded it: it becomes a request."""
    AMBIGUOUS = "ambiguous"
    """Recorded, but the wording does not settle it: a physician decides."""
    CONFLICT = "conflict"
    """Confirmed sources disagree and the answer hangs on which is right."""
    INVALID = "invalid"
    """The value cannot be true."""


class Basis(StrEnum):
    """Whether a row rests on what was recorded or on a stated derivation (rule P5)."""

    STATED = "stated"
    DERIVED = "derived"


class Overall(StrEnum):
    """The whole comparison (rule P1)."""

    MATCH = "match"
    INSUFFICIENT = "insufficient_information"
    NO_MATCH = "no_match"


DISTANCE: Final[dict[Answer, int]] = {
    Answer.MET: 0,
    Answer.UNKNOWN: 1,
    Answer.NOT_MET: 2,
}
"""How far an answer is from met; AND is the greatest distance, OR the least."""

ANSWERS: Final = (Answer.MET, Answer.UNKNOWN, Answer.NOT_MET)
OVERALLS: Final = (Overall.MATCH, Overall.INSUFFICIENT, Overall.NO_MATCH)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Kleene AND; met for nothing at all."""
    return ANSWERS[max((DISTANCE[answer] for answer in answers), default=0)]


def any_of(answers: Iterable[Answer]) -> Answer:
    """Kleene OR; not met for nothing at all."""
    return ANSWERS[min((DISTANCE[answer] for answer in answers), default=2)]


def sum_up(answers: Iterable[Answer]) -> Overall:
    """The overall answer over the criteria's answers (rule P1)."""
    return OVERALLS[DISTANCE[all_of(answers)]]
