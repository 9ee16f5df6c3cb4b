"""Seal with a new key from now on; what was sealed stays good, its certificate stays published."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from documents.dossiers.seal_keys import rotate_seal_key


class Command(BaseCommand):
    help = "Retires the key that seals dossiers and makes a new one. Old certificates are kept."

    def handle(self, *_args: Any, **_options: Any) -> None:
        key = rotate_seal_key(actor=None, now=timezone.now())
        self.stdout.write(
            f"Dossiers are sealed with the certificate {key.fingerprint} from now on; "
            f"it is published at {settings.SITE_URL}/seal/."
        )
