"""Facts, comparisons and sign-offs in the desk, to look at; services change them."""

from django.contrib import admin

from cases.accounts.staff_admin import LookOnlyAdmin
from cases.clinical.models import CompleteHistory, Evaluation, Fact, SignOff


@admin.register(Fact)
class FactAdmin(LookOnlyAdmin):
    list_display = ("case", "key", "state", "origin", "decided_by", "decided_at")
    list_filter = ("state", "origin")
    list_select_related = ("case", "decided_by")
    search_fields = ("case__reference", "key")


@admin.register(CompleteHistory)
class CompleteHistoryAdmin(LookOnlyAdmin):
    list_display = ("case", "confirmed_by", "confirmed_at", "ended_at")
    list_select_related = ("case", "confirmed_by")


@admin.register(Evaluation)
class EvaluationAdmin(LookOnlyAdmin):
    list_display = ("case", "indication", "definition_version", "reference_date", "overall")
    list_filter = ("overall",)
    list_select_related = ("case",)
    search_fields = ("case__reference", "indication")


@admin.register(SignOff)
class SignOffAdmin(LookOnlyAdmin):
    list_display = ("evaluation", "meaning", "signed_by", "signed_at", "stale_at")
    list_select_related = ("evaluation", "signed_by")
