"""`python3 manage.py test`: the whole suite, or what is named after it.

What follows the command is given to pytest: `manage.py test tests/clinical -q`.
"""

import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy as _


class Command(BaseCommand):
    help = str(_("Runs the tests; what follows is given to pytest."))
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "tests.suite", *argv[2:]])
