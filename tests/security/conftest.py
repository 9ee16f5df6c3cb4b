"""The planted case, for every test of this folder."""

import pytest

from tests import make
from tests.security.planting import Planted, plant


@pytest.fixture
def planted(cast: make.Cast) -> Planted:
    return plant(cast)
