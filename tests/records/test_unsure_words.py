"""Words of a scan that may be misread: nothing is offered from them, and none clears a hold."""

import pytest

from cases.casework.models import Patient
from documents.records.models import PersonCheck, TextSource
from documents.records.paper_dates import describe_paper
from documents.records.printed_person import compare_person, describe_people
from documents.records.reading import PageText
from documents.records.sureness import LEAST_SURE, hide_unsure

SURE, UNSURE = LEAST_SURE, LEAST_SURE - 0.01
RUTH = Patient(name="Ruth Achieng Odhiambo", birth_date="1968-05-14")
BORN_UNKNOWN = Patient(name="Ruth Achieng Odhiambo", birth_date="")
PAPER = """Lakeside Teaching Hospital
Pathology report
Specimen taken: 3 March 2025
Report date: 9 March 2025
"""


def scan(text: str, unsure: str = "", sureness: float = UNSURE) -> PageText:
    """A recognised page on which the words of `unsure` were read with that sureness."""
    words, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        sure = sureness if word in unsure.split() else 0.95
        words.append([at, at + len(word), 0, 0, 1, 1, sure])
        at += len(word)
    return PageText(1, text, words=words, source=TextSource.RECOGNISED)


def describe(page: PageText) -> dict[str, str]:
    told = describe_paper([page.text], sure=[hide_unsure(page)])
    return {name: one["value"] for name, one in told.items()}


def compare(page: PageText, patient: Patient = RUTH) -> PersonCheck:
    return compare_person([page.text], patient, sure=[hide_unsure(page)])


def test_unsure_words_are_hidden_and_every_offset_stays() -> None:
    page = scan("Ruth Odhiambo, born", "Odhiambo,")
    assert hide_unsure(page) == "Ruth           born"
    assert hide_unsure(scan("Ruth Odhiambo", "Odhiambo", SURE)) == "Ruth Odhiambo"
    assert hide_unsure(PageText(1, "Ruth Odhiambo")) == "Ruth Odhiambo"


def test_an_issuer_is_offered_only_from_words_that_were_surely_read() -> None:
    assert describe(scan(PAPER, "Teaching", SURE))["issuer"] == "Lakeside Teaching Hospital"
    assert "issuer" not in describe(scan(PAPER, "Teaching"))
    assert "issuer" in describe(scan(PAPER, "Pathology taken: Report"))


def test_no_other_line_takes_the_place_of_an_unsure_letterhead() -> None:
    paper = "Lakeside Teaching Hospital\nCity Cancer Centre, Dr Moss\nReport"
    assert describe(scan(paper))["issuer"] == "Lakeside Teaching Hospital"
    assert "issuer" not in describe(scan(paper, "Lakeside"))


@pytest.mark.parametrize(("field", "day"), [("specimen_date", "3"), ("report_date", "9")])
def test_a_date_is_offered_only_from_words_that_were_surely_read(field: str, day: str) -> None:
    assert describe(scan(PAPER, day, SURE))[field] == f"2025-03-0{day}"
    assert field not in describe(scan(PAPER, day))


def test_a_kind_is_offered_whatever_its_words_for_they_are_of_a_list() -> None:
    assert describe(scan(PAPER, "Pathology report"))["kind"] == describe(scan(PAPER))["kind"]


@pytest.mark.parametrize(("sureness", "check"), [(SURE, "SAME"), (UNSURE, "NOT_PRINTED")])
def test_an_unsure_birth_date_does_not_speak_for_the_patient(sureness: float, check: str) -> None:
    page = scan("Date of birth: 14 May 1968", "14", sureness)
    assert compare(page) is PersonCheck[check]


def test_an_unsure_birth_date_of_another_holds_all_the_same() -> None:
    page = scan("Date of birth: 2 March 1971", "1971")
    assert compare(page) is PersonCheck.BIRTH_DATE_DIFFERS


@pytest.mark.parametrize(("sureness", "check"), [(SURE, "SAME_NAME"), (UNSURE, "NAME_DIFFERS")])
def test_an_unsure_name_never_clears_what_a_sure_one_holds(sureness: float, check: str) -> None:
    text = "Patient name: HADDAD, Omar\nName: Ruth Achieng Odhiambo"
    page = scan(text, "Odhiambo", sureness)
    assert compare(page, BORN_UNKNOWN) is PersonCheck[check]


def test_an_unsure_name_of_another_holds_beside_an_unsure_one_of_the_patient() -> None:
    text = "Patient name: HADDAD, Omar\nName: Ruth Achieng Odhiambo"
    page = scan(text, "HADDAD, Omar Odhiambo")
    assert compare(page, BORN_UNKNOWN) is PersonCheck.NAME_DIFFERS


@pytest.mark.parametrize(("sureness", "check"), [(SURE, "SAME_NAME"), (UNSURE, "NOT_PRINTED")])
def test_a_name_found_anywhere_on_the_page_counts_only_surely(sureness: float, check: str) -> None:
    page = scan("We saw Ruth Achieng Odhiambo today.", "Ruth Achieng Odhiambo", sureness)
    assert compare(page, BORN_UNKNOWN) is PersonCheck[check]


def test_a_reviewer_is_not_told_that_unsure_words_are_the_patient_s() -> None:
    text = "Patient name: Ruth Achieng Odhiambo\nDate of birth: 14 May 1968"
    for unsure, answers in (("", ["same", "same"]), ("Ruth 1968", ["unclear", "unclear"])):
        page = scan(text, unsure)
        told = describe_people([page.text], RUTH, sure=[hide_unsure(page)])
        assert [one["answer"] for one in told] == answers
