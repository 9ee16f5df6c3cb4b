"""Appointments and the journey to them, always in two time zones."""

import uuid
from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.casework.models import Case, OfCaseQuerySet, Relation
from cases.hospitals.models import Hospital, Referral


class AppointmentState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Appointment(models.Model):
    """A visit, a call or an admission. `starts_at` is UTC; `time_zone` is that of the place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appointments")
    hospital = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    title = models.CharField(_("what"), max_length=150)
    place = models.CharField(_("where"), max_length=200, blank=True, default="")
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveIntegerField(_("minutes"), default=60)
    time_zone = models.CharField(_("time zone of the place"), max_length=60)
    preparation = models.TextField(
        _("what to bring and do before"), max_length=1000, blank=True, default=""
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=AppointmentState.choices,
        default=AppointmentState.PROPOSED,
    )

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__gt=0), name="appointment_takes_time")
        ]

    def __str__(self) -> str:
        return self.title


class TripState(models.TextChoices):
    PLANNING = "planning", _("Being planned")
    VISA = "visa", _("Waiting for visas")
    BOOKED = "booked", _("Booked")
    TRAVELLING = "travelling", _("On the way")
    ON_SITE = "on_site", _("There")
    RETURNED = "returned", _("Home again")
    CANCELLED = "cancelled", _("Cancelled")


class Trip(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="trips")
    hospital = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, related_name="trips", null=True, blank=True
    )
    city = models.CharField(_("city"), max_length=80)
    country = models.CharField(_("country"), max_length=60)
    time_zone = models.CharField(_("time zone there"), max_length=60)
    state = models.CharField(
        _("state"), max_length=12, choices=TripState.choices, default=TripState.PLANNING
    )
    local_contact = models.CharField(_("local contact"), max_length=200, blank=True, default="")
    note = models.TextField(_("admission and arrival"), max_length=2000, blank=True, default="")

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("trip")
        verbose_name_plural = _("trips")

    def __str__(self) -> str:
        return f"{self.city}, {self.country}"


OfTrip_co = TypeVar("OfTrip_co", bound=models.Model, covariant=True)


class OfTripQuerySet(OfCaseQuerySet[OfTrip_co]):
    case_path = "trip__case"


class VisaState(models.TextChoices):
    NOT_NEEDED = "not_needed", _("Not needed")
    TO_APPLY = "to_apply", _("To be applied for")
    APPLIED = "applied", _("Applied for")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


class Traveller(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="travellers")
    name = models.CharField(_("name as in the passport"), max_length=150)
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices)
    passport_expires_on = models.DateField(_("passport valid until"), null=True, blank=True)
    visa = models.CharField(
        _("visa"), max_length=12, choices=VisaState.choices, default=VisaState.TO_APPLY
    )
    needs = models.CharField(_("needs on the way"), max_length=200, blank=True, default="")

    objects = OfTripQuerySet.as_manager()

    class Meta:
        verbose_name = _("traveller")
        verbose_name_plural = _("travellers")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class TripItemKind(models.TextChoices):
    FLIGHT = "flight", _("Flight")
    TRAIN = "train", _("Train")
    TRANSFER = "transfer", _("Transfer")
    STAY = "stay", _("Stay")
    VISA = "visa", _("Visa")
    ADMISSION = "admission", _("Admission")
    OTHER = "other", _("Other")


class TripItem(models.Model):
    """A leg or a stay. Each end has its own zone: a flight leaves in one and lands in another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trip = models.ForeignKey(Trip, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=12, choices=TripItemKind.choices)
    title = models.CharField(_("what"), max_length=150)
    place = models.CharField(_("where"), max_length=200, blank=True, default="")
    starts_at = models.DateTimeField(_("begins"))
    starts_zone = models.CharField(_("time zone at the beginning"), max_length=60)
    ends_at = models.DateTimeField(_("ends"))
    ends_zone = models.CharField(_("time zone at the end"), max_length=60)
    booking_reference = models.CharField(
        _("booking reference"), max_length=60, blank=True, default=""
    )

    objects = OfTripQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of the trip")
        verbose_name_plural = _("parts of the trip")
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="trip_item_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.title


class CostEstimate(models.Model):
    """What a hospital said a step would cost; always their words, never our promise."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="cost_estimates")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("for what"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    stated_on = models.DateField(_("stated on"))

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost estimate")
        verbose_name_plural = _("cost estimates")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="cost_not_negative")
        ]

    def __str__(self) -> str:
        return self.what
