"""Sentences kept as data: each says exactly what stands behind its bar, and nothing else."""

from pathlib import Path

import pytest

from documents.records.proposals import Proposal, propose
from documents.records.proposals.rules import LANGUAGES

SENTENCES = Path(__file__).with_name("sentences")


def read_sentences() -> list[tuple[str, str, str]]:
    found = []
    for language in LANGUAGES:
        for line in (SENTENCES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                text, _bar, said = line.rpartition(" |")
                found.append((language, text, said.strip()))
    return found


def say(proposal: Proposal) -> str:
    """A proposal as the files write it; of warnings and alterations only what they are about."""
    if proposal.fact == "prior_treatments":
        entry = proposal.value
        return ":".join(
            entry[name] or "-" for name in ("agent", "status", "start_date", "end_date")
        )
    if ":" in proposal.fact:
        return proposal.fact
    value = proposal.value
    if isinstance(value, bool):
        return f"{proposal.fact}={str(value).lower()}"
    return f"{proposal.fact}={value:g}" if isinstance(value, float) else f"{proposal.fact}={value}"


@pytest.mark.parametrize(("language", "text", "said"), read_sentences())
def test_a_sentence_says_what_is_written_behind_it(language: str, text: str, said: str) -> None:
    expected = sorted(one.strip() for one in said.split(";") if one.strip())
    assert sorted(say(one) for one in propose([text], language)) == expected
