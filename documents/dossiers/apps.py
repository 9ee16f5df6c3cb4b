from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "documents.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from documents.dossiers import receivers  # noqa: F401, PLC0415  # connects them
