from django.apps import AppConfig


class ClinicalConfig(AppConfig):
    name = "cases.clinical"
    label = "clinical"

    def ready(self) -> None:
        from cases.clinical import receivers  # noqa: F401, PLC0415  # connects them
