"""A definition as the desk shows it: read like a paper, with who stands behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.accounts.models import Role, User
from cases.clinical.approvals import DECIDERS, find_valid_run
from cases.clinical.definition_parts import Definition
from cases.clinical.definitions import load_versions, order_of
from cases.clinical.in_use import as_decided, definition_of, find_problems
from cases.clinical.models import DefinitionState, DefinitionVersion
from cases.clinical.program import Reading
from cases.clinical.rows import Criterion, SourceBasis
from cases.clinical.telling import Told, list_cohorts, tell_test
from cases.jobs.models import Job
from navigator.desk.dry_run_view import list_runs
from navigator.desk.flag_view import ANSWERS, SHORT_KINDS, Sign, Words, read_sign

STATE_TONES: Final = {
    DefinitionState.DRAFT: ("quiet", "pencil"),
    DefinitionState.IN_REVIEW: ("wait", "pencil"),
    DefinitionState.APPROVED: ("ok", "check"),
    DefinitionState.SUPERSEDED: ("quiet", "retry"),
    DefinitionState.WITHDRAWN: ("stop", "stop"),
}
VERDICTS: Final[dict[str, tuple[str, str, Words]]] = {
    "met": ANSWERS["met"],
    "derived": ("info", "flag", gettext_lazy("Met, as derived")),
    "not_met": ANSWERS["not_met"],
    "ambiguous": ("wait", "person", gettext_lazy("A physician decides")),
    "missing": ANSWERS["unknown"],
    "nothing": ("quiet", "hold", gettext_lazy("Says nothing")),
}
BASES: Final[dict[SourceBasis, Words]] = {
    SourceBasis.PUBLIC_SOURCE: gettext_lazy("seen in a public source"),
    SourceBasis.PROFESSIONAL_KNOWLEDGE: gettext_lazy("professional knowledge, to be re-checked"),
}


@dataclass(frozen=True)
class State:
    """Where a version stands, as a pill."""

    tone: str
    icon: str
    word: str | Promise
    short: str | Promise
    is_active: bool


def describe_state(row: DefinitionVersion) -> State:
    tone, icon = STATE_TONES[DefinitionState(row.state)]
    word = row.get_state_display()
    short = _("In review") if row.state == DefinitionState.IN_REVIEW else word
    return State(tone, icon, word, short, row.is_active)


@dataclass(frozen=True)
class Shelf:
    """One indication on the list: what is active, and what else there is."""

    title: str
    product: str
    place: str
    row: DefinitionVersion
    state: State
    waiting: tuple[DefinitionVersion, ...]
    has_problem: bool
    criteria: int


def list_shelves() -> list[Shelf]:
    """Every indication, the default one first, by the version that counts or counted last."""
    rows = DefinitionVersion.objects.select_related("approved_by")
    grouped: dict[str, list[DefinitionVersion]] = {}
    for row in rows:
        grouped.setdefault(row.indication, []).append(row)
    problems = {problem.row.pk for problem in find_problems()}
    names = list(dict.fromkeys(name for name, _version in load_versions()))
    ordered = sorted(
        grouped,
        key=lambda name: (name not in names, names.index(name) if name in names else 0, name),
    )
    return [_describe_shelf(grouped[name], problems) for name in ordered]


def _describe_shelf(rows: list[DefinitionVersion], problems: set[Any]) -> Shelf:
    ordered = sorted(rows, key=lambda row: order_of(row.version))
    shown = next((row for row in ordered if row.is_active), ordered[-1])
    said = load_versions().get((shown.indication, shown.version))
    return Shelf(
        title=said.title if said else shown.indication,
        product=said.product if said else "",
        place=_("%(authority)s, label section %(section)s")
        % {"authority": said.authority, "section": said.label_section}
        if said
        else "",
        row=shown,
        state=describe_state(shown),
        waiting=tuple(row for row in ordered if row.may_become_active and row.pk != shown.pk),
        has_problem=any(row.pk in problems for row in rows),
        criteria=len(said.criteria) if said else 0,
    )


@dataclass(frozen=True)
class ToldBranch:
    sign: Sign
    words: tuple[str, ...]
    all_words: tuple[str, ...]


@dataclass(frozen=True)
class ToldTest:
    kind: str
    words: str
    branches: tuple[ToldBranch, ...]
    parts: tuple["ToldTest", ...]


@dataclass(frozen=True)
class Question:
    kinds: tuple[Words, ...]
    text: str


@dataclass(frozen=True)
class ToldCriterion:
    number: int
    said: Criterion
    source: str
    basis: Words
    logic: ToldTest
    questions: tuple[Question, ...]
    others: tuple[tuple[str, str, ToldTest], ...]
    """Other ways to read this row: which, what it says, its logic."""


@dataclass(frozen=True)
class ToldReading:
    id: str
    says: str
    is_ours: bool
    changes: tuple[str, ...]
    leaves_out: tuple[str, ...]


def show_test(told: Told) -> ToldTest:
    return ToldTest(
        told.kind,
        _(told.words) if told.words else "",
        tuple(
            ToldBranch(
                read_sign(VERDICTS, branch.verdict),
                tuple(_(word) for word in branch.words),
                tuple(_(word) for word in branch.all_words),
            )
            for branch in told.branches
        ),
        tuple(show_test(part) for part in told.parts),
    )


def tell_criteria(said: Definition) -> list[ToldCriterion]:
    others: dict[str, list[tuple[str, str, ToldTest]]] = {}
    for reading in said.readings:
        for name, test in reading.changes.items():
            title = _("Reading %(id)s") % {"id": reading.id}
            others.setdefault(name, []).append((title, reading.says, show_test(tell_test(test))))
    for other in said.alternatives:
        told = show_test(tell_test(other.test))
        others.setdefault(other.criterion, []).append((_("Read otherwise"), other.says, told))
    return [
        ToldCriterion(
            number,
            criterion,
            _("%(authority)s, label section %(section)s")
            % {"authority": said.authority, "section": said.label_section},
            BASES[criterion.source_basis],
            show_test(tell_test(criterion.test)),
            tuple(list_questions(criterion)),
            tuple(others.get(criterion.id, ())),
        )
        for number, criterion in enumerate(said.criteria, start=1)
    ]


def list_questions(criterion: Criterion) -> Iterable[Question]:
    """Each question once, with the kinds of unknown that it is asked for."""
    for text in dict.fromkeys(criterion.asks.values()):
        kinds = [kind.value for kind, asked in criterion.asks.items() if asked == text]
        yield Question(tuple(SHORT_KINDS[kind] for kind in kinds), text)


def tell_readings(said: Definition) -> list[ToldReading]:
    phrases = {criterion.id: criterion.phrase for criterion in said.criteria}
    ours = ToldReading(said.reading, said.reading_says, is_ours=True, changes=(), leaves_out=())
    return [ours, *(_tell_reading(reading, phrases) for reading in said.readings)]


def _tell_reading(reading: Reading, phrases: dict[str, str]) -> ToldReading:
    return ToldReading(
        reading.id,
        reading.says,
        is_ours=False,
        changes=tuple(phrases[name] for name in reading.changes),
        leaves_out=tuple(phrases[name] for name in sorted(reading.leaves_out)),
    )


def read_definition_page(row: DefinitionVersion, user: User) -> dict[str, Any]:
    """All that the page of one version shows."""
    shipped = load_versions().get((row.indication, row.version))
    said = None if shipped is None else as_decided(shipped, row)
    versions = sorted(
        DefinitionVersion.objects.filter(indication=row.indication).select_related(
            "approved_by", "activated_by", "ended_by"
        ),
        key=lambda one: order_of(one.version),
        reverse=True,
    )
    active = next((one for one in versions if one.is_active), None)
    has_changed = row.is_fixed and definition_of(row) is None
    return {
        "row": row,
        "said": said,
        "has_changed": has_changed,
        "state": describe_state(row),
        "criteria": tell_criteria(said) if said else [],
        "readings": tell_readings(said) if said else [],
        "cohorts": list_cohorts(said) if said else {},
        "basis": BASES[said.source_basis] if said else "",
        "versions": list_versions(row, versions),
        "active": active,
        "runs": list_runs(row),
        **_list_acts(row, said, active, user, has_changed=has_changed),
    }


@dataclass(frozen=True)
class VersionLine:
    """A version in the list beside another one, and how to read the two, the older one first."""

    row: DefinitionVersion
    state: State
    older: DefinitionVersion
    newer: DefinitionVersion


def list_versions(shown: DefinitionVersion, rows: Iterable[DefinitionVersion]) -> list[VersionLine]:
    return [VersionLine(row, describe_state(row), *sort_two(shown, row)) for row in rows]


def sort_two(
    one: DefinitionVersion, other: DefinitionVersion
) -> tuple[DefinitionVersion, DefinitionVersion]:
    """The older and the newer of two versions of an indication."""
    older, newer = sorted((one, other), key=lambda row: order_of(row.version))
    return older, newer


def _list_acts(
    row: DefinitionVersion,
    said: Definition | None,
    active: DefinitionVersion | None,
    user: User,
    *,
    has_changed: bool,
) -> dict[str, Any]:
    """What the reader may do with the version now."""
    decides = user.role in DECIDERS and said is not None and not has_changed
    run = (
        find_valid_run(row, active, said, now=timezone.now())
        if said and row.may_become_active
        else None
    )
    needs_approval = (
        active is not None
        and active.approved_at is not None
        and row.state != DefinitionState.APPROVED
    )
    return {
        "may_approve": decides
        and user.role == Role.CLINICIAN
        and row.state == DefinitionState.IN_REVIEW,
        "may_try": decides and row.may_become_active,
        "may_activate": decides and row.may_become_active and bool(run) and not needs_approval,
        "valid_run": run,
        "needs_approval": row.may_become_active and needs_approval,
        "may_withdraw": user.role in DECIDERS
        and row.state not in {DefinitionState.WITHDRAWN, DefinitionState.SUPERSEDED},
    }


def find_comparing(row: DefinitionVersion) -> Job | None:
    return Job.objects.unfinished().filter(subject=f"clinical.definitionversion:{row.pk}").first()
