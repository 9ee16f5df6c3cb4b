"""What a reviewer fills in beside a page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.casework.models import validate_partial_date
from cases.clinical.models import Fact
from documents.records.models import RecordKind
from documents.records.queries import PageView
from navigator.desk.value_fields import DATE_FORM, join_value, make_value_fields

DATES = ("specimen_date", "study_date", "report_date")


def _date(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=10, validators=[validate_partial_date]
    )


class DetailsForm(forms.Form):
    """What kind of paper it is, its dates, its language, whose it is."""

    title = forms.CharField(label=_("Title"), max_length=150)
    kind = forms.ChoiceField(label=_("Kind"), choices=RecordKind.choices)
    issuer = forms.CharField(label=_("Issued by"), required=False, max_length=150)
    language = forms.CharField(label=_("Language"), required=False, max_length=10)
    specimen_date = _date(_("Specimen taken"))
    study_date = _date(_("Study done"))
    report_date = _date(_("Report written"))
    shown_to_hospitals = forms.BooleanField(label=_("Goes into dossiers"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "details-%s")
        super().__init__(*args, **kwargs)
        for name in DATES:
            self.fields[name].widget.attrs["placeholder"] = DATE_FORM

    @property
    def dates(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in DATES}


def make_details_form(view: PageView) -> DetailsForm:
    record = view.record
    return DetailsForm(initial={name: getattr(record, name) for name in DetailsForm.base_fields})


class CorrectForm(forms.Form):
    """A proposal's value as it should be."""

    def __init__(self, *args: Any, fact_id: Any, key: str, value: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"correct-{fact_id}-%s")
        super().__init__(*args, **kwargs)
        self.key, self.before = key, value
        self.fields.update(make_value_fields(key, value))

    def read_value(self) -> Any:
        return join_value(self.key, self.cleaned_data, self.before)


def bind_correction(data: Any, fact: Fact) -> CorrectForm:
    return CorrectForm(data, fact_id=fact.pk, key=fact.key, value=fact.value)
