"""My day: what waits, oldest first. Every number opens its list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.accounts.models import Role, User
from cases.casework.models import Case, Task
from cases.hospitals.models import Message, MessageState, Referral, ReferralState, Thread
from cases.travel.models import Appointment, AppointmentState, Traveller, TripState
from documents.dossiers.models import DossierVersion, Grant, VersionState
from documents.records.models import Document
from documents.records.paper_names import name_record
from documents.records.recognition import is_engine_set_up
from documents.records.scanning import is_scanner_set_up
from navigator.desk.wording import say_task

LONGEST = 8
SOON = timedelta(hours=36)
LINK_RUNS_OUT = timedelta(days=3)
PASSPORT_RUNS_OUT = timedelta(days=180)
SET_UP_ROLES = {Role.ADMINISTRATOR, Role.TEAM_LEAD}
TRIPS_OVER = [TripState.RETURNED, TripState.CANCELLED]
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Figure:
    """One number of the day, and the list that it counts."""

    label: str | Promise
    count: int
    url: str
    tone: str


@dataclass(frozen=True)
class Waiting:
    """One line of a list on the page: what, of whom, since or until when, where to go."""

    title: str
    case: Case | None
    at: datetime | None
    url: str
    late: bool = False

    @property
    def reference(self) -> str:
        return self.case.reference if self.case else ""

    @property
    def who(self) -> str:
        return self.case.patient.name if self.case else ""


@dataclass(frozen=True)
class Day:
    figures: list[Figure]
    tasks: list[Waiting]
    threads: list[Waiting]
    records: list[Waiting]
    referrals: list[Waiting]
    appointments: list[Waiting]
    running_out: list[Waiting]


def list_url(model: str, query: str) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{query}"


def part_url(case: Case, part: str) -> str:
    return reverse("admin:cockpit_part", args=[case.pk, part])


def read_day(user: User, now: datetime) -> Day:
    """All that My day shows, in eight queries whatever the number of cases."""
    tasks = Task.objects.visible_to(user).open()
    threads = Thread.objects.visible_to(user).filter(waiting_on_us_since__isnull=False)
    records = Document.objects.visible_to(user).to_review()
    overdue = Referral.objects.visible_to(user).overdue(now)
    return Day(
        figures=count_figures(
            user, now, tasks=tasks, threads=threads, records=records, overdue=overdue
        ),
        tasks=[
            Waiting(
                say_task(row),
                row.case,
                row.due_at,
                task_url(row),
                late=row.due_at is not None and row.due_at < now,
            )
            for row in tasks.select_related("case__patient").order_by("due_at", "created_at")[
                :LONGEST
            ]
        ],
        threads=[
            Waiting(
                row.referral.hospital.name if row.referral else _("The family wrote"),
                row.case,
                row.waiting_on_us_since,
                f"{part_url(row.case, 'messages')}#thread-{row.pk}",
            )
            for row in threads.select_related("case__patient", "referral__hospital").order_by(
                "waiting_on_us_since"
            )[:LONGEST]
        ],
        records=[
            Waiting(
                name_record(row),
                row.case,
                row.received_at,
                reverse("admin:review", args=[row.pk]),
            )
            for row in records.select_related("case__patient").order_by("received_at")[:LONGEST]
        ],
        referrals=[
            Waiting(
                row.hospital.name,
                row.case,
                row.answer_due_at,
                part_url(row.case, "referrals"),
                late=True,
            )
            for row in overdue.select_related("case__patient", "hospital").order_by(
                "answer_due_at"
            )[:LONGEST]
        ],
        appointments=list_appointments(user, now),
        running_out=list_running_out(user, now),
    )


def list_appointments(user: User, now: datetime) -> list[Waiting]:
    rows = (
        Appointment.objects.visible_to(user)
        .filter(starts_at__gte=now, starts_at__lt=now + SOON)
        .exclude(state=AppointmentState.CANCELLED)
        .select_related("case__patient")
        .order_by("starts_at")
    )
    return [
        Waiting(row.title, row.case, row.starts_at, part_url(row.case, "travel"))
        for row in rows[:LONGEST]
    ]


def list_running_out(user: User, now: datetime) -> list[Waiting]:
    """Links of hospitals and passports of travellers that end soon, the first end first."""
    links = (
        Grant.objects.visible_to(user)
        .live(now)
        .filter(expires_at__lt=now + LINK_RUNS_OUT)
        .select_related("contact", "version__dossier__case__patient")
    )
    passports = (
        Traveller.objects.visible_to(user)
        .filter(passport_expires_on__lt=now + PASSPORT_RUNS_OUT)
        .exclude(trip__state__in=TRIPS_OVER)
        .select_related("trip__case__patient")
    )
    lines = [
        Waiting(
            _("Link for %(name)s") % {"name": row.contact.name},
            row.version.dossier.case,
            row.expires_at,
            reverse("admin:version", args=[row.version_id]),
        )
        for row in links[:LONGEST]
    ] + [
        Waiting(
            _("Passport of %(name)s") % {"name": row.name},
            row.trip.case,
            datetime.combine(row.passport_expires_on, time.min, UTC),
            part_url(row.trip.case, "travel"),
        )
        for row in passports[:LONGEST]
        if row.passport_expires_on
    ]
    return sorted(lines, key=lambda line: line.at or now)[:LONGEST]


def task_url(task: Task) -> str:
    if task.case_id is None:
        return reverse("admin:casework_task_change", args=[task.pk])
    return reverse("admin:cockpit", args=[task.case_id])


def count_of(rows: Rows) -> Coalesce:
    """The number of rows as a part of one larger query."""
    one = rows.order_by().annotate(all_rows=Value(1)).values("all_rows")
    counted = one.annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def count_figures(user: User, now: datetime, **waiting: Rows) -> list[Figure]:
    """All numbers of the day in one query."""
    rows: dict[str, Rows] = {
        **waiting,
        "mine": Case.objects.visible_to(user).open().filter(owner=user),
        "bounced": Message.objects.visible_to(user).filter(state__in=DOUBT),
        "to_seal": DossierVersion.objects.visible_to(user).filter(state=VersionState.TO_CHECK),
        "failed": DossierVersion.objects.visible_to(user).filter(state=VersionState.FAILED),
    }
    found: Any = User.objects.filter(pk=user.pk).values(
        **{f"count_{name}": count_of(counted) for name, counted in rows.items()}
    )[0]
    queries = list_queries(now)
    return [
        Figure(label, found[f"count_{name}"], list_url(model, queries[name]), tone)
        for name, label, model, tone in FIGURES
    ]


WAITS = [ReferralState.SENT, ReferralState.OPENED, ReferralState.ACKNOWLEDGED]
DOUBT = [MessageState.BOUNCED, MessageState.UNKNOWN]
FIGURES = (
    ("records", gettext_lazy("Records to review"), "records_document", "wait"),
    ("threads", gettext_lazy("Unanswered messages"), "hospitals_thread", "wait"),
    ("tasks", gettext_lazy("Open tasks"), "casework_task", "wait"),
    ("overdue", gettext_lazy("Overdue answers"), "hospitals_referral", "stop"),
    ("bounced", gettext_lazy("Mail returned or in doubt"), "hospitals_message", "stop"),
    ("to_seal", gettext_lazy("Dossiers to check and seal"), "dossiers_dossierversion", "wait"),
    ("failed", gettext_lazy("Dossiers that failed"), "dossiers_dossierversion", "stop"),
    ("mine", gettext_lazy("My open cases"), "casework_case", "quiet"),
)


def list_queries(now: datetime) -> dict[str, str]:
    """How the address of each list narrows it to the rows that were counted."""
    return {
        "records": urlencode({"state__in": "to_review,other_patient"}),
        "threads": urlencode({"waiting_on_us_since__isnull": "0"}),
        "tasks": urlencode({"state__exact": "open"}),
        "overdue": urlencode({"state__in": ",".join(WAITS), "answer_due_at__lt": now.isoformat()}),
        "bounced": urlencode({"state__in": ",".join(DOUBT)}),
        "to_seal": urlencode({"state__exact": VersionState.TO_CHECK.value}),
        "failed": urlencode({"state__exact": VersionState.FAILED.value}),
        "mine": urlencode({"mine": "yes"}),
    }


def show_my_day(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    """The first page of the desk. Administrators, who see no case, get the lists alone."""
    user, now = cast("User", request.user), timezone.now()
    shown = {
        **context,
        "scanner_note": say_scanner(user),
        "no_recognition": user.role in SET_UP_ROLES and not is_engine_set_up(),
    }
    if not user.works_on_cases:
        return render(request, "admin/index.html", shown)
    day = read_day(user, now)
    return render(
        request, "desk/my_day.html", {**shown, "title": _("My day"), "day": day, "now": now}
    )


def say_scanner(user: User) -> str:
    """What holds while no scanner looks at files, for those who can have one set up."""
    if is_scanner_set_up() or user.role not in SET_UP_ROLES:
        return ""
    if settings.HOLD_WITHOUT_SCANNER:
        return _(
            "Every file that arrives is held back, and nobody can read it, until a scanner is "
            "set up (CLAMD_ADDRESS)."
        )
    return _(
        "Files that arrive are not looked at for viruses. That is meant for trying things out; "
        "set a scanner up (CLAMD_ADDRESS) before real families send papers."
    )
