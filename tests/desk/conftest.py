from collections.abc import Callable

import pytest
from django.test import Client

from documents.dossiers.models import DossierVersion
from tests import make
from tests.clinical.shipping import release
from tests.desk.office import Office, furnish, put_version
from tests.signing import sign_in

__all__ = ["release"]


@pytest.fixture
def office(cast: make.Cast, run_jobs: Callable[[], int]) -> Office:
    return furnish(cast, run_jobs)


@pytest.fixture
def desk(cast: make.Cast) -> Client:
    """The coordinator's browser."""
    return sign_in(cast.coordinator)


@pytest.fixture
def version(office: Office) -> DossierVersion:
    return put_version(office)
