"""The parts of a case's page: what each of them reads, in a bounded number of queries."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db.models import Max, Q, TextChoices
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import Role
from cases.casework.models import Case, NoticeState, RequestState, TimelineEntry
from cases.clinical.models import SignOffMeaning
from cases.clinical.vocabulary import FACTS
from cases.hospitals.models import Direction, MessageState, Referral, ReferralState, Thread
from cases.hospitals.services import ENDED, REFERRAL_MOVES
from cases.jobs.models import Job
from cases.travel.itinerary import list_steps
from cases.travel.models import AppointmentState, TripState
from cases.travel.services import APPOINTMENT_MOVES, TRIP_MOVES
from documents.dossiers.models import VersionState
from documents.dossiers.queries import list_versions
from documents.records.queries import list_records
from documents.records.queries.imaging import list_studies
from navigator.desk import forms
from navigator.desk.doors import signed_in
from navigator.desk.flag_view import read_flag_context
from navigator.desk.known import list_known
from navigator.desk.sending import DOOR
from navigator.desk.wording import (
    RECORD_TONES,
    REFERRAL_TONES,
    REQUEST_TONES,
    VERSION_TONES,
    say_failure,
    say_timeline,
)
from navigator.sending.doors import Sender
from navigator.sending.pages import describe_form

Context = dict[str, Any]

PARTS = {
    "overview": _("Overview"),
    "records": _("Records"),
    "facts": _("Facts"),
    "flag": _("Published wording"),
    "dossiers": _("Dossiers"),
    "referrals": _("Referrals"),
    "messages": _("Messages"),
    "travel": _("Travel"),
    "people": _("Family and consent"),
}
LATEST = 30


def blank(form: type[forms.CaseForm], case: Case, request: HttpRequest, **initial: Any) -> Any:
    return form(case=case, user=signed_in(request), initial=initial)


def read_overview(case: Case, request: HttpRequest) -> Context:
    entries = list(case.timeline.select_related("actor")[:LATEST])
    titles = {document.target: document.title for document in case.documents.only("title")}
    return {
        "timeline": [describe_entry(entry, titles) for entry in entries],
        "notes": case.notes.select_related("author")[:LATEST],
        "tasks": case.tasks.open().select_related("assignee"),
        "requests": [
            {"row": row, "tone": REQUEST_TONES[RequestState(row.state)]}
            for row in case.record_requests.asked()
        ],
        "act_form": blank(forms.ActForm, case, request),
        "task_form": blank(forms.TaskForm, case, request),
        "request_form": blank(forms.RequestForm, case, request),
        "hold_form": blank(forms.HoldForm, case, request, reason=case.hold_reason),
        "hand_over_form": blank(forms.HandOverForm, case, request),
    }


def describe_entry(entry: TimelineEntry, titles: Mapping[str, str]) -> Context:
    return {
        "at": entry.at,
        "who": entry.actor.name if entry.actor else "",
        "title": say_timeline(entry.code, entry.detail),
        "text": titles.get(entry.target, ""),
    }


def read_records(case: Case, request: HttpRequest) -> Context:
    rows = list_records(case)
    studies = list_studies([row.id for row in rows])
    return {
        "records": [
            {"row": row, "tone": RECORD_TONES[row.state], "studies": studies.get(row.id, [])}
            for row in rows
        ],
        "is_busy": any(row.is_busy for row in rows),
        **describe_form(Sender(signed_in(request), case, timezone.now()), DOOR),
    }


def read_facts(case: Case, request: HttpRequest) -> Context:
    """Confirmed and proposed facts, each with where it stands; conflicts side by side."""
    key = request.GET.get("enter", "")
    groups = list_known(case)
    known = [fact for group in groups for fact in group.facts]
    return {
        "groups": groups,
        "conflicts": [fact for fact in known if fact.is_conflict],
        "proposal_count": sum(len(fact.proposals) for fact in known),
        "gone_count": sum(value.ground == "gone" for fact in known for value in fact.values),
        "keys": forms.FACT_CHOICES,
        "enter": FACTS.get(key),
        "fact_form": blank(forms.FactForm, case, request, key=key) if key in FACTS else None,
        "history_form": blank(forms.SourceForm, case, request),
        "history": case.complete_histories.live().select_related("confirmed_by").first(),
    }


def read_flag(case: Case, request: HttpRequest) -> Context:
    role = signed_in(request).role
    mine = {
        Role.COORDINATOR: SignOffMeaning.FACTS_COMPLETE,
        Role.TEAM_LEAD: SignOffMeaning.FACTS_COMPLETE,
        Role.CLINICIAN: SignOffMeaning.READING_REVIEWED,
    }.get(Role(role))
    return read_flag_context(case, mine.value if mine else "")


def describe_job(job: Job, case: Case) -> Context:
    """A job for a case in the words of `components/job.html`."""
    return describe_work(job, f"{reverse('admin:case_progress', args=[case.pk])}?job={job.pk}")


def describe_work(job: Job, url: str) -> Context:
    """A job in the words of `components/job.html`, asked for again at `url`."""
    return {
        "state": {"done": "done", "given_up": "failed"}.get(job.state, "working"),
        "done": job.progress_done,
        "total": job.progress_total,
        "url": url,
    }


def read_dossiers(case: Case, request: HttpRequest) -> Context:
    versions = list_versions(case, timezone.now())
    jobs = {
        job.subject: job
        for job in Job.objects.unfinished().filter(case_id=case.pk, kind="dossiers.build_version")
    }
    return {
        "versions": [
            {
                "row": row,
                "tone": VERSION_TONES[VersionState(row.state)],
                "failure": say_failure(row.failure_code),
                "job": describe_job(job, case)
                if (job := jobs.get(f"dossiers.dossierversion:{row.id}"))
                else None,
            }
            for row in versions
        ],
        "dossier_form": blank(forms.DossierForm, case, request, referral=find_only_referral(case)),
    }


def find_only_referral(case: Case) -> Referral | None:
    """The referral that a dossier is made for unless somebody says otherwise."""
    going = list(case.referrals.exclude(state__in=ENDED)[:2])
    return going[0] if len(going) == 1 else None


def read_referrals(case: Case, request: HttpRequest) -> Context:
    consented = set(
        case.consents.live().filter(purpose="share").values_list("recipient_id", flat=True)
    )
    late = set(case.referrals.overdue(timezone.now()).values_list("pk", flat=True))
    return {
        "referrals": [
            {
                "row": row,
                "tone": REFERRAL_TONES.get(ReferralState(row.state), "info"),
                "late": row.pk in late,
                "has_consent": row.hospital_id in consented,
                "form": make_move_form(row, case, request),
            }
            for row in case.referrals.select_related("hospital", "contact")
        ],
        "referral_form": blank(forms.ReferralForm, case, request),
    }


def make_move_form(row: Referral, case: Case, request: HttpRequest) -> forms.CaseForm | None:
    if not REFERRAL_MOVES[ReferralState(row.state)]:
        return None
    return forms.ReferralMoveForm(
        case=case,
        user=signed_in(request),
        initial={"referral": row},
        auto_id=f"move-{row.pk}-%s",
    )


def read_messages(case: Case, request: HttpRequest) -> Context:
    threads = (
        Thread.objects.filter(case=case)
        .select_related("referral__hospital", "referral__contact")
        .prefetch_related("messages__author", "messages__contact")
    )
    doubt = {MessageState.BOUNCED, MessageState.UNKNOWN}
    return {
        "threads": [
            {
                "row": thread,
                "messages": [
                    {
                        "row": message,
                        "ours": message.direction == Direction.OUT,
                        "in_doubt": message.state in doubt,
                    }
                    for message in thread.messages.all()
                ],
                "form": forms.MessageForm(
                    case=case,
                    user=signed_in(request),
                    initial={"thread": thread.pk},
                    auto_id=f"thread-{thread.pk}-%s",
                ),
            }
            for thread in threads
        ],
        "family_form": blank(forms.MessageForm, case, request),
        "has_family_thread": any(thread.audience == "family" for thread in threads),
    }


def read_travel(case: Case, request: HttpRequest) -> Context:
    here = case.patient.time_zone or "UTC"
    return {
        "steps": list_steps(case, reader_zone=here),
        "reader_zone": here,
        "zones": forms.ZONES,
        "trips": [
            {"row": trip, "moves": list_moves(TripState, TRIP_MOVES[TripState(trip.state)])}
            for trip in case.trips.prefetch_related("travellers").select_related("hospital")
        ],
        "appointments": [
            {
                "row": row,
                "moves": list_moves(
                    AppointmentState, APPOINTMENT_MOVES[AppointmentState(row.state)]
                ),
            }
            for row in case.appointments.all()
        ],
        "appointment_form": blank(forms.AppointmentForm, case, request),
        "trip_form": blank(forms.TripForm, case, request),
        "traveller_form": blank(forms.TravellerForm, case, request),
        "item_form": blank(forms.TripItemForm, case, request),
    }


def list_moves(states: type[TextChoices], reachable: Collection[Any]) -> list[tuple[str, Any]]:
    """The states that something may take from where it is, in their own order."""
    return [(state.value, state.label) for state in states if state in reachable]


def read_people(case: Case, request: HttpRequest) -> Context:
    return {
        "parties": case.parties.select_related("user").annotate(
            told_at=Max("notices__settled_at", filter=Q(notices__state=NoticeState.SENT))
        ),
        "consents": case.consents.select_related("given_by"),
        "invite_form": blank(forms.InviteForm, case, request),
    }


READERS: dict[str, Callable[[Case, HttpRequest], Context]] = {
    "overview": read_overview,
    "records": read_records,
    "facts": read_facts,
    "flag": read_flag,
    "dossiers": read_dossiers,
    "referrals": read_referrals,
    "messages": read_messages,
    "travel": read_travel,
    "people": read_people,
}
