"""A dry run as the desk shows it: how far it is, what it found, and whose answer would change."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from cases.accounts.models import User
from cases.casework.models import Case
from cases.clinical.definition_parts import Definition
from cases.clinical.models import ChangeKind, DefinitionVersion, DryRun, DryRunChange
from cases.jobs.models import Job, JobState
from navigator.desk.flag_view import ANSWERS, OVERALL, SHORT_KINDS, Sign, read_sign

LISTED: Final = 5
MOST_GROUPS: Final = 60
MOST_CASES: Final = 400


@dataclass(frozen=True)
class RunLine:
    """A dry run, where it stands, and in numbers what it found."""

    row: DryRun
    state: str
    """working, found, given_up; overtaken: the wording's file changed before it was made."""
    job: Job | None
    answers: int
    """Cases whose answer would change."""
    rows: int
    """Cases whose answer would stay, and in which a row would change."""


def list_runs(definition: DefinitionVersion) -> list[RunLine]:
    """The newest dry runs of a version."""
    return describe_runs(DryRun.objects.filter(definition=definition))


def describe_runs(runs: QuerySet[DryRun]) -> list[RunLine]:
    """The newest of some dry runs, in three queries."""
    rows = list(runs.select_related("definition", "before", "asked_by")[:LISTED])
    jobs = {
        job.subject: job
        for job in Job.objects.filter(subject__in=[_subject_of(row) for row in rows])
    }
    counted = {
        (run_id, kind): cases
        for run_id, kind, cases in DryRunChange.objects.filter(run__in=rows)
        .order_by()
        .values_list("run", "kind")
        .annotate(Sum("counted"))
    }
    return [
        RunLine(
            row=row,
            state=_state_of(row, jobs.get(_subject_of(row))),
            job=jobs.get(_subject_of(row)),
            answers=counted.get((row.pk, ChangeKind.ANSWER), 0),
            rows=counted.get((row.pk, ChangeKind.ROWS), 0),
        )
        for row in rows
    ]


def _subject_of(run: DryRun) -> str:
    return f"clinical.dryrun:{run.pk}"


def _state_of(run: DryRun, job: Job | None) -> str:
    if run.finished_at is not None:
        return "found"
    if job is None or job.state == JobState.DONE:
        return "overtaken"
    return "given_up" if job.state == JobState.GIVEN_UP else "working"


@dataclass(frozen=True)
class ChangedRow:
    phrase: str
    before: Sign | None
    after: Sign | None
    before_words: str
    after_words: str


@dataclass(frozen=True)
class ShownChange:
    """Cases that would change alike: those that the reader sees, and how many others."""

    said: DryRunChange
    is_answer: bool
    before: Sign | None
    after: Sign
    rows: tuple[ChangedRow, ...]
    cases: tuple[Case, ...]
    more: int
    """Seen too, and not listed for length."""
    others: int


def list_changes(run: DryRun, user: User, definition: Definition | None) -> list[ShownChange]:
    """What a run found, in three queries: cases of others are a number."""
    changes = list(run.changes.all()[:MOST_GROUPS])
    visible = {str(pk) for pk in Case.objects.visible_to(user).values_list("pk", flat=True)}
    seen = {change.pk: [pk for pk in change.cases if pk in visible] for change in changes}
    listed = [pk for found in seen.values() for pk in found][:MOST_CASES]
    cases = {
        str(case.pk): case
        for case in Case.objects.filter(pk__in=listed)
        .select_related("patient")
        .order_by("reference")
    }
    phrases = {} if definition is None else {each.id: each.phrase for each in definition.criteria}
    return [_show_change(change, seen[change.pk], cases, phrases) for change in changes]


def _show_change(
    change: DryRunChange, seen: list[str], cases: dict[str, Case], phrases: dict[str, str]
) -> ShownChange:
    here = set(seen)
    shown = tuple(case for pk, case in cases.items() if pk in here)
    return ShownChange(
        said=change,
        is_answer=change.kind == "answer",
        before=read_sign(OVERALL, change.before) if change.before else None,
        after=read_sign(OVERALL, change.after),
        rows=tuple(_show_row(row, phrases) for row in change.rows),
        cases=shown,
        more=len(seen) - len(shown),
        others=change.counted - len(seen),
    )


def _show_row(row: dict[str, str], phrases: dict[str, str]) -> ChangedRow:
    if row["id"] == "cohort":
        return ChangedRow(str(_("Cohort")), None, None, row["before"], row["after"])
    (before, was), (after, now) = (_read_word(row[side]) for side in ("before", "after"))
    return ChangedRow(phrases.get(row["id"], row["id"]), before, after, was, now)


def _read_word(word: str) -> tuple[Sign | None, str]:
    """`unknown/missing` as its sign and the words of its kind."""
    answer, _slash, kind = word.partition("/")
    if not answer:
        return None, str(_("not asked"))
    told = _("derived") if kind == "derived" else SHORT_KINDS.get(kind, "")
    return read_sign(ANSWERS, answer), str(told)
