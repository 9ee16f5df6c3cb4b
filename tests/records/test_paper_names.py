"""What staff are shown of a record that only a camera or a program has named."""

import pytest

from documents.records.models import Document, RecordKind
from documents.records.paper_names import is_machine_made, name_record


@pytest.mark.parametrize(
    "title",
    [
        *("disc", "Disc (2)", "IMG 2034", "IMG-20261104-WA0011", "scan0001", "DOC-20261103-WA0003"),
        *("WhatsApp Image 2026-11-03 at 10.22.31 AM", "CamScanner 11-03-2026", "20261103 101500"),
        *("Скан 12", "图片1", "صورة", "document(1)", "3f2b8c0e-8a4e-4a51-9d43-0b6f7d0c1a2b", "..."),
    ],
)
def test_a_name_without_a_persons_word_is_a_machines(title: str) -> None:
    assert is_machine_made(title)


@pytest.mark.parametrize(
    "title",
    [
        *(
            "CT",
            "Oncology letter Nov",
            "scan liver",
            "Mama",
            "disc of May",
            "гистология",
            "报告 2026",
        )
    ],
)
def test_a_name_with_one_word_of_a_person_is_theirs(title: str) -> None:
    assert not is_machine_made(title)
    assert name_record(Document(title=title, kind=RecordKind.IMAGING)) == title


def test_it_is_named_by_what_a_person_said_or_else_by_what_was_found() -> None:
    found = {"kind": {"value": "imaging"}, "issuer": {"value": "Hospital Lindenau\r"}}
    paper = Document(title="scan0001", findings=found)
    assert name_record(paper) == "Imaging report, Hospital Lindenau"
    paper.kind, paper.issuer = RecordKind.PATHOLOGY, "Karura Ridge Hospital"
    assert name_record(paper) == "Pathology report, Karura Ridge Hospital"


def test_a_disc_is_named_by_its_images() -> None:
    found = {"kind": {"value": "imaging"}, "images": {"value": "CT abdomen"}}
    assert name_record(Document(title="disc", findings=found)) == "CT abdomen"


@pytest.mark.parametrize(
    "findings",
    [{}, {"kind": {"value": "poem"}}, {"kind": "?"}, {"issuer": {"value": "Hospital Lindenau"}}],
)
def test_where_nothing_is_known_the_title_stays(findings: dict[str, object]) -> None:
    assert name_record(Document(title="scan0001", findings=findings)) == "scan0001"
