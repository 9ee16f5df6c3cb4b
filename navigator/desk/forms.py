"""What a coordinator fills in. Forms parse; services do."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.accounts.models import CASE_STAFF_ROLES, User
from cases.casework.models import Case, Relation, Stage, validate_partial_date
from cases.clinical.vocabulary import FACTS, UnknownFactError, spec_for
from cases.hospitals.models import Contact, Referral, ReferralOutcome, ReferralState
from cases.hospitals.services import REFERRAL_MOVES
from cases.travel.models import Trip, TripItemKind
from documents.dossiers.models import VersionVariant
from documents.records.models import RecordKind
from navigator.desk.spoken import SpokenField
from navigator.desk.value_fields import DATE_FORM, join_value, make_value_fields

ZONES = sorted(name for name in available_timezones() if "/" in name)
FACT_CHOICES = [(spec.key, _(spec.label)) for spec in FACTS.values()]
DETAILS = {
    "intent": _("Aim"),
    "best_response": _("Best response"),
    "stop_reason": _("Why it ended"),
}


class ZoneField(forms.CharField):
    """A time zone by its name; the page offers all of them in one list (`desk/zones.html`)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"list": "zones", "placeholder": "Europe/Berlin"})
        super().__init__(max_length=60, widget=widget, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value not in ZONES:
            raise forms.ValidationError(
                _("Choose a time zone from the list, as Europe/Berlin."), code="unknown_zone"
            )


class CaseForm(forms.Form):
    """A form of a case's page: its choices come from that case."""

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}-%s")
        super().__init__(*args, **kwargs)
        self.case = case
        self.user = user
        self.narrow()

    def narrow(self) -> None:
        """Leave only the choices that this case and this person have."""


class StageForm(CaseForm):
    to = forms.ChoiceField(label=_("Next stage"))
    reason = forms.CharField(
        label=_("Why, if it goes back or ends early"), required=False, max_length=300
    )

    def narrow(self) -> None:
        self.fields["to"].choices = list_stages(self.case)  # type: ignore[attr-defined]  # a choice


def list_stages(case: Case) -> list[tuple[str, Any]]:
    return [(stage.value, stage.label) for stage in Stage if case.can_move_to(stage)]


class ActForm(CaseForm):
    """State, message and note in one submit; what is empty is not done."""

    to = forms.ChoiceField(label=_("Move to stage"), required=False)
    reason = forms.CharField(
        label=_("Why, if it goes back or ends early"), required=False, max_length=300
    )
    body = SpokenField(
        label=_("Message to the family"),
        required=False,
        max_length=10000,
        widget=forms.Textarea({"rows": 3}),
    )
    text = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 2}),
    )

    def narrow(self) -> None:
        here = ("", _("Stay at “%(stage)s”") % {"stage": self.case.get_stage_display()})
        self.fields["to"].choices = [here, *list_stages(self.case)]  # type: ignore[attr-defined]  # a choice

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not (data.get("to") or data.get("body") or data.get("text")):
            raise forms.ValidationError(
                _("Choose a stage, or write a message or a note."), code="nothing_to_do"
            )
        return data


class TaskForm(CaseForm):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    days = forms.IntegerField(label=_("Within days"), min_value=0, max_value=365, initial=3)


class RequestForm(CaseForm):
    kind = forms.ChoiceField(label=_("Kind of record"), choices=RecordKind.choices)
    title = SpokenField(label=_("What the family reads"), max_length=150)
    reason = SpokenField(label=_("Why the hospital wants it"), max_length=300)
    not_older_than_days = forms.IntegerField(
        label=_("Not older than, in days"), required=False, min_value=1, max_value=3650
    )


class FactForm(CaseForm):
    """A fact that no record says. Its key decides how the value is written."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
    dated = forms.CharField(
        label=_("As of"),
        required=False,
        max_length=10,
        validators=[validate_partial_date],
        help_text=DATE_FORM,
    )
    stated_source = SpokenField(
        label=_("Where this is known from"),
        max_length=200,
        help_text=_("For example: told by the daughter on the telephone, 3 May"),
    )

    def narrow(self) -> None:
        key = self.data.get("key") or self.initial.get("key") or "histology"
        try:
            fields = make_value_fields(key)
        except UnknownFactError:
            return
        self.fields = {**fields, **self.fields}
        if key == "prior_treatments":
            del self.fields["dated"]
            for name, label in DETAILS.items():
                self.fields[name] = forms.CharField(label=label, required=False, max_length=200)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        try:
            spec_for(key)
        except UnknownFactError:
            raise forms.ValidationError(_("Choose a fact."), code="unknown_fact") from None
        return key

    def read_value(self) -> Any:
        return join_value(self.cleaned_data["key"], self.cleaned_data)

    def read_details(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in DETAILS if self.cleaned_data.get(name)}


class FactReasonForm(CaseForm):
    """A decision about one fact, and why."""

    fact = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why, in a sentence"), max_length=300)


class SourceForm(CaseForm):
    stated_source = forms.CharField(label=_("Who says so"), max_length=200)


class HandOverForm(CaseForm):
    owner = forms.ModelChoiceField(label=_("New coordinator"), queryset=User.objects.none())

    def narrow(self) -> None:
        colleagues = User.objects.filter(role__in=CASE_STAFF_ROLES, is_active=True)
        if self.case.team_id:
            colleagues = colleagues.filter(teams=self.case.team_id)
        self.fields["owner"].queryset = colleagues  # type: ignore[attr-defined]  # a choice


class HoldForm(CaseForm):
    reason = forms.CharField(
        label=_("On hold because (empty: no longer)"), required=False, max_length=200
    )


class InviteForm(CaseForm):
    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("Address"))
    relation = forms.TypedChoiceField(
        label=_("Relation"), choices=Relation.choices, coerce=Relation
    )
    may_consent = forms.BooleanField(label=_("May agree for the patient"), required=False)


class ReferralForm(CaseForm):
    contact = forms.ModelChoiceField(
        label=_("Hospital and contact"),
        queryset=Contact.objects.filter(ended_at__isnull=True).select_related("hospital"),
    )
    question = SpokenField(
        label=_("The question asked"), max_length=600, widget=forms.Textarea({"rows": 3})
    )


class OfReferralForm(CaseForm):
    referral = forms.ModelChoiceField(label=_("Referral"), queryset=Referral.objects.none())

    def narrow(self) -> None:
        self.fields["referral"].queryset = self.case.referrals.select_related("case", "hospital")  # type: ignore[attr-defined]  # a choice


class ReferralMoveForm(CaseForm):
    """One referral's next state; the states are those that it may take from where it is."""

    referral = forms.ModelChoiceField(Referral.objects.none(), widget=forms.HiddenInput)
    to = forms.ChoiceField(label=_("New state"), choices=ReferralState.choices)
    outcome = forms.ChoiceField(
        label=_("Answer"), required=False, choices=[("", "—"), *ReferralOutcome.choices]
    )
    outcome_note = forms.CharField(
        label=_("In the hospital's words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )

    def narrow(self) -> None:
        self.fields["referral"].queryset = self.case.referrals.all()  # type: ignore[attr-defined]  # a choice
        chosen = self.initial.get("referral")
        if isinstance(chosen, Referral):
            reachable = REFERRAL_MOVES[ReferralState(chosen.state)]
            self.fields["to"].choices = [  # type: ignore[attr-defined]  # a choice
                (state.value, state.label) for state in ReferralState if state in reachable
            ]


class DossierForm(OfReferralForm):
    variant = forms.TypedChoiceField(
        label=_("Form"),
        choices=VersionVariant.choices,
        coerce=VersionVariant,
        required=False,
        empty_value=VersionVariant.FULL,
    )
    language = forms.ChoiceField(
        label=_("Language of its labels"),
        required=False,
        choices=[("", _("The hospital’s, else English")), *settings.LANGUAGES],
        help_text=_("Values and quotations stay as they were recorded."),
    )

    def narrow(self) -> None:
        super().narrow()
        self.fields["referral"].required = False
        self.fields["referral"].empty_label = _("The case as such")  # type: ignore[attr-defined]  # a choice


class SignOffForm(CaseForm):
    evaluation = forms.UUIDField(widget=forms.HiddenInput)
    statement = SpokenField(label=_("In a sentence"), required=False, max_length=300)


class SettlementForm(CaseForm):
    evaluation = forms.UUIDField(widget=forms.HiddenInput)
    criterion = forms.CharField(widget=forms.HiddenInput, max_length=80)
    sentence = SpokenField(label=_("How you read this row, in a sentence"), max_length=300)


class MessageForm(CaseForm):
    thread = forms.UUIDField(widget=forms.HiddenInput, required=False)
    body = SpokenField(label=_("Message"), max_length=10000, widget=forms.Textarea({"rows": 4}))


class LetterForm(CaseForm):
    """A message that came in another way: filed in its writer's words, whatever they are."""

    thread = forms.UUIDField(widget=forms.HiddenInput, required=False)
    body = forms.CharField(label=_("Message"), max_length=10000, widget=forms.Textarea({"rows": 4}))


class AppointmentForm(CaseForm):
    title = SpokenField(label=_("What"), max_length=150)
    place = forms.CharField(label=_("Where"), required=False, max_length=200)
    starts = forms.DateTimeField(
        label=_("Begins, on the clock of the place"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=14400, initial=60)
    time_zone = ZoneField(label=_("Time zone of the place"))
    preparation = SpokenField(
        label=_("What to bring and do before"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts") and data.get("time_zone"):
            data["starts_at"] = data["starts"].replace(tzinfo=ZoneInfo(data["time_zone"]))
        return data


class TripForm(CaseForm):
    city = forms.CharField(label=_("City"), max_length=80)
    country = forms.CharField(label=_("Country"), max_length=60)
    time_zone = ZoneField(label=_("Time zone there"))
    local_contact = forms.CharField(label=_("Local contact"), required=False, max_length=200)
    note = SpokenField(
        label=_("Admission and arrival"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )


class OfTripForm(CaseForm):
    trip = forms.ModelChoiceField(label=_("Trip"), queryset=Trip.objects.none())

    def narrow(self) -> None:
        self.fields["trip"].queryset = self.case.trips.all()  # type: ignore[attr-defined]  # a choice


class TravellerForm(OfTripForm):
    name = forms.CharField(label=_("Name as in the passport"), max_length=150)
    relation = forms.TypedChoiceField(
        label=_("Relation"), choices=Relation.choices, coerce=Relation
    )


class TripItemForm(OfTripForm):
    kind = forms.TypedChoiceField(
        label=_("Kind"), choices=TripItemKind.choices, coerce=TripItemKind
    )
    title = SpokenField(label=_("What"), max_length=150)
    place = forms.CharField(label=_("Where"), required=False, max_length=200)
    starts = forms.DateTimeField(
        label=_("Begins"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    starts_zone = ZoneField(label=_("Time zone at the beginning"))
    ends = forms.DateTimeField(
        label=_("Ends"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends_zone = ZoneField(label=_("Time zone at the end"))
    booking_reference = forms.CharField(label=_("Booking reference"), required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for end in ("starts", "ends"):
            if data.get(end) and data.get(f"{end}_zone"):
                data[f"{end}_at"] = data[end].replace(tzinfo=ZoneInfo(data[f"{end}_zone"]))
        return data


class NewCaseForm(forms.Form):
    name = forms.CharField(label=_("Patient's name in Latin letters"), max_length=150)
    native_name = forms.CharField(label=_("Name in its own script"), required=False, max_length=150)
    birth_date = forms.CharField(
        label=_("Date of birth"),
        required=False,
        max_length=10,
        validators=[validate_partial_date],
        help_text=_("2014, 2014-03 or 2014-03-21"),
    )
    country = forms.CharField(label=_("Country"), required=False, max_length=60)
    inquiry = forms.CharField(
        label=_("In the family's words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
    )
