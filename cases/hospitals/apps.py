from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    name = "cases.hospitals"
    label = "hospitals"

    def ready(self) -> None:
        from cases.hospitals import receivers  # noqa: F401, PLC0415  # connects them
