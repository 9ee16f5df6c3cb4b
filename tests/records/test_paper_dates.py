"""What a paper says of itself: its date is no birth date and no year, its issuer no sentence."""

import pytest

from documents.records.paper_dates import describe_paper


def tell(text: str, field: str) -> str | None:
    told = describe_paper([text]).get(field)
    return told and str(told["value"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Lakeside Hospital\n9 March 2025\nDear Dr Moss", "2025-03-09"),
        ("Lakeside Hospital\nMarch 2025\nDear Dr Moss", "2025-03"),
        ("Diagnosis: NET (Ki-67 28% in May 2023;\nprimary 14% in 2019)", None),
        ("Name: Ruth\nFecha nac.      : 17-08-1966\nSexo: F", None),
        ("Name: Ruth\nborn 17 August 1966\nSex: F", None),
        ("Lakeside Hospital\nDate of visit: 22 January 2025", "2025-01-22"),
        ("Clinic date: 12 March 2025      Typed: 14 March 2025", "2025-03-14"),
    ],
)
def test_a_report_s_date_is_no_birth_date_and_no_bare_year(text: str, value: str | None) -> None:
    assert tell(text, "report_date") == value


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (
            "Lakeside Pathology Associates, Teaching Hospital",
            "Lakeside Pathology Associates, Teaching Hospital",
        ),
        ("Nordhavn University Hospital, P.C.", "Nordhavn University Hospital, P.C."),
        ("told by our doctor to look for a hospital abroad", None),
        ("We were sent to another country and found your hospital by a friend.", None),
    ],
)
def test_an_issuer_is_a_letterhead_and_no_sentence(line: str, value: str | None) -> None:
    assert tell(f"{line}\nWords.", "issuer") == value
