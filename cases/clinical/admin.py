"""Facts, comparisons and sign-offs in the desk, to look at; services change them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cases.accounts.models import User
from cases.clinical.models import CompleteHistory, Evaluation, Fact, SignOff


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic over its model
    """Rows that are seen through `visible_to`, and never changed here."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if not isinstance(request.user, User):
            return rows.none()
        visible: QuerySet[Any] = rows.visible_to(request.user)  # type: ignore[attr-defined]  # a door of each model
        return visible

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.works_on_cases

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return isinstance(request.user, User) and request.user.works_on_cases

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ("case", "key", "state", "origin", "decided_by", "decided_at")
    list_filter = ("state", "origin")
    list_select_related = ("case", "decided_by")
    search_fields = ("case__reference", "key")
    show_full_result_count = False


@admin.register(CompleteHistory)
class CompleteHistoryAdmin(ReadOnlyAdmin):
    list_display = ("case", "confirmed_by", "confirmed_at", "ended_at")
    list_select_related = ("case", "confirmed_by")


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    list_display = ("case", "indication", "definition_version", "reference_date", "overall")
    list_filter = ("overall",)
    list_select_related = ("case",)
    search_fields = ("case__reference", "indication")
    show_full_result_count = False


@admin.register(SignOff)
class SignOffAdmin(ReadOnlyAdmin):
    list_display = ("evaluation", "meaning", "signed_by", "signed_at", "stale_at")
    list_select_related = ("evaluation", "signed_by")
