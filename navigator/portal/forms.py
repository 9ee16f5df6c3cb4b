"""Forms of the families' pages. They parse and refuse; services write."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.casework.models import Case, Relation, RequestState
from documents.records.models import RecordKind
from documents.records.services.opening import LONGEST_PASSWORD

MAX_MESSAGE = 10_000
MAX_INQUIRY = 4_000


# Line ends, and the joiners without which Persian, Hindi and others are misspelt.
KEPT = frozenset("\n\t\u200c\u200d")


def clean_words(text: str) -> str:
    """Text without controls and turned writing, which databases and readers choke on.

    What then holds nothing that can be read is refused, as an empty field is.
    """
    kept = "".join(sign for sign in text if sign.isprintable() or sign in KEPT).strip()
    if not kept.strip("\u200c\u200d"):
        raise forms.ValidationError(_("Please write it in words."), code="required")
    return kept


class MessageForm(forms.Form):
    body = forms.CharField(
        label=_("Your message"),
        max_length=MAX_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    def clean_body(self) -> str:
        return clean_words(self.cleaned_data["body"])


class PasswordForm(forms.Form):
    """The password of one file; it is never sent back to the page."""

    password = forms.CharField(
        label=_("Password of the file"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class CannotGetForm(forms.Form):
    reason = forms.CharField(
        label=_("What stands in the way?"),
        help_text=_(
            "A few words are enough: the hospital refuses, it costs too much, it was lost."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_reason(self) -> str:
        return clean_words(self.cleaned_data["reason"])


class AgreeForm(forms.Form):
    understood = forms.BooleanField(label=_("I have read this and I agree."))


class PaperForm(forms.Form):
    """What the files of one upload are, as far as the family knows."""

    request = forms.ChoiceField(label=_("Which line of your list is it for?"), required=False)
    kind = forms.ChoiceField(
        label=_("What kind of paper is it?"),
        required=False,
        choices=[("", _("I am not sure")), *RecordKind.choices],
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = case.record_requests.filter(state__in=[RequestState.OPEN, RequestState.RECEIVED])
        self.requests = {str(row.pk): row for row in asked}
        choices: list[tuple[str, str | Promise]] = [("", _("None of them, or I am not sure"))]
        choices += [(key, row.title) for key, row in self.requests.items()]
        field = self.fields["request"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # tells mypy what it is
        field.choices = choices


class InvitationForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits, from the mail that we just sent."),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}
        ),
    )
    answer = forms.CharField(
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def __init__(self, *args: Any, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if question:
            self.fields["answer"].label = question
            self.fields["answer"].required = True
        else:
            del self.fields["answer"]


class InquiryForm(forms.Form):
    """Two minutes, no papers: who writes, for whom, in which words, and how to answer."""

    writer_name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    relation = forms.ChoiceField(
        label=_("You are"),
        choices=[
            (Relation.PATIENT, _("the person who is ill")),
            (Relation.PARENT, _("a parent")),
            (Relation.PARTNER, _("wife, husband or partner")),
            (Relation.CHILD, _("a daughter or son")),
            (Relation.SIBLING, _("a sister or brother")),
            (Relation.REPRESENTATIVE, _("a legal representative")),
            (Relation.OTHER, _("someone else close")),
        ],
    )
    patient_name = forms.CharField(
        label=_("Name of the person who is ill"),
        help_text=_("In Latin letters if you can, as in the passport."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = forms.CharField(
        label=_("Country where that person is now"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "country-name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("Our answer goes there. The mail says nothing about the illness."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )
    phone = forms.CharField(
        label=_("Telephone, and when to call"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("The language in which we should write"), choices=settings.LANGUAGES
    )
    time_zone = forms.ChoiceField(
        label=_("Your time zone"), help_text=_("So that nobody calls you at night.")
    )
    words = forms.CharField(
        label=_("What happened, in your own words"),
        help_text=_("What the doctors called it, since when, what was done. In any language."),
        max_length=MAX_INQUIRY,
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
    )
    # People leave this empty, because they do not see it; machines fill it in.
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # tells mypy what it is
        field.choices = [(zone, zone.replace("_", " ")) for zone in list_zones()]

    def clean_words(self) -> str:
        return clean_words(self.cleaned_data["words"])


def list_zones() -> list[str]:
    """Zones that are named after a place, and UTC."""
    places = [zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")]
    return ["UTC", *sorted(places)]
