"""The operator for "previously treated" (rule P9), which reads the whole treatment history.

An entry counts where it was given for this tumour, begun on or before the reference date, and
of a class that the definition counts. "Given" is any status but planned and declined. Where no
start is recorded, the status itself says that the treatment had begun; a start that lies wholly
after the reference date does not count, whatever the status. What an entry says may still hang
on missing values or on sources that disagree: each possibility is followed (rule P2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from typing import Any, Final

from .criteria import Outcome, World
from .logic import Answer, UnknownKind
from .snapshot_parts import Treatment
from .terms import LABELS, THIS_TUMOUR, TreatmentClass, TreatmentStatus
from .values import Conflict, PartialDate, possible_values

NOT_GIVEN: Final = frozenset({TreatmentStatus.PLANNED, TreatmentStatus.DECLINED})


class Weight(IntEnum):
    """What an entry may say, in the order in which one entry outweighs another."""

    NOTHING = 0
    AMBIGUOUS = 1
    MISSING = 2
    INVALID = 3
    COUNTS = 4


OPEN_QUESTIONS: Final[Mapping[int, tuple[UnknownKind, str]]] = {
    Weight.AMBIGUOUS: (
        UnknownKind.AMBIGUOUS,
        "The wording does not settle whether this counts; a physician decides.",
    ),
    Weight.MISSING: (
        UnknownKind.MISSING,
        "The class of treatment, or the illness it was given for, is not recorded.",
    ),
    Weight.INVALID: (UnknownKind.INVALID, "Its dates cannot be true."),
}
CLASS_LABELS: Final = LABELS[TreatmentClass]
ANOTHER: Final = "another condition"
NOTHING_COUNTS: Final = Outcome(
    Answer.NOT_MET, "Treatment history: confirmed complete, with no entry that counts."
)
HISTORY_NOT_COLLECTED: Final = Outcome(
    Answer.UNKNOWN, "Treatment history: not collected.", UnknownKind.MISSING
)

# Members bound once: reaching them through their class is the costly part of a comparison.
_BEGUN: Final = Answer.MET
_NOTHING: Final = Weight.NOTHING
_MISSING: Final = Weight.MISSING
_INVALID: Final = Weight.INVALID
_COUNTS: Final = Weight.COUNTS


@dataclass(frozen=True)
class Treated:
    """At least one treatment of a class that counts.

    `classes` holds a weight for every class; an entry without a class weighs as missing.
    """

    classes: Mapping[TreatmentClass, Weight]
    facts: tuple[str, ...] = ("prior_treatments",)

    def judge(self, world: World, today: int) -> Outcome:
        history = world["prior_treatments"]
        return HISTORY_NOT_COLLECTED if history is None else self.judge_history(history, today)

    def judge_history(self, entries: tuple[Treatment, ...], today: int) -> Outcome:
        """The answer for one history that is confirmed complete."""
        most: int = _NOTHING
        named: list[int] = []
        for position, entry in enumerate(entries):
            if entry.has_conflict:
                return self._judge_disputed(entries, today)
            weight = self._weigh_values(
                entry.treatment_class,
                entry.for_condition,
                entry.status,
                entry.start_date,
                entry.end_date,
                today,
            )
            if weight > most:
                most, named = weight, [position]
            elif weight == most and weight:
                named.append(position)
        return _settle(most, entries, named)

    def _judge_disputed(self, entries: tuple[Treatment, ...], today: int) -> Outcome:
        """The answer where sources disagree on some entry: every possibility is followed."""
        weights = [self._weigh_disputed(entry, today) for entry in entries]
        reached: set[int] = {_NOTHING}
        for possible in weights:
            reached = {max(one, other) for one in reached for other in possible}
        most = max(reached)
        named = [position for position, possible in enumerate(weights) if most in possible]
        if len(reached) > 1:
            said = "; ".join(say_entry(entries[position]) for position in named)
            reason = f"Sources disagree on the treatment history: {said}."
            return Outcome(Answer.UNKNOWN, reason, UnknownKind.CONFLICT, entries=tuple(named))
        return _settle(most, entries, named if most else [])

    def _weigh_disputed(self, entry: Treatment, today: int) -> set[int]:
        """Everything an entry may say, over all values that its fields may still take.

        Values that say the same are merged first, so that long conflicts stay cheap.
        """
        conditions = {
            one if one in {None, THIS_TUMOUR} else ANOTHER
            for one in possible_values(entry.for_condition)
        }
        dates = {
            has_begun(start, end, today): (start, end)
            for start, end in product(
                possible_values(entry.start_date), possible_values(entry.end_date)
            )
        }
        return {
            self._weigh_values(treatment_class, condition, status, start, end, today)
            for treatment_class, condition, status, (start, end) in product(
                set(possible_values(entry.treatment_class)),
                conditions,
                set(possible_values(entry.standing)),
                dates.values(),
            )
        }

    def _weigh_values(  # noqa: PLR0917  (the fields of one entry)
        self,
        treatment_class: Any,
        condition: Any,
        status: Any,
        start: Any,
        end: Any,
        today: int,
    ) -> int:
        """What one entry says when each field has one plain value."""
        weight = self.classes.get(treatment_class, _MISSING)
        if (
            not weight
            or status in NOT_GIVEN
            or (condition != THIS_TUMOUR and condition is not None)
        ):
            return _NOTHING
        begun = has_begun(start, end, today)
        if begun is _BEGUN:
            return _MISSING if condition is None else weight
        return _NOTHING if begun is Answer.NOT_MET else _INVALID


def has_begun(start: PartialDate | None, end: PartialDate | None, today: int) -> Answer:
    """Whether a treatment that was given had begun; unknown where its dates cannot be true.

    An end on or before the reference date proves the start. A partial start counts unless the
    whole of it lies after the reference date, because the status says that it was given.
    """
    if start is None or 0 < start.first <= today:
        return _BEGUN
    ended = end is not None and end.is_possible and end.last <= today
    if start.is_possible:
        return Answer.UNKNOWN if ended else Answer.NOT_MET
    return _BEGUN if ended else Answer.UNKNOWN


def _settle(weight: int, entries: tuple[Treatment, ...], named: list[int]) -> Outcome:
    if weight == _NOTHING:
        return NOTHING_COUNTS
    said = "; ".join([say_entry(entries[position]) for position in named])
    if weight == _COUNTS:
        return Outcome(_BEGUN, f"Given for this tumour: {said}.", entries=tuple(named))
    kind, why = OPEN_QUESTIONS[weight]
    return Outcome(Answer.UNKNOWN, f"Recorded: {said}. {why}", kind, entries=tuple(named))


def say_entry(entry: Treatment) -> str:
    """`everolimus (mTOR inhibitor), begun 2024-02-01`, for reasons."""
    if entry.has_conflict:
        agent = _say(entry.agent, str)
        what = _say(entry.treatment_class, CLASS_LABELS.__getitem__)
        start = _say(entry.start_date, _say_date)
        return _join(agent, what, start)
    plain: Any = entry
    agent, treatment_class, day = plain.agent, plain.treatment_class, plain.start_date
    what = CLASS_LABELS[treatment_class] if treatment_class else ""
    return _join(agent, what, day.text if day else "")


def _join(agent: str | None, what: str, start: str) -> str:
    what = what or "class not recorded"
    name = f"{agent} ({what})" if agent else what
    return f"{name}, begun {start}" if start else name


def _say_date(day: PartialDate) -> str:
    return day.text


def _say(value: Any, words: Callable[[Any], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, Conflict):
        return " / ".join(words(one) for one in value.values())
    return words(value)
