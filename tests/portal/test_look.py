"""The look holds: contrast of every pair that carries text, no physical sides, vendored bytes."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TONES = ["ok", "wait", "stop", "info", "quiet"]
TEXT_ON = [
    *((text, ground) for text in ("ink", "ink-soft") for ground in ("paper", "surface", "sunk")),
    *(("accent", ground) for ground in ("paper", "surface", "sunk", "accent-wash")),
    *((tone, f"{tone}-wash") for tone in TONES),
    *(("ink", f"{tone}-wash") for tone in TONES),
    *((tone, "surface") for tone in TONES),
    *((tone, "paper") for tone in TONES),
    ("ink", "accent-wash"),
    ("ink-soft", "accent-wash"),
    ("ink", "mark"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-band", "band"),
    ("on-band-soft", "band"),
    ("accent-strong", "accent-wash"),
]
SEEN_ON = [
    *(("line-strong", ground) for ground in ("paper", "surface", "sunk")),
    *(("focus", ground) for ground in ("paper", "surface", "sunk", "accent-wash")),
]


def read_themes() -> dict[str, dict[str, str]]:
    css = (CSS / "tokens.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    find = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
    return {"light": dict(find.findall(light)), "dark": dict(find.findall(dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_keeps_a_contrast_of_four_and_a_half(theme: str) -> None:
    colours = read_themes()[theme]
    weak = [
        f"{text} on {ground}: {contrast(colours[text], colours[ground]):.2f}"
        for text, ground in TEXT_ON
        if contrast(colours[text], colours[ground]) < 4.5
    ]
    assert weak == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_that_must_be_seen_keep_a_contrast_of_three(theme: str) -> None:
    colours = read_themes()[theme]
    weak = [
        f"{edge} on {ground}: {contrast(colours[edge], colours[ground]):.2f}"
        for edge, ground in SEEN_ON
        if contrast(colours[edge], colours[ground]) < 3
    ]
    assert weak == []


def test_both_themes_name_the_same_colours() -> None:
    themes = read_themes()
    assert themes["light"].keys() == themes["dark"].keys()


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_stylesheets_know_no_left_and_no_right(sheet: Path) -> None:
    physical = re.compile(
        r"(?:^|[\s;{])(?:(?:margin|padding|border)-(?:left|right)|left|right)\s*:"
        r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
    )
    assert physical.findall(sheet.read_text()) == []


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_only_the_tokens_name_colours(sheet: Path) -> None:
    if sheet.name == "tokens.css":
        return
    # White under a scanned page and a QR code, black on printed paper, the orange on the band.
    allowed = {"#fff", "#000", "#ffc98c", "#f2b872"}
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?![\w-]*\s*\{)", sheet.read_text())) <= allowed


def test_vendored_files_are_the_ones_that_were_looked_at() -> None:
    folder = ROOT / "static" / "vendor"
    lines = (folder / "HASHES.txt").read_text().splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    listed = {name: digest for digest, name in pairs}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "HASHES.txt"
    }
    assert listed == found


def list_page_templates() -> list[Path]:
    folder = ROOT / "templates"
    return [path for path in folder.rglob("*.html") if "dossiers" not in path.parts]


@pytest.mark.parametrize("template", list_page_templates(), ids=lambda path: path.name)
def test_pages_carry_no_inline_script_and_no_inline_style(template: Path) -> None:
    html = template.read_text()
    assert not re.search(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", html)
    for tag in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("template", list_page_templates(), ids=lambda path: path.name)
def test_pages_ask_nothing_of_other_hosts(template: Path) -> None:
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", template.read_text())


def test_every_icon_that_a_page_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (ROOT / "static/img/icons.svg").read_text()))
    html = "\n".join(path.read_text() for path in list_page_templates())
    named = set(re.findall(r'icon\.html" with name="([a-z]+)"', html))
    named |= set(re.findall(r'icon="([a-z]+)"', html))
    wording = (ROOT / "navigator/portal/wording.py").read_text()
    named |= set(re.findall(r'Said\(\s*"[a-z]+",\s*"([a-z]+)"', wording))
    assert named <= drawn
