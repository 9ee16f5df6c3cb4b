"""What a name in an archive gives away, and how it may be shown."""

import pytest

from documents.records.entry_names import (
    find_program_folders,
    is_part_of_viewer,
    judge_name,
    show_name,
)

OPENED = [
    "report.pdf",
    "papers/2026/report.pdf",
    "papers\\report.pdf",
    "CON",
    "aux.pdf",
    "Отчёт.pdf",
    "تقرير.pdf",
    "..report.pdf",
    "IM0001",
    "x" * 300 + ".pdf",
]
NOT_OPENED = {
    "../report.pdf": "unsafe_name",
    "papers/../../report.pdf": "unsafe_name",
    "papers\\..\\report.pdf": "unsafe_name",
    "papers/..": "unsafe_name",
    "/etc/passwd": "unsafe_name",
    "\\\\server\\share\\a.pdf": "unsafe_name",
    "C:\\report.pdf": "unsafe_name",
    "c:report.pdf": "unsafe_name",
    "report.pdf\x00.exe": "unsafe_name",
    "report\r\n.pdf": "unsafe_name",
    "report\u202efdp.exe": "unsafe_name",
    "a\u2067b.pdf": "unsafe_name",
    "__MACOSX/._report.pdf": "system_file",
    "._report.pdf": "system_file",
    "photos/Thumbs.db": "system_file",
    "DICOMDIR": "disc_index",
    "disc/dicomdir.": "disc_index",
    "old.zip": "nested_archive",
    "old.tar.gz": "nested_archive",
    "viewer.EXE": "program",
    "autorun.inf": "program",
    "run.js": "program",
}


@pytest.mark.parametrize("name", OPENED)
def test_a_name_that_only_looks_odd_is_opened_by_its_number(name: str) -> None:
    assert judge_name(name) == ""
    assert 0 < len(show_name(name)) <= 300


@pytest.mark.parametrize("name", NOT_OPENED)
def test_a_name_that_leads_out_or_hides_or_is_no_paper_is_not_opened(name: str) -> None:
    assert judge_name(name) == NOT_OPENED[name]


def test_a_name_is_shown_without_what_could_mislead() -> None:
    assert show_name("papers/../\u202ereport\x00.pdf") == "papers/report.pdf"
    assert show_name("a\\b\\c.pdf") == "a/b/c.pdf"
    assert show_name("folder/" * 60 + "report.pdf").endswith("/report.pdf")
    assert show_name("/..") == ""


def test_what_lies_beside_a_program_belongs_to_it_but_papers_are_papers() -> None:
    folders = find_program_folders(["viewer/bin/view.exe", "setup.exe", "papers/a.pdf"])
    assert folders == {"viewer/bin"}
    parts = ["viewer/bin/logo.png", "viewer/bin/img/logo.png", "viewer/bin/list.txt"]
    papers = ["viewer/bin/report.pdf", "viewer/photo.jpg", "photo.jpg", "papers/scan.png"]
    assert all(is_part_of_viewer(name, folders, is_disc=False) for name in parts)
    assert not any(is_part_of_viewer(name, folders, is_disc=False) for name in papers)


def test_leaflets_of_a_disc_are_left_and_those_of_a_family_are_taken() -> None:
    for name in ("README.TXT", "License-en.txt", "LIESMICH.txt"):
        assert is_part_of_viewer(name, frozenset(), is_disc=True)
        assert not is_part_of_viewer(name, frozenset(), is_disc=False)
    assert not is_part_of_viewer("report.txt", frozenset(), is_disc=True)
    assert is_part_of_viewer("viewer/index.html", frozenset(), is_disc=False)
