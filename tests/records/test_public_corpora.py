"""Files that others collected to break readers, through the whole way of a paper."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from cases.jobs.models import Job, JobState
from documents.records.errors import UploadRefused
from documents.records.failures import UNNAMED, describe_failure
from documents.records.models import DocumentState
from tests import make
from tests.components import need
from tests.corpora.fetching import fetch_corpora, list_files
from tests.invariants import find_violations
from tests.records.sending import send

pytestmark = [pytest.mark.corpora, pytest.mark.django_db]
SHARES = 16
ENDS = frozenset(
    {
        DocumentState.TO_REVIEW,
        DocumentState.OTHER_PATIENT,
        DocumentState.UNREADABLE,
        DocumentState.NEEDS_PASSWORD,
    }
)


@pytest.fixture(scope="module")
def corpora() -> Path:
    return need("a way to the source archives of tests/corpora", fetch_corpora())


@pytest.mark.parametrize("share", range(SHARES))
def test_every_file_ends_in_a_state_with_a_name(
    cast: make.Cast, run_jobs: Callable[[], int], corpora: Path, share: int
) -> None:
    ends: Counter[str] = Counter()
    worker = os.getpid()
    files = list_files(corpora)[share::SHARES]
    assert len(files) > 50
    for path in files:
        try:
            document = send(cast.case, path.read_bytes(), name=path.name)
        except UploadRefused as refused:
            ends[f"refused: {refused.code}"] += 1
            continue
        for _try in range(4):
            run_jobs()
            Job.objects.filter(state=JobState.QUEUED).update(run_after=make.NOW)
        document.refresh_from_db()
        assert document.state in ENDS, path
        code = document.failure_code
        assert not code or describe_failure(code) is not UNNAMED, path
        ends[f"{document.state}: {code}"] += 1
    assert os.getpid() == worker
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    assert find_violations() == []
    print(*(f"{count:5} {end}" for end, count in sorted(ends.items())), sep="\n")  # noqa: T201  shown with -rP
