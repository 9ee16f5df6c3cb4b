from django.apps import AppConfig


class ClinicalConfig(AppConfig):
    name = "cases.clinical"
    label = "clinical"
