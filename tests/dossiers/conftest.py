"""The judge of PDF/A and PDF/UA, started once for each process of tests."""

from collections.abc import Callable, Iterator

import pytest

from tests.components import need
from tests.dossiers.verapdf import Judge, find_engine

Find = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def find_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Find]:
    """What PDF/A-3a and PDF/UA-1 find wrong with a file: nothing, where it follows both."""
    need("the veraPDF engine and Java's library for XML", find_engine())
    with Judge(tmp_path_factory.mktemp("judged")) as judge:
        yield judge.judge
