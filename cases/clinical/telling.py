"""A definition in words: its logic as a tree that people read, and what differs between two.

Nothing here decides: it tells what the operators hold, value by value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from .criteria import AgeAtLeast, AllOf, AnyOf, FactIn, Judgement, Test, Verdict
from .definition_parts import Definition
from .fact_values import show_value
from .rows import Criterion
from .terms import LABELS, TreatmentClass
from .treated import Treated, Weight
from .vocabulary import spec_for

MANY: Final = 10
"""More values than that, and a branch is told as every other value."""
EVERY_OTHER: Final = "every other recorded value"
WEIGHED: Final[Mapping[Weight, str]] = {
    Weight.COUNTS: "met",
    Weight.AMBIGUOUS: "ambiguous",
    Weight.NOTHING: "nothing",
}


@dataclass(frozen=True)
class Branch:
    """Values that lead to one verdict: met, not_met, ambiguous, missing, derived, nothing."""

    verdict: str
    words: tuple[str, ...]
    all_words: tuple[str, ...] = ()
    """The values behind `EVERY_OTHER`."""


@dataclass(frozen=True)
class Told:
    """One operator: what it reads, and where each value leads, or its parts."""

    kind: str
    """fact, treated, age, judgement, any, all."""
    words: str
    branches: tuple[Branch, ...] = ()
    parts: tuple["Told", ...] = ()


def tell_test(test: Test) -> Told:
    """An operator in words.

    Raises:
        TypeError: an operator that nobody taught this module to tell.

    """
    match test:
        case AgeAtLeast():
            return Told("age", f"Completed years on the reference date: {test.years} or more")
        case Judgement():
            return Told("judgement", test.words)
        case AnyOf():
            return Told("any", "", parts=tuple(tell_test(part) for part in test.parts))
        case AllOf():
            return Told("all", "", parts=tuple(tell_test(part) for part in test.parts))
        case Treated():
            return Told("treated", "Class of a treatment for this tumour", _tell_classes(test))
        case FactIn():
            return Told("fact", spec_for(test.fact).label, _tell_table(test))
    message = f"{type(test).__name__} has no words"
    raise TypeError(message)


def _tell_classes(test: Treated) -> tuple[Branch, ...]:
    return tuple(
        Branch(verdict, found)
        for weight, verdict in WEIGHED.items()
        if (
            found := tuple(
                LABELS[TreatmentClass][each]
                for each in test.classes
                if test.classes[each] == weight
            )
        )
    )


def _tell_table(test: FactIn) -> tuple[Branch, ...]:
    told = []
    for verdict in Verdict:
        values = [value for value, found in test.table.items() if found is verdict]
        words = tuple(show_value(test.fact, value) for value in values)
        if len(words) > MANY:
            told.append(Branch(verdict.value, (EVERY_OTHER,), words))
        elif words:
            told.append(Branch(verdict.value, words))
    for rule in test.derived:
        said = (
            f"{spec_for(key).label}: {' / '.join(sorted(show_value(key, one) for one in values))}"
            for key, values in rule.when.items()
        )
        told.append(Branch("derived", (", ".join(said),)))
    return tuple(told)


def say_test(test: Test) -> str:
    """The same on one line, for comparing two."""
    told = tell_test(test)
    if told.parts:
        word = " OR " if told.kind == "any" else " AND "
        return word.join(f"({say_test(part)})" for part in _parts_of(test))
    branches = (
        f"{branch.verdict.replace('_', ' ')}: {', '.join(branch.all_words or branch.words)}"
        for branch in told.branches
    )
    return ". ".join([told.words, *branches])


def _parts_of(test: Any) -> Iterable[Test]:
    parts: tuple[Test, ...] = test.parts
    return parts


@dataclass(frozen=True)
class Line:
    """One statement of a definition, under a key that is the same in every version."""

    key: str
    part: str
    text: str
    by: str = " "
    """What stands between its parts: words, or whole values."""


def list_lines(definition: Definition) -> Iterator[Line]:
    """All that a definition says, statement by statement, in the order of its page."""
    for name in ("title", "product", "form", "authority", "jurisdiction", "wording", "source"):
        yield Line(name, name, getattr(definition, name))
    yield Line("section", "label section", definition.label_section)
    until = definition.effective_until
    yield Line("effective", "effective", f"{definition.effective_from} to {until or 'today'}")
    for criterion in definition.criteria:
        yield from _list_criterion(criterion)
    yield from _list_readings(definition)
    yield from _list_rest(definition)


def _list_readings(definition: Definition) -> Iterator[Line]:
    yield Line("reading", f"reading {definition.reading}", definition.reading_says)
    for reading in definition.readings:
        told = [reading.says]
        told += [f"{name}: {say_test(test)}" for name, test in reading.changes.items()]
        told += [f"leaves out {name}" for name in sorted(reading.leaves_out)]
        yield Line(f"reading {reading.id}", f"reading {reading.id}", " ".join(told))
    for other in definition.alternatives:
        told = [other.says, f"{other.criterion}: {say_test(other.test)}"]
        yield Line(f"other {other.id}", f"read otherwise: {other.criterion}", " ".join(told))


def _list_rest(definition: Definition) -> Iterator[Line]:
    """What stands beside the criteria: cohorts, dose rows, context, limitations."""
    for cohort, sites in list_cohorts(definition).items():
        yield Line(f"cohort {cohort}", f"cohort {cohort}", ", ".join(sites))
    doses = [row.text for row in definition.dose_rows]
    doses += [definition.dose_missing] if definition.dose_missing else []
    for number, text in enumerate(doses, start=1):
        yield Line(f"dose {number}", "dose row", text)
    for number, note in enumerate(definition.context, start=1):
        yield Line(f"context {number}", f"context ({note.tag})", note.text)
    for number, limit in enumerate(definition.limitations, start=1):
        yield Line(f"limitation {number}", "limitation", limit)


def list_cohorts(definition: Definition) -> dict[str, list[str]]:
    """The values that each cohort is named by, in words."""
    found: dict[str, list[str]] = {}
    if definition.cohorts is not None:
        for value, name in definition.cohorts.names.items():
            found.setdefault(name, []).append(show_value(definition.cohorts.fact, value))
    return found


def _list_criterion(criterion: Criterion) -> Iterator[Line]:
    at = f"criterion {criterion.id}"
    yield Line(at, f"“{criterion.phrase}”", f"{criterion.tag}: {criterion.phrase}")
    yield from _list_logic(at, f"“{criterion.phrase}”: logic", criterion.test)
    for question in dict.fromkeys(criterion.asks.values()):
        kinds = [kind.value for kind, asked in criterion.asks.items() if asked == question]
        yield Line(f"{at} ask {kinds[0]}", f"“{criterion.phrase}”: question ({kinds[0]})", question)
    if criterion.note:
        yield Line(f"{at} note", f"“{criterion.phrase}”: note", criterion.note)


def _list_logic(at: str, part: str, test: Test) -> Iterator[Line]:
    """What an operator reads, then a line for each verdict with its values."""
    told = tell_test(test)
    if told.parts:
        yield Line(f"{at} test", part, say_test(test))
        return
    yield Line(f"{at} test", part, told.words)
    seen: dict[str, int] = {}
    for branch in told.branches:
        verdict = branch.verdict.replace("_", " ")
        number = seen[verdict] = seen.get(verdict, 0) + 1  # several rules derive
        values = ", ".join(branch.all_words or branch.words)
        by = " " if branch.verdict == "derived" else ", "
        yield Line(f"{at} {verdict} {number}", f"{part}, {verdict}", values, by)


@dataclass(frozen=True)
class Piece:
    """Words that stayed, were taken away, or came."""

    is_old: bool
    is_new: bool
    text: str


@dataclass(frozen=True)
class Difference:
    part: str
    pieces: tuple[Piece, ...]
    is_added: bool
    is_removed: bool


def list_differences(older: Definition, newer: Definition) -> tuple[list[Difference], int]:
    """Each statement that differs, word by word, and how many are the same."""
    before = {line.key: line for line in list_lines(older)}
    after = {line.key: line for line in list_lines(newer)}
    found, same = [], 0
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        was, now = old.text if old else "", new.text if new else ""
        if was == now:
            same += 1
            continue
        shown = new or old
        part, by = (shown.part, shown.by) if shown else ("", " ")
        found.append(Difference(part, compare_words(was, now, by), old is None, new is None))
    return found, same


def compare_words(was: str, now: str, by: str = " ") -> tuple[Piece, ...]:
    """The words of two sentences beside one another, or whole values that stand between `by`."""
    one, other = (text.split(None if by == " " else by) if text else [] for text in (was, now))
    pieces = []
    for how, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        goes_on = b < len(one) or d < len(other)
        if how == "equal":
            pieces.append(
                Piece(is_old=True, is_new=True, text=_join(one[a:b], by, goes_on=goes_on))
            )
            continue
        if a < b:
            pieces.append(
                Piece(is_old=True, is_new=False, text=_join(one[a:b], by, goes_on=goes_on))
            )
        if c < d:
            pieces.append(
                Piece(is_old=False, is_new=True, text=_join(other[c:d], by, goes_on=goes_on))
            )
    return tuple(pieces)


def _join(parts: Iterable[str], by: str, *, goes_on: bool) -> str:
    """Parts as they stood; the comma of the last one only where another follows."""
    return by.join(parts) + (by.rstrip() if goes_on else "")
