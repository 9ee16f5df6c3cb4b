"""People, teams, invitations and the record of what was done."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cases.accounts.models import STAFF_ROLES, AuditEvent, Invitation, Role, Team, User
from cases.accounts.staff_admin import LookOnlyAdmin, OfficeAdmin


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # generic over its model
    """A person of staff or of a family. Staff set their own password by a mailed link."""

    class Meta:
        model = User
        fields = (
            "name",
            "email",
            "role",
            "language",
            "also_reads",
            "time_zone",
            "phone",
            "is_active",
        )


@admin.register(User)
class PersonAdmin(OfficeAdmin):
    """Only administrators change people; everyone of staff finds their colleagues here."""

    form = PersonForm
    keepers = frozenset({Role.ADMINISTRATOR})
    list_display = ("name", "email", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Colleagues for all staff; families' addresses only for administrators."""
        people = super().get_queryset(request)
        if self.may_keep(request):
            return people
        return people.filter(role__in=STAFF_ROLES)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  # Django passes it so
        obj.is_staff = obj.role in STAFF_ROLES
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(Team)
class TeamAdmin(OfficeAdmin):
    keepers = frozenset({Role.ADMINISTRATOR, Role.TEAM_LEAD})
    list_display = ("name", "takes_inquiries", "sealing")
    filter_horizontal = ("members",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "members":
            kwargs["queryset"] = User.objects.filter(role__in=STAFF_ROLES, is_active=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class AdministratorsLook(LookOnlyAdmin):
    """Lists of the whole installation, for administrators: they cross the teams' borders."""

    def may_look(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.role == Role.ADMINISTRATOR

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return admin.ModelAdmin.get_queryset(self, request)


@admin.register(Invitation)
class InvitationAdmin(AdministratorsLook):
    list_display = ("user", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("user",)
    fields = ("user", "question", "created_at", "expires_at", "accepted_at", "revoked_at")


@admin.register(AuditEvent)
class AuditEventAdmin(AdministratorsLook):
    list_display = ("id", "at", "actor_id", "action", "case_id", "target")
    list_filter = ("action",)
    search_fields = ("action", "target", "case_id")
