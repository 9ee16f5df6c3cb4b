"""The product's settings with the chaos room beside the others."""

from navigator.settings import *  # noqa: F403  # settings are made to be extended so
from navigator.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.jobs.chaos"]
