import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")

application = get_wsgi_application()

from cases.jobs import broker  # noqa: E402, F401  # now, and not in a request
from cases.jobs.registry import load_job_kinds  # noqa: E402  # needs the settings

load_job_kinds()  # once, before the web server parts into processes
