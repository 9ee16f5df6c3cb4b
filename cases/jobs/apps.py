from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "cases.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Find the handlers: each room keeps its own in `jobs.py`."""
        autodiscover_modules("jobs")
