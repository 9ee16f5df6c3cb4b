from typing import ClassVar

from django.db import models


class Effect(models.Model):
    """What one job left behind; nothing here keeps it from being left twice."""

    number = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["Effect"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.number)
