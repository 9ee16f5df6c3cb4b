from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "cases.casework"
    label = "casework"

    def ready(self) -> None:
        from cases.casework import receivers  # noqa: F401, PLC0415  # connects them
