"""How every list of the desk behaves: rows through their one door, looks recorded, no edits.

Rows are changed by services, on pages of the desk; a list shows, filters and links.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.db.models.options import Options
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.accounts.audit import record
from cases.accounts.models import Role, User


def name_row(row: Model) -> str:
    """`label.model:id`, as the record of looks and acts names a row."""
    return f"{row._meta.label_lower}:{row.pk}"  # noqa: SLF001  # Django's public name for it


class LookOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic over its model
    """Rows that staff who work on cases see through `visible_to`, and never edit here.

    What is searched for in a list stands in the address: numbers and codes may, names and words of
    patients may not, and are looked for on the page of search.
    """

    search_help_text = _("By number. Names and words are found by the search at the top.")
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)  # type: ignore[attr-defined]  # a door of each model
        return visible

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  # Django's names, here and below
        return self.may_look(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def may_look(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.works_on_cases

    def _get_obj_does_not_exist_redirect(
        self,
        request: HttpRequest,  # noqa: ARG002
        opts: "Options[Any]",  # noqa: ARG002
        object_id: str,  # noqa: ARG002
    ) -> HttpResponseRedirect:
        """A row that is not there, or not theirs, is a 404 as everywhere."""
        raise Http404

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one row, and record that it was looked at."""
        response = super().change_view(request, object_id, form_url, extra_context)
        row = self.get_object(request, object_id) if response.status_code == HTTPStatus.OK else None
        if row is not None:
            record(
                action="desk.read",
                actor=request.user,  # type: ignore[arg-type]  # the site lets in users only
                case_id=self.find_case_id(row),
                target=name_row(row),
                now=timezone.now(),
            )
        return response

    def find_case_id(self, row: Model) -> Any:
        """The case of a row, for the record, by the way of its door; None where it has none."""
        door = type(row)._default_manager.all()  # noqa: SLF001  # Django's public name
        found: Any = row
        for step in getattr(door, "case_path", "case").split("__"):
            found = getattr(found, step, None)
        return getattr(found, "pk", None)


class OfCaseCockpit(LookOnlyAdmin):
    """Rows whose page is a part of their case's cockpit."""

    cockpit_part = ""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:  # Django says so
            return super().change_view(request, object_id, form_url, extra_context)
        page = reverse("admin:cockpit", args=[self.find_case_id(row)])
        return HttpResponseRedirect(f"{page}{self.cockpit_part}/")


class OfficeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic over its model
    """Rows of the office itself (hospitals, contacts, teams): staff of cases keep them."""

    show_full_result_count = False
    list_per_page = 50
    actions = None
    keepers = frozenset({Role.COORDINATOR, Role.TEAM_LEAD, Role.ADMINISTRATOR})

    def may_keep(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.role in self.keepers

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return isinstance(request.user, User) and request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_keep(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return self.may_keep(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:  # noqa: ARG002
        """Our own record instead of Django's, which keeps a row's name."""
        self.write_audit(request, obj, "added")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:  # noqa: ARG002
        self.write_audit(request, obj, "changed")

    def write_audit(self, request: HttpRequest, row: Model, verb: str) -> None:
        record(
            action=f"{type(row).__name__.lower()}.{verb}",
            actor=request.user,  # type: ignore[arg-type]  # the site lets in users only
            target=name_row(row),
            now=timezone.now(),
        )
