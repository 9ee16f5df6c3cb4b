"""What tests of dossiers share: the day, the mailbox, and the judge of PDF/A and PDF/UA."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core import mail
from pytest_django.fixtures import Settings

from tests.components import need
from tests.dossiers.verapdf import Judge, find_engine
from tests.make import NOW

Find = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def find_faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Find]:
    """What PDF/A-3a and PDF/UA-1 find wrong with a file: nothing, where it follows both."""
    need("the veraPDF engine and Java's library for XML", find_engine())
    with Judge(tmp_path_factory.mktemp("judged")) as judge:
        yield judge.judge


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The moment at which the cast stands still; the traveller moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def empty_mailbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
