"""The person who is ill."""

import re
import uuid
from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

PARTIAL_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
validate_partial_date = RegexValidator(
    PARTIAL_DATE, _("Write the date as 2014, 2014-03 or 2014-03-21.")
)


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not recorded")


class Patient(models.Model):
    """The person who is ill. `birth_date` may be partial: `2014`, `2014-03` or `2014-03-21`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name in Latin letters"), max_length=150)
    native_name = models.CharField(
        _("name in its own script"), max_length=150, blank=True, default=""
    )
    birth_date = models.CharField(
        _("date of birth"),
        max_length=10,
        blank=True,
        default="",
        validators=[validate_partial_date],
    )
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    deceased_on = models.DateField(_("died on"), null=True, blank=True)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int | None:
        """Completed years on a day; None while the birth date is not complete."""
        parts = self.birth_date.split("-")
        if len(parts) != len(("year", "month", "day")):
            return None
        year, month, born_day = (int(part) for part in parts)
        return day.year - year - ((day.month, day.day) < (month, born_day))
