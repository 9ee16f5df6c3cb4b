"""Dossiers, versions, links and who opened them, to look at; services change them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cases.accounts.staff_admin import LookOnlyAdmin
from documents.dossiers.models import Access, Dossier, DossierVersion, Grant


@admin.register(Dossier)
class DossierAdmin(LookOnlyAdmin):
    list_display = ("case", "referral", "created_at")
    list_select_related = ("case", "referral__case", "referral__hospital")
    search_fields = ("case__reference",)
    show_full_result_count = False


@admin.register(DossierVersion)
class DossierVersionAdmin(LookOnlyAdmin):
    list_display = ("dossier", "number", "state", "reference_date", "page_count", "sealed_at")
    list_filter = ("state",)
    list_select_related = ("dossier__case",)
    search_fields = ("dossier__case__reference", "alias", "file_sha256")
    exclude = ("contents", "object_name")
    show_full_result_count = False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a version is the desk's: there it is looked at, sealed and sent."""
        if self.get_object(request, object_id) is None:  # Django says so
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(reverse("admin:version", args=[object_id]))


@admin.register(Grant)
class GrantAdmin(LookOnlyAdmin):
    list_display = ("contact", "version", "created_at", "expires_at", "revoked_at")
    list_select_related = ("contact__hospital", "version")
    exclude = ("token_hash", "code_hash")
    show_full_result_count = False


@admin.register(Access)
class AccessAdmin(LookOnlyAdmin):
    list_display = ("grant", "kind", "at")
    list_filter = ("kind",)
    list_select_related = ("grant",)
    show_full_result_count = False
