from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    name = "cases.hospitals"
    label = "hospitals"
