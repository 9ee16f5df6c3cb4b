from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "documents.dossiers"
    label = "dossiers"
