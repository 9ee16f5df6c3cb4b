from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "navigator.portal"
    label = "portal"
