"""A case without its person: built anew from coded facts, never by blacking out a dossier.

What may stand here is let in by kind; everything else stays out, so that a new field of a case is
out until somebody lets it in.

* Words of the vocabulary, yes and no, numbers, ranges, stages; names of agents, genes, markers and
  units only from closed lists. No text that anybody typed, no quotation, no title of a record.
* No name of a patient, relative, physician, hospital or coordinator; no country, no language, no
  address, no consent. The reference is a random one that only our database resolves.
* Age in completed years, from 90 on as one group; no birth date.
* No date of the person. Times are whole months before the reference date, and of that date only
  the year is told.

Source of the list: 45 CFR 164.514(b)(2)(i), the eighteen identifiers of the US Privacy Rule, of
which (B) places, (C) dates finer than a year and ages over 89, and (R) any other unique code bear
on this. We depart from it in one point, and say so on the page: intervals in whole months, which
an opinion on a tumour needs. Whoever knows the day on which the file was sealed can reckon a month
from them; so the file is pseudonymous, not anonymous, and leaves under the same consent and by the
same private link as every other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from cases.casework.models import Case, RequestState
from cases.clinical.models import Fact
from cases.clinical.standing import Standing
from cases.clinical.vocabulary import FactKind, spec_for
from documents.dossiers.closed_lists import CODED, GENES, MARKERS, RESULTS, TNM, UNITS
from documents.dossiers.contents import DossierContents, Patient, Variant
from documents.dossiers.findings import (
    AttentionItem,
    Biomarker,
    CriterionRow,
    Flag,
    HistoryGroup,
    ImagingStudy,
    LineStatus,
    MissingItem,
    TreatmentLine,
)
from documents.dossiers.label_warnings import LABEL_SAYS
from documents.dossiers.printed import Absence, Fact as PrintedFact, Listed, Side
from documents.dossiers.said import Said, as_said, join_said, say as _, say_many as ngettext
from documents.dossiers.saying import (
    name_fact,
    name_shortly,
    say_months,
    say_months_of,
    say_short,
    say_value,
)
from documents.dossiers.sources import SourceBook, dated_of
from documents.records.models import RecordKind
from documents.records.proposals.rules import load_rules

OLDEST: Final = 89
"""The last age that is told as such."""
LEFT_OUT: Final = Absence(_("left out of this form, which names nobody"))
KEPT_APART: Final = frozenset(
    {"metastasis_site", "prior_treatments", "sex", "weight_kg", "ki67_percent", "stage", "tnm"}
)


def without_identity(
    contents: DossierContents, case: Case, book: SourceBook, standing: Standing, alias: str
) -> DossierContents:
    """What the same facts say with nobody in it. Of `contents` only what is coded is taken."""
    day = standing.snapshot.reference_date
    told = _Telling(book, day)
    return DossierContents(
        case_reference=alias,
        version=contents.version,
        reference_date=day,
        made_at=contents.made_at,
        verify_at=contents.verify_at,
        variant=Variant.DEIDENTIFIED,
        language=contents.language,
        organisation=contents.organisation,
        recipient=LEFT_OUT,
        question=LEFT_OUT,
        patient=_describe_person(contents.patient),
        diagnosis=told.diagnosis(),
        stage=told.stage(),
        diagnosis_details=told.details(),
        metastases=told.metastases(),
        markers=told.markers(),
        flag=_tell_flag(contents, told),
        other_indications=contents.other_indications,
        treatments=told.treatments(contents.treatments),
        biomarkers=told.biomarkers(),
        series=LEFT_OUT,
        imaging=_tell_imaging(contents.imaging),
        history=told.history(),
        attention=told.attention(),
        missing=_tell_missing(case, contents.flag),
        correspondence=LEFT_OUT,
        travel=LEFT_OUT,
        sources=LEFT_OUT,
        sign_offs=LEFT_OUT,
        confirmations=LEFT_OUT,
        versions=LEFT_OUT,
        changes=LEFT_OUT,
    )


def _describe_person(patient: Patient) -> Patient:
    age = patient.age_years
    is_of_oldest = age is not None and age > OLDEST
    return Patient(
        name=LEFT_OUT,
        birth_date=LEFT_OUT,
        age_years=OLDEST + 1 if is_of_oldest else age,
        is_of_oldest=is_of_oldest,
        sex=patient.sex,
        country=LEFT_OUT,
        language=LEFT_OUT,
    )


class _Telling:
    """Coded facts of one case in words that lead to nobody."""

    def __init__(self, book: SourceBook, day: date) -> None:
        self.book = book
        self.day = day
        self.agents = frozenset(each.name.lower() for each in load_rules("en").agents)

    def coded(self, key: str) -> list[Fact]:
        return [fact for fact in self.book.of(key) if self.is_coded(fact)]

    def is_coded(self, fact: Fact) -> bool:
        spec = spec_for(fact.key)
        if fact.key == "tnm":
            return TNM.fullmatch(str(fact.value)) is not None
        if spec.kind is FactKind.WORD and spec.words is not None:
            return fact.value in {word.value for word in spec.words}
        return spec.kind in CODED

    def say(self, key: str, *, label: bool = True, short: bool = False) -> PrintedFact | None:
        """One coded fact, with all its values where sources disagree."""
        facts = self.coded(key)
        tell = say_short if short else say_value
        said = list(dict.fromkeys(tell(fact.key, fact.value) for fact in facts))
        if not said:
            return None
        name = name_fact(key) if label else ""
        if len(said) > 1:
            sides = tuple(Side(text=text) for text in said)
            return PrintedFact(text=_("sources disagree"), label=name, sides=sides)
        return PrintedFact(text=said[0], label=name, note=self.when(facts[0]))

    def when(self, fact: Fact) -> str:
        return say_months(dated_of(fact), self.day) if dated_of(fact) else ""

    def diagnosis(self) -> PrintedFact | Absence:
        found = self.say("histology", label=False)
        if found is None:
            return Absence(_("no histology has been confirmed yet"))
        if found.sides:
            return found
        more = (self.say(key, label=False) for key in ("differentiation", "primary_site", "grade"))
        said = [each.text for each in more if each is not None and not each.sides]
        text = join_said(found.text, *said, by=", ")
        return PrintedFact(text=text)

    def stage(self) -> PrintedFact | Absence:
        found = [self.say(key, label=False) for key in ("stage", "tnm")]
        said = [each.text for each in found if each is not None and not each.sides]
        if not said:
            return Absence(_("no stage has been confirmed yet"))
        return PrintedFact(text=join_said(*said, by=", "))

    def details(self) -> Listed[PrintedFact]:
        keys = dict.fromkeys(fact.key for fact in self.book.facts if ":" not in fact.key)
        told = (self.say(key) for key in keys if key not in KEPT_APART)
        return tuple(fact for fact in told if fact is not None) or Absence(
            _("nothing has been recorded and confirmed yet")
        )

    def metastases(self) -> Listed[PrintedFact]:
        count = len(self.book.of("metastasis_site"))
        if not count:
            return Absence(_("no site of metastasis has been confirmed"))
        text = ngettext(
            "%(count)d site is recorded in words, which are left out",
            "%(count)d sites are recorded in words, which are left out",
            count,
        )
        return (PrintedFact(text=text),)

    def markers(self) -> Listed[PrintedFact]:
        """Ki-67, weight and markers, each value with its time."""
        facts = [*self.coded("ki67_percent"), *self.coded("weight_kg")]
        facts += [fact for fact in self.book.of("marker:") if self.is_known_marker(fact)]
        return tuple(
            PrintedFact(
                label=name_shortly(fact.key),
                text=say_value(fact.key, fact.value),
                note=self.when(fact),
            )
            for fact in sorted(facts, key=lambda fact: (fact.key, dated_of(fact)))
        ) or Absence(_("no marker has been confirmed yet"))

    def is_known_marker(self, fact: Fact) -> bool:
        name = fact.key.partition(":")[2].lower()
        return name in MARKERS and fact.value["unit"].lower() in UNITS

    def treatments(self, lines: Listed[TreatmentLine]) -> Listed[TreatmentLine]:
        if isinstance(lines, Absence):
            return lines
        return tuple(self.retell(line) for line in lines)

    def retell(self, line: TreatmentLine) -> TreatmentLine:
        """Class and agent from closed lists, months for days; no reason and no other illness."""
        is_class = isinstance(line.class_name, Said)
        given = line.class_name if is_class else _("class not recorded")
        agent = line.agent if line.agent.lower() in self.agents else given
        return TreatmentLine(
            number=line.number,
            agent=agent,
            kind=line.kind,
            class_name=given,
            status=line.status,
            when=self.period(line),
            for_condition=_("another illness") if line.for_condition else "",
        )

    def period(self, line: TreatmentLine) -> Said:
        start = say_months(line.start, self.day) if line.start else _("at a time not recorded")
        if line.status is LineStatus.ONGOING:
            return _("begun %(when)s, ongoing", when=start)
        if line.status is LineStatus.PLANNED:
            return _("planned")
        if line.status is LineStatus.DECLINED:
            return _("declined")
        if not line.end or line.end == line.start:
            return start
        return _("begun %(begin)s, ended %(end)s", begin=start, end=say_months(line.end, self.day))

    def biomarkers(self) -> Listed[Biomarker]:
        found = []
        for fact in self.book.of("biomarker:"):
            name = fact.key.partition(":")[2].upper()
            if name not in GENES:
                continue
            result = str(fact.value.get("result", ""))
            told = result if result.lower() in RESULTS else _("recorded in words, left out")
            when = self.when(fact)
            found.append(Biomarker(name=name, result=join_said(told, when)))
        return tuple(found) or Absence(_("no biomarker with a coded name has been confirmed"))

    def history(self) -> tuple[HistoryGroup, ...]:
        groups = [_count_words(self.book, *each) for each in HISTORY]
        shown = [fact for key in ("ecog", "child_pugh") if (fact := self.say(key)) is not None]
        status = HistoryGroup(
            name=_("Performance status"), facts=tuple(shown) or Absence(_("not recorded"))
        )
        return (status, *groups)

    def attention(self) -> Listed[AttentionItem]:
        items = []
        for fact in self.book.of("attention:"):
            topic = fact.key.partition(":")[2]
            if topic in LABEL_SAYS and fact.value is not False:
                items.append(
                    AttentionItem(
                        topic=name_fact(fact.key),
                        fact=join_said(_("recorded"), self.when(fact)),
                        label_says=as_said(LABEL_SAYS[topic]),
                    )
                )
        return tuple(items) or Absence(_("no confirmed fact touches a warning of the label"))


HISTORY: Final = (
    (_("Other conditions"), "comorbidity"),
    (_("Allergies"), "allergy"),
    (_("Current medicines"), "current_medicine"),
)


def _count_words(book: SourceBook, name: str, key: str) -> HistoryGroup:
    count = len(book.of(key))
    if not count:
        return HistoryGroup(name=name, facts=Absence(_("not recorded")))
    text = ngettext(
        "%(count)d entry is recorded in words, which are left out",
        "%(count)d entries are recorded in words, which are left out",
        count,
    )
    return HistoryGroup(name=name, facts=(PrintedFact(text=text),))


def _tell_flag(contents: DossierContents, told: _Telling) -> Flag | Absence:
    """The rows with their answers; of the facts only what is coded, of the reasons none."""
    flag = contents.flag
    if isinstance(flag, Absence):
        return flag
    return replace(
        flag,
        label_read_by="",
        rows=tuple(_tell_row(row, contents, told) for row in flag.rows),
        context=tuple(replace(note, cites=()) for note in flag.context),
        dose=LEFT_OUT,
        next_change_on=None,
        next_change_why="",
    )


def _tell_row(row: CriterionRow, contents: DossierContents, told: _Telling) -> CriterionRow:
    if row.id == "age_ge_12":
        fact: str = _say_age(_describe_person(contents.patient))
    elif row.id == "previously_treated":
        lines = told.treatments(contents.treatments)
        fact = "" if isinstance(lines, Absence) else join_said(*(line.agent for line in lines))
    else:
        fact = _say_coded(ROW_FACTS.get(row.id, ()), told)
    return CriterionRow(
        id=row.id,
        phrase=row.phrase,
        tag=row.tag,
        answer=row.answer,
        unknown_kind=row.unknown_kind,
        derived=row.derived,
        fact=fact,
        ask=row.ask,
        other_readings=row.other_readings,
    )


def _say_age(patient: Patient) -> str:
    if patient.age_years is None:
        return ""
    if patient.is_of_oldest:
        return _("%(age)d years or older", age=patient.age_years)
    return ngettext("%(count)d year", "%(count)d years", patient.age_years)


ROW_FACTS: Final[dict[str, Sequence[str]]] = {
    "histology_net": ("histology",),
    "well_differentiated": ("differentiation", "grade"),
    "primary_site": ("primary_site",),
    "unresectable": ("resectable",),
    "locally_advanced_or_metastatic": ("metastatic", "locally_advanced"),
}


def _say_coded(keys: Iterable[str], told: _Telling) -> str:
    found = (told.say(key, label=False, short=True) for key in keys)
    return join_said(
        *(
            join_said(*(side.text for side in fact.sides), by=" / ") or fact.text
            for fact in found
            if fact is not None
        )
    )


def _tell_imaging(studies: Listed[ImagingStudy]) -> Listed[ImagingStudy]:
    if isinstance(studies, Absence):
        return studies
    return tuple(
        ImagingStudy(
            what=_("Report of imaging"),
            on=None,
            age_days=None,
            when=say_months_of(study.age_days or 0),
            images="",
        )
        for study in studies
    )


def _tell_missing(case: Case, flag: Flag | Absence) -> Listed[MissingItem]:
    kinds: dict[Any, str] = {kind.value: str(kind.label) for kind in RecordKind}
    items = [
        MissingItem(what=as_said(kinds[request.kind]), asked_of=_("the family"))
        for request in case.record_requests.filter(state=RequestState.OPEN)
        if request.kind in kinds
    ]
    rows = flag.rows if isinstance(flag, Flag) else ()
    items += [MissingItem(what=row.ask) for row in rows if row.ask and row.unknown_kind]
    return tuple(items) or Absence(_("nothing is known to be missing"))
