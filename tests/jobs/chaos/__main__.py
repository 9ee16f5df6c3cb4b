"""`python -m tests.jobs.chaos`: prepares Django with the chaos room, then runs what is asked."""

import os
from importlib import import_module

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.jobs.chaos.settings"
    django.setup()
    import_module("tests.jobs.chaos.run").main()


main()
