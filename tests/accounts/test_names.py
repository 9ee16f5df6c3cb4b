"""How people are called in short."""

import pytest

from cases.accounts.models import User


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ines Moreau", "Ines"),
        ("Dr Hanna Weiss", "Hanna"),
        ("Prof. Dr. Anselm Vogt", "Anselm"),
        ("Drita Hoxha", "Drita"),
        ("Dr", "Dr"),
        ("", ""),
    ],
)
def test_a_title_is_not_what_somebody_is_called(name: str, short: str) -> None:
    assert User(name=name).get_short_name() == short
