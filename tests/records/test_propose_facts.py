"""The command of the contract: JSON for each file, or one line of error and nothing else."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.records import scans
from tests.records.papers import make_pdf, make_photo, make_scan
from tests.records.pictures import draw_halves, make_heic, make_tiff
from tests.records.word_files import PAGE_BREAK, make_word, paragraph

REPORT = "Page one of the report.\fDiagnosis: neuroendocrine tumour of the ileum.\r\nKi-67: 14%\r\n"


def run(*paths: Path, language: str = "auto") -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("propose_facts", *map(str, paths), language=language, stdout=out)
    answers: list[dict[str, Any]] = json.loads(out.getvalue())
    return answers


def test_each_file_has_one_element_in_the_order_given(tmp_path: Path) -> None:
    text, pdf, photo, scan = (tmp_path / name for name in ("a.txt", "b.pdf", "c.jpg", "d.pdf"))
    text.write_bytes(REPORT.encode())
    pdf.write_bytes(make_pdf("The patient has a neuroendocrine tumour.", "The Ki-67 is 9%."))
    photo.write_bytes(make_photo())
    scan.write_bytes(make_scan())
    answers = run(text, pdf, photo, scan)
    assert [(one["file"], one["pages"]) for one in answers] == [
        ("a.txt", 2),
        ("b.pdf", 2),
        ("c.jpg", 1),
        ("d.pdf", 1),
    ]
    assert [bool(one["proposals"]) for one in answers] == [True, True, False, False]
    assert answers[1]["language"] == "en"


def test_word_documents_are_read_by_page_and_photographs_of_phones_are_silent(
    tmp_path: Path,
) -> None:
    word, phone, fax = (tmp_path / name for name in ("a.docx", "b.heic", "c.tif"))
    word.write_bytes(
        make_word(paragraph("The letter."), PAGE_BREAK, paragraph("Diagnosis: Ki-67", ": 14%"))
    )
    phone.write_bytes(make_heic())
    fax.write_bytes(make_tiff(draw_halves(), draw_halves()))
    answers = run(word, phone, fax)
    assert [one["pages"] for one in answers] == [2, 1, 2]
    (ki67,) = answers[0]["proposals"]
    assert (ki67["fact"], ki67["page"]) == ("ki67_percent", 2)
    assert "Diagnosis: Ki-67: 14%"[ki67["start"] : ki67["end"]] == ki67["quote"]
    assert not answers[1]["proposals"]


def test_offsets_of_plain_text_count_from_the_start_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(REPORT.encode())
    proposals = run(path)[0]["proposals"]
    assert {one["fact"] for one in proposals} >= {"histology", "primary_site", "ki67_percent"}
    for one in proposals:
        assert set(one) == {"fact", "value", "page", "start", "end", "quote", "rule", "note"}
        assert REPORT[one["start"] : one["end"]] == one["quote"]
        assert one["page"] == 2


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", b"PK\x03\x04"), ("b.pdf", b"%PDF-1.7\n"), ("c.pdf", None)]
)
def test_a_file_that_cannot_be_read_ends_the_command(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("propose_facts", str(path), stdout=out)
    assert error.value.returncode == 2
    assert name in str(error.value)
    assert "\n" not in str(error.value)
    assert not out.getvalue()


@pytest.mark.usefixtures("recognising")
def test_a_scan_is_recognised_and_its_offsets_count_in_what_was_read(tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    own, picture = scans.typeset("<p>Cover."), scans.save(scans.draw(), "PDF")
    scan.write_bytes(scans.join(own, picture))
    (answer,) = run(scan)
    (ki67,) = [one for one in answer["proposals"] if one["fact"] == "ki67_percent"]
    assert (ki67["value"], ki67["page"], ki67["quote"]) == (14, 2, "Ki-67: 14%")
    assert ki67["end"] - ki67["start"] == len("Ki-67: 14%")


def test_where_nothing_reads_pictures_a_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(scans.save(scans.draw()))
    assert run(photo)[0]["proposals"] == []
    assert "Tesseract, which reads them, is not installed." in capsys.readouterr().err


def test_offsets_of_a_pdf_count_from_the_start_of_each_page(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf("Diagnosis: NET of the ileum.", "Weight: 70 kg. The Ki-67 is 9%."))
    by_fact = {one["fact"]: one for one in run(path)[0]["proposals"]}
    assert (by_fact["primary_site"]["page"], by_fact["ki67_percent"]["page"]) == (1, 2)
    assert by_fact["weight_kg"]["start"] < len("Weight: 70 kg")
    assert by_fact["ki67_percent"]["quote"] == "Ki-67 is 9%"


def test_an_ambiguous_date_keeps_both_readings_and_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The patient. Date of birth: 03/04/1960")
    (birth,) = run(path)[0]["proposals"]
    assert [side["value"] for side in birth["value"]["conflict"]] == ["1960-04-03", "1960-03-04"]
    assert birth["note"].startswith("ambiguous date: 03/04/1960")


@pytest.mark.parametrize(("language", "agents"), [("es", ["lanreotide"]), ("en", [])])
def test_the_language_asked_for_is_the_one_that_reads(
    tmp_path: Path, language: str, agents: list[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Inicia lanreotida en mayo de 2020.")
    (answer,) = run(path, language=language)
    found = [one for one in answer["proposals"] if one["fact"] == "prior_treatments"]
    assert [one["value"]["agent"] for one in found] == agents
    assert {one["rule"].partition("/")[0] for one in answer["proposals"]} <= {language}


def test_an_unknown_language_is_no_choice(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The patient.")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("propose_facts", str(path), "--language", "tlh")
