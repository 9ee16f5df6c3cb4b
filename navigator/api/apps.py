from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "navigator.api"
    label = "api"
