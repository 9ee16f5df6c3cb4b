"""The fields in which a fact's value is written: one to choose from, one to write in, or several.

A value of several parts (a treatment, a biomarker, a marker) has a field for each; all others
have the one field `value`. `cases.clinical` reads and refuses; here is only the form of it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from cases.casework.models import validate_partial_date
from cases.clinical.terms import THIS_TUMOUR, TreatmentClass, TreatmentStatus, label_of
from cases.clinical.values import Interval
from cases.clinical.vocabulary import FactKind, FactSpec, spec_for

Fields = dict[str, forms.Field]
DATE_FORM = _("2024, 2024-03 or 2024-03-21")
HINTS = {
    FactKind.DATE: DATE_FORM,
    FactKind.MEASURE: _("A number, a range as 5-8, or a bound as <3"),
    FactKind.STAGE: _("From I to IV, as IIIB"),
}
TREATMENT_PARTS = ("agent", "class", "start_date", "end_date", "status", "for_condition")
BIOMARKER_PARTS = ("result", "alteration", "assay", "specimen", "date")
MARKER_PARTS = ("value", "unit")


def make_value_fields(key: str, value: Any = None) -> Fields:
    """Fields for a value of this fact, filled with `value` where there is one."""
    spec = spec_for(key)
    if spec.kind is FactKind.TREATMENT:
        return _make_treatment_fields(value or {})
    if spec.kind is FactKind.BIOMARKER:
        return _make_biomarker_fields(value or {})
    if spec.kind is FactKind.MARKER:
        return _make_marker_fields(value or {})
    return {"value": _make_field(spec, value)}


def join_value(key: str, cleaned: Mapping[str, Any], before: Any = None) -> Any:
    """What was written, as `cases.clinical` takes it. Parts without a field stay as `before`."""
    kind = spec_for(key).kind
    if kind is FactKind.TREATMENT:
        return {
            part: cleaned.get(part) or (before or {}).get(part) or None
            for part in TREATMENT_PARTS
            if part not in {"start_date", "end_date", "for_condition"}
        } | {
            "start_date": cleaned.get("start_date") or None,
            "end_date": cleaned.get("end_date") or None,
            "for_condition": (before or {}).get("for_condition") or THIS_TUMOUR,
        }
    if kind in {FactKind.BIOMARKER, FactKind.MARKER}:
        parts = BIOMARKER_PARTS if kind is FactKind.BIOMARKER else MARKER_PARTS
        return {part: cleaned[part] for part in parts if cleaned.get(part)}
    return cleaned.get("value", "")


def _make_field(spec: FactSpec, value: Any) -> forms.Field:
    if spec.choices:
        return forms.ChoiceField(
            label=_("Value"),
            choices=[("", "—"), *((word, gettext(label)) for word, label in spec.choices)],
            initial=str(value).lower() if isinstance(value, bool) else value,
        )
    return forms.CharField(
        label=_("Value in %(unit)s") % {"unit": spec.unit} if spec.unit else _("Value"),
        max_length=300,
        initial=str(Interval.from_json(value)) if isinstance(value, dict) else value,
        help_text=HINTS.get(spec.kind, ""),
    )


def _text(label: Any, initial: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, required=required, initial=_one(initial))


def _date(label: Any, initial: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=10,
        required=False,
        initial=_one(initial),
        validators=[validate_partial_date],
        help_text=DATE_FORM,
    )


def _words(label: Any, words: type[StrEnum], initial: Any) -> forms.ChoiceField:
    choices = [(word.value, gettext(label_of(word))) for word in words]
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], initial=_one(initial))


def _one(value: Any) -> Any:
    """Nothing is chosen for the person where the sources of a part disagree."""
    return "" if value is None or isinstance(value, dict) else value


def _make_treatment_fields(value: Mapping[str, Any]) -> Fields:
    return {
        "agent": _text(_("Treatment"), value.get("agent"), required=True),
        "class": _words(_("Class"), TreatmentClass, value.get("class")),
        "status": _words(_("Status"), TreatmentStatus, value.get("status")),
        "start_date": _date(_("Begun"), value.get("start_date")),
        "end_date": _date(_("Ended"), value.get("end_date")),
    }


def _make_biomarker_fields(value: Mapping[str, Any]) -> Fields:
    return {
        "result": _text(_("Result"), value.get("result")),
        "alteration": _text(_("Alteration"), value.get("alteration")),
        "assay": _text(_("Assay"), value.get("assay")),
        "specimen": _text(_("Specimen"), value.get("specimen")),
        "date": _date(_("Date"), value.get("date")),
    }


def _make_marker_fields(value: Mapping[str, Any]) -> Fields:
    number = value.get("value")
    shown = str(Interval.from_json(number)) if isinstance(number, dict) else number
    return {
        "value": forms.CharField(label=_("Value"), max_length=40, initial=shown),
        "unit": _text(_("Unit"), value.get("unit")),
    }
