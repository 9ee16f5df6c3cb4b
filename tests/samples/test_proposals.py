"""The extractor reads the sample papers nearly as a careful reader does, and falls into no trap."""

from __future__ import annotations

from dataclasses import dataclass, field

import pypdfium2
import pytest

from documents.records.proposals import propose
from tests.samples.agreement import NEVER_GIVEN, agrees, springs, stands_in_case
from tests.samples.load import load_cases
from tests.samples.shapes import ExpectedProposal, SampleCase, SampleFile

LEAST_RECALL = 0.85
LEAST_PRECISION = 0.95


@dataclass
class Score:
    found: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sprung: list[str] = field(default_factory=list)


def read_text(case: SampleCase, file: SampleFile) -> list[str]:
    pdf = pypdfium2.PdfDocument(case.path_of(file))
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in pdf]
    finally:
        pdf.close()


def score_file(case: SampleCase, file: SampleFile, score: Score) -> None:
    proposals = propose(read_text(case, file))
    expected: list[ExpectedProposal] = [p for p in case.proposals if p.file == file.name]
    for one in expected:
        hit = any(agrees(one, proposal.fact, proposal.value) for proposal in proposals)
        (score.found if hit else score.missed).append(f"{case.slug}/{file.name} {one.fact}")
    for proposal in proposals:
        said = f"{case.slug}/{file.name} p{proposal.page} {proposal.fact}: {proposal.quote}"
        value = proposal.value
        harmless = isinstance(value, dict) and value.get("status") in NEVER_GIVEN
        right = harmless or stands_in_case(case, proposal.fact, value)
        (score.right if right else score.wrong).append(said)
        for trap in (trap for trap in case.traps if trap.file == file.name):
            if springs(trap, proposal.fact, value, proposal.page, proposal.quote):
                score.sprung.append(said)


@pytest.fixture(scope="module")
def score() -> Score:
    total = Score()
    for case in load_cases():
        for file in case.files:
            score_file(case, file, total)
    return total


def test_no_trap_is_sprung(score: Score) -> None:
    assert score.sprung == []


def test_nearly_all_that_is_proposed_is_right(score: Score) -> None:
    share = len(score.right) / (len(score.right) + len(score.wrong))
    assert share >= LEAST_PRECISION, score.wrong


def test_most_of_what_a_reader_takes_is_proposed(score: Score) -> None:
    share = len(score.found) / (len(score.found) + len(score.missed))
    assert share >= LEAST_RECALL, score.missed
