"""The key under which the files of a case lie."""

from django.db import models

from cases.casework.models import Case


class CaseKey(models.Model):
    """The data key of a case, wrapped by a master key; without it no file can be read."""

    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, related_name="file_key", primary_key=True
    )
    wrapped_key = models.BinaryField()
    master_key_id = models.CharField(max_length=16)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key of {self.case_id}"
