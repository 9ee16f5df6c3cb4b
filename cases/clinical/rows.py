"""One criterion against one snapshot: every world that is possible, one row with its reason.

Rule P2: a value that is partial or on which sources disagree is tested for each value that it
may still take; the same answer for all is the answer, otherwise it is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any, NamedTuple

from .criteria import Outcome, Test, birth_can_be, say_fact
from .logic import Answer, Basis, UnknownKind
from .snapshot_parts import Disease, Snapshot
from .values import Conflict, PartialDate, possible_values

DISEASE_FACTS = frozenset(Disease.__dataclass_fields__)


class Tag(StrEnum):
    """Where a criterion's wording comes from."""

    LABEL = "LABEL"
    TRIAL = "TRIAL"


class SourceBasis(StrEnum):
    """How well a statement of a definition is founded when it is shipped."""

    PUBLIC_SOURCE = "public_source"
    """Seen in a public source while the definition was prepared."""
    PROFESSIONAL_KNOWLEDGE = "professional_knowledge"
    """To be re-checked against the label before a clinic relies on it."""


@dataclass(frozen=True)
class Criterion:
    """One requirement of the published wording.

    `asks` holds the question to ask for each kind of unknown; `source_basis` says whether the
    words were seen in a public source or are professional knowledge to be re-checked.
    """

    id: str
    tag: Tag
    phrase: str
    test: Test
    asks: Mapping[UnknownKind, str]
    note: str = ""
    source_basis: SourceBasis = SourceBasis.PUBLIC_SOURCE


class Row(NamedTuple):
    """Where one criterion stands, with all that a reader needs to check it."""

    id: str
    answer: Answer
    unknown_kind: UnknownKind | None
    basis: Basis
    phrase: str
    reason: str
    ask: str | None
    """The question to ask, while the answer is unknown."""
    distance: int
    """0 met, 1 unknown, 2 not met."""
    criterion: Criterion
    entries: tuple[int, ...] = ()
    """Positions in `prior_treatments` that settle the answer."""

    @property
    def tag(self) -> Tag:
        return self.criterion.tag

    @property
    def facts(self) -> tuple[str, ...]:
        """Keys of the snapshot that the criterion reads, for attaching evidence."""
        return self.criterion.test.facts


_MET, _NOT_MET = Answer.MET, Answer.NOT_MET


def judge_criterion(criterion: Criterion, snapshot: Snapshot, today: int) -> Row:
    """The row of one criterion on a day number (rule P2)."""
    return row_from(criterion, judge_test(criterion.test, snapshot, today))


def row_from(criterion: Criterion, outcome: Outcome) -> Row:
    """An outcome as a row of its criterion."""
    answer, reason, kind, basis, entries = outcome
    return Row(
        criterion.id,
        answer,
        kind,
        basis,
        criterion.phrase,
        reason,
        None if kind is None else criterion.asks[kind],
        0 if answer is _MET else 2 if answer is _NOT_MET else 1,
        criterion,
        entries,
    )


def read_fact(snapshot: Snapshot, key: str) -> Any:
    """The fact of a snapshot by its bare key."""
    if key in DISEASE_FACTS:
        return getattr(snapshot.disease, key)
    if key == "prior_treatments":
        return snapshot.prior_treatments
    return getattr(snapshot.patient, key)


def judge_test(test: Test, snapshot: Snapshot, today: int) -> Outcome:
    """One operator over every world that the snapshot leaves possible."""
    facts = {key: read_fact(snapshot, key) for key in test.facts}
    worlds = [
        dict(zip(facts, values, strict=True))
        for values in product(*(_values_of(key, fact, today) for key, fact in facts.items()))
    ]
    outcomes = [test.judge(world, today) for world in worlds]
    first = outcomes[0]
    disputed = [key for key, fact in facts.items() if isinstance(fact, Conflict)]
    if not disputed:
        return first
    said = "; ".join(_say_conflict(key, facts[key]) for key in disputed)
    if all((one.answer, one.kind) == (first.answer, first.kind) for one in outcomes):
        derived = any(one.basis is Basis.DERIVED for one in outcomes)
        return Outcome(
            first.answer,
            f"Sources disagree on {said}; the answer is the same for each. {first.reason}",
            first.kind,
            Basis.DERIVED if derived else Basis.STATED,
            first.entries,
        )
    reason = f"Sources disagree on {said}, and the answer hangs on which is right."
    return Outcome(Answer.UNKNOWN, reason, UnknownKind.CONFLICT)


def _values_of(key: str, fact: Any, today: int) -> tuple[Any, ...]:
    """The values that may still be true; a birth date that cannot be is not among them (P3)."""
    values: tuple[Any, ...] = possible_values(fact)
    if key != "date_of_birth" or len(values) == 1:
        return values
    return tuple(born for born in values if birth_can_be(born, today)) or values


def _say_conflict(key: str, fact: Conflict[Any]) -> str:
    if key == "prior_treatments":
        return "the treatment history"
    sides = (
        f"{_say_side(key, side.value)} [{side.source}]"
        if side.source
        else _say_side(key, side.value)
        for side in fact.sides
    )
    return f"{say_fact(key, None).partition(':')[0].lower()} ({', '.join(sides)})"


def _say_side(key: str, value: Any) -> str:
    if isinstance(value, PartialDate):
        return value.text
    return say_fact(key, value).partition(": ")[2]
