"""How values are written on the pages of a dossier."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.template import Context
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, gettext as _, gettext_lazy

from documents.dossiers.contents import Variant
from documents.dossiers.days import say_clock, say_date
from documents.dossiers.findings import Answer, Overall, UnknownKind
from documents.dossiers.printed import Cite
from documents.dossiers.room import clip_text
from documents.dossiers.said import SOURCE_LANGUAGE, Said, in_words, punctuate

register = template.Library()

_SCRIPTS = {
    "ar": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "he": "\u0590-\u05ff\ufb1d-\ufb4f",
    "hi": "\u0900-\u097f\ua8e0-\ua8ff",
    "zh": (
        "\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff"
        "\uf900-\ufaff\uff00-\uffef\U00020000-\U0002ffff"
    ),
    "ru": "\u0400-\u052f",
}
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_FOREIGN = re.compile(f"[{''.join(_SCRIPTS.values())}]")
_RUNS = re.compile(
    "|".join(f"(?P<{lang}>[{each}](?:[\\W\\d]*[{each}])*)" for lang, each in _SCRIPTS.items())
)
_DAYS_APART = re.compile("(?<=[,،]) | (?=–)")
_CHINESE_DAY = re.compile("\\d年")
_SMALL_INSIDE = ("es", "ru")
"""Languages that write the names of languages with a small letter."""

_SYMBOLS = {
    Answer.MET: "✓",
    Overall.MATCH: "✓",
    Answer.NOT_MET: "✕",
    Overall.NO_MATCH: "✕",
    Answer.UNKNOWN: "?",
    Overall.INSUFFICIENT: "?",
}
_CLASSES = {
    Answer.MET: "met",
    Overall.MATCH: "met",
    Answer.NOT_MET: "not-met",
    Overall.NO_MATCH: "not-met",
    Answer.UNKNOWN: "unknown",
    Overall.INSUFFICIENT: "unknown",
}
_WORDS = {
    Answer.MET: gettext_lazy("met"),
    Answer.NOT_MET: gettext_lazy("not met"),
    Answer.UNKNOWN: gettext_lazy("unknown"),
    Overall.MATCH: gettext_lazy("corresponds"),
    Overall.NO_MATCH: gettext_lazy("does not correspond"),
    Overall.INSUFFICIENT: gettext_lazy("not yet comparable"),
}
_KINDS = {
    UnknownKind.MISSING: gettext_lazy("not recorded"),
    UnknownKind.AMBIGUOUS: gettext_lazy("recorded, not settled"),
    UnknownKind.CONFLICT: gettext_lazy("sources disagree"),
    UnknownKind.INVALID: gettext_lazy("cannot be true"),
}


@register.filter
def spoken(value: object) -> SafeString:
    """Write our sentences in the language of the frame, and what was recorded as it stands.

    What stays in another language, script or direction than the frame is marked so, for the
    layout and for a reader who hears the document.
    """
    if isinstance(value, Said):
        return _show_said(value, value.show(spoken, sentence=escape))
    return _show_recorded(value, SOURCE_LANGUAGE) if isinstance(value, str) else _own(value)


@register.filter
def opening(value: object) -> SafeString:
    """The same at the beginning of a line, where a sentence begins with a capital."""
    if isinstance(value, Said):
        return _show_said(value, value.show(spoken, sentence=lambda each: escape(_begin(each))))
    return spoken(_begin(str(value)))


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


@register.filter
def named(value: object) -> SafeString:
    """A name or a title: of no language that we know, but of a script and a direction."""
    if isinstance(value, Said):
        return spoken(value)
    return _show_recorded(str(value), "")


@register.filter
def quoted(value: object) -> SafeString:
    """Words of a report or a label between quotation marks, which belong to the words."""
    return spoken(f"“{value}”")


@register.simple_tag
def comma() -> str:
    return punctuate(", ")


@register.simple_tag
def semicolon() -> str:
    return punctuate("; ")


@register.filter
def clip(value: str, limit: int) -> str:
    """The beginning of a text that has no more room, with “…”; its kind is kept."""
    return clip_text(value, limit)


@register.simple_tag
def measured(text: str, unit: str) -> SafeString:
    """A value with its unit, as one."""
    return spoken(f"{text} {unit}".rstrip())


@register.filter
def as_code(value: object) -> SafeString:
    """An identifier, which runs from left to right in every language."""
    return _wrap(escape(str(value)), "", "ltr") if get_language_bidi() else escape(str(value))


@register.simple_tag
def edition(definition: str, version: str) -> SafeString:
    """A definition with its version, as one code."""
    return as_code(f"{definition} {version}")


@register.filter
def within(value: object) -> SafeString:
    """A word inside a line, where some languages write no capital: “habla español”."""
    if isinstance(value, Said) and get_language() in _SMALL_INSIDE:
        return _show_said(value, value.show(spoken, sentence=lambda each: escape(_end(each))))
    return spoken(value)


def _end(text: str) -> str:
    return text[:1].lower() + text[1:]


def _show_said(said: Said, html: str) -> SafeString:
    safe = SafeString(html)  # sentence and parts were escaped one by one
    return safe if said.is_translated or not said else _wrap(safe, SOURCE_LANGUAGE, "ltr")


def _own(value: object) -> SafeString:
    return _keep_whole(in_words(value))


def _keep_whole(written: str) -> SafeString:
    """Days and times, each on one line; a line may end before “–” and behind “,”."""
    return SafeString(" ".join(_unbroken(each) for each in _DAYS_APART.split(written)))


def _unbroken(day: str) -> SafeString:
    """With spaces that do not break; where a date has none, it is marked for the layout."""
    if _CHINESE_DAY.search(day):
        return format_html('<span class="when">{}</span>', day)
    return escape(day.replace(" ", "\u00a0"))


def _show_recorded(plain: str, language: str) -> SafeString:
    """A value that begins right to left is set so as a whole; otherwise only its foreign runs."""
    in_english = get_language() == SOURCE_LANGUAGE
    if in_english and (plain.isascii() or not _FOREIGN.search(plain)):
        return escape(plain)
    if _first_strong(plain) in ("R", "AL"):
        script = "he" if re.match(f"[^\\w]*[{_SCRIPTS['he']}]", plain) else "ar"
        return _wrap(escape(plain), script, "rtl")
    marked = format_html_join("", "{}", ((each,) for each in _mark_runs(plain)))
    if in_english or not plain or not (get_language_bidi() or _LATIN.search(plain)):
        return marked
    return _wrap(marked, language if _LATIN.search(plain) else "", "ltr")


def _wrap(html: SafeString, language: str, direction: str) -> SafeString:
    if language:
        return format_html('<bdi lang="{}" dir="{}">{}</bdi>', language, direction, html)
    return format_html('<bdi dir="{}">{}</bdi>', direction, html)


def _mark_runs(text: str) -> Iterable[str]:
    end = 0
    for run in _RUNS.finditer(text):
        yield text[end : run.start()]
        language = run.lastgroup or "und"
        direction = "rtl" if language in ("ar", "he") else "ltr"
        yield format_html('<bdi lang="{}" dir="{}">{}</bdi>', language, direction, run.group())
        end = run.end()
    yield text[end:]


def _first_strong(text: str) -> str:
    return next(
        (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L"
    )


@register.filter
def day(value: date | str | None) -> SafeString:
    """Write a date that may be partial, on one line: “5 Mar 2014”, “Mar 2014”, “2014”."""
    return _keep_whole(say_date(value))


@register.filter
def plain_day(value: date | str | None) -> str:
    """The same as plain text, for what is heard or stands in the properties of the file."""
    return say_date(value)


@register.filter
def moment(value: datetime) -> SafeString:
    """Write a time of day in UTC, saying so."""
    return _keep_whole(f"{punctuate(say_clock(value))} UTC")


@register.simple_tag
def page_of_pages() -> SafeString:
    """“Page 3 of 7”, as the language has it; the numbers are the layout’s to count."""
    sentence = escape(_("Page %(page)s of %(pages)s"))
    counters = {name: f'<span class="{name}-counted"></span>' for name in ("page", "pages")}
    return SafeString(sentence % counters)  # the sentence was escaped


@register.filter
def short_hash(value: str) -> str:
    return f"{value[:12]}…{value[-6:]}"


@register.filter
def in_groups(value: str) -> SafeString:
    """Write a hash so that a line may break in it and a person may compare it."""
    groups = ((value[at : at + 8],) for at in range(0, len(value), 8))
    return format_html_join(SafeString("<wbr>"), "{}", groups)


@register.simple_tag(takes_context=True)
def cites(context: Context, marks: Iterable[Cite]) -> SafeString:
    """Write the source marks behind a statement, each a link to its row in the list of sources.

    A summary has no such list, so there the marks lead nowhere.
    """
    if context["dossier"].variant == Variant.SUMMARY:
        written = ((_direction(), _cite_mark(each)) for each in marks)
        return format_html_join("", ' <span class="cite" dir="{}">{}</span>', written)
    return format_html_join("", " {}", ((_cite_link(each),) for each in marks))


@register.simple_tag
def source_marks(marks: Iterable[Cite]) -> SafeString:
    """Write the source marks in a column of their own."""
    return format_html_join(" ", "{}", ((_cite_link(each),) for each in marks))


def _cite_link(cite: Cite) -> SafeString:
    link = '<a class="cite" dir="{}" href="#{}">{}</a>'
    return format_html(link, _direction(), cite.source, _cite_mark(cite))


def _direction() -> str:
    """In which a mark is read: a sentence of ours, apart from the words before it."""
    return "rtl" if get_language_bidi() else "ltr"


def _cite_mark(cite: Cite) -> str:
    if cite.page is None:
        return cite.source
    return _("%(source)s p%(page)d") % {"source": cite.source, "page": cite.page}


@register.simple_tag
def kind_of(kind: UnknownKind) -> str:
    return str(_KINDS[kind])


@register.simple_tag
def mark(answer: Answer | Overall, kind: UnknownKind | None = None) -> SafeString:
    """Write an answer as symbol, word and colour; an unknown says its kind."""
    return format_html(
        '<span class="answer {0}"><span class="symbol">{1}</span>{2}{3}</span>',
        _CLASSES[answer],
        _SYMBOLS[answer],
        _WORDS[answer],
        format_html('<span class="kind">{}</span>', _KINDS[kind]) if kind else "",
    )
