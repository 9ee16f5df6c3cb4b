from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "documents.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from documents.dossiers import receivers  # noqa: F401, PLC0415  # connects them
        from documents.dossiers.stored import add_shelves  # noqa: PLC0415  # models must be loaded

        add_shelves()
