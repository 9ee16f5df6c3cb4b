"""Background work, as the office sees it; it knows nothing of people, so the desk decides who."""

from django.contrib import admin
from django.http import HttpRequest

from cases.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic over its model
    list_display = ("kind", "state", "attempts", "created_at", "finished_at", "error_code")
    list_filter = ("state", "kind", "queue")
    search_fields = ("subject", "kind")
    show_full_result_count = False
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:  # noqa: ARG002  # Django's names, here and below
        return bool(getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:  # noqa: ARG002
        return False
