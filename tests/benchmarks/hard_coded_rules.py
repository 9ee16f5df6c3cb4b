"""The seven rules of the default indication, hard-coded over plain objects: the yardstick.

Written the way one would without definitions as data: one function a rule, values compared in
place, reasons formatted where they arise. No conflicts; partial birth dates are handled.
"""

from dataclasses import dataclass
from datetime import date

from cases.clinical.snapshot import Snapshot, dump_snapshot
from cases.clinical.terms import LABELS, Histology, PrimarySite, TreatmentClass

NETS = {"NET", "typical_carcinoid", "atypical_carcinoid"}
NOT_NETS = {
    "NEC",
    "LCNEC",
    "SCLC",
    "merkel_cell_carcinoma",
    "goblet_cell_adenocarcinoma",
    "medullary_thyroid_carcinoma",
    "MiNEN_NEC_component",
}
SYSTEMIC = {
    "mTOR_inhibitor",
    "TKI",
    "PRRT",
    "chemotherapy",
    "immunotherapy",
    "interferon",
    "HIF2a_inhibitor",
    "other_systemic",
}
UNSETTLED = {"SSA", "surgery", "liver_directed", "radiotherapy"}


@dataclass(slots=True)
class Course:
    agent: str | None
    kind: str | None
    start: date | None
    status: str | None
    condition: str | None


@dataclass(slots=True)
class Person:
    today: date
    born_first: date | None
    born_last: date | None
    weight: float | None
    histology: str | None
    differentiation: str | None
    grade: str | None
    site: str | None
    locally_advanced: bool | None
    metastatic: bool | None
    resectable: bool | str | None
    treatments: list[Course] | None


@dataclass(slots=True)
class Line:
    name: str
    answer: str
    kind: str | None
    basis: str
    phrase: str
    reason: str
    ask: str | None


@dataclass(slots=True)
class Comparison:
    rows: list[Line]
    overall: str
    under_b: str
    under_c: str
    cohort: str | None
    dose_mg: int | None
    changes_on: date | None


def person_from(snapshot: Snapshot) -> Person:
    """The plain object that a hand-written matcher would have been given."""
    raw = dump_snapshot(snapshot)
    patient, facts, entries = raw["patient"], raw["disease"], raw["prior_treatments"]
    return Person(
        snapshot.reference_date,
        read_day(patient["date_of_birth"], "-01-01"),
        read_day(patient["date_of_birth"], "-12-31"),
        patient["weight_kg"],
        facts["histology"],
        facts["differentiation"],
        facts["grade"],
        facts["primary_site"],
        facts["locally_advanced"],
        facts["metastatic"],
        facts["resectable"],
        None
        if entries is None
        else [
            Course(
                entry["agent"],
                entry["class"],
                read_day(entry["start_date"], "-01-01"),
                entry["status"],
                entry["for_condition"],
            )
            for entry in entries
        ],
    )


def read_day(text: str | None, rest: str) -> date | None:
    """A date; the first or last day of a year where only that is known."""
    return date.fromisoformat(text if "-" in text else text + rest) if text else None


def years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def judge_age(person: Person) -> Line:
    phrase = "12 years of age and older"
    if person.born_first is None or person.born_last is None:
        reason = "Date of birth: not recorded."
        return Line("age_ge_12", "unknown", "missing", "stated", phrase, reason, "Date of birth?")
    if person.born_first > person.today:
        reason = "Date of birth: cannot be true."
        return Line("age_ge_12", "unknown", "invalid", "stated", phrase, reason, "Date of birth?")
    least = years(min(person.born_last, person.today), person.today)
    if person.born_first == person.born_last:
        most, said = least, f"Age: {least} completed years on the reference date."
    else:
        most = years(person.born_first, person.today)
        said = f"Age: {least} to {most} completed years on the reference date."
    if least >= 12:
        return Line("age_ge_12", "met", None, "stated", phrase, said, None)
    if most < 12:
        return Line("age_ge_12", "not_met", None, "stated", phrase, said, None)
    return Line("age_ge_12", "unknown", "missing", "stated", phrase, said, "Date of birth?")


def judge_histology(person: Person) -> Line:
    name, phrase, value = "histology_net", "neuroendocrine tumors", person.histology
    if value is None:
        reason = "Histology: not recorded."
        return Line(name, "unknown", "missing", "stated", phrase, reason, "Which histology?")
    said = f"Histology: {LABELS[Histology][value]}."
    if value in NETS:
        return Line(name, "met", None, "stated", phrase, said, None)
    if value in NOT_NETS:
        return Line(name, "not_met", None, "stated", phrase, said, None)
    if value == "NEN_NOS":
        return Line(name, "unknown", "missing", "stated", phrase, said, "Which histology?")
    return Line(name, "unknown", "ambiguous", "stated", phrase, said, "Is this a NET?")


def judge_differentiation(person: Person) -> Line:
    name, phrase, value = "well_differentiated", "well-differentiated", person.differentiation
    if value == "well":
        reason = "Differentiation: well differentiated."
        return Line(name, "met", None, "stated", phrase, reason, None)
    if value == "poor":
        reason = "Differentiation: poorly differentiated."
        return Line(name, "not_met", None, "stated", phrase, reason, None)
    if value == "moderate":
        reason = "Differentiation: moderately differentiated. A physician decides."
        return Line(name, "unknown", "ambiguous", "stated", phrase, reason, "Well enough?")
    if (person.histology == "NET" and person.grade in {"G1", "G2"}) or person.histology in {
        "typical_carcinoid",
        "atypical_carcinoid",
    }:
        reason = f"Differentiation: derived from {person.histology}, grade {person.grade}."
        return Line(name, "met", None, "derived", phrase, reason, None)
    reason = "Differentiation: not recorded."
    return Line(name, "unknown", "missing", "stated", phrase, reason, "How differentiated?")


def judge_site(person: Person) -> Line:
    name, phrase, value = "primary_site", "pancreatic / extra-pancreatic", person.site
    if value is None:
        reason = "Primary site: not recorded."
        return Line(name, "unknown", "missing", "stated", phrase, reason, "Where did it begin?")
    said = f"Primary site: {LABELS[PrimarySite][value]}."
    if value == "unknown_primary":
        return Line(name, "unknown", "ambiguous", "stated", phrase, said, "How is it read?")
    return Line(name, "met", None, "stated", phrase, said, None)


def judge_resectability(person: Person) -> Line:
    name, value = "unresectable", person.resectable
    if value is None:
        reason = "Resectable: not recorded."
        return Line(name, "unknown", "missing", "stated", name, reason, "Can it be removed?")
    if value is False:
        return Line(name, "met", None, "stated", name, "Resectable: no.", None)
    if value is True:
        return Line(name, "not_met", None, "stated", name, "Resectable: yes.", None)
    reason = "Resectable: medically inoperable. A physician decides."
    return Line(name, "unknown", "ambiguous", "stated", name, reason, "Is it unresectable?")


def judge_extent(person: Person) -> Line:
    name, phrase = "locally_advanced_or_metastatic", "locally advanced or metastatic"
    if person.locally_advanced is True or person.metastatic is True:
        said = "Metastatic: yes." if person.metastatic is True else "Locally advanced: yes."
        return Line(name, "met", None, "stated", phrase, said, None)
    if person.locally_advanced is False and person.metastatic is False:
        said = "Locally advanced: no. Metastatic: no."
        return Line(name, "not_met", None, "stated", phrase, said, None)
    said = "Extent: not recorded in full."
    return Line(name, "unknown", "missing", "stated", phrase, said, "How far has it spread?")


def say_courses(courses: list[Course]) -> str:
    labels = LABELS[TreatmentClass]
    return "; ".join(
        f"{course.agent} ({labels[course.kind or '']}), begun {course.start}" for course in courses
    )


def judge_treatments(person: Person, today: date) -> Line:
    name, phrase = "previously_treated", "previously treated"
    if person.treatments is None:
        reason = "Treatment history: not collected."
        return Line(name, "unknown", "missing", "stated", phrase, reason, "Which treatments?")
    given = [
        course
        for course in person.treatments
        if course.condition == "NET"
        and course.status not in {"planned", "declined"}
        and (course.start is None or course.start <= today)
    ]
    counted = [course for course in given if course.kind in SYSTEMIC]
    if counted:
        reason = f"Given for this tumour: {say_courses(counted)}."
        return Line(name, "met", None, "stated", phrase, reason, None)
    unsettled = [course for course in given if course.kind in UNSETTLED]
    if unsettled:
        reason = f"Recorded: {say_courses(unsettled)}. A physician decides."
        return Line(name, "unknown", "ambiguous", "stated", phrase, reason, "Does it count?")
    reason = "Treatment history: complete, with no entry that counts."
    return Line(name, "not_met", None, "stated", phrase, reason, None)


def sum_up(answers: list[str]) -> str:
    if "not_met" in answers:
        return "no_match"
    return "insufficient_information" if "unknown" in answers else "match"


def either(one: str, other: str) -> str:
    if one == "met" or other == "met":
        return "met"
    return "unknown" if one == "unknown" or other == "unknown" else "not_met"


def say_extent(value: bool | None) -> str:  # noqa: FBT001  (one recorded fact)
    if value is None:
        return "unknown"
    return "met" if value else "not_met"


def find_change(person: Person, rows: list[Line], overall: str) -> date | None:
    """The next birthday or treatment start on which the overall answer is another."""
    days = [day.replace(year=day.year + 12) for day in (person.born_first, person.born_last) if day]
    days += [course.start for course in person.treatments or [] if course.start]
    others = [row.answer for row in rows[1:6]]
    for day in sorted(day for day in days if day > person.today):
        age = judge_age(replace_today(person, day)).answer
        treated = judge_treatments(person, day).answer
        if sum_up([age, *others, treated]) != overall:
            return day
    return None


def replace_today(person: Person, day: date) -> Person:
    return Person(day, person.born_first, person.born_last, *(None,) * 9)


def compare_person(person: Person) -> Comparison:
    rows = [
        judge_age(person),
        judge_histology(person),
        judge_differentiation(person),
        judge_site(person),
        judge_resectability(person),
        judge_extent(person),
        judge_treatments(person, person.today),
    ]
    answers = [row.answer for row in rows]
    overall = sum_up(answers)
    under_c = [*answers[:4], either(answers[4], say_extent(person.metastatic)), answers[6]]
    cohort = None
    if answers[1] == "met" and answers[3] == "met":
        cohort = "pNET" if person.site == "pancreas" else "epNET"
    dose = None
    if overall == "match" and person.weight is not None and person.born_first is not None:
        if person.weight >= 40:
            dose = 60
        elif years(person.born_first, person.today) < 18:
            dose = 40
    return Comparison(
        rows,
        overall,
        sum_up([*under_c, answers[5]]),
        sum_up(under_c),
        cohort,
        dose,
        None if overall == "match" else find_change(person, rows, overall),
    )
