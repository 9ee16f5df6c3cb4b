"""Files that others collected to break readers, through the whole way of a paper.

They are the test files of Pillow, pillow-heif, pikepdf, pypdf and others, unpacked from their
source archives into the folder that PUBLIC_CORPORA names; without it these tests are left out.
"""

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
from tests.records.sending import send

FOLDER = os.environ.get("PUBLIC_CORPORA", "")
KINDS = frozenset(
    [
        ".avif",
        ".bmp",
        ".dcm",
        ".docx",
        ".gif",
        ".heic",
        ".heif",
        ".jpeg",
        ".jpg",
        ".mpo",
        ".pdf",
        ".png",
        ".tif",
        ".tiff",
        ".webp",
        ".zip",
    ]
)
ENDS = frozenset(
    {
        DocumentState.TO_REVIEW,
        DocumentState.OTHER_PATIENT,
        DocumentState.UNREADABLE,
        DocumentState.NEEDS_PASSWORD,
    }
)
EVERY = int(os.environ.get("PUBLIC_CORPORA_EVERY", "1"))


def find_files() -> list[Path]:
    if not FOLDER:
        return []
    found = sorted(path for path in Path(FOLDER).rglob("*") if path.suffix.lower() in KINDS)
    return [path for path in found if path.is_file()][::EVERY]


@pytest.mark.skipif(not FOLDER, reason="PUBLIC_CORPORA names no folder")
def test_every_file_ends_in_a_state_with_a_name(
    cast: make.Cast, run_jobs: Callable[[], int]
) -> None:
    ends: Counter[str] = Counter()
    here = os.getpid()
    files = find_files()
    assert files
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
    assert os.getpid() == here
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    print(*(f"{count:5} {end}" for end, count in sorted(ends.items())), sep="\n")  # noqa: T201
