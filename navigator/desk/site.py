"""The coordinators' admin site."""

from django.contrib.admin import AdminSite


class DeskSite(AdminSite):
    site_header = "Navigator"
