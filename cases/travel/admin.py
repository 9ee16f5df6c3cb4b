"""Appointments and trips, as lists of the desk."""

from django.contrib import admin

from cases.accounts.staff_admin import LookOnlyAdmin, OfCaseCockpit
from cases.travel.models import Appointment, CostEstimate, Trip


@admin.register(Appointment)
class AppointmentAdmin(OfCaseCockpit):
    cockpit_part = "travel"
    list_display = ("title", "case", "hospital", "starts_at", "time_zone", "state")
    list_filter = ("state",)
    list_select_related = ("case", "hospital")
    search_fields = ("case__reference",)


@admin.register(Trip)
class TripAdmin(OfCaseCockpit):
    cockpit_part = "travel"
    list_display = ("case", "city", "country", "state", "hospital")
    list_filter = ("state",)
    list_select_related = ("case", "hospital")
    search_fields = ("case__reference",)


@admin.register(CostEstimate)
class CostEstimateAdmin(LookOnlyAdmin):
    list_display = ("case", "hospital", "what", "amount", "currency", "stated_on")
    list_select_related = ("case", "hospital")
