"""Text that a coordinator writes and others read: a family, a hospital, a sealed document."""

from typing import Any

from django import forms

from cases.casework.promises import refuse_promises


class SpokenField(forms.CharField):
    """Refuses words that promise, with the sentence they stand in and what may be said instead."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[refuse_promises, *kwargs.pop("validators", ())], **kwargs)
