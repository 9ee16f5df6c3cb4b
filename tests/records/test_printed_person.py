"""Whose paper it is: a clear birth date decides, a relative's never, a name alone never holds."""

import pytest

from cases.casework.models import Patient
from documents.records.models import PersonCheck
from documents.records.person_names import are_alike
from documents.records.printed_person import HOLDING, compare_person
from documents.records.reading import read_pages
from documents.records.sniffing import Kind
from tests.records.name_pairs import measure_names
from tests.samples.load import load_cases
from tests.samples.shapes import SAMPLES, SampleCase

MOST_HELD = 0.04
MOST_PASSED = 0.005


def patient(
    name: str = "Ruth Achieng Odhiambo", birth_date: str = "1968-05-14", native_name: str = ""
) -> Patient:
    return Patient(name=name, birth_date=birth_date, native_name=native_name)


@pytest.mark.parametrize(
    "page",
    [
        "Date of birth: 14 May 1968",
        "DOB 14/05/1968",
        "D.O.B.: 1968-05-14",
        "Date of birth (dd/mm/yyyy): 14/05/1968",
        "Born 14 May 1968 in Kisumu",
        "Fecha de nacimiento: 14 de mayo de 1968",
        "F. nac.: 14/05/1968",
        "Fecha nac.      : 14-05-1968",
        "Geburtsdatum: 14.05.1968",
        "Дата рождения: 14.05.1968",
        "Дата рождения, пол 14.05.1968, женский",
        "Date of birth, sex: 14.05.1968, F",
        "تاريخ الميلاد: 14/05/1968",
        "出生日期: 1968-05-14",
        "जन्म तिथि: 14/05/1968",
        "Date of birth\r\n14/05/1968",
    ],
)
def test_the_patients_birth_date_is_found_however_it_is_labelled(page: str) -> None:
    assert compare_person([page], patient()) is PersonCheck.SAME
    assert compare_person([page], patient(birth_date="1971-02-03")) in HOLDING


def test_a_date_that_can_be_read_two_ways_agrees_with_either() -> None:
    page = "DOB: 04/05/1968"
    for birth_date in ("1968-05-04", "1968-04-05"):
        assert compare_person([page], patient(birth_date=birth_date)) is PersonCheck.SAME
    assert compare_person([page], patient(birth_date="1968-05-05")) in HOLDING


@pytest.mark.parametrize("known", ["1968", "1968-05"])
def test_a_birth_date_known_in_part_is_compared_in_part(known: str) -> None:
    assert compare_person(["DOB: 14 May 1968"], patient(birth_date=known)) is PersonCheck.SAME
    assert compare_person(["DOB: 14 May 1969"], patient(birth_date=known)) in HOLDING


@pytest.mark.parametrize(
    "page",
    [
        "Her mother, date of birth 3 June 1940, had breast cancer.",
        "Son: born 2001-07-09",
        "Next of kin: Grace Odhiambo, DOB 12/12/1995",
        "Madre, fecha de nacimiento: 03/06/1940",
        "The sample was born out of a study dated 3 June 1940.",
        "Report date: 03/06/2024",
        "Newborn screening 03/06/1940",
        "DOB: unknown. Report of 3 June 1940.",
    ],
)
def test_other_peoples_dates_and_other_dates_hold_nothing(page: str) -> None:
    assert compare_person([page], patient()) not in HOLDING


def test_one_page_of_another_person_holds_the_whole_document() -> None:
    pages = ["DOB: 14 May 1968", "DOB: 2 March 1971"]
    assert compare_person(pages, patient()) is PersonCheck.BIRTH_DATE_DIFFERS


def test_without_a_birth_date_on_file_nothing_is_held() -> None:
    page = "Patient: Ruth Odhiambo\nDOB: 2 March 1971"
    assert compare_person([page], patient(birth_date="")) is PersonCheck.SAME_NAME


def test_another_name_with_another_birth_date_says_both() -> None:
    page = "Patient: HADDAD, Omar\nDOB: 2 March 1971"
    assert compare_person([page], patient()) is PersonCheck.BOTH_DIFFER


def test_another_name_holds_where_no_birth_date_speaks_for_the_patient() -> None:
    found = compare_person(["Patient name: HADDAD, Omar\nNo date."], patient())
    assert found is PersonCheck.NAME_DIFFERS
    assert found in HOLDING


def test_names_are_compared_with_few_mistakes_on_both_sides() -> None:
    rates, mistakes = measure_names()
    assert rates.held / rates.same < MOST_HELD, mistakes
    assert rates.passed / rates.different < MOST_PASSED, mistakes


@pytest.mark.parametrize(
    "page",
    [
        "Patient: ODHIAMBO, Ruth Achieng",
        "Name: Ruth A. Odhiambo   DOB unknown",
        "Paciente: Odhiambo Ruth",
        "Patient: OTHIAMBO RUTH",
        "Dr Kamau saw Mrs Ruth Odhiambo today.",
    ],
)
def test_the_order_and_the_spelling_of_a_name_do_not_matter(page: str) -> None:
    assert compare_person([page], patient()) in {PersonCheck.SAME_NAME, PersonCheck.NOT_PRINTED}


@pytest.mark.parametrize(
    ("one", "other"),
    [("mohammed", "muhamad"), ("yousef", "youssef"), ("khalid", "halid"), ("sergey", "sergei")],
)
def test_names_from_another_alphabet_are_recognised(one: str, other: str) -> None:
    assert are_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("ruth", "omar"), ("velasco", "haddad"), ("ana", "eva")]
)
def test_different_names_are_different(one: str, other: str) -> None:
    assert not are_alike(one, other)


def test_a_page_without_name_or_date_says_nothing() -> None:
    assert compare_person(["Ki-67: 9%"], patient()) is PersonCheck.NOT_PRINTED
    assert compare_person([], patient()) is PersonCheck.NOT_PRINTED


def papers_of(case: SampleCase) -> list[list[str]]:
    return [
        [page.text for page in read_pages(SAMPLES / case.slug / file.name, Kind.PDF).pages]
        for file in case.files
    ]


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: str(case.slug))
def test_no_sample_paper_is_held_for_its_own_patient(case: SampleCase) -> None:
    person = patient(
        f"{case.patient.given_name} {case.patient.family_name}", str(case.patient.birth_date)
    )
    for pages in papers_of(case):
        assert compare_person(pages, person) not in HOLDING | {PersonCheck.NAME_DIFFERS}


def test_every_sample_paper_with_a_birth_date_is_held_for_another_patient() -> None:
    other = patient("Omar Haddad", "1931-01-31")
    case = load_cases()[0]
    assert all(compare_person(pages, other) in HOLDING for pages in papers_of(case))
