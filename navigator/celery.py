"""The Celery application and its timetable.

Messages carry only the id of a row of `cases.jobs`; the row is the truth of the work.
Start a worker with `celery -A navigator worker -Q interactive,heavy,mail`.
"""

import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")

app = Celery("navigator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cases.jobs"], related_name="bell")

app.conf.beat_schedule = {
    "ring for waiting jobs": {
        "task": "cases.jobs.bell.ring_waiting_jobs",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "queue what is due": {
        "task": "cases.jobs.bell.queue_due_work",
        "schedule": 60.0,
        "options": {"expires": 90},
    },
}


def load_handlers(**_news: Any) -> None:
    """Before the worker parts into processes, so that none of them loads the handlers again."""
    from cases.jobs.registry import load_job_kinds  # noqa: PLC0415  # needs the settings

    load_job_kinds()
    import_module("documents.dossiers.building")  # the layout, which the web server does without


worker_init.connect(load_handlers)
