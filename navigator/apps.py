from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class NavigatorConfig(AppConfig):
    name = "navigator"
    label = "navigator"


class DeskAdminConfig(admin_apps.AdminConfig):
    """The default admin site is the coordinators' desk, so rooms register with it by name only."""

    default = False
    default_site = "navigator.desk.site.DeskSite"
