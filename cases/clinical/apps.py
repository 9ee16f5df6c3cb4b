from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class ClinicalConfig(AppConfig):
    name = "cases.clinical"
    label = "clinical"

    def ready(self) -> None:
        from cases.clinical import receivers  # noqa: PLC0415  # connects them
        from cases.clinical.in_use import check_definitions  # noqa: PLC0415  # needs the models

        register(check_definitions, Tags.database)
        post_migrate.connect(receivers.see_shipped_definitions, sender=self)
