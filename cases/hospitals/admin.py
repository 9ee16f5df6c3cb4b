"""Hospitals, contacts, referrals and threads, as lists of the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from cases.accounts.staff_admin import OfCaseCockpit, OfficeAdmin
from cases.hospitals.models import (
    Contact,
    Hospital,
    HospitalRequirement,
    Message,
    Referral,
    Thread,
)


class RequirementInline(admin.TabularInline):  # type: ignore[type-arg]  # generic over models
    model = HospitalRequirement
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  # Django's names
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return True


@admin.register(Hospital)
class HospitalAdmin(OfficeAdmin):
    list_display = ("name", "department", "city", "country", "time_zone")
    list_filter = ("country",)
    search_fields = ("name", "city")
    inlines = (RequirementInline,)


@admin.register(Contact)
class ContactAdmin(OfficeAdmin):
    list_display = ("name", "hospital", "position", "email", "ended_at")
    list_select_related = ("hospital",)
    search_fields = ("name", "hospital__name")


@admin.register(Referral)
class ReferralAdmin(OfCaseCockpit):
    cockpit_part = "referrals"
    list_display = ("case", "hospital", "state", "outcome", "sent_at", "answer_due_at")
    list_filter = ("state", "outcome")
    list_select_related = ("case", "hospital")
    search_fields = ("case__reference", "hospital__name")


@admin.register(Thread)
class ThreadAdmin(OfCaseCockpit):
    cockpit_part = "messages"
    list_display = ("subject", "case", "audience", "waiting_on_us_since", "last_message_at")
    list_filter = ("audience",)
    list_select_related = ("case",)
    search_fields = ("case__reference",)


@admin.register(Message)
class MessageAdmin(OfCaseCockpit):
    cockpit_part = "messages"
    list_display = ("thread", "direction", "state", "created_at", "sent_at")
    list_filter = ("state", "direction")
    list_select_related = ("thread",)

    def find_case_id(self, row: Model) -> Any:
        return row.thread.case_id  # type: ignore[attr-defined]  # a message
