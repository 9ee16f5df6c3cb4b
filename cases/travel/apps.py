from django.apps import AppConfig


class TravelConfig(AppConfig):
    name = "cases.travel"
    label = "travel"
