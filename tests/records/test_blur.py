"""Blurred pages are found, by the browser's measure and ours alike, and sharp ones are not."""

from collections.abc import Callable

import pytest
from PIL import Image

from documents.records.blur import find_blurred_pages
from documents.records.models import DocumentFile
from tests import make
from tests.records import scans
from tests.records.pictures import make_heic_of, make_tiff
from tests.records.sending import send


def find_file(cast: make.Cast, data: bytes) -> DocumentFile:
    file: DocumentFile = send(cast.case, data, name="paper").files.get()
    return file


@pytest.mark.parametrize("pack", [scans.save, make_heic_of])
def test_a_blurred_photograph_is_told_from_a_soft_one(
    cast: make.Cast, pack: Callable[[Image.Image], bytes]
) -> None:
    assert find_blurred_pages(find_file(cast, pack(scans.blur(scans.draw())))) == [1]
    assert find_blurred_pages(find_file(cast, pack(scans.photograph(scans.draw())))) == []


def test_the_blurred_pages_of_a_scan_are_named(cast: make.Cast) -> None:
    sharp, soft = scans.draw(), scans.blur(scans.draw())
    pages = [scans.save(image, "PDF") for image in (sharp, soft, sharp, soft)]
    assert find_blurred_pages(find_file(cast, scans.join(*pages))) == [2, 4]
    assert find_blurred_pages(find_file(cast, make_tiff(soft.copy(), sharp.copy()))) == [1]


def test_nothing_is_said_of_what_cannot_be_drawn_or_has_no_pictures(cast: make.Cast) -> None:
    assert find_blurred_pages(find_file(cast, b"Ki-67: 9%\n")) == []
    assert find_blurred_pages(find_file(cast, b"%PDF-1.7\nbroken")) == []
    assert find_blurred_pages(find_file(cast, scans.typeset(scans.ENGLISH))) == []
