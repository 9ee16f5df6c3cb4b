"""What may leave, and where it stands: the facts, the files behind them, and their citations.

Invariant: a fact leaves only with words in an accepted record of the same case that goes into
dossiers, or with a stated source. Everything that a dossier says of a patient's illness comes
through here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import Prefetch
from django.utils.translation import get_language_info

from cases.casework.models import Case
from cases.clinical.models import Fact
from documents.dossiers.contents import Source
from documents.dossiers.days import Day
from documents.dossiers.printed import Absence, Cite, Fact as PrintedFact, Listed, Side
from documents.dossiers.said import Said, as_said, join_said, say as _
from documents.dossiers.saying import name_fact, say_short, say_value
from documents.records.models import (
    Document,
    DocumentFile,
    DocumentState,
    Evidence,
    RecordKind,
    Translation,
    TranslationState,
)

# Papers that hospitals need for a bed, not for an opinion; listed only where a fact stands there.
NOT_CLINICAL: Final = frozenset({RecordKind.IDENTITY, RecordKind.TRAVEL})
KIND_ORDER: Final = {kind: place for place, kind in enumerate(RecordKind)}
FULL_DATE: Final = 10


@dataclass(frozen=True)
class SourceFile:
    """A file with its key (`S1`)."""

    key: str
    file: DocumentFile

    @property
    def document(self) -> Document:
        return self.file.document


class SourceBook:
    """The facts of one case that may leave, and the sources that they are cited from."""

    def __init__(self, case: Case) -> None:
        self.facts: list[Fact] = find_leaving_facts(case)
        self.files = _number_files(case, self.facts)
        self._keys = {source.file.pk: source.key for source in self.files}
        by_key: dict[str, list[Fact]] = {}
        for fact in self.facts:
            by_key.setdefault(fact.key, []).append(fact)
        self.by_key = by_key

    def cites(self, facts: Iterable[Fact]) -> tuple[Cite, ...]:
        """Where facts stand, each place once."""
        places: dict[tuple[str, int], list[str]] = {}
        for fact in facts:
            for evidence in fact.evidence.all():
                quotes = places.setdefault((self._keys[evidence.file_id], evidence.page), [])
                if not any(evidence.quote in known for known in quotes):
                    quotes.append(evidence.quote)
        return tuple(
            Cite(source=place[0], page=place[1], quote=" … ".join(places[place]))
            for place in sorted(places, key=_place_order)
        )

    def cite_file(self, file: DocumentFile) -> tuple[Cite, ...]:
        key = self._keys.get(file.pk)
        return () if key is None else (Cite(source=key, page=1),)

    def of(self, *keys: str) -> list[Fact]:
        """Facts with one of these keys, or of one of these families (`biomarker:`)."""
        return [
            fact
            for key, facts in self.by_key.items()
            if key in keys or any(key.startswith(family) for family in keys if family[-1] == ":")
            for fact in facts
        ]

    def say(self, key: str, *, label: bool = True) -> PrintedFact | None:
        """One fact in words, with all sides where sources disagree; None: not recorded."""
        facts = self.of(key)
        if not facts:
            return None
        name = name_fact(key) if label else ""
        sides = self.sides(facts)
        if len(sides) > 1:
            return PrintedFact(text=_("sources disagree"), label=name, sides=sides)
        latest = max(facts, key=dated_of)
        return PrintedFact(
            text=sides[0].text,
            label=name,
            cites=sides[0].cites,
            on=full_date(dated_of(latest)),
            note=note_of(latest),
        )

    def sides(self, facts: Sequence[Fact]) -> tuple[Side, ...]:
        """The different values of one fact, each with its places."""
        grouped: dict[str, list[Fact]] = {}
        for fact in facts:
            grouped.setdefault(say_value(fact.key, fact.value), []).append(fact)
        return tuple(
            Side(text=text, brief=say_short(same[0].key, same[0].value), cites=self.cites(same))
            for text, same in grouped.items()
        )

    def say_each(self, *keys: str) -> tuple[PrintedFact, ...]:
        """Facts that stand beside one another, one line for each different value."""
        lines: dict[tuple[str, str], list[Fact]] = {}
        for fact in self.of(*keys):
            lines.setdefault((fact.key, say_value(fact.key, fact.value)), []).append(fact)
        return tuple(
            PrintedFact(
                text=text,
                cites=self.cites(same),
                on=full_date(dated_of(same[0])),
                note=note_of(same[0]),
            )
            for (_key, text), same in lines.items()
        )

    def list_sources(self) -> Listed[Source]:
        if not self.files:
            return Absence(_("no record has been accepted yet"))
        told = self._tell_translations()
        return tuple(
            replace(_describe_source(source), translation=told.get(source.file.document_id, ""))
            for source in self.files
        )

    def _tell_translations(self) -> dict[object, str]:
        """Where the translation of a record stands, or how it is getting on."""
        keys = {source.file.document_id: source.key for source in self.files}
        rows = Translation.objects.filter(document__in=list(keys)).exclude(
            state=TranslationState.CANCELLED
        )
        told: dict[object, str] = {}
        for row in rows.order_by("requested_at", "id"):
            where = ""
            if row.state == TranslationState.APPROVED and row.translated_id is not None:
                where = keys.get(row.translated_id, "")
            state: str = as_said(str(TranslationState(row.state).label))
            said = _(
                "Translation into %(language)s: %(where)s",
                language=name_language(row.to_language),
                where=where or state,
            )
            told[row.document_id] = join_said(told.get(row.document_id, ""), said)
        return told


def find_leaving_facts(case: Case) -> list[Fact]:
    """Confirmed facts with ground to stand on, each with only the evidence that may be cited."""
    ground = (
        Evidence.objects.on_newest_versions()
        .filter(
            file__document__case=case,
            file__document__state=DocumentState.ACCEPTED,
            file__document__shown_to_hospitals=True,
        )
        .select_related("file__document")
    )
    confirmed = (
        Fact.objects.confirmed()
        .filter(case=case)
        .select_related("decided_by")
        .prefetch_related(Prefetch("evidence", queryset=ground.order_by("page", "start")))
        .order_by("key", "dated", "proposed_at", "id")
    )
    return [fact for fact in confirmed if fact.stated_source or fact.evidence.all()]


def _number_files(case: Case, facts: Iterable[Fact]) -> list[SourceFile]:
    """The newest file of each accepted record, and every file that a fact is cited from."""
    files: dict[object, DocumentFile] = {
        evidence.file_id: evidence.file for fact in facts for evidence in fact.evidence.all()
    }
    accepted = (
        Document.objects.accepted()
        .filter(case=case, shown_to_hospitals=True)
        .exclude(kind__in=NOT_CLINICAL)
    )
    newest: dict[object, DocumentFile] = {}
    for file in (
        DocumentFile.objects.filter(document__in=accepted)
        .select_related("document")
        .order_by("version")
    ):
        newest[file.document_id] = file
    files |= {file.pk: file for file in newest.values()}
    ordered = sorted(files.values(), key=_file_order)
    return [SourceFile(f"S{place}", file) for place, file in enumerate(ordered, start=1)]


def stands_unasked(document: Document) -> bool:
    """Whether its pages stand behind a dossier although nobody chose them."""
    return document.kind not in NOT_CLINICAL


def _file_order(file: DocumentFile) -> tuple[int, int, str, str]:
    document = file.document
    newest_first = -int(date_of(document).replace("-", "").ljust(8, "0") or 0)
    return (KIND_ORDER[RecordKind(document.kind)], newest_first, str(document.pk), str(file.pk))


def _place_order(place: tuple[str, int]) -> tuple[int, int]:
    return int(place[0][1:]), place[1]


def _describe_source(source: SourceFile) -> Source:
    document = source.document
    dated = date_of(document)
    rough = "" if full_date(dated) or not dated else Said("%(day)s", {"day": Day(dated)})
    issuer = f", {document.issuer}" if document.issuer else ""
    return Source(
        key=source.key,
        title=f"{document.title}{issuer}",
        kind=join_said(as_said(str(RecordKind(document.kind).label)), rough, by=", "),
        is_pathology=document.kind in {RecordKind.PATHOLOGY, RecordKind.BIOMARKER},
        dated=full_date(dated),
        received_on=document.received_at.date(),
        pages=source.file.page_count or 1,
        language=name_language(document.language) or _("not stated"),
        sha256=source.file.sha256,
    )


def name_language(code: str) -> str:
    """`en` as “English”; a code that Django has no name for stands as it is."""
    try:
        return as_said(get_language_info(code)["name"])
    except KeyError:
        return code


def date_of(document: Document) -> str:
    return document.dated


def full_date(text: str) -> date | None:
    """A date that is complete and in the calendar; another is told in words instead."""
    if len(text) != FULL_DATE:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def dated_of(fact: Fact) -> str:
    """The date that a value holds for: its own, else that of the paper it stands in."""
    if fact.dated:
        return str(fact.dated)
    return max((date_of(each.file.document) for each in fact.evidence.all()), default="")


def note_of(fact: Fact) -> str:
    """What is told beside a value: a rough date, and who stated what no document says."""
    dated = dated_of(fact)
    rough = Said("%(day)s", {"day": Day(dated)}) if dated and full_date(dated) is None else ""
    stated = _("stated: %(source)s", source=fact.stated_source) if fact.stated_source else ""
    return join_said(rough, stated)
