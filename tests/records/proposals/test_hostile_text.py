"""A million characters of nonsense end soon and raise nothing."""

import time

import pytest

from documents.records.proposals import propose
from documents.records.proposals.rules import LANGUAGES

MILLION = 1_000_000
SECONDS_OF_WORK = 20  # of this process; most take one

HOSTILE = {
    "one word": "a",
    "digits": "1",
    "spaces": " ",
    "lines": "\n",
    "brackets": "(",
    "negations": "no ",
    "names": "Ki-67 ",
    "true sentence without an end": "metastatic neuroendocrine tumour Ki-67 of 5% lanreotide ",
    "organs": "liver and ",
    "dates": "2020-01-01 ",
    "accents": "e\u0301",
    "direction marks": "\u202e",
    "broken words": "neuro-\n",
    "questions": "? NET; ",
    "surrogates": "\ud800",
    "dates with spaces": "05 / 02 / 2025 ",
    "leaders": "a ..... b ",
    "labels": "Name: x Date: y ",
    "lesions": "liver lesions in segment 5 and 8 ",
    "joined agents": "lanreotide 120 mg every and everolimus + ",
    "digits without end": "Ki-67 99999999999999999999% ",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nonsense_ends_soon(name: str, language: str) -> None:
    text = (HOSTILE[name] * MILLION)[:MILLION]
    started = time.process_time()
    propose([text], language)
    assert time.process_time() - started < SECONDS_OF_WORK
