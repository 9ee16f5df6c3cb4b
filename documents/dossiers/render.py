"""A dossier's pages: the only place that touches WeasyPrint.

`render_dossier` is a pure function of the contents: no network, no file of a patient, no clock. The
same contents give the same bytes, which are PDF/A-3a and PDF/UA-1 at once.
"""

import gc
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol, cast

import pydyf
import weasyprint.pdf
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.template import Engine
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.pdf.stream import Stream
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from .chart import Drawing, draw_course, draw_series
from .contents import DossierContents, Variant
from .errors import SummaryTooLong
from .freezing import hash_contents
from .outline import list_sections, shows_figures
from .printed import Absence
from .room import ROOMS, ROOMY, Room

STEPS: Final = ("writing", "layout", "pdf")
_INDIC: Final = re.compile("[\u0900-\u0dff]")
STYLESHEET: Final = "dossiers/dossier.css"
TEMPLATES: Final = {
    Variant.FULL: "dossiers/dossier.html",
    Variant.SUMMARY: "dossiers/summary.html",
    Variant.DEIDENTIFIED: "dossiers/deidentified.html",
}
SCHEME: Final = "dossier:"
VARIANT: Final = "pdf/a-3a"

# PDF/UA-1 asks for its identifier in the metadata, and PDF/A-3 asks that a schema which it does not
# know be described there. WeasyPrint writes one claim or the other; a dossier makes both.
_UA_METADATA: Final = b"""
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


class OnStep(Protocol):
    def __call__(self, done: int, total: int, step: str) -> None:
        """Hear that `done` of `total` steps are finished and `step` begins ("" at the end)."""


class AddressRefused(ValidationError):
    """Something on the page asked for a resource that was not made for it."""

    def __init__(self, address: str) -> None:
        super().__init__(
            _("The dossier was not made: a page asked for something from outside (%(scheme)s)."),
            code="address_refused",
            params={"scheme": address.partition(":")[0][:20]},
        )


class _Refusal(FatalURLFetchingError):
    """Carries a refused address through WeasyPrint, which swallows ordinary errors."""


class DrawingsOnly(URLFetcher):
    """Serves the drawings registered for one dossier and refuses every other address."""

    def __init__(self, drawings: dict[str, Drawing]) -> None:
        super().__init__(allowed_protocols=())
        self._drawings = {SCHEME + name: drawing for name, drawing in drawings.items()}

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002  the base class hands it over
        drawing = self._drawings.get(url)
        if drawing is None:
            raise _Refusal(url)
        return URLFetcherResponse(url, drawing.svg, {"Content-Type": "image/svg+xml"})


def render_dossier(contents: DossierContents, *, on_step: OnStep | None = None) -> bytes:
    """Return the dossier as PDF bytes, PDF/A-3a and PDF/UA-1, the same for the same contents."""
    tell = on_step or _tell_nobody
    tell(0, len(STEPS), STEPS[0])
    html, drawings = write_pages(contents)
    tell(1, len(STEPS), STEPS[1])
    with _collector_resting():
        document = lay_out(html, drawings)
        document = fit_first_page(contents, document)
        tell(2, len(STEPS), STEPS[2])
        pdf = write_pdf(document)
    tell(3, len(STEPS), "")
    return pdf


def write_pages(contents: DossierContents, room: Room = ROOMY) -> tuple[str, dict[str, Drawing]]:
    """Return the pages as HTML, and the drawings that they ask for, by name."""
    with translation.override(contents.language), timezone.override("UTC"):
        drawings = draw_all(contents)
        html = _templates().render_to_string(
            TEMPLATES[contents.variant],
            {
                "dossier": contents,
                "contents_sha256": hash_contents(contents),
                "drawings": drawings,
                "outline": list_sections(contents),
                "shows_figures": shows_figures(contents),
                "room": room,
                "series": _with_drawings(contents, drawings),
                "right_to_left": translation.get_language_bidi(),
            },
        )
    return html, drawings


def fit_first_page(contents: DossierContents, document: Document) -> Document:
    """Return the pages with a first page that ends where it should, by the rule of `room`.

    Only where it ran over is it laid out again, alone, until it fits. A summary that never does is
    refused (SummaryTooLong); a whole dossier has its values in the pages behind in any case.
    """
    if not _runs_over(contents, document):
        return document
    alone = replace(contents, variant=Variant.SUMMARY)
    room, fits = ROOMY, False
    for room in ROOMS[1:]:
        fits = len(lay_out(*write_pages(alone, room)).pages) == 1
        if fits:
            break
    if contents.variant is Variant.SUMMARY and not fits:
        raise SummaryTooLong
    return lay_out(*write_pages(contents, room))


def _runs_over(contents: DossierContents, document: Document) -> bool:
    if contents.variant is Variant.SUMMARY:
        return len(document.pages) > 1
    return contents.variant is Variant.FULL and "contents" not in document.pages[1].anchors


def draw_all(contents: DossierContents) -> dict[str, Drawing]:
    """Return every drawing of the dossier by the name under which its page asks for it."""
    series = () if isinstance(contents.series, Absence) else contents.series
    made = {"course": draw_course(contents)}
    made |= {f"series-{number}": draw_series(each) for number, each in enumerate(series)}
    return {name: drawing for name, drawing in made.items() if drawing is not None}


def lay_out(html: str, drawings: dict[str, Drawing]) -> Document:
    """Lay the pages out. Raises AddressRefused when a page asks for anything but its drawings."""
    with _refusals_told():
        source = HTML(string=html, url_fetcher=DrawingsOnly(drawings))
        document = source.render(
            font_config=_fonts(), stylesheets=[_stylesheet()], pdf_variant=VARIANT
        )
    return cast("Document", document)


def write_pdf(document: Document) -> bytes:
    """Write laid-out pages as a file that claims PDF/A-3a and PDF/UA-1.

    Attachments are loaded only here, so AddressRefused can come from here too.
    """
    document.metadata.generate_rdf_metadata = _claim_both(document.metadata.generate_rdf_metadata)
    with _refusals_told(), warnings.catch_warnings():
        # WeasyPrint leaves closing its colour profile to the collector.
        warnings.simplefilter("ignore", ResourceWarning)
        return cast("bytes", document.write_pdf(pdf_variant=VARIANT, finisher=_describe_links))


class _WordedStream(Stream):
    """Pages that say their words where the letters alone do not.

    A sign of Devanagari and its neighbours is drawn as several shapes that other signs share, so
    what is read back from the shapes is another word; the words themselves stand beside them.
    """

    @contextmanager
    def marked(self, box: Any, tag: str) -> Iterator[None]:
        words = getattr(box, "text", "")
        with super().marked(box, tag):
            if not _INDIC.search(words):
                yield
                return
            self.begin_marked_content("Span", pydyf.Dictionary({"ActualText": pydyf.String(words)}))
            yield
            self.end_marked_content()


weasyprint.pdf.Stream = _WordedStream  # there is no other door to how marked content is written


def _describe_links(document: Document, _pdf: object) -> None:
    """A link is described by its own words; WeasyPrint describes it by the name of its target."""
    for page in document.pages:
        for _kind, _target, _place, box in page.links:
            note = getattr(box, "link_annotation", None)
            words = " ".join("".join(box.element.itertext()).split())
            if note is not None and words:
                note["Contents"] = pydyf.String(words)


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except _Refusal as refusal:
        raise AddressRefused(str(refusal)) from refusal


def _claim_both(written: Callable[..., bytes]) -> Callable[..., bytes]:
    def generate_rdf_metadata(*args: Any, **kwargs: Any) -> bytes:
        rdf = written(*args, **kwargs)
        return re.sub(rb"(</[\w:]+>)\s*\Z", lambda end: _UA_METADATA + end.group(1), rdf)

    return generate_rdf_metadata


def _with_drawings(
    contents: DossierContents, drawings: dict[str, Drawing]
) -> list[dict[str, object]]:
    if isinstance(contents.series, Absence):
        return []
    return [
        {"values": each, "name": f"series-{number}", "drawing": drawings.get(f"series-{number}")}
        for number, each in enumerate(contents.series)
    ]


@lru_cache(maxsize=1)
def _templates() -> Engine:
    """Our own templates and tags alone; the site's engine first loads those of every package."""
    return Engine(
        dirs=[str(settings.BASE_DIR / "templates")],
        libraries={
            "i18n": "django.templatetags.i18n",
            "dossier_text": "documents.dossiers.templatetags.dossier_text",
        },
    )


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@lru_cache(maxsize=1)
def _stylesheet() -> CSS:
    path = finders.find(STYLESHEET)
    if not isinstance(path, str):
        raise ImproperlyConfigured(f"The static file {STYLESHEET} is missing.")
    return CSS(string=Path(path).read_text(encoding="utf-8"), font_config=_fonts())


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Layout makes hundreds of thousands of objects that all live to its end; scanning is waste."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _tell_nobody(done: int, total: int, step: str) -> None:
    """Stand in where nobody asked to hear of progress."""
