"""What the documentation says is there."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from navigator.bootstrap.components import RUNTIME

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")])
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert "://" not in link, f"{link}: the project speaks of itself alone"
        assert (page.parent / link).exists(), link


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    reasons = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    missing = [
        name for line in named if (name := re.split(r"[\[<>=~ ;]", line)[0]).lower() not in reasons
    ]
    assert missing == []


def test_the_version_is_the_one_of_the_changelog() -> None:
    newest = re.search(
        r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert newest is not None
    assert project["project"]["version"] == newest[1] == settings.VERSION


def test_the_image_installs_what_the_set_up_installs() -> None:
    words = set((ROOT / "Dockerfile").read_text(encoding="utf-8").split())
    assert {package for one in RUNTIME for package in one.packages} <= words
