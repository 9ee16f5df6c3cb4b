"""From tags to studies: what belongs together, what is counted, and whose images they are."""

from typing import Any

import pytest

from cases.casework.models import Patient
from documents.records.models import PersonCheck
from documents.records.parsers.dicom_header import TEXTS
from documents.records.studies import (
    Studies,
    TaggedPerson,
    are_of_two,
    compare_tags,
    describe_tags,
    read_date,
    show_person_name,
)

RUTH = TaggedPerson("ODHIAMBO^RUTH ACHIENG", "1968-05-14", "P-17")


def patient(**more: str) -> Patient:
    return Patient(**{"name": "Ruth Achieng Odhiambo", "birth_date": "1968-05-14", **more})


def tags(**more: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(TEXTS, ""),
        "series_number": 1,
        "number": 1,
        "frames": 1,
        "has_picture": True,
        **more,
    }


def test_images_are_put_together_by_study_and_series() -> None:
    studies = Studies()
    for number in (3, 1, 2):
        studies.add(tags(study="1", series="1.1", image=f"a{number}", number=number), entry=number)
    studies.add(tags(study="1", series="1.2", image="b", frames=300, modality="MR"), entry=4)
    studies.add(tags(study="1", series="1.3", image="c", has_picture=False, modality="SR"), entry=5)
    studies.add(tags(study="2", series="2.1", image="d", modality="CT"), entry=6)
    first, second = studies
    counts = {one.uid: one.image_count for one in first.series.values()}
    assert counts == {"1.1": 3, "1.2": 300, "1.3": 0}
    middle = first.series["1.1"].middle
    assert middle is not None
    assert middle.number == 2
    assert first.series["1.3"].middle is None
    assert (first.modalities, second.modalities, studies.count) == ("MR/SR", "CT", 4)


def test_a_series_is_counted_no_further_than_reason_goes() -> None:
    studies = Studies()
    for number in range(11):
        studies.add(tags(study="1", series="1", image=str(number), frames=100_000), entry=number)
    (study,) = studies
    assert study.series["1"].image_count == 1_000_000


def test_what_the_tags_say_fits_into_the_rows_whatever_it_is() -> None:
    studies = Studies()
    long = "9" * 200 + "\x00\ud800"
    studies.add(tags(study=long, series=long, modality=long, name=long, patient_id=long), entry=1)
    (study,) = studies
    (series,) = study.series.values()
    (person,) = studies.people
    assert max(len(study.uid), len(series.uid), len(person.number)) == 64
    assert (len(series.modality), len(person.name)) == (16, 200)
    assert not {"\x00", "\ud800"} & set(study.uid + person.name)


@pytest.mark.parametrize(
    ("person", "check"),
    [
        (RUTH, PersonCheck.SAME),
        (TaggedPerson("Odhiambo^Ruth", "1968-05-14", ""), PersonCheck.SAME),
        (TaggedPerson("ОДИАМБО^РУТ", "", ""), PersonCheck.SAME_NAME),
        (TaggedPerson("=ОДИАМБО^РУТ", "", ""), PersonCheck.SAME_NAME),
        (TaggedPerson("X=山田^太郎", "", ""), PersonCheck.NOT_PRINTED),
        (TaggedPerson("Anonymous", "", "17"), PersonCheck.NOT_PRINTED),
        (TaggedPerson("^^^^", "", ""), PersonCheck.NOT_PRINTED),
        (TaggedPerson("Anonymized", "1968-05-14", ""), PersonCheck.SAME),
        (TaggedPerson("ODHIAMBO^RUTH", "1968-05-13", ""), PersonCheck.BIRTH_DATE_DIFFERS),
        (TaggedPerson("ALMEIDA^SOFIA", "", ""), PersonCheck.NAME_DIFFERS),
        (TaggedPerson("ALMEIDA^SOFIA", "1968-05-14", ""), PersonCheck.NAME_DIFFERS),
        (TaggedPerson("ALMEIDA^SOFIA", "1971-02-03", ""), PersonCheck.BOTH_DIFFER),
    ],
)
def test_whose_images_they_are(person: TaggedPerson, check: PersonCheck) -> None:
    assert compare_tags([person], patient()) == check


def test_the_severest_answer_holds_for_all() -> None:
    other = TaggedPerson("ALMEIDA^SOFIA", "1971-02-03", "")
    assert compare_tags([RUTH, other], patient()) == PersonCheck.BOTH_DIFFER
    assert compare_tags([RUTH, RUTH], patient()) == PersonCheck.SAME
    assert compare_tags([], patient()) == PersonCheck.NOT_PRINTED


@pytest.mark.parametrize(
    ("other", "of_two"),
    [
        (RUTH, False),
        (TaggedPerson("Odhiambo^Ruth", "1968-05-14", "OTHER-HOSPITAL-9"), False),
        (TaggedPerson("ОДИАМБО^РУТ", "1968-05-14", "P-17"), False),
        (TaggedPerson("ODHIAMBO^RUTH", "", "P-17"), False),
        (TaggedPerson("Anonymous", "", ""), False),
        (TaggedPerson("ODHIAMBO^RUTH", "", "OTHER-9"), True),
        (TaggedPerson("Anonymous", "", "OTHER-9"), True),
        (TaggedPerson("ODHIAMBO^RUTH ACHIENG", "1969-05-14", "P-17"), True),
        (TaggedPerson("ALMEIDA^SOFIA", "1968-05-14", "P-17"), True),
        (TaggedPerson("ALMEIDA^SOFIA", "", ""), True),
    ],
)
def test_two_spellings_are_one_person_and_two_birth_dates_are_two(
    other: TaggedPerson,
    of_two: bool,  # noqa: FBT001
) -> None:
    assert are_of_two([RUTH, other]) is of_two
    assert are_of_two([other, RUTH, RUTH]) is of_two


def test_nobody_named_is_nobody_else() -> None:
    assert not are_of_two([])
    assert not are_of_two([TaggedPerson("", "", "1")])
    assert are_of_two([TaggedPerson("", "", "1"), TaggedPerson("", "", "2")])


def test_a_reviewer_is_told_who_is_named() -> None:
    told = describe_tags([RUTH, TaggedPerson("ALMEIDA^SOFIA", "", "")], patient())
    assert told == [
        {"name": "ODHIAMBO RUTH ACHIENG", "answer": "same"},
        {"birth_date": "1968-05-14", "answer": "same"},
        {"name": "ALMEIDA SOFIA", "answer": "other"},
    ]
    unknown = describe_tags([RUTH], patient(birth_date=""))
    assert unknown[1] == {"birth_date": "1968-05-14", "answer": "unclear"}


def test_names_are_shown_as_people_write_them() -> None:
    assert show_person_name("Yamada^Tarou=山田^太郎=") == "Yamada Tarou / 山田 太郎"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20260312", "2026-03-12"),
        ("1997.04.24", "1997-04-24"),
        ("2026-03-12", "2026-03-12"),
        ("20260230", ""),
        ("18991231", ""),
        ("19000101", "1900-01-01"),
        ("202603", ""),
        ("", ""),
        ("٢٠٢٦٠٣١٢", ""),
    ],
)
def test_dates_of_tags_are_read_or_left(written: str, read: str) -> None:
    assert read_date(written) == read
