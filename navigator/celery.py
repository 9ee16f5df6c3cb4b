"""The Celery application and its timetable.

Messages carry only the id of a row of `cases.jobs`; the row is the truth of the work.
Start a worker with `celery -A navigator worker -Q interactive,heavy,mail`.
"""

import os

from celery import Celery

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
