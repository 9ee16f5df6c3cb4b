"""What comes next in a case: one thing, with its reason and the place to do it."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext

from cases.casework.models import Case, ConsentPurpose, RequestState, Stage
from cases.clinical.models import FactState
from documents.dossiers.models import DossierVersion, VersionState
from documents.records.models import DocumentState

Words = str | Promise


@dataclass(frozen=True)
class NextStep:
    """`to` names a stage where one press of a button moves the case there."""

    title: Words
    why: Words
    url: str
    button: Words
    to: str = ""


def find_next_step(case: Case) -> NextStep:
    """The first thing that waits for us, else what the stage asks for; five queries at most."""
    if case.is_frozen:
        return NextStep(
            _("Nothing is sent"),
            _("The case is frozen. It can be read; nothing leaves the house."),
            _part(case, "people"),
            _("See why"),
        )
    return _find_record(case) or _find_talk(case) or _find_version(case) or _find_by_stage(case)


def _part(case: Case, name: str) -> str:
    return reverse("admin:cockpit_part", args=[case.pk, name])


def _find_record(case: Case) -> NextStep | None:
    waiting = [DocumentState.TO_REVIEW, DocumentState.OTHER_PATIENT]
    rows = list(
        case.documents.filter(state__in=waiting).order_by("received_at").values_list("pk", "state")
    )
    if not rows:
        return None
    held = [pk for pk, state in rows if state == DocumentState.OTHER_PATIENT]
    url = reverse("admin:review", args=[held[0] if held else rows[0][0]])
    if held:
        return NextStep(
            _("Look at a held record"),
            _("It may belong to another person. Until you decide, nothing in it counts."),
            url,
            _("Look at it"),
        )
    return NextStep(
        ngettext("Review %(count)d record", "Review %(count)d records", len(rows))
        % {"count": len(rows)},
        _("Only accepted records and confirmed facts enter a dossier."),
        url,
        _("Start the review"),
    )


def _find_talk(case: Case) -> NextStep | None:
    thread = (
        case.threads.filter(waiting_on_us_since__isnull=False)
        .order_by("waiting_on_us_since")
        .first()
    )
    if thread is None:
        return None
    return NextStep(
        _("Answer the family") if thread.referral_id is None else _("Answer the hospital"),
        _("They wrote last, and nobody has answered yet."),
        f"{_part(case, 'messages')}#thread-{thread.pk}",
        _("Read and answer"),
    )


def _find_version(case: Case) -> NextStep | None:
    version = (
        DossierVersion.objects.filter(
            dossier__case=case, state__in=[VersionState.TO_CHECK, VersionState.SEALED]
        )
        .order_by("-asked_at")
        .first()
    )
    if version is None:
        return None
    url = reverse("admin:version", args=[version.pk])
    if version.state == VersionState.TO_CHECK:
        return NextStep(
            _("Check version %(number)d of the dossier") % {"number": version.number},
            _("It was made, and nobody has looked at it yet. Then seal it."),
            url,
            _("Check it"),
        )
    return NextStep(
        _("Send the dossier"),
        _("Version %(number)d is sealed and has not gone to anyone.") % {"number": version.number},
        url,
        _("Choose who gets it"),
    )


def _find_by_stage(case: Case) -> NextStep:
    stage = Stage(case.stage)
    if stage == Stage.INQUIRY:
        return NextStep(
            _("Write the list of records"),
            _("The family sees what is asked for and why. Then the case collects records."),
            f"{_part(case, 'overview')}#records-asked",
            _("To the list"),
        )
    if stage == Stage.RECORDS:
        return _step_of_records(case)
    if stage == Stage.REVIEW:
        return _step_of_review(case)
    return NextStep(*_LATER[stage][:2], _part(case, _LATER[stage][2]), _LATER[stage][3])


def _step_of_records(case: Case) -> NextStep:
    counts = dict(
        case.record_requests.asked().values_list("state").annotate(Count("pk")).order_by()
    )
    missing = counts.get(RequestState.OPEN, 0)
    if missing or not counts:
        return NextStep(
            _("Waiting for the family"),
            ngettext(
                "%(count)d record is still missing.", "%(count)d records are missing.", missing
            )
            % {"count": missing}
            if counts
            else _("Nothing was asked for yet. Put the first records on their list."),
            f"{_part(case, 'overview')}#records-asked",
            _("To the list"),
        )
    return NextStep(
        _("All records are here"),
        _("Every line of the list is answered. The review of the case can begin."),
        "",
        _("Begin the review"),
        to=Stage.REVIEW.value,
    )


def _step_of_review(case: Case) -> NextStep:
    proposed = case.facts.filter(state=FactState.PROPOSED).count()
    if proposed:
        return NextStep(
            ngettext("Decide %(count)d proposal", "Decide %(count)d proposals", proposed)
            % {"count": proposed},
            _("Only what a person confirmed counts."),
            _part(case, "facts"),
            _("To the facts"),
        )
    if not case.consents.live().filter(purpose=ConsentPurpose.SHARE).exists():
        return NextStep(
            _("Ask for consent"),
            _("Nothing may go to a hospital until the family has agreed to it by name."),
            _part(case, "people"),
            _("See what was agreed"),
        )
    return NextStep(
        _("Make the dossier"),
        _("The records are reviewed. A worker builds the dossier; you check and seal it."),
        _part(case, "dossiers"),
        _("To the dossiers"),
    )


_LATER: dict[Stage, tuple[Words, Words, str, Words]] = {
    Stage.HOSPITAL_REVIEW: (
        _("With the hospital"),
        _("Watch for the answer; note it here as soon as it comes."),
        "referrals",
        _("To the referrals"),
    ),
    Stage.DECISION: (
        _("Explain the answer"),
        _("The family hears the hospital’s answer from you, in their language."),
        "messages",
        _("Write to the family"),
    ),
    Stage.TRAVEL: (
        _("Prepare the journey"),
        _("Visas, bookings and appointments, on both clocks."),
        "travel",
        _("To the journey"),
    ),
    Stage.TREATMENT: (
        _("Stay in touch"),
        _("The hospital treats. Note appointments and ask how they are."),
        "messages",
        _("To the messages"),
    ),
    Stage.FOLLOW_UP: (
        _("Follow up"),
        _("Ask for the discharge letter, and when the next visit is due."),
        "records",
        _("To the records"),
    ),
    Stage.CLOSED: (
        _("Closed"),
        _("Nothing is to be done. It can be opened again by moving it back."),
        "overview",
        _("To the overview"),
    ),
}
