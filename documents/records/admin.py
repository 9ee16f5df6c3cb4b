"""Records in the desk, to look at; services change them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cases.accounts.staff_admin import LookOnlyAdmin
from documents.records.models import Document, DocumentFile


@admin.register(Document)
class DocumentAdmin(LookOnlyAdmin):
    list_display = ("title", "case", "kind", "state", "received_at", "reviewed_by")
    list_filter = ("state", "kind", "person_check")
    list_select_related = ("case", "reviewed_by")
    search_fields = ("case__reference",)
    date_hierarchy = "received_at"
    fieldsets = (
        (None, {"fields": ("case", "request", "kind", "title", "state", "failure_code", "reason")}),
        (
            _("Dates"),
            {
                "fields": (
                    "specimen_date",
                    "study_date",
                    "report_date",
                    "received_at",
                    "reviewed_at",
                )
            },
        ),
        (
            _("Whose and whence"),
            {
                "fields": (
                    "person_check",
                    "language",
                    "issuer",
                    "sent_by",
                    "reviewed_by",
                    "same_as",
                    "shown_to_hospitals",
                )
            },
        ),
    )


@admin.register(DocumentFile)
class DocumentFileAdmin(LookOnlyAdmin):
    list_display = ("document", "version", "content_type", "size", "page_count", "scan_verdict")
    list_filter = ("content_type", "scan_verdict")
    list_select_related = ("document",)
    search_fields = ("document__case__reference", "sha256")
