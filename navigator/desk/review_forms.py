"""What a reviewer fills in beside a page."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext as say, gettext_lazy as _

from cases.casework.models import validate_partial_date
from cases.clinical.models import Fact
from cases.clinical.terms import AttentionTopic, label_of
from cases.clinical.vocabulary import FACTS, Group, UnknownFactError, spec_for
from documents.records.models import RecordKind, ReturnReason
from documents.records.queries import PageView
from documents.records.return_reasons import say_reason_in
from navigator.desk.known import GROUPS
from navigator.desk.spoken import SpokenField
from navigator.desk.value_fields import DATE_FORM, join_value, make_value_fields

DATES: Final = ("specimen_date", "study_date", "report_date")
LANGUAGES: Final = (
    *("en", "es", "ar", "hi", "zh-hans", "ru", "fr", "de", "pt", "it", "tr", "pl", "uk", "ro"),
    *("nl", "el", "he", "fa", "ur", "bn", "id", "vi", "ja", "ko", "ka", "hy", "az", "uz", "sw"),
)
"""In which papers come; the ones that our families speak first."""
FAMILIES: Final = {"biomarker": _("Biomarker …"), "marker": _("Tumour marker …")}
LONGEST_QUOTE: Final = 500
READING_LANGUAGES: Final = {
    "eng": _("English"),
    "spa": _("Spanish"),
    "rus": _("Russian"),
    "ara": _("Arabic"),
    "hin": _("Hindi"),
    "chi_sim": _("Chinese"),
}
"""In which letters pictures can be read, by the engine's own codes."""


def list_languages(current: str = "") -> list[tuple[str, str]]:
    """Languages by name; one that is not of the list stands there as its code."""
    known = [(code, say(get_language_info(code)["name"])) for code in LANGUAGES]
    if current and current not in LANGUAGES:
        known.insert(0, (current, current.upper()))
    return known


def name_language(code: str) -> str:
    """The language's own name for itself, where we know one."""
    own = dict(settings.LANGUAGES)
    return own.get(code) or dict(list_languages(code)).get(code, code)


def _date(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=10, validators=[validate_partial_date]
    )


class DetailsForm(forms.Form):
    """What kind of paper it is, its dates, its language, whose it is."""

    title = SpokenField(label=_("Title"), max_length=150)
    kind = forms.ChoiceField(label=_("Kind"), choices=RecordKind.choices)
    issuer = forms.CharField(label=_("Issued by"), required=False, max_length=150)
    language = forms.ChoiceField(label=_("Language"), required=False)
    specimen_date = _date(_("Specimen taken"))
    study_date = _date(_("Study done"))
    report_date = _date(_("Report written"))
    shown_to_hospitals = forms.BooleanField(label=_("Goes into dossiers"), required=False)

    def __init__(self, *args: Any, language: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "details-%s")
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", "—"), *list_languages(language)]  # type: ignore[attr-defined]  # a choice
        for name in DATES:
            self.fields[name].widget.attrs |= {"placeholder": "2024-03-21", "title": DATE_FORM}

    @property
    def dates(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in DATES}


def make_details_form(view: PageView) -> DetailsForm:
    record = view.record
    initial = {name: getattr(record, name) for name in DetailsForm.base_fields}
    initial["title"] = record.name
    return DetailsForm(initial=initial, language=record.language)


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


# --- A fact that a person reads on the page -------------------------------------------------


def list_fact_choices() -> list[Any]:
    """Every fact of the vocabulary under its heading, families with a name last in theirs."""
    groups: dict[Group, list[tuple[str, str]]] = {group: [] for group in GROUPS}
    for spec in FACTS.values():
        groups[spec.group].append((spec.key, say(spec.label)))
    groups[Group.BIOMARKERS] += [(key, str(label)) for key, label in FAMILIES.items()]
    groups[Group.ATTENTION] += [
        (f"attention:{topic.value}", say(label_of(topic)).capitalize()) for topic in AttentionTopic
    ]
    return [("", "—"), *((str(GROUPS[group]), found) for group, found in groups.items() if found)]


class ValueForm(forms.Form):
    """The fields for the value of one fact; a family asks for its name as well."""

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "enter-%s")
        super().__init__(*args, **kwargs)
        self.key = key
        if key in FAMILIES:
            label = _("Gene or marker") if key == "biomarker" else _("Marker")
            self.fields["name"] = forms.CharField(label=label, max_length=40)
        self.fields.update(make_value_fields(f"{key}:name" if key in FAMILIES else key))

    @property
    def fact_key(self) -> str:
        name = " ".join(str(self.cleaned_data.get("name", "")).split())
        return f"{self.key}:{name}" if self.key in FAMILIES else self.key

    def read_value(self) -> Any:
        return join_value(self.fact_key, self.cleaned_data)


def make_value_form(key: str, data: Mapping[str, Any] | None = None) -> ValueForm | None:
    """None where the vocabulary has no such fact."""
    try:
        spec_for(f"{key}:name" if key in FAMILIES else key)
    except UnknownFactError:
        return None
    return ValueForm(data, key=key) if data is not None else ValueForm(key=key)


class PlaceForm(forms.Form):
    """Where the words of an entered fact stand, and which fact they say."""

    page = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    start = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)
    end = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)
    quote = forms.CharField(
        label=_("What stands there"),
        max_length=LONGEST_QUOTE,
        required=False,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
    )
    key = forms.ChoiceField(label=_("Which fact"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "enter-%s")
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = list_fact_choices()  # type: ignore[attr-defined]  # a choice

    def clean_start(self) -> int:
        return self.cleaned_data["start"] or 0

    def clean_end(self) -> int:
        return self.cleaned_data["end"] or 0


# --- Returning, reading anew, translating, opening -------------------------------------------


class ClearForm(forms.Form):
    """Why a held paper is the patient's after all."""

    reason = forms.CharField(
        label=_("Why it is theirs"),
        help_text=_(
            "In a sentence: a maiden name, a misprint in the date, another spelling. It is kept as"
            " a note of the case; families do not read it."
        ),
        required=False,
        max_length=300,
        widget=forms.TextInput({"dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "clear-%s")
        super().__init__(*args, **kwargs)


class ReturnForm(forms.Form):
    """Why a paper goes back: a prepared reason, words of one's own, or both."""

    code = forms.ChoiceField(
        label=_("Why"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*ReturnReason.choices, ("", _("Only in my own words"))],
    )
    reason = SpokenField(
        label=_("In your own words"),
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
    )
    language = forms.ChoiceField(label=_("Written in"), required=False)

    def __init__(
        self, *args: Any, language: str = "en", is_held: bool = False, **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "return-%s")
        super().__init__(*args, **kwargs)
        if is_held:
            self.fields["code"].initial = ReturnReason.WRONG_PERSON
        self.fields["language"].choices = list_languages()  # type: ignore[attr-defined]  # a choice
        self.fields["language"].initial = language


def list_said(languages: list[str], own: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each prepared reason as the family reads it, where that is not the reviewer's language."""
    theirs = [language for language in languages if language != own] or languages[:1] or [own]
    return [
        (code, [(language, say_reason_in(code, language)) for language in theirs])
        for code in ReturnReason.values
    ]


class ReadAgainForm(forms.Form):
    """In which letters the pictures of a paper are read; two at most, none: the machine chooses."""

    first = forms.ChoiceField(label=_("Letters in"), required=False)
    second = forms.ChoiceField(label=_("and in"), required=False)

    def __init__(self, *args: Any, chosen: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "again-%s")
        super().__init__(*args, **kwargs)
        now = [*chosen.split("+"), "", ""]
        for name, code in zip(("first", "second"), now, strict=False):
            empty = _("as the machine finds") if name == "first" else "—"
            self.fields[name].choices = [("", empty), *READING_LANGUAGES.items()]  # type: ignore[attr-defined]  # a choice
            self.fields[name].initial = code

    @property
    def languages(self) -> str:
        chosen = [self.cleaned_data.get("first"), self.cleaned_data.get("second")]
        return "+".join(dict.fromkeys(code for code in chosen if code))


class TranslateForm(forms.Form):
    to_language = forms.ChoiceField(label=_("Into"))
    note = forms.CharField(
        label=_("For the translator"), required=False, max_length=300, widget=forms.TextInput
    )

    def __init__(self, *args: Any, language: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "translate-%s")
        super().__init__(*args, **kwargs)
        choices = [choice for choice in list_languages() if choice[0] != language]
        self.fields["to_language"].choices = choices  # type: ignore[attr-defined]  # a choice
