"""The operators of criteria: one set in code, used by every definition.

An operator answers for one *world*, in which each fact has one plain value or none, and says
why. Conflicts never reach it: `rows` tries every world that is still possible (rule P2).
Each operator names the facts it reads, so that a result can show what it stands on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from .fact_values import show_value
from .logic import DISTANCE, Answer, Basis, UnknownKind
from .values import MAX_AGE_YEARS, PartialDate, years_between
from .vocabulary import spec_for

World = Mapping[str, Any]
"""Fact keys with one plain value each, `None` where nothing is recorded."""

KIND_ORDER: Final = (
    UnknownKind.CONFLICT,
    UnknownKind.INVALID,
    UnknownKind.MISSING,
    UnknownKind.AMBIGUOUS,
)
"""Which kind is named where several parts of one criterion are unknown: what must be cleared
first comes first; a physician is asked last, when everything else is known."""


class Outcome(NamedTuple):
    """What an operator answers in one world."""

    answer: Answer
    reason: str
    kind: UnknownKind | None = None
    basis: Basis = Basis.STATED
    entries: tuple[int, ...] = ()
    """Positions in the treatment history that settle the answer."""


class Test(Protocol):
    """An operator with its arguments from a definition."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Keys of the facts it reads."""
        ...

    def judge(self, world: World, today: int) -> Outcome:
        """The answer in one world on a day number."""
        ...


class Verdict(StrEnum):
    """What one recorded value says about a criterion."""

    MET = "met"
    NOT_MET = "not_met"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"


SETTLED: Final = {Verdict.MET: Answer.MET, Verdict.NOT_MET: Answer.NOT_MET}


def say_fact(key: str, value: Any) -> str:
    """`Histology: typical carcinoid`, for reasons."""
    return f"{spec_for(key).label}: {show_value(key, value)}"


@dataclass(frozen=True)
class Derivation:
    """Recorded facts from which a value that nobody recorded follows (rule P5)."""

    when: Mapping[str, frozenset[Any]]

    def holds_in(self, world: World) -> bool:
        return all(world[key] in values for key, values in self.when.items())


@dataclass(frozen=True)
class FactIn:
    """One fact against a table of its whole vocabulary (rules P4 to P7).

    Nothing recorded: met where a derivation holds, and said to be derived; otherwise missing.
    """

    fact: str
    table: Mapping[Any, Verdict]
    derived: tuple[Derivation, ...] = ()
    facts: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        used = dict.fromkeys((self.fact, *(key for rule in self.derived for key in rule.when)))
        object.__setattr__(self, "facts", tuple(used))

    def judge(self, world: World, today: int) -> Outcome:  # noqa: ARG002  (one interface)
        value = world[self.fact]
        if value is None:
            return self._judge_nothing(world)
        said = say_fact(self.fact, value)
        match verdict := self.table[value]:
            case Verdict.MISSING:
                reason = f"{said}. That does not say enough to compare."
                return Outcome(Answer.UNKNOWN, reason, UnknownKind.MISSING)
            case Verdict.AMBIGUOUS:
                reason = f"{said}. The wording does not settle this; a physician decides."
                return Outcome(Answer.UNKNOWN, reason, UnknownKind.AMBIGUOUS)
            case _:
                return Outcome(SETTLED[verdict], f"{said}.")

    def _judge_nothing(self, world: World) -> Outcome:
        label = spec_for(self.fact).label
        for rule in self.derived:
            if rule.holds_in(world):
                stands_on = ", ".join(say_fact(key, world[key]) for key in rule.when)
                reason = f"{label}: not recorded; derived from {stands_on}."
                return Outcome(Answer.MET, reason, basis=Basis.DERIVED)
        return Outcome(Answer.UNKNOWN, f"{label}: not recorded.", UnknownKind.MISSING)


@dataclass(frozen=True)
class AgeAtLeast:
    """Completed years on the reference date (rule P3).

    A partial birth date is tested for its first and its last day; a date that the calendar
    lacks, that lies in the future or more than 130 years back cannot be true.
    """

    years: int
    facts: tuple[str, ...] = ("date_of_birth",)

    def judge(self, world: World, today: int) -> Outcome:
        born: PartialDate | None = world["date_of_birth"]
        if born is None:
            reason = "Date of birth: not recorded."
            return Outcome(Answer.UNKNOWN, reason, UnknownKind.MISSING)
        if not birth_can_be(born, today):
            reason = f"Date of birth: {born.text} cannot be true on the reference date."
            return Outcome(Answer.UNKNOWN, reason, UnknownKind.INVALID)
        least = years_between(min(born.last, today), today)
        most = years_between(born.first, today)
        if least == most:
            said = f"Age: {least} completed years on the reference date."
        else:
            said = f"Age: {least} to {most} completed years on the reference date ({born.text})."
        if least >= self.years:
            return Outcome(Answer.MET, said)
        if most < self.years:
            return Outcome(Answer.NOT_MET, said)
        return Outcome(Answer.UNKNOWN, f"{said} The full date is needed.", UnknownKind.MISSING)


def birth_can_be(born: PartialDate, today: int) -> bool:
    """Whether someone can have been born then (rule P3)."""
    return 0 < born.first <= today and years_between(born.last, today) <= MAX_AGE_YEARS


@dataclass(frozen=True)
class Judgement:
    """Words that no recorded fact can settle: always for a physician."""

    words: str
    facts: tuple[str, ...] = ()

    def judge(self, world: World, today: int) -> Outcome:  # noqa: ARG002  (one interface)
        return Outcome(Answer.UNKNOWN, self.words, UnknownKind.AMBIGUOUS)


@dataclass(frozen=True)
class _Parts:
    parts: tuple[Test, ...]
    facts: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        used = dict.fromkeys(key for part in self.parts for key in part.facts)
        object.__setattr__(self, "facts", tuple(used))


class AllOf(_Parts):
    """Kleene AND of several operators."""

    def judge(self, world: World, today: int) -> Outcome:
        outcomes = [part.judge(world, today) for part in self.parts]
        return join_outcomes(outcomes, max(DISTANCE[outcome.answer] for outcome in outcomes))


class AnyOf(_Parts):
    """Kleene OR of several operators (rule P8)."""

    def judge(self, world: World, today: int) -> Outcome:
        outcomes = [part.judge(world, today) for part in self.parts]
        return join_outcomes(outcomes, min(DISTANCE[outcome.answer] for outcome in outcomes))


def join_outcomes(outcomes: list[Outcome], distance: int) -> Outcome:
    """One outcome for several, standing on those that have the answer at that distance."""
    decisive = [outcome for outcome in outcomes if DISTANCE[outcome.answer] == distance]
    kinds = {outcome.kind for outcome in decisive}
    derived = any(outcome.basis is Basis.DERIVED for outcome in decisive)
    return Outcome(
        decisive[0].answer,
        " ".join(dict.fromkeys(outcome.reason for outcome in decisive)),
        next((kind for kind in KIND_ORDER if kind in kinds), None),
        Basis.DERIVED if derived else Basis.STATED,
        tuple(entry for outcome in decisive for entry in outcome.entries),
    )
