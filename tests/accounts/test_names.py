"""What a person is called in few words."""

import pytest

from cases.accounts.models import User


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ines Moreau", "Ines"),
        ("Dr Hanna Weiss", "Hanna"),
        ("Prof. Dr. med. Hanna Weiss", "Hanna"),
        ("Д-р Ирина Соколова", "Ирина"),
        ("Dr Weiss", "Dr Weiss"),
        ("A. K. Mwangi", "A. K. Mwangi"),
        ("Dr L. Ramcharan", "Dr L. Ramcharan"),
        ("李明", "李明"),
        ("Dr", "Dr"),
        ("", ""),
    ],
)
def test_a_title_or_an_initial_alone_is_nobodys_short_name(name: str, short: str) -> None:
    assert User(name=name).get_short_name() == short
