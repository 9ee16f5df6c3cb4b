"""Cases and what belongs to their journey, as lists of the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.accounts.staff_admin import LookOnlyAdmin
from cases.casework.models import Case, Consent, Patient, RecordRequest, Stage, Task


class OpenFilter(admin.SimpleListFilter):
    """Open cases first: what is closed is asked for."""

    title = _("open or closed")
    parameter_name = "closed"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [("all", _("Closed ones too"))]

    def choices(self, changelist: object) -> object:  # type: ignore[override]  # as Django does
        for value, title in ((None, _("Open")), ("all", _("Closed ones too"))):
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(  # type: ignore[attr-defined]
                    {self.parameter_name: value} if value else {}, [self.parameter_name]
                ),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:  # noqa: ARG002
        return queryset if self.value() == "all" else queryset.exclude(stage=Stage.CLOSED)


class MineFilter(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [("yes", _("Mine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        return queryset.filter(owner=request.user.pk) if self.value() == "yes" else queryset


@admin.register(Case)
class CaseAdmin(LookOnlyAdmin):
    """The list of cases; a row opens its cockpit."""

    list_display = (
        "reference",
        "patient_name",
        "stage",
        "owner",
        "waiting_on_us_since",
        "stage_since",
    )
    list_display_links = ("reference",)
    list_filter = (OpenFilter, MineFilter, "stage")
    list_select_related = ("patient", "owner")
    search_fields = ("reference",)

    @admin.display(description=_("patient"), ordering="patient__name")
    def patient_name(self, case: Case) -> SafeString:
        if not case.patient.native_name:
            return format_html("{}", case.patient.name)
        return format_html(
            '{} <bdi class="soft">{}</bdi>', case.patient.name, case.patient.native_name
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, object] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """The cockpit is the page of a case."""
        if self.get_object(request, object_id) is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:cockpit", args=[object_id]))


@admin.register(Patient)
class PatientAdmin(LookOnlyAdmin):
    list_display = ("name", "native_name", "birth_date", "country", "language")
    ordering = ("name", "pk")
    search_fields = ("cases__reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        seen = Case.objects.visible_to(request.user)
        return admin.ModelAdmin.get_queryset(self, request).filter(cases__in=seen).distinct()


@admin.register(Task)
class TaskAdmin(LookOnlyAdmin):
    list_display = ("title", "case", "assignee", "state", "due_at", "created_at")
    list_filter = ("state",)
    list_select_related = ("case", "assignee")
    search_fields = ("case__reference",)


@admin.register(RecordRequest)
class RecordRequestAdmin(LookOnlyAdmin):
    list_display = ("title", "case", "kind", "state", "asked_at")
    list_filter = ("state", "kind")
    list_select_related = ("case",)
    search_fields = ("case__reference",)


@admin.register(Consent)
class ConsentAdmin(LookOnlyAdmin):
    list_display = ("case", "purpose", "recipient_name", "given_at", "withdrawn_at")
    list_filter = ("purpose",)
    list_select_related = ("case",)
    search_fields = ("case__reference",)
