from pathlib import Path

import pytest

from tests.clinical.shipping import Release


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    return Release(tmp_path / "releases", monkeypatch)
