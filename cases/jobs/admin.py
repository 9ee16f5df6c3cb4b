"""Background work, as the office sees it; it knows nothing of people, so the desk decides who."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse

from cases.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic over its model
    list_display = ("kind", "state", "attempts", "created_at", "finished_at", "error_code")
    list_filter = ("state", "kind", "queue")
    search_fields = ("subject", "kind")
    show_full_result_count = False
    actions = None

    def history_view(
        self,
        request: HttpRequest,  # noqa: ARG002
        object_id: str,  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """A row has no history but itself; found or not, the answer is the same."""
        raise Http404

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:  # noqa: ARG002  # Django's names, here and below
        """Only administrators: rows name cases of every team. Others are told by tasks."""
        return getattr(request.user, "role", "") == "administrator"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:  # noqa: ARG002
        return False
