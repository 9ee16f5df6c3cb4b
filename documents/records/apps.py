from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "documents.records"
    label = "records"

    def ready(self) -> None:
        from documents.records import receivers  # noqa: F401, PLC0415  connects them
